// Bytes times bytes for super-block weights, AVX2: pairs of products of weights below 64 fit 16
// bits (2 · 63 · 127), and so do a group's sums: 8 quads of Q4_K, 4 of Q5_K, 2 of Q6_K.

enum { K_PANEL = 16, K_VECTORS = 2, K_ROWS = 4, K_EXPAND_ROWS = 5, K_WIDE = 0 };
#define K_CASES K_CASE(1) K_CASE(2) K_CASE(3) K_CASE(4)

typedef vi vk, vs; // vk: sixteen sums; vs: the scale as a pair

KVK_INLINE vk vk_start(int32_t value) { return vi_set1(value); }
KVK_INLINE vk vk_dot(vk sum, vu weights, int32_t quad) {
  return (vk)_mm256_add_epi16((__m256i)sum,
                              _mm256_maddubs_epi16((__m256i)weights, _mm256_set1_epi32(quad)));
}
KVK_INLINE vs vs_from(vi scale) { return (scale & 0xffff) | scale << 16; }
KVK_INLINE vi vk_finish(vi total, vk sum, vs scale) {
  return total + (vi)_mm256_madd_epi16((__m256i)sum, (__m256i)scale);
}
KVK_INLINE vi vi_dot_pairs(vi sum, vi pairs, int32_t pair) {
  return sum + (vi)_mm256_madd_epi16((__m256i)pairs, _mm256_set1_epi32(pair));
}
