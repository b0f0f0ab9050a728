// The table of kernels that an instruction set provides, and what the drivers and kernels share.
#ifndef KVASIR_KERNELS_H
#define KVASIR_KERNELS_H

#include "CKernels.h"

/// Unrolls the loop that follows, so that its index is a constant and an array it walks can live in
/// registers.
#define KVK_UNROLL _Pragma("clang loop unroll(full)")
#define KVK_INLINE static inline __attribute__((always_inline, unused))

enum {
  KVK_ALIGNMENT = 64,
  KVK_GROUP = 32,         // elements with one scale in the group-of-32 types and in form q8_32
  KVK_PIECE = 256,        // elements of a row that are prepared at a time: whole groups of any form
  KVK_MAX_PANEL = 32,     // most outputs in a panel
  KVK_CHUNK_ROWS = 96,    // rows a work item of a matrix product covers
  KVK_EXPANDED = 32768,   // most bytes of an expanded block of a panel
  KVK_TILE = 64,          // positions in an attention tile: tile t covers [64 t, 64 t + 64)
  KVK_DIMENSION_STEP = 16 // head dimensions are padded to a multiple of this in scratch memory
};

// Adding a weight type
//
// - CKernels.h: `kvk_type`; types.c: its group, bytes and activation form.
// - In every isa_*.c: a `kvk_matmul` entry (how panels are packed and multiplied) and a
//   `dequantise` entry (how a row of the file becomes f32, for embeddings).
// - WeightType.swift: a case. Drivers, memory and tests follow from these.
//
// A panel holds `panel` consecutive outputs of a matrix; panels lie one after another, each
// `panel_bytes` long, the last one padded as if with outputs whose weights are 0. What is inside is
// between an entry's `pack` and its `tile`; those in use:
//
//   F32, F16, BF16   element (k, o) at (k / interleave * panel + o) * interleave + k % interleave
//   group-of-32      | f16 scale (group g, output o) at g * panel + o | pad to 64 bytes | weights |
//     as bytes       int8 (k, o) as above, XORed with `flip`
//   Q4_0, Q5_0       | f16 scales as above | pad | groups of 32 k: nibbles, Q5_0 fifth bits |
//     as nibbles     nibbles (k, o) of a group as above for k < 16, in the high half k + 16; its
//                    fifth bits at (place of a byte (k, o)) % (4 panel), bit number / (4 panel)
//
// so that one load brings `interleave` inputs of each of several neighbouring outputs.
//
// The value of an output is a function of its row and the shapes alone. An entry has one arithmetic
// for every number of rows: `tile` for 1…tile_rows rows and, where it has one, `tile_expanded` give
// the same bytes. For group-of-32 types that is, in order of groups,
//   total = fma(float(Σ_32 w a), weight scale * activation scale, total)
// with an exact integer sum, whatever the layout.

typedef struct kvk_matmul kvk_matmul;

/// Memory that will be wanted soon: with few rows a product is bound by memory, and the next panel
/// must be on its way while this one is multiplied.
typedef struct kvk_ahead {
  const uint8_t *next;
  size_t lines; // cache lines to ask for at each k_step
} kvk_ahead;

/// Up to `panel` rows of a model file, to become one panel.
typedef struct kvk_panel_rows {
  const uint8_t *rows;
  size_t row_bytes;
  size_t present; // rows that are there; the others count as zeros
  size_t inputs;
} kvk_panel_rows;

/// What a tile computes: acc[r][o] += Σ over k_begin..<k_end of w[o][k] a[row + r][k], r < rows.
typedef struct kvk_tile {
  const uint8_t *panel; // packed; for `tile_expanded` what `expand` wrote for k_begin..<k_end
  size_t k_begin, k_end;
  const kvk_activations *a;
  size_t row, rows; // rows at most tile_rows
  float *acc;       // [rows][panel], 64-byte aligned
  kvk_ahead ahead;  // to fetch meanwhile
} kvk_tile;

