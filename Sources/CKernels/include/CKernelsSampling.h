// What choosing a token needs to know about a row of logits. Results are the same to the bit on
// every instruction set: they use nothing but additions, multiplications, divisions and
// comparisons, in an order fixed by the number of logits, and no fused multiplication.
#ifndef KVASIR_CKERNELS_SAMPLING_H
#define KVASIR_CKERNELS_SAMPLING_H

#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  /// Logits whose weights are summed together.
  KVK_WEIGHT_BLOCK = 1024,
  /// Buckets by distance from the maximum: 64 to the unit, the last one for all that is far.
  KVK_LOGIT_BUCKETS = 2048,
};

/// The index of the greatest logit, the first of equals; logits that are not numbers are passed
/// over, except the first: if it is none, the result is 0.
size_t kvk_greatest(kvk_isa isa, const float *logits, size_t count);

/// out[i] = exp((logits[i] - maximum) / temperature), within 2 units in the last place; 0 where
/// that is below 2^-126.
void kvk_logit_weights(kvk_isa isa, const float *logits, size_t count, float maximum,
                       float temperature, float *out);

/// Sums of weights, KVK_WEIGHT_BLOCK logits to a sum.
void kvk_logit_sums(kvk_isa isa, const float *logits, size_t count, float maximum,
                    float temperature, double *sums);

/// Counts logits by distance from the maximum, and adds up their weights. A logit l lies in bucket
/// min(⌊64 (maximum - l)⌋, KVK_LOGIT_BUCKETS - 1); one that is not a number lies in none. `masses`
/// may be NULL.
void kvk_logit_buckets(kvk_isa isa, const float *logits, size_t count, float maximum,
                       float temperature, uint32_t *counts, double *masses);

/// Writes the indices of the logits in buckets first..<end, ascending, as many as
/// `kvk_logit_buckets` counted.
void kvk_logit_members(kvk_isa isa, const float *logits, size_t count, float maximum, size_t first,
                       size_t end, uint32_t *indices);

#ifdef __cplusplus
}
#endif

#endif
