// What the checks of the kernels share: seeded numbers, memory with a guard behind it, a tally.
#ifndef KVASIR_CHECK_H
#define KVASIR_CHECK_H

#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Kernels under test, and what came of it.
typedef struct check {
  const kvk_kernels *kernels;
  const char *name;
  size_t done, failed;
  uint64_t random;
} check;

/// Counts a check; the first failures are printed.
#define EXPECT(C, CONDITION, ...)                                                                  \
  do {                                                                                             \
    (C)->done++;                                                                                   \
    if (!(CONDITION) && (C)->failed++ < 20) {                                                      \
      printf("%s: ", (C)->name);                                                                   \
      printf(__VA_ARGS__);                                                                         \
      printf("\n");                                                                                \
    }                                                                                              \
  } while (0)

/// SplitMix64.
static inline uint64_t next_bits(check *c) {
  uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static inline size_t next_below(check *c, size_t bound) { return next_bits(c) % bound; }

/// In -1..<1.
static inline float next_float(check *c) {
  return (float)((double)(next_bits(c) >> 11) * 0x1p-52 - 1.0);
}

/// Memory that ends, but for what alignment to 64 bytes leaves, where no page follows. Never given
/// back.
void *guarded(size_t bytes);
/// As `guarded`, filled from next_float.
float *random_floats(check *c, size_t count);

/// A number rounded to f16 or bf16 (ties to even), and what f16 bits stand for; written anew here,
/// in double precision.
double half_value(uint16_t bits);
double rounded_half(double value);
double rounded_bfloat(double value);

void check_products(check *c);
void check_rows(check *c);
void check_attention(check *c);

#endif
