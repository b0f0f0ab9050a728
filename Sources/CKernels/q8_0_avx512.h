// Q8_0 products, AVX-512 VNNI: panels of 32 outputs × 4 k. vpdpbusd wants one unsigned factor, so
// weights are stored plus 128, and each group's sum starts at -128 · Σ a. A group of 32 k is then 8
// vpdpbusd for 16 outputs of a row, one conversion and one multiply-add with (weight scale ·
// activation scale).

KVK_INLINE void matmul_q8_0_sized(const int rows, const kvk_tile *t) {
  enum { WIDTH = 32 };
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint16_t *scales = (const uint16_t *)t->panel;
  const uint8_t *weights = (const uint8_t *)t->panel + kvk_q8_scale_bytes(WIDTH, inputs);
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs);
  const uint8_t *offsets = x + kvk_q8_32_offsets(inputs);
  float *acc = t->acc;
  kvk_ahead ahead = t->ahead;
  vf total[6][2];
  KVK_UNROLL
  for (int r = 0; r < rows; r++) {
    total[r][0] = vf_load(acc + r * WIDTH);
    total[r][1] = vf_load(acc + r * WIDTH + VW);
  }
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    kvk_fetch(&ahead);
    const uint8_t *w = weights + g * KVK_GROUP * WIDTH;
    __m512i sum[6][2];
    KVK_UNROLL
    for (int r = 0; r < rows; r++)
      sum[r][0] = sum[r][1] = _mm512_set1_epi32(((const int32_t *)(offsets + (size_t)r * stride))[g]);
    KVK_UNROLL
    for (size_t k = 0; k < KVK_GROUP; k += 4) {
      __m512i w0 = _mm512_load_si512(w + k * WIDTH), w1 = _mm512_load_si512(w + k * WIDTH + 64);
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        int32_t four;
        memcpy(&four, x + (size_t)r * stride + g * KVK_GROUP + k, 4);
        __m512i v = _mm512_set1_epi32(four);
        sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], w0, v);
        sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], w1, v);
      }
    }
    vf s0 = vf_load_half(scales + g * WIDTH), s1 = vf_load_half(scales + g * WIDTH + VW);
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      vf d = vf_set1(((const float *)(x_scales + (size_t)r * stride))[g]);
      total[r][0] = vf_fma(_mm512_cvtepi32_ps(sum[r][0]), s0 * d, total[r][0]);
      total[r][1] = vf_fma(_mm512_cvtepi32_ps(sum[r][1]), s1 * d, total[r][1]);
    }
  }
  KVK_UNROLL
  for (int r = 0; r < rows; r++) {
    vf_store(acc + r * WIDTH, total[r][0]);
    vf_store(acc + r * WIDTH + VW, total[r][1]);
  }
}

static void matmul_q8_0(const kvk_tile *t) {
#define SIZED(ROWS)                                                                                \
  case ROWS:                                                                                       \
    matmul_q8_0_sized(ROWS, t);                                                                    \
    break;
  switch (t->rows) { SIZED(1) SIZED(2) SIZED(3) SIZED(4) SIZED(5) SIZED(6) }
#undef SIZED
}
