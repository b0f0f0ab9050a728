// Kernels for any processor.
#include "simd_portable.h"

#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"
#include "q8_0_portable.h"

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_portable = {
    .name = "portable",
    .matmul = {FLOAT_MATMUL(f32, float, TILE_ROWS + 1), FLOAT_MATMUL(f16, uint16_t, 3),
               FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1), Q8_MATMUL(16, 1, 4, 0)},
    ROW_KERNELS, F32_ATTENTION};
