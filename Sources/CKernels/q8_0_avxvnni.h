// Q8_0 products, AVX-VNNI: panels of 16 outputs × 4 k. vpdpbusd wants one unsigned factor, so
// weights are stored plus 128, and each group's sum starts at -128 · Σ a.

KVK_INLINE void matmul_bytes_avxvnni(const int rows, const bool flipped, const kvk_tile *t) {
  enum { WIDTH = 16 };
  (void)flipped;
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs), *offsets = x + kvk_q8_32_offsets(inputs);
  const kvk_ahead ahead = t->ahead;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t bytes = WIDTH * 34, offset = g * bytes;
    const uint16_t *scales = (const uint16_t *)(t->panel + offset);
    const uint8_t *w = t->panel + offset + 2 * WIDTH;
    kvk_fetch_block(&ahead, offset, bytes);
    __m256i sum[4][2];
    KVK_UNROLL
    for (int r = 0; r < rows; r++)
      sum[r][0] = sum[r][1] =
          _mm256_set1_epi32(((const int32_t *)(offsets + (size_t)r * stride))[g]);
    KVK_UNROLL
    for (size_t k = 0; k < KVK_GROUP; k += 4) {
      __m256i w0 = _mm256_load_si256((const __m256i *)(w + k * WIDTH));
      __m256i w1 = _mm256_load_si256((const __m256i *)(w + k * WIDTH + 32));
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        __m256i a = broadcast_quad(x + (size_t)r * stride + g * KVK_GROUP + k);
        sum[r][0] = _mm256_dpbusd_avx_epi32(sum[r][0], w0, a);
        sum[r][1] = _mm256_dpbusd_avx_epi32(sum[r][1], w1, a);
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

FOUR_ROWS(matmul_q8_0_avxvnni, matmul_bytes_avxvnni, true)
