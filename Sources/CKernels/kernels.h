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
  KVK_GROUP = 32,         // elements with one scale in Q8_0
  KVK_GROUP_BYTES = 34,   // f16 scale, 32 int8
  KVK_MAX_PANEL = 32,     // most outputs in a panel
  KVK_CHUNK_ROWS = 96,    // rows a work item of a matrix product covers
  KVK_DIMENSION_STEP = 16, // head dimensions are padded to a multiple of this in scratch memory
  KVK_ATTENTION_BATCH = 24 // queries whose scores over a partition stay in the first-level cache
};

// Packed weights
//
// A panel holds `panel` consecutive outputs; panels lie one after another, the last one padded with
// zeros. Within a panel
//
//   F32, F16, BF16   element (k, o) at (k / interleave * panel + o) * interleave + k % interleave
//   Q8_0             | f16 scale (group g, output o) at g * panel + o | pad to 64 bytes | int8 (k,
//   o) as above |
//
// so that one load brings `interleave` inputs of each of several neighbouring outputs.
/// Memory that will be wanted soon: with few rows a product is bound by memory, and the next panel
/// must be on its way while this one is multiplied.
typedef struct kvk_ahead {
  const uint8_t *next;
  size_t lines; // cache lines to ask for at each k_step
} kvk_ahead;

typedef struct kvk_matmul {
  size_t panel;      // outputs in a panel, at most KVK_MAX_PANEL
  size_t interleave; // inputs of one output that lie side by side
  size_t tile_rows;  // rows a tile computes at once; divides KVK_CHUNK_ROWS
  size_t k_step;     // inputs between two rounds of prefetching; divides k_block
  size_t fetch_rows; // rows from which fetching ahead pays; with fewer the processor's own
                     // prefetching keeps up
  size_t k_block; // inputs after which the next rows take their turn, so that this part of a panel
                  // stays in cache
  uint8_t flip;   // Q8_0: XORed to each weight (0x80 makes it unsigned with an offset of 128)
  size_t element; // bytes of a packed element
  size_t activation; // bytes of an activation element
  // One row of activations.
  void (*prepare)(const float *x, size_t k, void *values, float *scales, int32_t *offsets);
  // acc[r][o] += Σ over k_begin..<k_end, for rows row..<row + rows, rows at most tile_rows. acc is
  // [rows][panel]. Fetches `ahead` meanwhile.
  void (*tile)(const void *panel, size_t k_begin, size_t k_end, const kvk_activations *a,
               size_t row, size_t rows, float *acc, kvk_ahead ahead);
} kvk_matmul;

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

struct kvk_kernels {
  const char *name;
  kvk_matmul matmul[KVK_TYPE_COUNT];
  void (*dequantise[KVK_TYPE_COUNT])(const uint8_t *row, size_t k, float *out);
  void (*rms_norm)(const float *x, const float *weight, float epsilon, size_t n, float *out);
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
extern const kvk_kernels kvk_kernels_avx512;
extern const kvk_kernels kvk_kernels_avx512bf16;
#endif
#if defined(__aarch64__)
extern const kvk_kernels kvk_kernels_neon;
#endif

KVK_INLINE size_t kvk_round_up(size_t value, size_t step) {
  return (value + step - 1) / step * step;
}

/// Keys or values of a tile that are about to be packed.
typedef struct kvk_piece {
  int32_t tile;
  size_t place; // of the tile in its partition
  size_t count; // positions
  const uint8_t *base;
} kvk_piece;

typedef struct kvk_pieces {
  kvk_piece piece[2 * KVK_PARTITION_TILES]; // keys, values, keys, values …
  size_t count;
  // What is in the cache or on its way: `row` rows of each piece, and one more of the first `turn`
  size_t row, turn;
  const int32_t *slots;
  size_t slot_stride;
} kvk_pieces;

/// Asks for the memory of one row of a piece.
KVK_INLINE void kvk_fetch_row(const kvk_pieces *pieces, const kvk_piece *piece, size_t row) {
  if (row >= piece->count)
    return;
  const uint8_t *slot =
      piece->base + (size_t)(pieces->slots + piece->tile)[row] * pieces->slot_stride;
  for (size_t byte = 0; byte < pieces->slot_stride; byte += KVK_ALIGNMENT)
    __builtin_prefetch(slot + byte, 0, 3);
}

/// Asks for the next row. To take rows from all pieces in turn is faster than one piece after the
/// other: they lie in several of the memory's channels.
KVK_INLINE void kvk_fetch_next(kvk_pieces *pieces) {
  if (pieces->row >= KVK_TILE)
    return;
  size_t turn = pieces->turn;
  kvk_fetch_row(pieces, &pieces->piece[turn], pieces->row);
  if (++turn >= pieces->count) {
    turn = 0;
    pieces->row++;
  }
  pieces->turn = turn;
}

/// What is left of a worker's scratch memory.
typedef struct kvk_scratch {
  uint8_t *next;
} kvk_scratch;

KVK_INLINE void *kvk_take(kvk_scratch *scratch, size_t bytes) {
  void *taken = scratch->next;
  scratch->next += kvk_round_up(bytes, KVK_ALIGNMENT);
  return taken;
}

KVK_INLINE void kvk_fetch(kvk_ahead *ahead) {
  for (size_t i = 0; i < ahead->lines; i++, ahead->next += KVK_ALIGNMENT)
    __builtin_prefetch(ahead->next, 0, 2);
}

/// Groups of dimensions with one scale in q8 keys and values.
KVK_INLINE size_t kvk_kv_groups(size_t head_dimension) {
  return (head_dimension + KVK_GROUP - 1) / KVK_GROUP;
}

/// Bytes of the scales at the start of a Q8_0 panel.
KVK_INLINE size_t kvk_q8_scale_bytes(size_t panel, size_t inputs) {
  return kvk_round_up(inputs / KVK_GROUP * panel * 2, KVK_ALIGNMENT);
}

/// Bytes of a panel.
KVK_INLINE size_t kvk_panel_bytes(const kvk_matmul *m, kvk_type type, size_t inputs) {
  if (type == KVK_Q8_0)
    return kvk_q8_scale_bytes(m->panel, inputs) + inputs * m->panel;
  return kvk_round_up(kvk_round_up(inputs, m->interleave) * m->panel * m->element, KVK_ALIGNMENT);
}

#endif
