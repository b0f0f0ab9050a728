// Four lanes in clang's vector types: SSE2 and NEON both hold them in one register.
#include "half.h"

typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));
typedef uint16_t vhalf __attribute__((vector_size(8)));
typedef int8_t vb __attribute__((vector_size(4)));

#if defined(__aarch64__)
enum { VW = 4, TILE_ROWS = 8 };
#define TILE_CASES(NAME)                                                                           \
  TILE_CASE(NAME, 1)                                                                               \
  TILE_CASE(NAME, 2) TILE_CASE(NAME, 3) TILE_CASE(NAME, 4) TILE_CASE(NAME, 5) TILE_CASE(NAME, 6)   \
      TILE_CASE(NAME, 7) TILE_CASE(NAME, 8)
#else
enum { VW = 4, TILE_ROWS = 4 };
#define TILE_CASES(NAME) TILE_CASE(NAME, 1) TILE_CASE(NAME, 2) TILE_CASE(NAME, 3) TILE_CASE(NAME, 4)
#endif

KVK_INLINE vf vf_load(const float *p) {
  vf v;
  memcpy(&v, p, sizeof v);
  return v;
}
KVK_INLINE void vf_store(float *p, vf v) { memcpy(p, &v, sizeof v); }
KVK_INLINE vf vf_set1(float x) { return (vf){x, x, x, x}; }
KVK_INLINE vi vi_set1(int32_t x) { return (vi){x, x, x, x}; }
KVK_INLINE vi vi_lanes(void) { return (vi){0, 1, 2, 3}; }
// One expression, so that it is either fused everywhere (arm64) or nowhere.
KVK_INLINE vf vf_fma(vf a, vf b, vf c) { return a * b + c; }
KVK_INLINE vf vf_max(vf a, vf b) {
  vi m = a > b;
  return (vf)(((vi)a & m) | ((vi)b & ~m));
}
KVK_INLINE vf vf_min(vf a, vf b) {
  vi m = a < b;
  return (vf)(((vi)a & m) | ((vi)b & ~m));
}
#if defined(__aarch64__)
// Every arm64 processor converts f16 in hardware.
typedef __fp16 vfp16 __attribute__((vector_size(8)));

KVK_INLINE vf vf_load_half(const uint16_t *p) {
  vfp16 h;
  memcpy(&h, p, sizeof h);
  return __builtin_convertvector(h, vf);
}
KVK_INLINE void vf_store_half(uint16_t *p, vf v) {
  vfp16 h = __builtin_convertvector(v, vfp16);
  memcpy(p, &h, sizeof h);
}
#else
KVK_INLINE vf vf_load_half(const uint16_t *p) {
  vhalf h;
  memcpy(&h, p, sizeof h);
  vu w = __builtin_convertvector(h, vu), rest = w & 0x7fff;
  vf value = (vf)(rest << 13) * 0x1p112f;
  vu special = (vu)(rest >= 0x7c00) & 0x7f800000;
  return (vf)((vu)value | special | (w & 0x8000) << 16);
}
KVK_INLINE void vf_store_half(uint16_t *p, vf v) {
  for (int i = 0; i < VW; i++)
    p[i] = kvk_to_half(v[i]);
}
#endif
KVK_INLINE vf vf_load_bfloat(const uint16_t *p) {
  vhalf h;
  memcpy(&h, p, sizeof h);
  return (vf)(__builtin_convertvector(h, vu) << 16);
}
KVK_INLINE float vf_sum(vf v) { return (v[0] + v[2]) + (v[1] + v[3]); }
KVK_INLINE int32_t vi_sum(vi v) { return (v[0] + v[1]) + (v[2] + v[3]); }
KVK_INLINE float vf_highest(vf v) {
  float a = v[0] > v[1] ? v[0] : v[1], b = v[2] > v[3] ? v[2] : v[3];
  return a > b ? a : b;
}
KVK_INLINE void vf_transpose(vf r[VW]) {
  vf a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5),
     b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  vf c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7),
     d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}
