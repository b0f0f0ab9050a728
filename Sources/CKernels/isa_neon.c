// Kernels for arm64 with the dot product instructions. Clang's vector types become NEON by
// themselves.
#if defined(__aarch64__)
#include "simd_portable.h"

#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"

#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "q8_0_neon.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_neon = {
    .name = "neon",
    .matmul = {FLOAT_MATMUL(f32, float, TILE_ROWS + 1), FLOAT_MATMUL(f16, uint16_t, 3),
               FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1), Q8_MATMUL(16, 4, 4, 0)},
    ROW_KERNELS, F32_ATTENTION};
#endif
