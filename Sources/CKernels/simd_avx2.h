// Eight lanes: AVX2 with FMA and F16C.
#include "half.h"
#include <immintrin.h>

typedef __m256 vf;
typedef int32_t vi __attribute__((vector_size(32)));
typedef uint32_t vu __attribute__((vector_size(32)));
typedef int8_t vb __attribute__((vector_size(8)));

enum { VW = 8, TILE_ROWS = 6 };
#define TILE_CASES(NAME)                                                                           \
  TILE_CASE(NAME, 1)                                                                               \
  TILE_CASE(NAME, 2) TILE_CASE(NAME, 3) TILE_CASE(NAME, 4) TILE_CASE(NAME, 5) TILE_CASE(NAME, 6)

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

KVK_INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
KVK_INLINE void vf_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
KVK_INLINE vf vf_set1(float x) { return _mm256_set1_ps(x); }
KVK_INLINE vi vi_set1(int32_t x) { return (vi)_mm256_set1_epi32(x); }
KVK_INLINE vi vi_lanes(void) { return (vi){0, 1, 2, 3, 4, 5, 6, 7}; }
KVK_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
KVK_INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
KVK_INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
KVK_INLINE vf vf_load_half(const uint16_t *p) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}
KVK_INLINE vf vf_load_bfloat(const uint16_t *p) {
  __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
KVK_INLINE void vf_store_half(uint16_t *p, vf v) {
  _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
KVK_INLINE float vf_sum(vf v) {
  __m128 a = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  return (a[0] + a[2]) + (a[1] + a[3]);
}
KVK_INLINE int32_t vi_sum(vi v) {
  __m128i a =
      _mm_add_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
  a = _mm_add_epi32(a, _mm_shuffle_epi32(a, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(a, _mm_shuffle_epi32(a, 0xb1)));
}
KVK_INLINE float vf_highest(vf v) {
  __m128 a = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  a = _mm_max_ps(a, _mm_movehl_ps(a, a));
  return _mm_cvtss_f32(_mm_max_ss(a, _mm_movehdup_ps(a)));
}
KVK_INLINE void vf_transpose(vf r[VW]) {
  vf t[VW];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  vf s[VW];
  for (int i = 0; i < 8; i += 4) {
    s[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    s[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    s[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    s[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm256_permute2f128_ps(s[i], s[i + 4], 0x20);
    r[i + 4] = _mm256_permute2f128_ps(s[i], s[i + 4], 0x31);
  }
}

#pragma clang attribute pop
