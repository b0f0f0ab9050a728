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

// `whole`: no dimension is padding, so that vectors can be loaded without a look at what is left.

KVK_INLINE void pack_values_of(const kvk_kv_type type, const bool whole, const kvk_cache *cache,
                               const uint8_t *base, const int32_t *slots, size_t count,
                               size_t padded, float *out) {
  const size_t dimension = cache->head_dimension;
  for (size_t i = 0; i < count; i++, out += padded) {
    const uint8_t *slot = base + (size_t)slots[i] * cache->slot_stride;
    for (size_t d = 0; d < padded; d += VW)
      vf_store(out + d,
               whole ? load_whole_kv(type, slot, d, dimension) : load_kv(type, slot, d, dimension));
  }
  memset(out, 0, (KVK_TILE - count) * padded * sizeof *out);
}

KVK_INLINE void pack_keys_of(const kvk_kv_type type, const bool whole, const kvk_cache *cache,
                             const uint8_t *base, const int32_t *slots, size_t count, size_t padded,
                             float *out) {
  const size_t dimension = cache->head_dimension;
  for (size_t t = 0; t < KVK_TILE; t += VW) {
    const uint8_t *slot[VW];
    KVK_UNROLL
    for (size_t i = 0; i < VW; i++)
      slot[i] = t + i < count ? base + (size_t)slots[t + i] * cache->slot_stride : NULL;
    const bool all = whole && t + VW <= count;
    for (size_t d = 0; d < padded; d += VW) {
      vf block[VW];
      if (all) {
        KVK_UNROLL
        for (size_t i = 0; i < VW; i++)
          block[i] = load_whole_kv(type, slot[i], d, dimension);
      } else {
        for (size_t i = 0; i < VW; i++)
          block[i] = slot[i] ? load_kv(type, slot[i], d, dimension) : vf_set1(0);
      }
      vf_transpose(block);
      KVK_UNROLL
      for (size_t i = 0; i < VW; i++)
        vf_store(out + (d + i) * KVK_TILE + t, block[i]);
    }
  }
}

#define PACK_CASE(WHAT, TYPE)                                                                      \
  case TYPE:                                                                                       \
    if (cache->head_dimension == padded)                                                           \
      pack_##WHAT##_of(TYPE, true, cache, base, slots, count, padded, out);                        \
    else                                                                                           \
      pack_##WHAT##_of(TYPE, false, cache, base, slots, count, padded, out);                       \
    break;
#define DEFINE_PACK(WHAT)                                                                          \
  static void pack_##WHAT##_f32(const kvk_cache *cache, const uint8_t *base, const int32_t *slots, \
                                size_t count, size_t padded, float *out) {                         \
    switch (cache->type) {                                                                         \
      PACK_CASE(WHAT, KVK_KV_F16)                                                                  \
      PACK_CASE(WHAT, KVK_KV_BF16)                                                                 \
      PACK_CASE(WHAT, KVK_KV_Q8)                                                                   \
    default:                                                                                       \
      break;                                                                                       \
    }                                                                                              \
  }

/// The values of `count` slots as rows [KVK_TILE × padded], the others 0.
DEFINE_PACK(values)
/// The keys of `count` slots as columns [padded × KVK_TILE], the others 0.
DEFINE_PACK(keys)
#undef DEFINE_PACK
#undef PACK_CASE

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
  size_t o = 0;
  // Few rows need more columns for as many sums as the multipliers work on at a time.
  for (; rows <= 2 && columns - o >= 4 * VW; o += 4 * VW) {
    if (rows == 2)
      tile_f32_sized(2, 4, a, lda, b + o, ldb, count, true, c + o, ldc, none);
    else
      tile_f32_sized(1, 4, a, lda, b + o, ldb, count, true, c + o, ldc, none);
  }
  for (; o < columns; o += 2 * VW) {
    if (columns - o >= 2 * VW)
      tile_f32(2, rows, a, lda, b + o, ldb, count, true, c + o, ldc, none);
    else
      tile_f32(1, rows, a, lda, b + o, ldb, count, true, c + o, ldc, none);
  }
}

/// The exponentials of the first `seen` scores relative to their maximum; the weights from there to
/// `width` (a multiple of 32) are 0.
static void soften_f32(float *scores, size_t seen, size_t width, float *weights, float *maximum,
                       float *sum) {
  vf low = vf_set1(-__builtin_inff()), highest = low;
  vi limit = vi_set1((int32_t)seen);
  size_t whole = seen / VW * VW;
  for (size_t t = 0; t < whole; t += VW)
    highest = vf_max(vf_load(scores + t), highest);
  for (size_t t = whole; t < width; t += VW) {
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
