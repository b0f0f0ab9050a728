// Kernels for any processor.
#include "simd_portable.h"

#include "generic/math_impl.h"
#include "generic/prepare_impl.h"
#include "generic/kv_impl.h"
#include "generic/rows_impl.h"
#include "generic/tile_impl.h"

#include "generic/attention_f32_impl.h"
#include "q8_0_portable.h"

#include "nibbles_portable.h"

#include "k_quants.h"

#include "k_dot_portable.h"

#include "generic/k_quants_impl.h"

#include "generic/table_impl.h"

const kvk_kernels kvk_kernels_portable = {
    .name = "portable",
    .chunk_rows = 96,
    .matmul = {[KVK_F32] = F32_MATMUL,
               [KVK_F16] = HALF_MATMUL(f16),
               [KVK_BF16] = HALF_MATMUL(bf16),
               [KVK_Q8_0] = GROUP32_ENTRY(q8_0, matmul_q8_0, 34, 1, 0),
               [KVK_Q4_0] = GROUP32_ENTRY(q4_0, matmul_q4_0, 18, 1, 0),
               [KVK_Q5_0] = GROUP32_ENTRY(q5_0, matmul_q5_0, 22, 1, 0),
               K_MATMULS},
    .preparations = {FLOAT_PREPARATIONS, QUANTISED_PREPARATION(prepare_q8_32), K_PREPARATION,
                     [KVK_FORM_BF16] = {KVK_GROUP, row_bytes_float, prepare_bf16}},
    ROW_KERNELS, F32_ATTENTION};
