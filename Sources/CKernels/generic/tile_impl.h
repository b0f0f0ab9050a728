// Register tiles of float products: c[r][o] += Σ_k a[r][k] b[k][o], one multiply-add a step of k,
// in order of k. The same lanes see the same operations whatever the number of rows, so a row's
// result does not depend on its company.

enum { FLOAT_K_STEP = 8 };

#define DEFINE_TILE(NAME, ELEMENT, LOAD)                                                           \
  KVK_INLINE void NAME##_sized(const int rows, const int vectors, const float *a, size_t lda,      \
                               const ELEMENT *b, size_t ldb, size_t count, const bool fresh,       \
                               float *c, size_t ldc, kvk_ahead ahead) {                            \
    vf acc[TILE_ROWS][4];                                                                          \
    KVK_UNROLL                                                                                     \
    for (int r = 0; r < rows; r++) {                                                               \
      KVK_UNROLL                                                                                   \
      for (int v = 0; v < vectors; v++)                                                            \
        acc[r][v] = fresh ? vf_set1(0) : vf_load(c + (size_t)r * ldc + v * VW);                    \
    }                                                                                              \
    for (size_t k = 0; k < count; k++) {                                                           \
      const size_t offset = k * ldb * sizeof(ELEMENT);                                             \
      if (offset % KVK_ALIGNMENT == 0)                                                             \
        kvk_fetch(&ahead, offset, k % 8, (2 * VW * sizeof(ELEMENT) + 63) / KVK_ALIGNMENT);         \
      vf w[4];                                                                                     \
      KVK_UNROLL                                                                                   \
      for (int v = 0; v < vectors; v++)                                                            \
        w[v] = LOAD(b + k * ldb + v * VW);                                                         \
      KVK_UNROLL                                                                                   \
      for (int r = 0; r < rows; r++) {                                                             \
        vf x = vf_set1(a[(size_t)r * lda + k]);                                                    \
        KVK_UNROLL                                                                                 \
        for (int v = 0; v < vectors; v++)                                                          \
          acc[r][v] = vf_fma(x, w[v], acc[r][v]);                                                  \
      }                                                                                            \
    }                                                                                              \
    KVK_UNROLL                                                                                     \
    for (int r = 0; r < rows; r++) {                                                               \
      KVK_UNROLL                                                                                   \
      for (int v = 0; v < vectors; v++)                                                            \
        vf_store(c + (size_t)r * ldc + v * VW, acc[r][v]);                                         \
    }                                                                                              \
  }                                                                                                \
  KVK_INLINE void NAME(const int vectors, size_t rows, const float *a, size_t lda,                 \
                       const ELEMENT *b, size_t ldb, size_t count, const bool fresh, float *c,     \
                       size_t ldc, kvk_ahead ahead) {                                              \
    switch (rows) { TILE_CASES(NAME) }                                                             \
  }
#define TILE_CASE(NAME, R)                                                                         \
  case R:                                                                                          \
    NAME##_sized(R, vectors, a, lda, b, ldb, count, fresh, c, ldc, ahead);                         \
    break;

DEFINE_TILE(tile_f32, float, vf_load)
DEFINE_TILE(tile_f16, uint16_t, vf_load_half)
DEFINE_TILE(tile_bf16, uint16_t, vf_load_bfloat)

// The panel begins with input BEGIN.
#define DEFINE_MATMUL(NAME, TILE, ELEMENT, BEGIN)                                                  \
  static void NAME(const kvk_tile *t) {                                                            \
    const size_t begin = (t->k_begin - (BEGIN)) * 2 * VW;                                          \
    const kvk_ahead ahead = {t->ahead.next + begin * sizeof(ELEMENT), t->ahead.pieces};            \
    TILE(2, t->rows, (const float *)kvk_row(t->a, t->row) + t->k_begin,                            \
         t->a->stride / sizeof(float), (const ELEMENT *)t->panel + begin, 2 * VW,                  \
         t->k_end - t->k_begin, false, t->acc, 2 * VW, ahead);                                     \
  }

DEFINE_MATMUL(matmul_f32, tile_f32, float, 0)
DEFINE_MATMUL(matmul_f16, tile_f16, uint16_t, 0)
DEFINE_MATMUL(matmul_bf16, tile_bf16, uint16_t, 0)
DEFINE_MATMUL(matmul_half_expanded, tile_f32, float, t->k_begin)

// Weights of 16 bits are expanded once for many rows: widening them shares ports with the
// multiply-adds, two of it for eight of those.
enum {
  HALF_K_BLOCK = KVK_EXPANDED * 3 / 4 / (2 * VW * sizeof(float)) / KVK_GROUP * KVK_GROUP,
  HALF_EXPAND_ROWS = 7 * TILE_ROWS // fewer tiles fetch weights on the way
};

#define DEFINE_HALF_EXPAND(NAME, LOAD)                                                             \
  static void NAME(const uint8_t *panel, size_t inputs, size_t k_begin, size_t k_end,              \
                   uint8_t *out) {                                                                 \
    (void)inputs;                                                                                  \
    const uint16_t *from = (const uint16_t *)panel + k_begin * 2 * VW;                             \
    float *to = (float *)out;                                                                      \
    for (size_t i = 0; i < (k_end - k_begin) * 2 * VW; i += VW)                                    \
      vf_store(to + i, LOAD(from + i));                                                            \
  }

DEFINE_HALF_EXPAND(expand_f16, vf_load_half)
DEFINE_HALF_EXPAND(expand_bf16, vf_load_bfloat)
