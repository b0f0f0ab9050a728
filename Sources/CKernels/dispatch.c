// Which kernels this processor can run.
#include "kernels.h"
#include <stdlib.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

const char *kvk_isa_override(void) { return getenv("KVASIR_ISA"); }

const kvk_kernels *kvk_kernels_for(kvk_isa isa) {
  switch (isa) {
  case KVK_ISA_PORTABLE:
    return &kvk_kernels_portable;
#if defined(__x86_64__)
  case KVK_ISA_AVX2:
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("f16c")
               ? &kvk_kernels_avx2
               : NULL;
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
#if defined(__linux__)
    return getauxval(AT_HWCAP) & (1ul << 20) /* HWCAP_ASIMDDP */ ? &kvk_kernels_neon : NULL;
#else
    return &kvk_kernels_neon;
#endif
#endif
  default:
    return NULL;
  }
}
