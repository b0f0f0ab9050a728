// Peaks of the arithmetic units and of memory. A loop keeps CHAINS independent sums, more than a
// unit's latency times its width, so that it is bound by throughput alone.
#include "CKernelsLimits.h"
#include "kernels.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum {
  CHAINS = 12,          // with two operands and one spare they fit 16 registers
  STEPS = 2000,         // iterations over all chains in a piece
  READ_PIECE = 1 << 20, // bytes a worker claims at a time: with less the memory is slower
  READ_AHEAD = 4096,    // bytes between a read and what is asked for meanwhile
};

// The compiler must neither know what a sum starts with nor see that nobody uses it.
#define OPAQUE(value, constraint) __asm__ volatile("" : "+" constraint(value))

// A piece of work: multiplies and adds in CHAINS registers. `step` updates `sum` from x and y.
#define PEAK(name, attribute, type, constraint, zero, step)                                        \
  attribute static void name(void *context, size_t item, int worker) {                             \
    (void)context, (void)item, (void)worker;                                                       \
    type x = zero, y = zero, sums[CHAINS];                                                         \
    OPAQUE(x, constraint);                                                                         \
    OPAQUE(y, constraint);                                                                         \
    KVK_UNROLL                                                                                     \
    for (int c = 0; c < CHAINS; c++) {                                                             \
      sums[c] = zero;                                                                              \
      OPAQUE(sums[c], constraint);                                                                 \
    }                                                                                              \
    for (int i = 0; i < STEPS; i++)                                                                \
      KVK_UNROLL                                                                                   \
    for (int c = 0; c < CHAINS; c++) {                                                             \
      type sum = sums[c];                                                                          \
      step;                                                                                        \
      sums[c] = sum;                                                                               \
    }                                                                                              \
    KVK_UNROLL                                                                                     \
    for (int c = 0; c < CHAINS; c++)                                                               \
      OPAQUE(sums[c], constraint);                                                                 \
  }

// Reads a piece and asks for what comes READ_AHEAD later.
typedef uint64_t line __attribute__((vector_size(KVK_ALIGNMENT)));

#define READ(name, attribute)                                                                      \
  attribute static void name(void *context, size_t item, int worker) {                             \
    (void)worker;                                                                                  \
    const uint8_t *from = (const uint8_t *)context + item * READ_PIECE;                            \
    line sums[4] = {0};                                                                            \
    for (size_t at = 0; at < READ_PIECE; at += sizeof sums)                                        \
      KVK_UNROLL                                                                                   \
    for (int c = 0; c < 4; c++) {                                                                  \
      line value;                                                                                  \
      memcpy(&value, from + at + (size_t)c * sizeof value, sizeof value);                          \
      __builtin_prefetch(from + at + (size_t)c * sizeof value + READ_AHEAD, 0, 2);                 \
      sums[c] += value;                                                                            \
    }                                                                                              \
    line sum = sums[0] + sums[1] + sums[2] + sums[3];                                              \
    uint64_t words[sizeof sum / sizeof(uint64_t)], all = 0;                                        \
    memcpy(words, &sum, sizeof words);                                                             \
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)                                      \
      all += words[i];                                                                             \
    OPAQUE(all, "r");                                                                              \
  }

#define PLAIN __attribute__((noinline))

typedef float f32x4 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));

#if defined(__x86_64__)
#define REGISTER128 "x"
#elif defined(__aarch64__)
#define REGISTER128 "w"
#else
#define REGISTER128 "r"
#endif
PEAK(f32_plain, PLAIN, f32x4, REGISTER128, (f32x4){0}, sum = sum * x + y)
READ(read_plain, PLAIN)
#if !defined(__x86_64__)
// Eight products, in four sums.
PEAK(int8_plain, PLAIN, i16x8, REGISTER128, (i16x8){0}, sum = sum * x + y)
#endif

#if defined(__x86_64__)
// Baseline x86-64 has no bytes to multiply: the portable kernels widen to 16 bits.
// The products depend on no sum: hidden from the compiler, or it would take them out of the loop.
PEAK(int8_plain, PLAIN, __m128i, "x", _mm_setzero_si128(), {
  __m128i a = x;
  OPAQUE(a, "x");
  sum = _mm_add_epi32(sum, _mm_madd_epi16(a, y));
})

#define AVX2 __attribute__((noinline, target("avx2,fma")))
PEAK(int8_avx2, AVX2, __m256i, "x", _mm256_setzero_si256(), {
  __m256i a = x;
  OPAQUE(a, "x");
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, y), y));
})
PEAK(f32_avx2, AVX2, __m256, "x", _mm256_setzero_ps(), sum = _mm256_fmadd_ps(x, y, sum))
READ(read_avx2, AVX2)

#define AVXVNNI __attribute__((noinline, target("avx2,fma,avxvnni")))
PEAK(int8_avxvnni, AVXVNNI, __m256i, "x", _mm256_setzero_si256(),
     sum = _mm256_dpbusd_avx_epi32(sum, x, y))

#define AVX512 __attribute__((noinline, target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
PEAK(int8_avx512, AVX512, __m512i, "v", _mm512_setzero_si512(),
     sum = _mm512_dpbusd_epi32(sum, x, y))
PEAK(f32_avx512, AVX512, __m512, "v", _mm512_setzero_ps(), sum = _mm512_fmadd_ps(x, y, sum))
READ(read_avx512, AVX512)

#define AVX512BF16 __attribute__((noinline, target("avx512f,avx512bf16")))
PEAK(bf16_avx512, AVX512BF16, __m512, "v", _mm512_setzero_ps(),
     sum = _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)y))

