// Kernels for arm64 with the dot product instructions. Clang's vector types become NEON by
// themselves.
#if defined(__aarch64__)
#include "simd_portable.h"

#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_impl.h"

#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "q8_0_neon.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_neon = {
    .name = "neon",
    .matmul = {[KVK_F32] = FLOAT_MATMUL(f32, float),
               [KVK_F16] = FLOAT_MATMUL(f16, uint16_t),
               [KVK_BF16] = FLOAT_MATMUL(bf16, uint16_t),
               [KVK_Q8_0] = BYTES_MATMUL(kvk_pack_q8_0, 16, 4, 4, 0),
               [KVK_Q4_0] = BYTES_MATMUL(kvk_pack_q4_0_bytes, 16, 4, 4, 0),
               [KVK_Q5_0] = BYTES_MATMUL(kvk_pack_q5_0_bytes, 16, 4, 4, 0)},
    .preparations = {FLOAT_PREPARATIONS,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS};
#endif
