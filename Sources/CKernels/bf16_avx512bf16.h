// BF16 products with AVX512-BF16: panels of 32 outputs × 2 k, activations as bf16. vdpbf16ps adds
// two products to a sum in its own order and flushes subnormals, so it serves every number of rows.

static void prepare_bf16_pairs(const float *x, size_t k, void *values, float *scales,
                               int32_t *offsets) {
  (void)scales;
  (void)offsets;
  uint16_t *out = values;
  for (size_t i = 0; i < k; i++)
    out[i] = kvk_to_bfloat(x[i]);
  if (k % 2 != 0)
    out[k] = 0;
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
    if (p % (FLOAT_K_STEP / 2) == 0)
      kvk_fetch(&ahead);
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

static void matmul_bf16_pairs(const void *panel, size_t k_begin, size_t k_end,
                              const kvk_activations *a, size_t row, size_t rows, float *acc,
                              kvk_ahead ahead) {
  size_t stride = a->value_stride / 2, pairs = (k_end - k_begin + 1) / 2;
  const uint16_t *w = (const uint16_t *)panel + k_begin * 32;
  const uint16_t *x = (const uint16_t *)a->values + row * stride + k_begin;
#define SIZED(ROWS)                                                                                \
  case ROWS:                                                                                       \
    matmul_bf16_pairs_sized(ROWS, w, x, stride, pairs, acc, ahead);                                \
    break;
  switch (rows) { SIZED(1) SIZED(2) SIZED(3) SIZED(4) SIZED(5) SIZED(6) SIZED(7) SIZED(8) }
#undef SIZED
}
