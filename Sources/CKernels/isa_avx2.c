// Kernels for x86-64 with AVX2, FMA and F16C, and the same with AVX-VNNI for int8 products.
#if defined(__x86_64__)
#include "four_rows.h"
#include "simd_avx2.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"
#include "q8_0_avx2.h"
#include "quads_256.h"

#include "nibbles_avx2.h"

#include "k_quants.h"

#include "k_dot_avx2.h"

#include "generic/k_quants_impl.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)
#include "nibbles_avxvnni.h"
#include "q8_0_avxvnni.h"
#pragma clang attribute pop

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_avx2 = {
    .name = "avx2",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = HALF_MATMUL(bf16),
               [KVK_Q8_0] = GROUP32_ENTRY(q8_0, matmul_q8_0, 34, 4, 0),
               [KVK_Q4_0] = GROUP32_ENTRY(q4_0, matmul_q4_0_avx2, 18, 4, 0),
               [KVK_Q5_0] = GROUP32_ENTRY(q5_0, matmul_q5_0_avx2, 22, 4, 0),
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, QUANTISED_PREPARATION(prepare_q8_32), K_PREPARATION,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS, F32_ATTENTION};

const kvk_kernels kvk_kernels_avxvnni = {
    .name = "avxvnni",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = HALF_MATMUL(bf16),
               [KVK_Q8_0] = GROUP32_ENTRY(q8_0, matmul_q8_0_avxvnni, 34, 4, 0x80),
               [KVK_Q4_0] = GROUP32_ENTRY(q4_0, matmul_q4_0_avxvnni, 18, 4, 0),
               [KVK_Q5_0] = GROUP32_ENTRY(q5_0, matmul_q5_0_avxvnni, 22, 4, 0),
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, QUANTISED_PREPARATION(prepare_q8_32), K_PREPARATION,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS, F32_ATTENTION};
#endif
