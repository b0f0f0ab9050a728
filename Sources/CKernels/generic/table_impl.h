// The table of the kernels in an isa_*.c file.
//
// The operations in this folder are written once over the vector type `vf` and compiled once for
// each instruction set: an isa_*.c includes a simd_*.h, which says what a vector is there (`vf`
// floats, `vi` and `vu` 32-bit integers, `VW` lanes, `TILE_ROWS`, the functions used here), then
// these files, under a target attribute. Q8_0 tiles are written by hand for each instruction set.

#define FLOAT_MATMUL(TYPE, ELEMENT, PACK, K_BLOCK, ...)                                            \
  {.panel = 2 * VW,                                                                                \
   .interleave = 1,                                                                                \
   .panel_bytes = kvk_panel_bytes_float,                                                           \
   .pack = PACK,                                                                                   \
   .tile_rows = TILE_ROWS,                                                                         \
   .k_step = FLOAT_K_STEP,                                                                         \
   .k_block = K_BLOCK,                                                                             \
   .element = sizeof(ELEMENT),                                                                     \
   .tile = matmul_##TYPE,                                                                          \
   __VA_ARGS__}
#define F32_MATMUL FLOAT_MATMUL(f32, float, kvk_pack_32, 512, )
#define HALF_MATMUL(TYPE)                                                                          \
  FLOAT_MATMUL(TYPE, uint16_t, kvk_pack_16, HALF_K_BLOCK, .expand_rows = HALF_EXPAND_ROWS,         \
               .expanded_rows = TILE_ROWS, .expand = expand_##TYPE,                                \
               .tile_expanded = matmul_half_expanded)

// A group-of-32 type in panels of 16 outputs, BYTES for 32 weights and their scale.
#define GROUP32_ENTRY(TYPE, TILE, BYTES, INTERLEAVE, FLIP)                                         \
  {.panel = 16,                                                                                    \
   .interleave = INTERLEAVE,                                                                       \
   .panel_bytes = kvk_panel_bytes_32,                                                              \
   .element = BYTES,                                                                               \
   .pack = kvk_pack_##TYPE,                                                                        \
   .tile_rows = 4,                                                                                 \
   .k_step = KVK_GROUP,                                                                            \
   .k_block = 1024,                                                                                \
   .flip = FLIP,                                                                                   \
   .tile = TILE}

#define FLOAT_PREPARATIONS                                                                         \
  [KVK_FORM_F32] = {KVK_GROUP, row_bytes_float, prepare_f32},                                      \
  [KVK_FORM_F16] = {KVK_GROUP, row_bytes_float, prepare_f16}
#define QUANTISED_PREPARATION(PREPARE) [KVK_FORM_Q8_32] = {KVK_GROUP, row_bytes_q8_32, PREPARE}
#define COLUMN_PREPARATION(PREPARE, COLUMN)                                                        \
  [KVK_FORM_Q8_32] = {KVK_GROUP, row_bytes_q8_32, PREPARE, COLUMN}

#define ROW_KERNELS                                                                                \
  .dequantise = {[KVK_F32] = dequantise_f32,       [KVK_F16] = dequantise_f16,                     \
                 [KVK_BF16] = dequantise_bf16,     [KVK_Q8_0] = dequantise_q8_0,                   \
                 [KVK_Q4_0] = dequantise_q4_0,     [KVK_Q5_0] = dequantise_q5_0,                   \
                 [KVK_Q4_K] = kvk_dequantise_q4_k, [KVK_Q5_K] = kvk_dequantise_q5_k,               \
                 [KVK_Q6_K] = kvk_dequantise_q6_k},                                                \
  .store_sums = store_sums, .rms_scale = rms_scale, .rescale = rescale,                            \
  .silu_multiply = silu_multiply, .add = add, .rope = rope,                                        \
  .store = {store_f16, store_bf16, store_q8}

#define F32_ATTENTION .attend = attend_f32, .merge = merge_f32
#define BF16_ATTENTION .attend = attend_bf16, .merge = merge_bf16
