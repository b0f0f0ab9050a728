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
  KVK_COLUMN_ROWS = 16,   // rows whose groups are prepared side by side
  KVK_MAX_PANEL = 32,     // most outputs in a panel
  KVK_CHUNK_ROWS = 192,   // most rows a work item of a matrix product covers
  KVK_EXPANDED = 32768    // most bytes of an expanded block of a panel
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
//   group-of-32      for each group | f16 scale of each output | weights of each output |
//     as bytes       int8 (k, o) as above, XORed with `flip`
//     as nibbles     byte (i, o), i < 16, as above for k = i; holds i in its low and i + 16 in its
//                    high bits. Q5_0: then | fifth bits |, 4 panel bytes: that of (k, o), which
//                    would be byte n of the group as bytes, is bit n / (4 panel) of byte n % (4
//                    panel)
//
// so that one load brings `interleave` inputs of each of several neighbouring outputs, and a panel
// is one stream of memory.
//
// The value of an output is a function of its row and the shapes alone. An entry has one arithmetic
// for every number of rows: `tile` for 1…tile_rows rows and, where it has one, `tile_expanded` give
// the same bytes. For group-of-32 types that is, in order of groups,
//   total = fma(float(Σ_32 w a), weight scale * activation scale, total)
// with an exact integer sum, whatever the layout.

typedef struct kvk_matmul kvk_matmul;

enum { KVK_ALL_PIECES = 0xff };

