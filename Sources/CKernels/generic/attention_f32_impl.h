// The arithmetic of attention in f32.
#include "../attention.h"

#define ATTENTION(name) name##_f32
#define ATTENTION_ELEMENT float
#define ATTENTION_ROWS TILE_ROWS
#define ATTENTION_BATCH 24
#define ATTENTION_DIMENSION_STEP 16

KVK_INLINE void begin_f32(void) {}
KVK_INLINE void end_f32(void) {}

/// e^x for x ≤ 0, such that exp(0) is 1 and exp(-∞) is 0.
KVK_INLINE vf exponential_f32(vf x) { return vf_exp(x); }

/// One query [dimension], scaled.
static void take_query_f32(const float *q, float scale, size_t dimension, size_t padded,
                           float *out) {
  for (size_t d = 0; d < dimension; d++)
    out[d] = q[d] * scale;
  for (size_t d = dimension; d < padded; d++)
    out[d] = 0;
}

KVK_INLINE void pack_values_of(const kvk_kv_type type, const kvk_cache *cache, const uint8_t *base,
                               const int32_t *slots, size_t count, size_t padded, float *out) {
  for (size_t i = 0; i < count; i++, out += padded) {
    const uint8_t *slot = base + (size_t)slots[i] * cache->slot_stride;
    for (size_t d = 0; d < padded; d += VW)
      vf_store(out + d, load_kv(type, slot, d, cache->head_dimension));
  }
  memset(out, 0, (KVK_TILE - count) * padded * sizeof *out);
}

/// The values of `count` slots as rows [KVK_TILE × padded], the others 0.
static void pack_values_f32(const kvk_cache *cache, const uint8_t *base, const int32_t *slots,
                            size_t count, size_t padded, float *out) {
  switch (cache->type) {
  case KVK_KV_BF16:
    pack_values_of(KVK_KV_BF16, cache, base, slots, count, padded, out);
    break;
  case KVK_KV_Q8:
    pack_values_of(KVK_KV_Q8, cache, base, slots, count, padded, out);
    break;
  default:
    pack_values_of(KVK_KV_F16, cache, base, slots, count, padded, out);
  }
}

KVK_INLINE void pack_keys_of(const kvk_kv_type type, const kvk_cache *cache, const uint8_t *base,
                             const int32_t *slots, size_t count, size_t padded, float *out) {
  for (size_t t = 0; t < KVK_TILE; t += VW)
    for (size_t d = 0; d < padded; d += VW) {
      vf block[VW];
      KVK_UNROLL
      for (size_t i = 0; i < VW; i++)
        block[i] = t + i < count ? load_kv(type, base + (size_t)slots[t + i] * cache->slot_stride,
                                           d, cache->head_dimension)
                                 : vf_set1(0);
      vf_transpose(block);
      KVK_UNROLL
      for (size_t i = 0; i < VW; i++)
        vf_store(out + (d + i) * KVK_TILE + t, block[i]);
    }
}

/// The keys of `count` slots as columns [padded × KVK_TILE], the others 0.
static void pack_keys_f32(const kvk_cache *cache, const uint8_t *base, const int32_t *slots,
                          size_t count, size_t padded, float *out) {
  switch (cache->type) {
  case KVK_KV_BF16:
    pack_keys_of(KVK_KV_BF16, cache, base, slots, count, padded, out);
    break;
  case KVK_KV_Q8:
    pack_keys_of(KVK_KV_Q8, cache, base, slots, count, padded, out);
    break;
  default:
    pack_keys_of(KVK_KV_F16, cache, base, slots, count, padded, out);
  }
}

/// Whether none of the packed elements is infinite or NaN.
static bool are_finite_f32(const float *values, size_t count) {
  uint32_t special = 0;
  for (size_t i = 0; i < count; i++)
    special |= (kvk_bits(values[i]) & 0x7f800000) == 0x7f800000;
  return !special;
}

/// c [rows × columns] = a [rows × count] · b [count × columns]; columns a multiple of 16. Fetches
/// `ahead` meanwhile.
static void product_f32(size_t rows, size_t columns, size_t count, const float *a, size_t lda,
                        const float *b, size_t ldb, float *c, size_t ldc, kvk_pieces *ahead) {
  const kvk_ahead none = {NULL, 0};
  kvk_fetch_rows(ahead, count);
  for (size_t r = 0; r < rows; r++)
    memset(c + r * ldc, 0, columns * sizeof *c);
  for (size_t o = 0; o < columns; o += 2 * VW) {
    if (columns - o >= 2 * VW)
      tile_f32(2, rows, a, lda, b + o, ldb, count, c + o, ldc, none);
    else
      tile_f32(1, rows, a, lda, b + o, ldb, count, c + o, ldc, none);
  }
}

/// The exponentials of the first `seen` scores relative to their maximum; the weights from there to
/// `width` (a multiple of 32) are 0.
static void soften_f32(float *scores, size_t seen, size_t width, float *weights, float *maximum,
                       float *sum) {
  vf low = vf_set1(-__builtin_inff()), highest = low;
  vi limit = vi_set1((int32_t)seen);
  for (size_t t = 0; t < width; t += VW) {
    vf s = vf_select(vi_lanes() + vi_set1((int32_t)t) < limit, vf_load(scores + t), low);
    highest = vf_max(s, highest);
    vf_store(scores + t, s);
  }
  float top = vf_highest(highest);
  vf total = vf_set1(0);
  for (size_t t = 0; t < width; t += VW) {
    vf p = vf_exp(vf_load(scores + t) - vf_set1(top));
    vf_store(weights + t, p);
    total += p;
  }
  *sum = vf_sum(total);
  *maximum = top;
}

#include "attention_impl.h"
