// Q4_0 and Q5_0 products, any processor: 16 outputs side by side for each k. Weights stay unsigned,
// so each group's sum gets -8 or -16 · Σ a. Eight products (at most 31 · 127 each) fit 16 bits.

KVK_INLINE void matmul_nibbles_row(const bool fifths, const kvk_tile *t, size_t r) {
  enum { WIDTH = 16, HALF = KVK_GROUP / 2 };
  const size_t inputs = t->a->inputs;
  const uint8_t *row = kvk_row(t->a, t->row + r);
  const float *x_scales = (const float *)(row + kvk_q8_32_scales(inputs));
  const int32_t *offsets = (const int32_t *)(row + kvk_q8_32_offsets(inputs));
  float *acc = t->acc + r * WIDTH;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t bytes = WIDTH * (fifths ? 22 : 18), offset = g * bytes;
    const uint16_t *scales = (const uint16_t *)(t->panel + offset);
    const uint8_t *w = t->panel + offset + 2 * WIDTH;
    const int8_t *x = (const int8_t *)row + g * KVK_GROUP;
    int32_t sums[WIDTH];
    vq32 sum = {0};
    KVK_UNROLL
    for (int begin = 0; begin < HALF; begin += HALF / 4) {
      vq16 some = {0};
      KVK_UNROLL
      for (int k = begin; k < begin + HALF / 4; k++) {
        vqu8 both;
        memcpy(&both, w + k * WIDTH, sizeof both);
        vqu8 first = both & 15, second = both >> 4;
        if (fifths) {
          vqu8 h;
          memcpy(&h, w + (HALF + k % 4) * WIDTH, sizeof h);
          first |= (h >> (uint8_t)(k / 4) & 1) << 4;
          second |= (h >> (uint8_t)(k / 4 + 4) & 1) << 4;
        }
        some += __builtin_convertvector(first, vq16) * (int16_t)x[k] +
                __builtin_convertvector(second, vq16) * (int16_t)x[k + HALF];
      }
      sum += __builtin_convertvector(some, vq32);
    }
    sum += offsets[g] / (fifths ? 8 : 16);
    memcpy(sums, &sum, sizeof sums);
    for (size_t o = 0; o < WIDTH; o += VW) {
      vi part;
      memcpy(&part, sums + o, sizeof part);
      vf scale = vf_load_half(scales + o) * vf_set1(x_scales[g]);
      vf_store(acc + o, vf_fma(__builtin_convertvector(part, vf), scale, vf_load(acc + o)));
    }
  }
}

static void matmul_q4_0(const kvk_tile *t) {
  for (size_t r = 0; r < t->rows; r++)
    matmul_nibbles_row(false, t, r);
}

static void matmul_q5_0(const kvk_tile *t) {
  for (size_t r = 0; r < t->rows; r++)
    matmul_nibbles_row(true, t, r);
}
