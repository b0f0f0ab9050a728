// The table of the kernels in an isa_*.c file.
//
// The operations in this folder are written once over the vector type `vf` and compiled once for
// each instruction set: an isa_*.c includes a simd_*.h, which says what a vector is there (`vf`
// floats, `vi` and `vu` 32-bit integers, `VW` lanes, `TILE_ROWS`, the functions used here), then
// these files, under a target attribute. Q8_0 tiles are written by hand for each instruction set.

#define FLOAT_MATMUL(TYPE, ELEMENT, FETCH_ROWS)                                                    \
  {.panel = 2 * VW,                                                                                \
   .interleave = 1,                                                                                \
   .tile_rows = TILE_ROWS,                                                                         \
   .k_step = FLOAT_K_STEP,                                                                         \
   .fetch_rows = FETCH_ROWS,                                                                       \
   .k_block = 512,                                                                                 \
   .element = sizeof(ELEMENT),                                                                     \
   .activation = sizeof(float),                                                                    \
   .prepare = prepare_##TYPE,                                                                      \
   .tile = matmul_##TYPE}

#define Q8_MATMUL(PANEL, INTERLEAVE, ROWS, FLIP)                                                   \
  {.panel = PANEL,                                                                                 \
   .interleave = INTERLEAVE,                                                                       \
   .tile_rows = ROWS,                                                                              \
   .k_step = KVK_GROUP,                                                                            \
   .fetch_rows = 3,                                                                                \
   .k_block = 1024,                                                                                \
   .flip = FLIP,                                                                                   \
   .element = 1,                                                                                   \
   .activation = 1,                                                                                \
   .prepare = prepare_q8_0,                                                                        \
   .tile = matmul_q8_0}

#define ROW_KERNELS                                                                                \
  .dequantise = {dequantise_f32, dequantise_f16, dequantise_bf16, dequantise_q8_0},                \
  .rms_norm = rms_norm, .silu_multiply = silu_multiply, .add = add, .rope = rope,                  \
  .store = {store_f16, store_bf16, store_q8}

#define F32_ATTENTION .attend = attend_f32, .merge = merge_f32
#define BF16_ATTENTION .attend = attend_bf16, .merge = merge_bf16
