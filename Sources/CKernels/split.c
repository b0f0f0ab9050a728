// How the panels and rows of a matrix product become items of work.
//
// Few rows are one chunk: then memory is the bound, and an item is a run of neighbouring panels,
// which a worker reads as one stream; long runs first, short ones last, so that all finish
// together. Of many rows an item is one panel and one chunk, with the chunk's activations in a
// second-level cache.
#include "kernels.h"

enum {
  CHUNK_BYTES = 640 << 10,    // activations of a chunk
  RESIDENT_BYTES = 640 << 10, // all activations, if they are to stay in a second-level cache
  LONGEST_RUN = 32,
};

enum {
  SINGLE_THREAD = 1 << 16 // fewer multiplications take about a microsecond: not worth a thread
};

/// A round hands a run of this many panels to each thread: half of what is left between them.
static size_t run_length(const kvk_split *s, size_t left) {
  size_t length = left / (2 * s->threads);
  return length < 1 ? 1 : length > LONGEST_RUN ? LONGEST_RUN : length;
}

kvk_split kvk_split_product(const kvk_kernels *kernels, const kvk_team *team,
                            const kvk_activations *a, size_t panels, size_t multiplications) {
  kvk_split s = {.rows = a->rows,
                 .panels = panels,
                 .threads = (size_t)kvk_team_threads(team),
                 .chunk_rows = kernels->chunk_rows,
                 .grain = 1};
  const size_t step = kernels->chunk_rows / 4;
  while (s.chunk_rows > step && s.chunk_rows * a->stride > CHUNK_BYTES)
    s.chunk_rows -= step;
  s.chunks = (a->rows + s.chunk_rows - 1) / s.chunk_rows;
  s.by_chunk = a->rows * a->stride > RESIDENT_BYTES;
  s.items = panels * s.chunks;
  if (multiplications < SINGLE_THREAD)
    s.threads = 1;
  if (s.chunks > 1) {
    s.grain = s.items / (32 * s.threads);
    s.grain = s.grain < 1 ? 1 : s.grain > 4 ? 4 : s.grain;
  } else if (s.threads == 1) {
    s.items = 1;
  } else {
    s.items = 0;
    for (size_t left = panels, length; left > 0; left -= length * s.threads) {
      length = run_length(&s, left);
      if (left <= length * s.threads) {
        s.items += (left + length - 1) / length;
        break;
      }
      s.items += s.threads;
    }
  }
  return s;
}

kvk_split_item kvk_item(const kvk_split *s, size_t item) {
  if (s->chunks > 1) {
    size_t panel = s->by_chunk ? item % s->panels : item / s->chunks;
    size_t first = (s->by_chunk ? item / s->panels : item % s->chunks) * s->chunk_rows;
    size_t rows = s->rows - first < s->chunk_rows ? s->rows - first : s->chunk_rows;
    return (kvk_split_item){panel, 1, first, rows, s->by_chunk || first == 0};
  }
  if (s->items == 1)
    return (kvk_split_item){0, s->panels, 0, s->rows, true};
  size_t left = s->panels, length = run_length(s, left);
  for (; item >= s->threads; item -= s->threads) {
    left -= length * s->threads;
    length = run_length(s, left);
  }
  left -= item * length;
  return (kvk_split_item){s->panels - left, left < length ? left : length, 0, s->rows, true};
}
