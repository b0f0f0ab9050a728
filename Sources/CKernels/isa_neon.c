// Kernels for arm64 with the dot product instructions, and the same with the int8 matrix
// multiplication instructions. Clang's vector types become NEON by
// themselves.
#if defined(__aarch64__)
#include "four_rows.h"
#include "simd_portable.h"

#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_impl.h"

#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "nibbles_neon.h"
#include "q8_0_neon.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)
#include "group32_neoni8mm.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_neon = {
    .name = "neon",
    .matmul = {[KVK_F32] = FLOAT_MATMUL(f32, float, TILE_ROWS + 1),
               [KVK_F16] = FLOAT_MATMUL(f16, uint16_t, 3),
               [KVK_BF16] = FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1),
               [KVK_Q8_0] = BYTES_MATMUL(kvk_pack_q8_0, 16, 4, 4, 0),
               [KVK_Q4_0] = NIBBLES_MATMUL(q4_0, matmul_q4_0, 16, 4, 4),
               [KVK_Q5_0] = NIBBLES_MATMUL(q5_0, matmul_q5_0, 16, 4, 4)},
    .preparations = {FLOAT_PREPARATIONS,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS};

const kvk_kernels kvk_kernels_neoni8mm = {
    .name = "neoni8mm",
    .matmul = {[KVK_F32] = FLOAT_MATMUL(f32, float, TILE_ROWS + 1),
               [KVK_F16] = FLOAT_MATMUL(f16, uint16_t, 3),
               [KVK_BF16] = FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1),
               [KVK_Q8_0] = {.panel = 16,
                             .interleave = 8,
                             .panel_bytes = kvk_panel_bytes_q8,
                             .pack = kvk_pack_q8_0,
                             .tile_rows = 4,
                             .k_step = KVK_GROUP,
                             .fetch_rows = 3,
                             .k_block = 1024,
                             .tile = matmul_q8_0_i8mm},
               [KVK_Q4_0] = NIBBLES_MATMUL(q4_0, matmul_q4_0_i8mm, 16, 8, 4),
               [KVK_Q5_0] = NIBBLES_MATMUL(q5_0, matmul_q5_0_i8mm, 16, 8, 4)},
    .preparations = {FLOAT_PREPARATIONS,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS};
#endif