/// Memory that will be wanted soon. With few rows a product is bound by memory, and asking for
/// weights some kilobytes ahead, a little at a time, is what keeps it busy; where several tiles
/// pass over the same weights each asks for its pieces of what lies ahead.
typedef struct kvk_ahead {
  const uint8_t *next; // what to fetch when the beginning of the panel is in use
  unsigned pieces;     // bit p: fetch piece p, 0…7; KVK_ALL_PIECES by a tile that is alone
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
  size_t panel;     // outputs in a panel, at most KVK_MAX_PANEL
  size_t tile_rows; // rows a tile computes at once
  size_t k_step;    // blocks of k begin at its multiples: whole groups of the type
  size_t k_block;   // inputs after which the next rows take their turn, so that this part of a
                    // panel stays in cache; a multiple of k_step
  size_t (*panel_bytes)(const kvk_matmul *m, size_t inputs); // a multiple of KVK_ALIGNMENT
  void (*pack)(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
  void (*tile)(const kvk_tile *tile);
  // Whether a few tiles that pass over the same weights fetch into the second-level cache: they
  // spend so long on what they have that the few requests which the first level can wait for hold
  // up the arithmetic and leave memory idle in turn. Where a tile that is alone fetches to is its
  // own affair.
  bool fetches_far;

  // Optional: where unpacking costs more than a pass through the first-level cache, items of
  // expand_rows rows or more expand a block of k once (at most KVK_EXPANDED bytes) and run all
  // their tiles over it, expanded_rows at once.
  size_t expand_rows, expanded_rows; // 0: never
  void (*expand)(const uint8_t *panel, size_t inputs, size_t k_begin, size_t k_end, uint8_t *out);
  void (*tile_expanded)(const kvk_tile *tile);

  // For the shared packers in pack.c.
  size_t interleave; // inputs of one output that lie side by side
  size_t element;    // bytes of a packed element; of a group of 32 with its scale
  uint8_t flip;      // XORed to each byte (0x80 makes int8 unsigned with an offset of 128)
};

size_t kvk_panel_bytes_float(const kvk_matmul *m, size_t inputs);
void kvk_pack_16(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_32(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
size_t kvk_panel_bytes_32(const kvk_matmul *m, size_t inputs);
// As nibbles.
void kvk_pack_q4_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_q5_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
// As bytes.
void kvk_pack_q8_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);

/// How a form of activations is made. A row of form
///
///   F32, F16, BF16   values, each `element` bytes
///   Q8_32            | int8 values | pad | f32 scale of each group | pad | int32 -128 · Σ of each
///   |
///
/// where pad fills up to 64 bytes. The strides are odd multiples of 64 bytes: rows a power of two
/// apart would compete for the same few places in the cache.
typedef struct kvk_preparation {
  size_t step; // elements that are converted together: KVK_GROUP or KVK_PIECE
  size_t (*row_bytes)(size_t inputs);
  /// Converts elements first..<first + count of a row, `x` being the first of them; all are
  /// multiples of `step` but the row's end.
  void (*prepare)(const float *x, size_t first, size_t count, size_t inputs, uint8_t *row);
  /// Optional: converts KVK_GROUP elements first… of up to KVK_COLUMN_ROWS rows, x being
  /// [rows][KVK_GROUP], to the same bytes.
  void (*prepare_column)(const float *x, size_t rows, size_t first, size_t inputs, uint8_t *out,
                         size_t stride);
} kvk_preparation;

/// What attention computes in one piece: a task for one kv head.
typedef struct kvk_attention_item {
  const kvk_attention *job;
  const kvk_attention_task *task;
  size_t kv_head;
  // What this worker is likely to do next, or NULL: its memory is fetched ahead.
  const kvk_attention_task *next_task;
  size_t next_kv_head;
  uint8_t *scratch;
} kvk_attention_item;

/// Sums of a product and what is to be added to them.
typedef struct kvk_sums {
  const float *values; // [rows][stride]
  size_t rows, columns, stride;
  const float *bias; // [columns] or NULL
} kvk_sums;

struct kvk_kernels {
  const char *name;
  size_t chunk_rows; // an item of a product covers at most: tiles divide it and its quarter
  kvk_matmul matmul[KVK_TYPE_COUNT];
  kvk_preparation preparations[KVK_FORM_COUNT];
  void (*dequantise[KVK_TYPE_COUNT])(const uint8_t *row, size_t k, float *out);
  /// out[r][o] = (sums[r][o] + bias[o]) + (accumulate ? out[r][o] : 0)
  void (*store_sums)(const kvk_sums *sums, bool accumulate, float *out, size_t out_stride);
  /// 1 / sqrt(mean(x²) + epsilon)
  float (*rms_scale)(const float *x, float epsilon, size_t n);
  /// out = x * scale * weight
  void (*rescale)(const float *x, float scale, const float *weight, size_t n, float *out);
  void (*silu_multiply)(const float *gate, const float *up, size_t n, float *out);
  void (*add)(const float *x, size_t n, float *out);
  void (*rope)(float *x, size_t heads, size_t head_dimension, kvk_rope_layout layout,
               size_t rotated, const float *cos_sin);
  void (*store[KVK_KV_TYPE_COUNT])(const float *x, size_t n, uint8_t *slot);
  void (*attend)(const kvk_attention_item *item);
  // Merges a group's records into its rows of the output, for one kv head.
  void (*merge)(const kvk_attention *job, const kvk_attention_group *group, size_t kv_head);
};

extern const kvk_kernels kvk_kernels_portable;
#if defined(__x86_64__)
extern const kvk_kernels kvk_kernels_avx2;
extern const kvk_kernels kvk_kernels_avxvnni;
extern const kvk_kernels kvk_kernels_avx512;
extern const kvk_kernels kvk_kernels_avx512bf16;
extern const kvk_kernels kvk_kernels_amx;
#endif
#if defined(__aarch64__)
extern const kvk_kernels kvk_kernels_neon;
extern const kvk_kernels kvk_kernels_neoni8mm;
#endif

KVK_INLINE size_t kvk_round_up(size_t value, size_t step) {
  return (value + step - 1) / step * step;
}

/// To be called by a tile at a regular pace while it uses lines × 64 bytes of the panel from
/// `offset` on; `piece` takes the values 0…7 in turn.
KVK_INLINE void kvk_fetch(const kvk_ahead *ahead, size_t offset, unsigned piece, size_t lines) {
  if (ahead->pieces >> piece & 1)
    for (size_t i = 0; i < lines; i++)
      __builtin_prefetch(ahead->next + offset + i * KVK_ALIGNMENT, 0, 3);
}

/// `kvk_fetch` at once for `bytes` of the panel from `offset` on, each line of it by one piece.
KVK_INLINE void kvk_fetch_block(const kvk_ahead *ahead, size_t offset, size_t bytes) {
  for (size_t line = kvk_round_up(offset, KVK_ALIGNMENT); line < offset + bytes;
       line += KVK_ALIGNMENT)
    kvk_fetch(ahead, line, (unsigned)(line / KVK_ALIGNMENT) % 8, 1);
}

/// Where scales and offsets stand in a row of form q8_32.
KVK_INLINE size_t kvk_q8_32_scales(size_t inputs) { return kvk_round_up(inputs, KVK_ALIGNMENT); }
KVK_INLINE size_t kvk_q8_32_offsets(size_t inputs) {
  return kvk_q8_32_scales(inputs) + kvk_round_up(inputs / KVK_GROUP * 4, KVK_ALIGNMENT);
}

/// Groups of dimensions with one scale in q8 keys and values.
KVK_INLINE size_t kvk_kv_groups(size_t head_dimension) {
  return (head_dimension + KVK_GROUP - 1) / KVK_GROUP;
}

/// A row of activations.
KVK_INLINE const uint8_t *kvk_row(const kvk_activations *a, size_t row) {
  return (const uint8_t *)a->values + row * a->stride;
}

/// How a product is cut into items of work.
typedef struct kvk_split {
  size_t rows, panels, threads;
  size_t chunk_rows, chunks;
  bool by_chunk;             // all panels for one chunk after the other, not the other way round
  size_t items;
  size_t grain; // items that a worker claims at a time
} kvk_split;

/// Consecutive panels and rows of an item.
typedef struct kvk_split_item {
  size_t panel, panels, first, rows;
  bool fetches; // the panel behind its last one has not been asked for yet
} kvk_split_item;

/// `multiplications` in the whole product.
kvk_split kvk_split_product(const kvk_kernels *kernels, const kvk_team *team,
                            const kvk_activations *a, size_t panels, size_t multiplications);
kvk_split_item kvk_item(const kvk_split *s, size_t item);

/// What is done with finished sums [rows][panel] of rows row….
typedef void (*kvk_finish)(const void *context, const float *acc, size_t row, size_t rows);

/// Computes the product of a panel and an item's rows into acc [rows][panel]; or, unless `finish` is NULL, calls it with each tile's rows as they become ready,
/// with acc as scratch memory.
void kvk_multiply_panel(const kvk_matmul *m, const kvk_activations *a, const uint8_t *panel,
                        size_t panel_bytes, const kvk_split_item *item, float *acc,
                        kvk_finish finish, const void *context);

#endif
