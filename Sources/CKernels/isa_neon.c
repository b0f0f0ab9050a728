// Kernels for arm64 with the dot product instructions, and the same with the int8 matrix
// multiplication instructions. Clang's vector types become NEON by
// themselves.
#if defined(__aarch64__)
#include "four_rows.h"
#include "simd_portable.h"

#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"

#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "nibbles_neon.h"
#include "q8_0_neon.h"

#include "k_quants.h"

#include "k_dot_neon.h"

#include "generic/k_quants_impl.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)
#include "group32_neoni8mm.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_neon = {
    .name = "neon",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = HALF_MATMUL(bf16),
               [KVK_Q8_0] = GROUP32_ENTRY(q8_0, matmul_q8_0, 34, 4, 0),
               [KVK_Q4_0] = GROUP32_ENTRY(q4_0, matmul_q4_0, 18, 4, 0),
               [KVK_Q5_0] = GROUP32_ENTRY(q5_0, matmul_q5_0, 22, 4, 0),
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, QUANTISED_PREPARATION(prepare_q8_32), K_PREPARATION,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS, F32_ATTENTION};

const kvk_kernels kvk_kernels_neoni8mm = {
    .name = "neoni8mm",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = HALF_MATMUL(bf16),
               [KVK_Q8_0] = GROUP32_ENTRY(q8_0, matmul_q8_0_i8mm, 34, 8, 0),
               [KVK_Q4_0] = GROUP32_ENTRY(q4_0, matmul_q4_0_i8mm, 18, 8, 0),
               [KVK_Q5_0] = GROUP32_ENTRY(q5_0, matmul_q5_0_i8mm, 22, 8, 0),
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, QUANTISED_PREPARATION(prepare_q8_32), K_PREPARATION,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS, F32_ATTENTION};
#endif
