// BF16 products with AVX512-BF16: panels of 32 outputs × 2 k, activations as bf16. vdpbf16ps adds
// two products to a sum in its own order and flushes subnormals, so it serves every number of rows.

static size_t row_bytes_bf16_pairs(size_t inputs) { return (inputs + 1) / 2 * 4; }

static void prepare_bf16_pairs(const float *x, size_t first, size_t count, size_t inputs,
                               uint8_t *row) {
  uint16_t *out = (uint16_t *)row + first;
  for (size_t i = 0; i < count; i++)
    out[i] = kvk_to_bfloat(x[i]);
  if (inputs % 2 != 0 && first + count == inputs)
    out[count] = 0;
}

KVK_INLINE void matmul_bf16_pairs_sized(const int rows, const uint16_t *w, const uint16_t *x,
                                        size_t stride, size_t pairs, float *acc, kvk_ahead ahead) {
  enum { WIDTH = 32 };
  vf total[TILE_ROWS][2];
  KVK_UNROLL
  for (int r = 0; r < rows; r++) {
    total[r][0] = vf_load(acc + r * WIDTH);
    total[r][1] = vf_load(acc + r * WIDTH + VW);
  }
  for (size_t p = 0; p < pairs; p++, w += 2 * WIDTH) {
    kvk_fetch(&ahead, p * 128, p % 8, 2);
    __m512bh w0 = (__m512bh)_mm512_load_si512(w), w1 = (__m512bh)_mm512_load_si512(w + WIDTH);
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      int32_t two;
      memcpy(&two, x + (size_t)r * stride + 2 * p, 4);
      __m512bh v = (__m512bh)_mm512_set1_epi32(two);
      total[r][0] = _mm512_dpbf16_ps(total[r][0], w0, v);
      total[r][1] = _mm512_dpbf16_ps(total[r][1], w1, v);
    }
  }
  KVK_UNROLL
  for (int r = 0; r < rows; r++) {
    vf_store(acc + r * WIDTH, total[r][0]);
    vf_store(acc + r * WIDTH + VW, total[r][1]);
  }
}

static void matmul_bf16_pairs(const kvk_tile *t) {
  size_t stride = t->a->stride / 2, pairs = (t->k_end - t->k_begin + 1) / 2;
  const uint16_t *w = (const uint16_t *)t->panel + t->k_begin * 32;
  const uint16_t *x = (const uint16_t *)kvk_row(t->a, t->row) + t->k_begin;
  const kvk_ahead ahead = {t->ahead.next + t->k_begin * 64, t->ahead.pieces};
#define SIZED(ROWS)                                                                                \
  case ROWS:                                                                                       \
    matmul_bf16_pairs_sized(ROWS, w, x, stride, pairs, t->acc, ahead);                          \
    break;
  switch (t->rows) { SIZED(1) SIZED(2) SIZED(3) SIZED(4) SIZED(5) SIZED(6) SIZED(7) SIZED(8) }
#undef SIZED
}
