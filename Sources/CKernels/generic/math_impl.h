// Vector functions shared by the generic operations.

KVK_INLINE vf vf_select(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }

/// The first `count` elements, the rest 0.
KVK_INLINE vf vf_load_some(const float *p, size_t count) {
  float t[VW] = {0};
  for (size_t i = 0; i < count; i++)
    t[i] = p[i];
  return vf_load(t);
}
KVK_INLINE void vf_store_some(float *p, vf v, size_t count) {
  float t[VW];
  vf_store(t, v);
  for (size_t i = 0; i < count; i++)
    p[i] = t[i];
}
KVK_INLINE vf vf_load_half_some(const uint16_t *p, size_t count) {
  uint16_t t[VW] = {0};
  for (size_t i = 0; i < count; i++)
    t[i] = p[i];
  return vf_load_half(t);
}

KVK_INLINE vf vf_load_bfloat_some(const uint16_t *p, size_t count) {
  uint16_t t[VW] = {0};
  for (size_t i = 0; i < count; i++)
    t[i] = p[i];
  return vf_load_bfloat(t);
}

/// To the nearest integer, ties to even; |x| < 2^22. The integer also stands in the low bits of x +
/// this number.
#define ROUND_MAGIC 12582912.0f

// P · 2^N, where T is N + ROUND_MAGIC; the result must be a normal number.
#ifndef VF_TIMES_POWER
// The shift drops the magic number and moves N into the exponent.
#define VF_TIMES_POWER(P, N, T) ((vf)((vi)(P) + (vi)((vu)(T) << 23)))
#endif

/// e^x within 2 units in the last place; 0 below -86.5, e^88 above 88. Cephes' polynomial on |r| ≤
/// ln 2 / 2.
KVK_INLINE vf vf_exp(vf x) {
  vi tiny = x < vf_set1(-86.5f);
  x = vf_min(vf_max(x, vf_set1(-86.5f)), vf_set1(88.0f));
  vf t = vf_fma(x, vf_set1(1.44269504088896341f), vf_set1(ROUND_MAGIC));
  vf n = t - vf_set1(ROUND_MAGIC);
  vf r = vf_fma(n, vf_set1(-0.693359375f), x);
  r = vf_fma(n, vf_set1(2.12194440e-4f), r);
  vf p = vf_set1(1.9875691500e-4f);
  p = vf_fma(p, r, vf_set1(1.3981999507e-3f));
  p = vf_fma(p, r, vf_set1(8.3334519073e-3f));
  p = vf_fma(p, r, vf_set1(4.1665795894e-2f));
  p = vf_fma(p, r, vf_set1(1.6666665459e-1f));
  p = vf_fma(p, r, vf_set1(5.0000001201e-1f));
  p = vf_fma(p, r, vf_set1(1.0f));
  p = vf_fma(p, r, vf_set1(1.0f));
  return (vf)((vi)VF_TIMES_POWER(p, n, t) & ~tiny);
}
