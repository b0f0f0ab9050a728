// Which kernels this processor can run.
#include "kernels.h"
#include <stdlib.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

const char *kvk_isa_override(void) { return getenv("KVASIR_ISA"); }

#if defined(__x86_64__)
static bool has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
}

/// Leaf 7, subleaf 1: the compiler's list of features has no name for it.
static bool has_avxvnni(void) {
  unsigned a = 0, b, c, d;
  return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1u << 4);
}
#endif

#if defined(__aarch64__)
#if defined(__linux__)
static bool has_dot_product(void) { return getauxval(AT_HWCAP) & 1ul << 20; /* HWCAP_ASIMDDP */ }
static bool has_i8mm(void) { return getauxval(AT_HWCAP2) & 1ul << 13; /* HWCAP2_I8MM */ }
#elif defined(__APPLE__)
static bool has_dot_product(void) { return true; }
static bool has_i8mm(void) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname("hw.optional.arm.FEAT_I8MM", &value, &size, NULL, 0) == 0 && value;
}
#else
static bool has_dot_product(void) { return false; }
static bool has_i8mm(void) { return false; }
#endif
#endif

const kvk_kernels *kvk_kernels_for(kvk_isa isa) {
  switch (isa) {
  case KVK_ISA_PORTABLE:
    return &kvk_kernels_portable;
#if defined(__x86_64__)
  case KVK_ISA_AVX2:
    return has_avx2() ? &kvk_kernels_avx2 : NULL;
  case KVK_ISA_AVXVNNI:
    return has_avxvnni() ? &kvk_kernels_avxvnni : NULL;
  case KVK_ISA_AVX512:
  case KVK_ISA_AVX512BF16:
    __builtin_cpu_init();
    if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512vnni")))
      return NULL;
    if (isa == KVK_ISA_AVX512)
      return &kvk_kernels_avx512;
    return __builtin_cpu_supports("avx512bf16") ? &kvk_kernels_avx512bf16 : NULL;
#endif
#if defined(__aarch64__)
  case KVK_ISA_NEON:
    return has_dot_product() ? &kvk_kernels_neon : NULL;
  case KVK_ISA_NEONI8MM:
    return has_dot_product() && has_i8mm() ? &kvk_kernels_neoni8mm : NULL;
#endif
  default:
    return NULL;
  }
}
