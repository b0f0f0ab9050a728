// Dot products of unsigned weights and int8 activations, AVX-VNNI: what the instruction does.

KVK_INLINE __m256i dot_pair_avxvnni(const bool large, __m256i sum, __m256i w, __m256i a, __m256i v,
                                    __m256i b) {
  (void)large;
  return _mm256_dpbusd_avx_epi32(_mm256_dpbusd_avx_epi32(sum, w, a), v, b);
}

KVK_INLINE __m256i dot_end_avxvnni(const bool large, __m256i sum) {
  (void)large;
  return sum;
}

#define ON(NAME) NAME##_avxvnni
#include "nibbles_256.h"
#undef ON
