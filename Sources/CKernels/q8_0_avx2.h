// Q8_0 products, AVX2: panels of 16 outputs × 4 k. vpmaddubsw wants one unsigned factor and
// saturates at 16 bits, so it gets |w| and a with w's sign: pairs sum to at most 2 · 128 · 127.

KVK_INLINE void matmul_q8_0_sized(const int rows, const kvk_tile *t) {
  enum { WIDTH = 16 };
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs);
  const kvk_ahead ahead = t->ahead;
  const __m256i ones = _mm256_set1_epi16(1);
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t offset = g * WIDTH * (2 + KVK_GROUP);
    const uint8_t *block = t->panel + offset, *w = block + 2 * WIDTH;
    const uint16_t *scales = (const uint16_t *)block;
    __m256i sum[4][2];
    KVK_UNROLL
    for (int r = 0; r < rows; r++)
      sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    for (size_t k = 0; k < KVK_GROUP; k += 4) {
      kvk_fetch(&ahead, offset + k * WIDTH, (unsigned)k / 4, 1);
      __m256i w0 = _mm256_load_si256((const __m256i *)(w + k * WIDTH));
      __m256i w1 = _mm256_load_si256((const __m256i *)(w + k * WIDTH + 32));
      __m256i u0 = _mm256_abs_epi8(w0), u1 = _mm256_abs_epi8(w1);
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        int32_t four;
        memcpy(&four, x + (size_t)r * stride + g * KVK_GROUP + k, 4);
        __m256i v = _mm256_set1_epi32(four);
        __m256i p0 = _mm256_maddubs_epi16(u0, _mm256_sign_epi8(v, w0));
        __m256i p1 = _mm256_maddubs_epi16(u1, _mm256_sign_epi8(v, w1));
        sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(p0, ones));
        sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(p1, ones));
      }
    }
    vf s0 = vf_load_half(scales), s1 = vf_load_half(scales + VW);
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      vf d = vf_set1(((const float *)(x_scales + (size_t)r * stride))[g]);
      float *to = t->acc + r * WIDTH;
      vf_store(to, vf_fma(_mm256_cvtepi32_ps(sum[r][0]), s0 * d, vf_load(to)));
      vf_store(to + VW, vf_fma(_mm256_cvtepi32_ps(sum[r][1]), s1 * d, vf_load(to + VW)));
    }
  }
}

static void matmul_q8_0(const kvk_tile *t) {
#define SIZED(ROWS)                                                                                \
  case ROWS:                                                                                       \
    matmul_q8_0_sized(ROWS, t);                                                                    \
    break;
  switch (t->rows) { SIZED(1) SIZED(2) SIZED(3) SIZED(4) }
#undef SIZED
}