struct kvk_matmul {
  size_t panel;      // outputs in a panel, at most KVK_MAX_PANEL
  size_t tile_rows;  // rows a tile computes at once; divides KVK_CHUNK_ROWS
  size_t k_step;     // inputs between two rounds of prefetching; divides k_block
  size_t k_block;    // inputs after which the next rows take their turn, so that this part of a
                     // panel stays in cache; whole groups of the type
  size_t fetch_rows; // rows from which fetching ahead pays; with fewer the processor's own
                     // prefetching keeps up
  size_t (*panel_bytes)(const kvk_matmul *m, size_t inputs); // a multiple of KVK_ALIGNMENT
  void (*pack)(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
  void (*tile)(const kvk_tile *tile);

  // Optional: where unpacking costs more than a pass through the first-level cache, items of
  // expand_rows rows or more expand a block of k once (at most KVK_EXPANDED bytes) and run all
  // their tiles over it.
  size_t expand_rows; // 0: never
  void (*expand)(const uint8_t *panel, size_t inputs, size_t k_begin, size_t k_end, uint8_t *out);
  void (*tile_expanded)(const kvk_tile *tile);

  // For the shared packers in pack.c.
  size_t interleave; // inputs of one output that lie side by side
  size_t element;    // bytes of a packed element of F32, F16, BF16
  uint8_t flip;      // XORed to each byte (0x80 makes int8 unsigned with an offset of 128)
};

size_t kvk_panel_bytes_float(const kvk_matmul *m, size_t inputs);
void kvk_pack_16(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_32(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
// Group-of-32 types as bytes, one each element.
size_t kvk_panel_bytes_q8(const kvk_matmul *m, size_t inputs);
void kvk_pack_q8_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_q4_0_bytes(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_q5_0_bytes(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
// As nibbles.
size_t kvk_panel_bytes_q4_0(const kvk_matmul *m, size_t inputs);
size_t kvk_panel_bytes_q5_0(const kvk_matmul *m, size_t inputs);
void kvk_pack_q4_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_q5_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);

/// How a form of activations is made. A row of form
///
///   F32, F16, BF16   values, each `element` bytes
///   Q8_32            | int8 values | pad | f32 scale of each group | pad | int32 -128 · Σ of each |
///
/// where pad fills up to 64 bytes. The strides are odd multiples of 64 bytes: rows a power of two
/// apart would compete for the same few places in the cache.
typedef struct kvk_preparation {
  size_t step; // elements that are converted together: KVK_GROUP or KVK_PIECE
  size_t (*row_bytes)(size_t inputs);
  /// Converts elements first..<first + count of a row, `x` being the first of them; all are
  /// multiples of `step` but the row's end.
  void (*prepare)(const float *x, size_t first, size_t count, size_t inputs, uint8_t *row);
} kvk_preparation;

// What attention computes for one row block and one kv head.
typedef struct kvk_attention_item {
  const kvk_attention *job;
  const kvk_row_block *block;
  size_t kv_head;
  float *scratch;
} kvk_attention_item;

struct kvk_kernels {
  const char *name;
  kvk_matmul matmul[KVK_TYPE_COUNT];
  kvk_preparation preparations[KVK_FORM_COUNT];
  void (*dequantise[KVK_TYPE_COUNT])(const uint8_t *row, size_t k, float *out);
  /// 1 / sqrt(mean(x²) + epsilon)
  float (*rms_scale)(const float *x, float epsilon, size_t n);
  /// out = x * scale * weight
  void (*rescale)(const float *x, float scale, const float *weight, size_t n, float *out);
  void (*silu_multiply)(const float *gate, const float *up, size_t n, float *out);
  void (*add)(const float *x, size_t n, float *out);
  void (*rope)(float *x, size_t heads, size_t head_dimension, kvk_rope_layout layout,
               size_t rotated, const float *cos_sin);
  void (*to_half)(const float *x, size_t n, uint16_t *out);
  void (*attend)(const kvk_attention_item *item);
};

extern const kvk_kernels kvk_kernels_portable;
#if defined(__x86_64__)
extern const kvk_kernels kvk_kernels_avx2;
extern const kvk_kernels kvk_kernels_avxvnni;
extern const kvk_kernels kvk_kernels_avx512;
extern const kvk_kernels kvk_kernels_avx512bf16;
#endif
#if defined(__aarch64__)
extern const kvk_kernels kvk_kernels_neon;
extern const kvk_kernels kvk_kernels_neoni8mm;
#endif

KVK_INLINE size_t kvk_round_up(size_t value, size_t step) {
  return (value + step - 1) / step * step;
}

KVK_INLINE void kvk_fetch(kvk_ahead *ahead) {
  for (size_t i = 0; i < ahead->lines; i++, ahead->next += KVK_ALIGNMENT)
    __builtin_prefetch(ahead->next, 0, 2);
}

/// Bytes of the scales at the start of a panel of a group-of-32 type.
KVK_INLINE size_t kvk_q8_scale_bytes(size_t panel, size_t inputs) {
  return kvk_round_up(inputs / KVK_GROUP * panel * 2, KVK_ALIGNMENT);
}

/// Where scales and offsets stand in a row of form q8_32.
KVK_INLINE size_t kvk_q8_32_scales(size_t inputs) { return kvk_round_up(inputs, KVK_ALIGNMENT); }
KVK_INLINE size_t kvk_q8_32_offsets(size_t inputs) {
  return kvk_q8_32_scales(inputs) + kvk_round_up(inputs / KVK_GROUP * 4, KVK_ALIGNMENT);
}

/// A row of activations.
KVK_INLINE const uint8_t *kvk_row(const kvk_activations *a, size_t row) {
  return (const uint8_t *)a->values + row * a->stride;
}

/// Adds the product of a panel and rows first..<first + rows (at most KVK_CHUNK_ROWS) to acc
/// [rows][panel].
void kvk_multiply_panel(const kvk_matmul *m, const kvk_activations *a, const uint8_t *panel,
                        size_t panel_bytes, size_t first, size_t rows, float *acc);
/// How many of panels × chunks items a worker should claim at a time in a product of
/// `multiplications`.
size_t kvk_product_grain(const kvk_team *team, size_t panels, size_t chunks,
                         size_t multiplications);

#endif
