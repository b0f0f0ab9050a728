// What the machine can do at most: small loops that do nothing but read, or multiply and add. Time
// them around a call; a kernel's share of such a limit says how far from the machine it is.
#ifndef KVASIR_CKERNELS_LIMITS_H
#define KVASIR_CKERNELS_LIMITS_H

#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The arithmetic that matrix products are made of.
typedef enum kvk_arithmetic {
  KVK_INT8_DOT, // int8 products summed in int32: vpdpbusd, vpmaddubsw + vpmaddwd, sdot, smmla
  KVK_BF16_DOT, // bf16 products summed in f32: vdpbf16ps
  KVK_F32_FMA,  // f32 multiplication and addition
  KVK_ARITHMETIC_COUNT
} kvk_arithmetic;

/// All workers of the team multiply and add in registers, `rounds` pieces of about 10 microseconds
/// in all. Returns the operations done, a multiplication and an addition being two; 0 where the
/// instruction set has no such arithmetic or the processor lacks the instruction set.
double kvk_limit_arithmetic(kvk_isa isa, kvk_team *team, kvk_arithmetic arithmetic, size_t rounds);

/// All workers of the team read `bytes` of memory once, from one end to the other as the products'
/// workers do. Memory must have been written before: untouched pages are all the same one. Returns
/// the bytes read; `bytes` is rounded down to whole pieces of 1 MiB.
size_t kvk_limit_read(kvk_isa isa, kvk_team *team, const void *memory, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
