// Kernels for x86-64 with AVX2, FMA and F16C.
#if defined(__x86_64__)
#include "simd_avx2.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"
#include "q8_0_avx2.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_avx2 = {
    .name = "avx2",
    .matmul = {FLOAT_MATMUL(f32, float, TILE_ROWS + 1), FLOAT_MATMUL(f16, uint16_t, 3),
               FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1), Q8_MATMUL(16, 4, 4, 0)},
    ROW_KERNELS, F32_ATTENTION};
#endif
