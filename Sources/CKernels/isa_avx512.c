// Kernels for x86-64 with AVX-512 VNNI, the same with AVX512-BF16 for BF16 weights and attention,
// and the same with AMX.
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
#include "group32_avx512.h"
#include "prepare_avx512.h"

#include "k_quants.h"

#include "k_dot_avx512.h"

#include "generic/k_quants_impl.h"
#pragma clang attribute pop

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16"))),           \
    apply_to = function)
#include "attention_avx512bf16.h"
#include "bf16_avx512bf16.h"
#pragma clang attribute pop

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16,"              \
                          "amx-tile,amx-int8,amx-bf16"))),                                         \
    apply_to = function)
#include "amx.h"
#include "attention_amx.h"
#include "bf16_amx.h"
#include "group32_amx.h"
#include "k_quants_amx.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_avx512 = {
    .name = "avx512",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = HALF_MATMUL(bf16),
               GROUP32_MATMULS,
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, K_PREPARATION,
                     COLUMN_PREPARATION(prepare_q8_32_avx512, prepare_column_q8_32),
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS, F32_ATTENTION};

const kvk_kernels kvk_kernels_avx512bf16 = {
    .name = "avx512bf16",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = {.panel = 32,
                             .interleave = 2,
                             .panel_bytes = kvk_panel_bytes_float,
                             .pack = kvk_pack_16,
                             .tile_rows = TILE_ROWS,
                             .k_step = FLOAT_K_STEP,
                             .k_block = 512,
                             .element = 2,
                             .tile = matmul_bf16_pairs},
               GROUP32_MATMULS,
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, K_PREPARATION,
                     COLUMN_PREPARATION(prepare_q8_32_avx512, prepare_column_q8_32),
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_bf16_pairs, prepare_bf16_pairs}},
    ROW_KERNELS, BF16_ATTENTION};

const kvk_kernels kvk_kernels_amx = {
    .name = "amx",
    .chunk_rows = KVK_CHUNK_ROWS,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = {.panel = 2 * AMX_COLUMNS,
                             .interleave = 2,
                             .panel_bytes = panel_bytes_bf16_amx,
                             .pack = pack_bf16_amx,
                             .tile_rows = KVK_CHUNK_ROWS,
                             .k_step = BF16_AMX_STEP,
                             .k_block = BF16_AMX_BLOCK,
                             .element = 2,
                             .tile = matmul_bf16_amx},
               GROUP32_AMX_MATMULS,
               K_AMX_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, K_PREPARATION,
                     COLUMN_PREPARATION(prepare_q8_32_avx512, prepare_column_q8_32),
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_bf16_amx, prepare_bf16_amx}},
    ROW_KERNELS, .attend = attend_amx, .merge = merge_amx};
#endif
