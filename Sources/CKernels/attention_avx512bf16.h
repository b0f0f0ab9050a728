// The arithmetic of attention on AVX512-BF16: queries, keys, values and exponentials as bf16, sums
// in f32. vdpbf16ps adds two products to a sum in its own order and flushes subnormals, so it
// serves every number of queries.

#define ATTENTION(name) name##_bf16
#define ATTENTION_ELEMENT uint16_t
#define ATTENTION_ROWS 6
#define ATTENTION_BATCH 24
#define ATTENTION_DIMENSION_STEP 16

KVK_INLINE void begin_bf16(void) {}
KVK_INLINE void end_bf16(void) {}

/// 2^x for x ≤ 0 within 3e-6, such that 2^0 is 1 and 2^-∞ is 0: 2^floor(x) by exponent times a
/// polynomial in the rest (minimax for the relative error, with p(0) = 1).
KVK_INLINE vf exponential_bf16(vf x) {
  vf r = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  vf p = vf_fma(r, vf_set1(0.013426683843135834f), vf_set1(0.052242472767829895f));
  p = vf_fma(p, r, vf_set1(0.241280198097229f));
  p = vf_fma(p, r, vf_set1(0.6930448412895203f));
  p = vf_fma(p, r, vf_set1(1.0f));
  return _mm512_scalef_ps(p, x);
}

/// One query [dimension], scaled, so that scores are logarithms to base 2.
static void take_query_bf16(const float *q, float scale, size_t dimension, size_t padded,
                            uint16_t *out) {
  scale *= 1.44269504088896341f;
  for (size_t d = 0; d < dimension; d++)
    out[d] = kvk_to_bfloat(q[d] * scale);
  for (size_t d = dimension; d < padded; d++)
    out[d] = 0;
}

/// 32 dimensions from `d` on as bf16; those from `dimension` on are 0.
KVK_INLINE __m512i load_pairs(const kvk_kv_type type, const uint8_t *slot, size_t d,
                              size_t dimension) {
  size_t left = dimension - d;
  __mmask32 mask = left < 32 ? ((__mmask32)1 << left) - 1 : ~(__mmask32)0;
  if (type == KVK_KV_BF16 && left >= 32)
    return _mm512_loadu_si512(slot + 2 * d);
  if (type == KVK_KV_BF16)
    return _mm512_maskz_loadu_epi16(mask, slot + 2 * d);
  __m512 low, high;
  if (type == KVK_KV_F16 && left >= 32) {
    const uint16_t *from = (const uint16_t *)slot + d;
    low = vf_load_half(from);
    high = vf_load_half(from + VW);
  } else if (type == KVK_KV_F16) {
    __m512i half = _mm512_maskz_loadu_epi16(mask, slot + 2 * d);
    low = _mm512_cvtph_ps(_mm512_castsi512_si256(half));
    high = _mm512_cvtph_ps(_mm512_extracti64x4_epi64(half, 1));
  } else {
    uint16_t half;
    memcpy(&half, slot + d / KVK_GROUP * 2, 2);
    __m512 scale = _mm512_cvtph_ps(_mm256_set1_epi16((short)half));
    __m256i bytes = _mm256_maskz_loadu_epi8(mask, slot + 2 * kvk_kv_groups(dimension) + d);
    low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_castsi256_si128(bytes))) * scale;
    high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_extracti128_si256(bytes, 1))) * scale;
  }
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

KVK_INLINE void pack_keys_pairs(const kvk_kv_type type, const kvk_cache *cache, const uint8_t *base,
                                const int32_t *slots, size_t count, size_t padded, uint16_t *out) {
  size_t dimension = cache->head_dimension, stride = cache->slot_stride;
  for (size_t t = 0; t < count; t += 16) {
    for (size_t d = 0; d < dimension; d += 32) {
      vf block[16];
      if (t + 16 <= count) {
        KVK_UNROLL
        for (size_t i = 0; i < 16; i++)
          block[i] = (vf)load_pairs(type, base + (size_t)slots[t + i] * stride, d, dimension);
      } else {
        for (size_t i = 0; i < 16; i++)
          block[i] = t + i < count
                         ? (vf)load_pairs(type, base + (size_t)slots[t + i] * stride, d, dimension)
                         : vf_set1(0);
      }
      vf_transpose(block);
      uint16_t *to = out + d * KVK_TILE + 2 * t;
      KVK_UNROLL
      for (size_t i = 0; i < 8; i++)
        _mm512_storeu_ps(to + i * 2 * KVK_TILE, block[i]);
      if (padded - d > 16) {
        KVK_UNROLL
        for (size_t i = 8; i < 16; i++)
          _mm512_storeu_ps(to + i * 2 * KVK_TILE, block[i]);
      }
    }
  }
}

