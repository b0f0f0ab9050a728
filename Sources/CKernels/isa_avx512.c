// Kernels for x86-64 with AVX-512 VNNI, and the same with AVX512-BF16 for BF16 weights.
#if defined(__x86_64__)
#include "simd_avx512.h"

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))), apply_to = function)
#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"
#include "q8_0_avx512.h"
#pragma clang attribute pop

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16"))),           \
    apply_to = function)
#include "attention_avx512bf16.h"
#include "bf16_avx512bf16.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_avx512 = {
    .name = "avx512",
    .matmul = {FLOAT_MATMUL(f32, float, TILE_ROWS + 1), FLOAT_MATMUL(f16, uint16_t, 3),
               FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1), Q8_MATMUL(32, 4, 6, 0x80)},
    ROW_KERNELS, F32_ATTENTION};

const kvk_kernels kvk_kernels_avx512bf16 = {.name = "avx512bf16",
                                            .matmul = {FLOAT_MATMUL(f32, float, TILE_ROWS + 1),
                                                       FLOAT_MATMUL(f16, uint16_t, 3),
                                                       {.panel = 32,
                                                        .interleave = 2,
                                                        .tile_rows = TILE_ROWS,
                                                        .k_step = FLOAT_K_STEP,
                                                        .fetch_rows = TILE_ROWS + 1,
                                                        .k_block = 512,
                                                        .element = 2,
                                                        .activation = 2,
                                                        .prepare = prepare_bf16_pairs,
                                                        .tile = matmul_bf16_pairs},
                                                       Q8_MATMUL(32, 4, 6, 0x80)},
                                            ROW_KERNELS, BF16_ATTENTION};
#endif
