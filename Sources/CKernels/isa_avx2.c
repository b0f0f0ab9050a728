// Kernels for x86-64 with AVX2, FMA and F16C, and the same with AVX-VNNI for int8 products.
#if defined(__x86_64__)
#include "four_rows.h"
#include "simd_avx2.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_impl.h"
#include "q8_0_avx2.h"
#include "quads_256.h"

#include "dot_avx2.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)
#include "dot_avxvnni.h"
#include "q8_0_avxvnni.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_avx2 = {
    .name = "avx2",
    .matmul = {[KVK_F32] = FLOAT_MATMUL(f32, float, TILE_ROWS + 1),
               [KVK_F16] = FLOAT_MATMUL(f16, uint16_t, 3),
               [KVK_BF16] = FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1),
               [KVK_Q8_0] = BYTES_MATMUL(kvk_pack_q8_0, 16, 4, 4, 0),
               [KVK_Q4_0] = NIBBLES_MATMUL(q4_0, matmul_q4_0_avx2, 16, 4, 4),
               [KVK_Q5_0] = NIBBLES_MATMUL(q5_0, matmul_q5_0_avx2, 16, 4, 4)},
    .preparations = {FLOAT_PREPARATIONS,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS};

const kvk_kernels kvk_kernels_avxvnni = {
    .name = "avxvnni",
    .matmul = {[KVK_F32] = FLOAT_MATMUL(f32, float, TILE_ROWS + 1),
               [KVK_F16] = FLOAT_MATMUL(f16, uint16_t, 3),
               [KVK_BF16] = FLOAT_MATMUL(bf16, uint16_t, TILE_ROWS + 1),
               [KVK_Q8_0] = {.panel = 16,
                             .interleave = 4,
                             .panel_bytes = kvk_panel_bytes_q8,
                             .pack = kvk_pack_q8_0,
                             .tile_rows = 4,
                             .k_step = KVK_GROUP,
                             .fetch_rows = 3,
                             .k_block = 1024,
                             .flip = 0x80,
                             .tile = matmul_q8_0_avxvnni},
               [KVK_Q4_0] = NIBBLES_MATMUL(q4_0, matmul_q4_0_avxvnni, 16, 4, 4),
               [KVK_Q5_0] = NIBBLES_MATMUL(q5_0, matmul_q5_0_avxvnni, 16, 4, 4)},
    .preparations = {FLOAT_PREPARATIONS,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS};
#endif
