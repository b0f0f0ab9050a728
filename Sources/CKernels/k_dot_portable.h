// Bytes times bytes for super-block weights, any processor: as with AVX2 products are summed in
// pairs of 16 bits, here those of even and of odd k.

enum { K_PANEL = 16, K_VECTORS = 2, K_ROWS = 2, K_EXPAND_ROWS = 3, K_WIDE = 0 };
#define K_CASES K_CASE(1) K_CASE(2)

typedef vi vs;
typedef int16_t vk __attribute__((vector_size(16)));

KVK_INLINE vk vk_start(int32_t value) { return (vk)vi_set1(value); }
KVK_INLINE vk vk_dot(vk sum, vu weights, int32_t quad) {
  int8_t a[4];
  memcpy(a, &quad, sizeof a);
  vk even = {a[0], a[2], a[0], a[2], a[0], a[2], a[0], a[2]};
  vk odd = {a[1], a[3], a[1], a[3], a[1], a[3], a[1], a[3]};
  return sum + (vk)(weights & 0x00ff00ff) * even + (vk)(weights >> 8 & 0x00ff00ff) * odd;
}
KVK_INLINE vs vs_from(vi scale) { return scale; }
KVK_INLINE vi vk_finish(vi total, vk sum, vs scale) {
  vi pairs = (vi)sum;
  return total + ((pairs << 16 >> 16) + (pairs >> 16)) * scale;
}
KVK_INLINE vi vi_dot_pairs(vi sum, vi pairs, int32_t pair) {
  return sum + (pairs << 16 >> 16) * (int16_t)pair + (pairs >> 16) * (pair >> 16);
}
