// What the attention kernels of all instruction sets share.
#ifndef KVASIR_ATTENTION_H
#define KVASIR_ATTENTION_H

#include "kernels.h"

enum {
  KVK_DIMENSION_STEP = 32, // head dimensions are padded to at most a multiple of this
  KVK_ATTENTION_BATCH = 32 // most queries whose scores over a partition are computed at once
};

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
  // What is in the cache or on its way: the pieces before `turn`, and `row` rows of that one
  size_t turn, row;
  const int32_t *slots;
  size_t slot_stride, bytes; // of keys or values in a slot
} kvk_pieces;

/// Asks for the next `rows` rows, a few at a time wherever there is other work to do. They go to the
/// second-level cache: the first level waits for few lines at once, and where slots lie scattered
/// that halves the memory's bandwidth.
KVK_INLINE void kvk_fetch_rows(kvk_pieces *pieces, size_t rows) {
  while (rows > 0 && pieces->turn < pieces->count) {
    const kvk_piece *piece = &pieces->piece[pieces->turn];
    size_t left = piece->count - pieces->row, some = rows < left ? rows : left;
    const int32_t *slots = pieces->slots + piece->tile + pieces->row;
    for (size_t i = 0; i < some; i++) {
      const uint8_t *slot = piece->base + (size_t)slots[i] * pieces->slot_stride;
      for (size_t byte = 0; byte < pieces->bytes; byte += KVK_ALIGNMENT)
        __builtin_prefetch(slot + byte, 0, 2);
    }
    rows -= some;
    pieces->row += some;
    if (some == left) {
      pieces->turn++;
      pieces->row = 0;
    }
  }
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

#endif
