// Dot products of small unsigned weights and int8 activations, AVX2. vpmaddubsw adds pairs in 16
// bits. Of Q4_0 a whole group fits: at most 16 · 15 · 127 = 30480; of Q5_0 only four products.

/// Adds w · a + v · b, `large` weights being up to 31, others up to 15.
KVK_INLINE __m256i dot_pair_avx2(const bool large, __m256i sum, __m256i w, __m256i a, __m256i v,
                                 __m256i b) {
  __m256i some = _mm256_add_epi16(_mm256_maddubs_epi16(w, a), _mm256_maddubs_epi16(v, b));
  return large ? _mm256_add_epi32(sum, _mm256_madd_epi16(some, _mm256_set1_epi16(1)))
               : _mm256_add_epi16(sum, some);
}

KVK_INLINE __m256i dot_end_avx2(const bool large, __m256i sum) {
  return large ? sum : _mm256_madd_epi16(sum, _mm256_set1_epi16(1));
}

#define ON(NAME) NAME##_avx2
#include "nibbles_256.h"
#undef ON