/// The keys of `count` slots as [padded / 2][KVK_TILE][2], and 0 up to a multiple of 16 slots.
static void pack_keys_bf16(const kvk_cache *cache, const uint8_t *base, const int32_t *slots,
                           size_t count, size_t padded, uint16_t *out) {
  switch (cache->type) {
  case KVK_KV_BF16:
    pack_keys_pairs(KVK_KV_BF16, cache, base, slots, count, padded, out);
    break;
  case KVK_KV_Q8:
    pack_keys_pairs(KVK_KV_Q8, cache, base, slots, count, padded, out);
    break;
  default:
    pack_keys_pairs(KVK_KV_F16, cache, base, slots, count, padded, out);
  }
}

KVK_INLINE void pack_values_pairs(const kvk_kv_type type, const kvk_cache *cache,
                                  const uint8_t *base, const int32_t *slots, size_t count,
                                  size_t padded, uint16_t *out) {
  // Words 0, 32, 1, 33 … of two rows side by side.
  const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8,
                                       39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  size_t dimension = cache->head_dimension, stride = cache->slot_stride;
  for (size_t t = 0; t < count; t += 2, out += 2 * padded) {
    const uint8_t *first = base + (size_t)slots[t] * stride;
    const uint8_t *second = t + 1 < count ? base + (size_t)slots[t + 1] * stride : NULL;
    for (size_t d = 0; d < dimension; d += 32) {
      __m512i a = load_pairs(type, first, d, dimension);
      __m512i b = second ? load_pairs(type, second, d, dimension) : _mm512_setzero_si512();
      _mm512_storeu_si512(out + 2 * d, _mm512_permutex2var_epi16(a, low, b));
      if (padded - d > 16)
        _mm512_storeu_si512(out + 2 * d + 32, _mm512_permutex2var_epi16(a, high, b));
    }
  }
}

/// The values of `count` slots as [KVK_TILE / 2][padded][2], and 0 beside an odd one.
static void pack_values_bf16(const kvk_cache *cache, const uint8_t *base, const int32_t *slots,
                             size_t count, size_t padded, uint16_t *out) {
  switch (cache->type) {
  case KVK_KV_BF16:
    pack_values_pairs(KVK_KV_BF16, cache, base, slots, count, padded, out);
    break;
  case KVK_KV_Q8:
    pack_values_pairs(KVK_KV_Q8, cache, base, slots, count, padded, out);
    break;
  default:
    pack_values_pairs(KVK_KV_F16, cache, base, slots, count, padded, out);
  }
}

/// Whether none of the packed elements is infinite or NaN.
static bool are_finite_bf16(const uint16_t *values, size_t count) {
  uint32_t special = 0;
  for (size_t i = 0; i < count; i++)
    special |= (values[i] & 0x7f80) == 0x7f80;
  return !special;
}

KVK_INLINE void product_bf16_sized(const size_t rows, const size_t vectors, size_t pairs,
                                   const uint16_t *a, size_t lda, const uint16_t *b, size_t ldb,
                                   float *c, size_t ldc, kvk_pieces *ahead) {
  vf total[ATTENTION_ROWS][4];
  KVK_UNROLL
  for (size_t r = 0; r < rows; r++) {
    KVK_UNROLL
    for (size_t v = 0; v < vectors; v++)
      total[r][v] = vf_set1(0);
  }
  for (size_t p = 0; p < pairs; p++, b += 2 * ldb) {
    if (p % 4 == 0)
      kvk_fetch_rows(ahead, 4);
    __m512bh w[4];
    KVK_UNROLL
    for (size_t v = 0; v < vectors; v++)
      w[v] = (__m512bh)_mm512_loadu_si512(b + 32 * v);
    KVK_UNROLL
    for (size_t r = 0; r < rows; r++) {
      int32_t two;
      memcpy(&two, a + r * lda + 2 * p, 4);
      __m512bh x = (__m512bh)_mm512_set1_epi32(two);
      KVK_UNROLL
      for (size_t v = 0; v < vectors; v++)
        total[r][v] = _mm512_dpbf16_ps(total[r][v], w[v], x);
    }
  }
  KVK_UNROLL
  for (size_t r = 0; r < rows; r++) {
    KVK_UNROLL
    for (size_t v = 0; v < vectors; v++)
      vf_store(c + r * ldc + v * VW, total[r][v]);
  }
}