#if defined(__linux__)
#define AMX __attribute__((noinline, target("amx-tile,amx-int8,amx-bf16")))
// Four tiles of sums, 16 × 16 each.
#define TILE_PEAK(name, product)                                                                   \
  AMX static void name(void *context, size_t item, int worker) {                                   \
    (void)context, (void)item, (void)worker;                                                       \
    _Alignas(KVK_ALIGNMENT) uint8_t shape[64] = {1}, zeros[1024] = {0};                            \
    for (int t = 0; t < 8; t++) {                                                                  \
      shape[16 + 2 * t] = 64;                                                                      \
      shape[48 + t] = 16;                                                                          \
    }                                                                                              \
    _tile_loadconfig(shape);                                                                       \
    _tile_loadd(4, zeros, 64);                                                                     \
    _tile_loadd(5, zeros, 64);                                                                     \
    _tile_loadd(6, zeros, 64);                                                                     \
    _tile_loadd(7, zeros, 64);                                                                     \
    for (int i = 0; i < STEPS / TILE_SHARE * CHAINS / 4; i++) {                                    \
      product(0, 4, 6);                                                                            \
      product(1, 4, 7);                                                                            \
      product(2, 5, 6);                                                                            \
      product(3, 5, 7);                                                                            \
    }                                                                                              \
    _tile_release();                                                                               \
  }
enum { TILE_SHARE = 20 }; // a piece should take as long as others do
TILE_PEAK(int8_amx, _tile_dpbssd)
TILE_PEAK(bf16_amx, _tile_dpbf16ps)
#endif
#elif defined(__aarch64__)
#define DOTPROD __attribute__((noinline, target("dotprod")))
PEAK(int8_neon, DOTPROD, int32x4_t, "w", vdupq_n_s32(0),
     sum = vdotq_s32(sum, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(y)))
#define I8MM __attribute__((noinline, target("i8mm")))
PEAK(int8_neoni8mm, I8MM, int32x4_t, "w", vdupq_n_s32(0),
     sum = vmmlaq_s32(sum, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(y)))
PEAK(f32_neon, PLAIN, float32x4_t, "w", vdupq_n_f32(0), sum = vfmaq_f32(sum, x, y))
#endif

/// A loop, and the operations of one step of one chain.
typedef struct peak {
  kvk_work work;
  double operations;
} peak;

static peak peak_of(kvk_isa isa, kvk_arithmetic arithmetic) {
  static const peak none = {NULL, 0};
  switch (isa) {
#if defined(__x86_64__)
#if defined(__linux__)
  case KVK_ISA_AMX:
    if (arithmetic == KVK_INT8_DOT)
      return (peak){int8_amx, 2.0 * 16 * 16 * 64 / TILE_SHARE};
    if (arithmetic == KVK_BF16_DOT)
      return (peak){bf16_amx, 2.0 * 16 * 16 * 32 / TILE_SHARE};
    return (peak){f32_avx512, 32};
#endif
  case KVK_ISA_AVX512BF16:
    if (arithmetic == KVK_BF16_DOT)
      return (peak){bf16_avx512, 64};
    [[fallthrough]];
  case KVK_ISA_AVX512:
    return arithmetic == KVK_INT8_DOT  ? (peak){int8_avx512, 128}
           : arithmetic == KVK_F32_FMA ? (peak){f32_avx512, 32}
                                       : none;
  case KVK_ISA_AVX2:
    return arithmetic == KVK_INT8_DOT  ? (peak){int8_avx2, 64}
           : arithmetic == KVK_F32_FMA ? (peak){f32_avx2, 16}
                                       : none;
  case KVK_ISA_AVXVNNI:
    return arithmetic == KVK_INT8_DOT  ? (peak){int8_avxvnni, 64}
           : arithmetic == KVK_F32_FMA ? (peak){f32_avx2, 16}
                                       : none;
#elif defined(__aarch64__)
  case KVK_ISA_NEONI8MM:
    if (arithmetic == KVK_INT8_DOT)
      return (peak){int8_neoni8mm, 64};
    [[fallthrough]];
  case KVK_ISA_NEON:
    return arithmetic == KVK_INT8_DOT  ? (peak){int8_neon, 32}
           : arithmetic == KVK_F32_FMA ? (peak){f32_neon, 8}
                                       : none;
#endif
  default:
    return arithmetic == KVK_INT8_DOT  ? (peak){int8_plain, 16}
           : arithmetic == KVK_F32_FMA ? (peak){f32_plain, 8}
                                       : none;
  }
}

double kvk_limit_arithmetic(kvk_isa isa, kvk_team *team, kvk_arithmetic arithmetic, size_t rounds) {
  peak found = peak_of(isa, arithmetic);
  if (!found.work || !kvk_kernels_for(isa))
    return 0;
  kvk_team_run(team, rounds, 1, found.work, NULL);
  return (double)rounds * STEPS * CHAINS * found.operations;
}

size_t kvk_limit_read(kvk_isa isa, kvk_team *team, const void *memory, size_t bytes) {
  kvk_work work = read_plain;
#if defined(__x86_64__)
  if (kvk_kernels_for(isa) && (isa == KVK_ISA_AVX2 || isa == KVK_ISA_AVXVNNI))
    work = read_avx2;
  else if (kvk_kernels_for(isa) && isa >= KVK_ISA_AVX512 && isa <= KVK_ISA_AMX)
    work = read_avx512;
#else
  (void)isa;
#endif
  size_t pieces = bytes / READ_PIECE;
  // The type of a job's context is not const; readers do not write.
  kvk_team_run(team, pieces, 1, work, (void *)(uintptr_t)memory);
  return pieces * READ_PIECE;
}
