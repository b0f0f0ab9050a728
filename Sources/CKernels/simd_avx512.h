// Sixteen lanes: AVX-512 F, BW, VL, DQ, VNNI.
#include "half.h"
#include <immintrin.h>

typedef __m512 vf;
typedef int32_t vi __attribute__((vector_size(64)));
typedef uint32_t vu __attribute__((vector_size(64)));
typedef int8_t vb __attribute__((vector_size(16)));

enum { VW = 16, TILE_ROWS = 8 };
#define TILE_CASES(NAME)                                                                           \
  TILE_CASE(NAME, 1)                                                                               \
  TILE_CASE(NAME, 2) TILE_CASE(NAME, 3) TILE_CASE(NAME, 4) TILE_CASE(NAME, 5) TILE_CASE(NAME, 6)   \
      TILE_CASE(NAME, 7) TILE_CASE(NAME, 8)

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))), apply_to = function)

KVK_INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
KVK_INLINE void vf_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
KVK_INLINE vf vf_set1(float x) { return _mm512_set1_ps(x); }
KVK_INLINE vi vi_set1(int32_t x) { return (vi)_mm512_set1_epi32(x); }
KVK_INLINE vi vi_lanes(void) { return (vi){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }
KVK_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
KVK_INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
KVK_INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
#define VF_TIMES_POWER(P, N, T) _mm512_scalef_ps(P, N)
KVK_INLINE vf vf_load_half(const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
KVK_INLINE vf vf_load_bfloat(const uint16_t *p) {
  __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
KVK_INLINE void vf_store_half(uint16_t *p, vf v) {
  _mm256_storeu_si256((__m256i *)p,
                      _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
KVK_INLINE float vf_sum(vf v) { return _mm512_reduce_add_ps(v); }
KVK_INLINE int32_t vi_sum(vi v) { return _mm512_reduce_add_epi32((__m512i)v); }
KVK_INLINE float vf_highest(vf v) { return _mm512_reduce_max_ps(v); }
KVK_INLINE void vf_transpose(vf r[VW]) {
  vf t[VW];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  vf s[VW]; // s[i + c]: column c of each quarter, rows i…i + 3
  for (int i = 0; i < 16; i += 4) {
    s[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
    s[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
    s[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    s[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int c = 0; c < 4; c++) {
    vf a = _mm512_shuffle_f32x4(s[c], s[c + 4], 0x88),
       b = _mm512_shuffle_f32x4(s[c], s[c + 4], 0xdd);
    vf d = _mm512_shuffle_f32x4(s[c + 8], s[c + 12], 0x88),
       e = _mm512_shuffle_f32x4(s[c + 8], s[c + 12], 0xdd);
    r[c] = _mm512_shuffle_f32x4(a, d, 0x88);
    r[c + 4] = _mm512_shuffle_f32x4(b, e, 0x88);
    r[c + 8] = _mm512_shuffle_f32x4(a, d, 0xdd);
    r[c + 12] = _mm512_shuffle_f32x4(b, e, 0xdd);
  }
}

#pragma clang attribute pop