/// c [rows × columns] = a [rows × count] · b [count / 2][ldb][2]; rows at most ATTENTION_ROWS,
/// columns a multiple of 16. An odd count takes one more of both, which must be 0 in `a`. Fetches
/// `ahead` meanwhile.
static void product_bf16(size_t rows, size_t columns, size_t count, const uint16_t *a, size_t lda,
                         const uint16_t *b, size_t ldb, float *c, size_t ldc, kvk_pieces *ahead) {
  size_t pairs = (count + 1) / 2;
  for (; columns > 0; b += 128, c += 64) {
    size_t vectors = columns < 64 ? columns / 16 : 4;
    columns -= vectors * 16;
    switch (4 * rows + vectors) {
#define SIZED(ROWS, VECTORS)                                                                       \
  case 4 * ROWS + VECTORS:                                                                         \
    product_bf16_sized(ROWS, VECTORS, pairs, a, lda, b, ldb, c, ldc, ahead);                       \
    break;
#define ROW_COUNT(ROWS) SIZED(ROWS, 1) SIZED(ROWS, 2) SIZED(ROWS, 3) SIZED(ROWS, 4)
      ROW_COUNT(1) ROW_COUNT(2) ROW_COUNT(3) ROW_COUNT(4) ROW_COUNT(5) ROW_COUNT(6)
#undef ROW_COUNT
#undef SIZED
    }
  }
}

/// The powers of 2 of the first `seen` scores relative to their maximum, rounded to bf16; the
/// weights from there to `width` (a multiple of 32) are 0.
static void soften_bf16(float *scores, size_t seen, size_t width, uint16_t *weights, float *maximum,
                        float *sum) {
  vf low = vf_set1(-__builtin_inff()), highest[2] = {low, low};
  size_t t = 0;
  for (; t + 32 <= seen; t += 32) {
    highest[0] = vf_max(vf_load(scores + t), highest[0]);
    highest[1] = vf_max(vf_load(scores + t + VW), highest[1]);
  }
  __m512 rest[2] = {low, low};
  if (t < seen) {
    uint32_t mask = ((uint32_t)1 << (seen - t)) - 1;
    rest[0] = _mm512_mask_loadu_ps(low, (__mmask16)mask, scores + t);
    rest[1] = _mm512_mask_loadu_ps(low, (__mmask16)(mask >> 16), scores + t + VW);
    highest[0] = vf_max(rest[0], highest[0]);
    highest[1] = vf_max(rest[1], highest[1]);
  }
  float top = vf_highest(vf_max(highest[0], highest[1]));
  vf tops = vf_set1(top), total[2] = {vf_set1(0), vf_set1(0)};
  for (t = 0; t + 32 <= seen; t += 32) {
    vf p = exponential_bf16(vf_load(scores + t) - tops);
    vf q = exponential_bf16(vf_load(scores + t + VW) - tops);
    total[0] += p;
    total[1] += q;
    _mm512_storeu_si512(weights + t, (__m512i)_mm512_cvtne2ps_pbh(q, p));
  }
  if (t < seen) {
    vf p = exponential_bf16(rest[0] - tops), q = exponential_bf16(rest[1] - tops);
    total[0] += p;
    total[1] += q;
    _mm512_storeu_si512(weights + t, (__m512i)_mm512_cvtne2ps_pbh(q, p));
    t += 32;
  }
  for (; t < width; t += 32)
    _mm512_storeu_si512(weights + t, _mm512_setzero_si512());
  *sum = vf_sum(total[0] + total[1]);
  *maximum = top;
}

#include "generic/attention_impl.h"
