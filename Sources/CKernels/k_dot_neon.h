// Bytes times bytes for super-block weights, Armv8.2 dot product: weights below 64 are as good
// signed.

enum { K_PANEL = 16, K_VECTORS = 4, K_ROWS = 4, K_EXPAND_ROWS = 5, K_WIDE = 1 };
#define K_CASES K_CASE(1) K_CASE(2) K_CASE(3) K_CASE(4)

typedef vi vk, vs;

KVK_INLINE vk vk_start(int32_t value) { return vi_set1(value); }
KVK_INLINE vk vk_dot(vk sum, vu weights, int32_t quad) {
  return (vk)vdotq_s32((int32x4_t)sum, (int8x16_t)weights, vreinterpretq_s8_s32(vdupq_n_s32(quad)));
}
KVK_INLINE vs vs_from(vi scale) { return scale; }
KVK_INLINE vi vk_finish(vi total, vk sum, vs scale) { return total + sum * scale; }
KVK_INLINE vi vi_dot_pairs(vi sum, vi pairs, int32_t pair) {
  int16x4_t two = vreinterpret_s16_s32(vdup_n_s32(pair));
  int32x4_t low = vmull_s16(vget_low_s16((int16x8_t)pairs), two);
  int32x4_t high = vmull_s16(vget_high_s16((int16x8_t)pairs), two);
  return sum + (vi)vpaddq_s32(low, high);
}
