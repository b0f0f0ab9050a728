// Bytes times bytes for super-block weights, AVX-512 VNNI.

enum { K_PANEL = 32, K_VECTORS = 2, K_ROWS = 6, K_EXPAND_ROWS = 13, K_WIDE = 1 };
#define K_CASES K_CASE(1) K_CASE(2) K_CASE(3) K_CASE(4) K_CASE(5) K_CASE(6)

typedef vi vk, vs;

KVK_INLINE vk vk_start(int32_t value) { return vi_set1(value); }
KVK_INLINE vk vk_dot(vk sum, vu weights, int32_t quad) {
  return (vk)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)weights, _mm512_set1_epi32(quad));
}
KVK_INLINE vs vs_from(vi scale) { return scale; }
// vpmulld shares the dot products' ports, as a multiply-add of floats would.
KVK_INLINE vi vk_finish(vi total, vk sum, vs scale) { return total + sum * scale; }
KVK_INLINE vi vi_dot_pairs(vi sum, vi pairs, int32_t pair) {
  return (vi)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)pairs, _mm512_set1_epi32(pair));
}
