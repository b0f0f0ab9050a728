// What the attention kernels of all instruction sets share.
#ifndef KVASIR_ATTENTION_H
#define KVASIR_ATTENTION_H

#include "kernels.h"

enum {
  KVK_DIMENSION_STEP = 16, // head dimensions are padded to a multiple of this in scratch memory
  KVK_ATTENTION_BATCH = 24 // queries whose scores over a partition stay in the first-level cache
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

#endif
