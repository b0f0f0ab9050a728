// Scalar conversions between f32, f16 and bf16, for any processor.
#ifndef KVASIR_HALF_H
#define KVASIR_HALF_H

#include "kernels.h"
#include <string.h>

KVK_INLINE uint32_t kvk_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

KVK_INLINE float kvk_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

KVK_INLINE float kvk_from_half(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff;
  // Moves exponent and mantissa into place; the multiplication rebiases and normalises subnormals.
  float value = kvk_float(rest << 13) * 0x1p112f;
  uint32_t special = rest >= 0x7c00 ? 0x7f800000 : 0;
  return kvk_float(kvk_bits(value) | special | sign);
}

/// Rounds to nearest, ties to even, as F16C does.
KVK_INLINE uint16_t kvk_to_half(float value) {
  uint32_t bits = kvk_bits(value), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
  if (rest >= 0x7f800000) // infinite, or NaN made quiet
    return (uint16_t)(sign | 0x7c00 | (rest > 0x7f800000 ? 0x200 | (rest >> 13 & 0x3ff) : 0));
  if (rest >= 0x477ff000) // rounds to more than 65504
    return (uint16_t)(sign | 0x7c00);
  if (rest <
      0x38800000) // subnormal: adding 0.5 puts the rounded value's bits at the end of the mantissa
    return (uint16_t)(sign | (kvk_bits(kvk_float(rest) + 0.5f) - 0x3f000000));
  return (uint16_t)(sign | ((rest + 0xfff + (rest >> 13 & 1) - 0x38000000) >> 13));
}

KVK_INLINE float kvk_from_bfloat(uint16_t value) { return kvk_float((uint32_t)value << 16); }

/// Rounds to nearest, ties to even; NaN becomes quiet.
KVK_INLINE uint16_t kvk_to_bfloat(float value) {
  uint32_t bits = kvk_bits(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (uint16_t)(bits >> 16 | 64);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#endif
