// Q4_0 and Q5_0 products in 256-bit vectors: panels of 16 outputs × 4 k. Weights stay unsigned, so
// each group's sum starts at -8 or -16 · Σ a. Compiled for each instruction set that has a
// `dot_pair` and a `dot_end`; ON(NAME) is the name there.

KVK_INLINE void ON(matmul_nibbles)(const int rows, const bool fifths, const kvk_tile *t) {
  enum { WIDTH = 16 };
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs), *offsets = x + kvk_q8_32_offsets(inputs);
  const __m256i low = _mm256_set1_epi8(15);
  const kvk_ahead ahead = t->ahead;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t bytes = WIDTH * (fifths ? 22 : 18), offset = g * bytes;
    const uint16_t *scales = (const uint16_t *)(t->panel + offset);
    const uint8_t *w = t->panel + offset + 2 * WIDTH;
    kvk_fetch_block(&ahead, offset, bytes);
    __m256i sum[4][2];
    KVK_UNROLL
    for (int r = 0; r < rows; r++)
      sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    KVK_UNROLL
    for (int q = 0; q < 4; q++) {
      __m256i first[2], second[2]; // quads q and q + 4
      KVK_UNROLL
      for (int v = 0; v < 2; v++) {
        __m256i both = _mm256_load_si256((const __m256i *)(w + q * 64 + v * 32));
        first[v] = _mm256_and_si256(both, low);
        second[v] = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
        if (fifths) {
          __m256i h = _mm256_load_si256((const __m256i *)(w + 256 + v * 32));
          first[v] = _mm256_or_si256(first[v], fifths_256(h, q));
          second[v] = _mm256_or_si256(second[v], fifths_256(h, q + 4));
        }
      }
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        const uint8_t *at = x + (size_t)r * stride + g * KVK_GROUP + q * 4;
        __m256i a = broadcast_quad(at), b = broadcast_quad(at + 16);
        sum[r][0] = ON(dot_pair)(fifths, sum[r][0], first[0], a, second[0], b);
        sum[r][1] = ON(dot_pair)(fifths, sum[r][1], first[1], a, second[1], b);
      }
    }
    vf s0 = vf_load_half(scales), s1 = vf_load_half(scales + VW);
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      vf d = vf_set1(((const float *)(x_scales + (size_t)r * stride))[g]);
      // -128 · Σ a in multiples of the zero point.
      __m256i start = _mm256_set1_epi32(((const int32_t *)(offsets + (size_t)r * stride))[g] /
                                        (fifths ? 8 : 16));
      __m256i sum0 = _mm256_add_epi32(ON(dot_end)(fifths, sum[r][0]), start);
      __m256i sum1 = _mm256_add_epi32(ON(dot_end)(fifths, sum[r][1]), start);
      float *to = t->acc + r * WIDTH;
      vf_store(to, vf_fma(_mm256_cvtepi32_ps(sum0), s0 * d, vf_load(to)));
      vf_store(to + VW, vf_fma(_mm256_cvtepi32_ps(sum1), s1 * d, vf_load(to + VW)));
    }
  }
}

FOUR_ROWS(ON(matmul_q4_0), ON(matmul_nibbles), false)
FOUR_ROWS(ON(matmul_q5_0), ON(matmul_nibbles), true)
