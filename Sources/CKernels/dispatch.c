// Which kernels this processor can run.
#if defined(__linux__)
#define _GNU_SOURCE // for syscall
#endif
#include "kernels.h"
#include <stdlib.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
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

/// Intel's processors since those with AVX512-FP16 leave bf16 to AMX: vdpbf16ps takes four times as
/// long as a multiply-add there, and does twice as much.
static bool has_fast_pairs(void) {
  unsigned a, b, c, d = 0;
  __builtin_cpu_init();
  return !(__builtin_cpu_is("intel") && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
           (d & 1u << 23));
}
#endif

#if defined(__x86_64__) && defined(__linux__)
/// Whether it has tiles, and bytes and bf16 to multiply on them, and Linux lets this process use
/// them: it has to be asked, once.
static bool may_use_amx(void) {
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  enum { UNKNOWN, NO, YES };
  static _Atomic int known = UNKNOWN;
  if (known == UNKNOWN) {
    const unsigned features = 1u << 22 | 1u << 24 | 1u << 25; // AMX-BF16, AMX-TILE, AMX-INT8
    unsigned a, b, c, d = 0;
    bool may = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & features) == features &&
               syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
    known = may ? YES : NO;
  }
  return known == YES;
}
#elif defined(__x86_64__)
static bool may_use_amx(void) { return false; }
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
  case KVK_ISA_AMX:
    __builtin_cpu_init();
    if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512vnni")))
      return NULL;
    if (isa == KVK_ISA_AVX512)
      return &kvk_kernels_avx512;
    if (!__builtin_cpu_supports("avx512bf16"))
      return NULL;
    if (isa == KVK_ISA_AVX512BF16)
      return &kvk_kernels_avx512bf16;
    return may_use_amx() ? &kvk_kernels_amx : NULL;
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

bool kvk_isa_pays(kvk_isa isa) {
#if defined(__x86_64__)
  if (isa == KVK_ISA_AVX512BF16 && !has_fast_pairs())
    return false;
#endif
  return kvk_kernels_for(isa) != NULL;
}
