// Defines a tile of up to four rows out of a function for a constant number of rows and a constant
// kind of weights.
#define FOUR_ROWS(NAME, SIZED, KIND)                                                               \
  static void NAME(const kvk_tile *t) {                                                            \
    switch (t->rows) {                                                                             \
    case 1:                                                                                        \
      SIZED(1, KIND, t);                                                                           \
      break;                                                                                       \
    case 2:                                                                                        \
      SIZED(2, KIND, t);                                                                           \
      break;                                                                                       \
    case 3:                                                                                        \
      SIZED(3, KIND, t);                                                                           \
      break;                                                                                       \
    case 4:                                                                                        \
      SIZED(4, KIND, t);                                                                           \
      break;                                                                                       \
    }                                                                                              \
  }
