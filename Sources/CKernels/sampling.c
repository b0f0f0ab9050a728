// Choosing tokens from logits. A vocabulary of 150,000 is 600 KB of logits: each pass should cost
// what reading them from the second-level cache costs.
#include "CKernelsSampling.h"
#include "kernels.h"
#include <string.h>

#pragma clang fp contract(off)

enum { LANES = 16 };
typedef float lf __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t li __attribute__((vector_size(LANES * 4), aligned(4)));

// Vectors are handed to functions that are inlined always: no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

#define SAMPLING(name) name##_plain
#include "generic/sampling_impl.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define SAMPLING(name) name##_avx2
#include "generic/sampling_impl.h"
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))),        \
                             apply_to = function)
#define SAMPLING(name) name##_avx512
#include "generic/sampling_impl.h"
#pragma clang attribute pop
#endif

typedef struct passes {
  size_t (*greatest)(const float *logits, size_t count);
  void (*weights)(const float *logits, size_t count, float maximum, float temperature, float *out);
  void (*members)(const float *logits, size_t count, float maximum, size_t first, size_t end,
                  uint32_t *indices);
  void (*numbers)(const float *logits, size_t count, float maximum, int32_t *buckets);
} passes;

static passes passes_of(kvk_isa isa) {
#if defined(__x86_64__)
  if (kvk_kernels_for(isa)) {
    if (isa == KVK_ISA_AVX2 || isa == KVK_ISA_AVXVNNI)
      return (passes){greatest_avx2, weights_avx2, members_avx2, numbers_avx2};
    if (isa >= KVK_ISA_AVX512 && isa <= KVK_ISA_AMX)
      return (passes){greatest_avx512, weights_avx512, members_avx512, numbers_avx512};
  }
#else
  (void)isa;
#endif
  return (passes){greatest_plain, weights_plain, members_plain, numbers_plain};
}

size_t kvk_greatest(kvk_isa isa, const float *logits, size_t count) {
  return passes_of(isa).greatest(logits, count);
}

void kvk_logit_weights(kvk_isa isa, const float *logits, size_t count, float maximum,
                       float temperature, float *out) {
  passes_of(isa).weights(logits, count, maximum, temperature, out);
}

/// In eight interleaved sums, added up in order.
static double sum(const float *weights, size_t count) {
  double parts[8] = {0}, all = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    KVK_UNROLL
  for (size_t p = 0; p < 8; p++)
    parts[p] += (double)weights[i + p];
  for (; i < count; i++)
    parts[i % 8] += (double)weights[i];
  for (size_t p = 0; p < 8; p++)
    all += parts[p];
  return all;
}

void kvk_logit_sums(kvk_isa isa, const float *logits, size_t count, float maximum,
                    float temperature, double *sums) {
  passes p = passes_of(isa);
  for (size_t first = 0; first < count; first += KVK_WEIGHT_BLOCK) {
    float weights[KVK_WEIGHT_BLOCK];
    size_t some = count - first < KVK_WEIGHT_BLOCK ? count - first : KVK_WEIGHT_BLOCK;
    p.weights(logits + first, some, maximum, temperature, weights);
    *sums++ = sum(weights, some);
  }
}

void kvk_logit_buckets(kvk_isa isa, const float *logits, size_t count, float maximum,
                       float temperature, uint32_t *counts, double *masses) {
  passes p = passes_of(isa);
  memset(counts, 0, KVK_LOGIT_BUCKETS * sizeof *counts);
  if (masses)
    memset(masses, 0, KVK_LOGIT_BUCKETS * sizeof *masses);
  for (size_t first = 0; first < count; first += KVK_WEIGHT_BLOCK) {
    int32_t buckets[KVK_WEIGHT_BLOCK];
    float weights[KVK_WEIGHT_BLOCK];
    size_t some = count - first < KVK_WEIGHT_BLOCK ? count - first : KVK_WEIGHT_BLOCK;
    p.numbers(logits + first, some, maximum, buckets);
    if (masses)
      p.weights(logits + first, some, maximum, temperature, weights);
    for (size_t i = 0; i < some; i++) {
      if (buckets[i] < 0)
        continue;
      counts[buckets[i]]++;
      if (masses)
        masses[buckets[i]] += (double)weights[i];
    }
  }
}

void kvk_logit_members(kvk_isa isa, const float *logits, size_t count, float maximum, size_t first,
                       size_t end, uint32_t *indices) {
  passes_of(isa).members(logits, count, maximum, first, end, indices);
}
