// Matrix products: shares out (panel, chunk of rows) items; the tiles do the arithmetic.
//
// Within an item the inputs are walked in blocks, and within a block all rows pass over the same
// part of the panel, so that it stays in the first-level cache. Sums wait in `acc` between blocks;
// the order of additions is that of k.
#include "kernels.h"
#include <string.h>

#ifdef KVK_TUNE
#include <stdlib.h>
static int tune(const char *name, int value) { return getenv(name) ? atoi(getenv(name)) : value; }
static int FETCHING_TILES, FEW_BLOCK, AHEAD, CHUNK_BYTES, RESIDENT_BYTES;
__attribute__((constructor)) static void tunes(void) {
  FETCHING_TILES = tune("FT", 6), FEW_BLOCK = tune("FKB", 4608), AHEAD = tune("AHEAD", 8192);
  CHUNK_BYTES = tune("CHUNK", 448 << 10), RESIDENT_BYTES = tune("RESIDENT", 640 << 10);
}
#else
enum {
  FETCHING_TILES = 6,         // with more, arithmetic is the bound, and memory comes by itself
  FEW_BLOCK = 4608,           // bytes of a panel that so few tiles pass over in turn
  AHEAD = 8192,               // how far ahead of its use memory is fetched
  CHUNK_BYTES = 448 << 10,    // activations of a chunk: they stay in a second-level cache
  RESIDENT_BYTES = 640 << 10, // all activations, likewise, next to a panel
};
#endif

// Products with fewer multiplications take about a microsecond: not worth another thread.
enum { SINGLE_THREAD = 1 << 16, CHUNK_STEP = 24 };

kvk_split kvk_split_product(const kvk_team *team, const kvk_activations *a, size_t panels,
                            size_t multiplications) {
  kvk_split s = {.rows = a->rows, .panels = panels, .chunk_rows = KVK_CHUNK_ROWS};
  size_t threads = (size_t)kvk_team_threads(team);
  while (s.chunk_rows > CHUNK_STEP && s.chunk_rows * a->stride > (size_t)CHUNK_BYTES)
    s.chunk_rows -= CHUNK_STEP;
  s.chunks = (a->rows + s.chunk_rows - 1) / s.chunk_rows;
  s.by_chunk = a->rows * a->stride > (size_t)RESIDENT_BYTES;
  if (multiplications < SINGLE_THREAD) {
    s.grain = panels * s.chunks;
  } else if (s.chunks == 1) {
    // Several panels, so that what a worker fetches ahead is mostly its own.
    s.grain = panels / (8 * threads);
    s.grain = s.grain < 1 ? 1 : s.grain > 8 ? 8 : s.grain;
  } else {
    s.grain = panels * s.chunks / (32 * threads);
    s.grain = s.grain < 1 ? 1 : s.grain > 4 ? 4 : s.grain;
  }
  return s;
}

/// Which of 8 pieces a tile fetches.
static unsigned pieces(size_t tile, size_t tiles) {
  unsigned result = 0;
  for (size_t p = tile; p < 8; p += tiles)
    result |= 1u << p;
  return result;
}

void kvk_multiply_panel(const kvk_matmul *m, const kvk_activations *a, const uint8_t *panel,
                        size_t panel_bytes, size_t first, size_t rows, float *acc,
                        kvk_finish finish, const void *context) {
  _Alignas(KVK_ALIGNMENT) uint8_t expanded[KVK_EXPANDED];
  size_t tiles = (rows + m->tile_rows - 1) / m->tile_rows, block = m->k_block;
  bool expands = m->expand_rows > 0 && rows >= m->expand_rows;
  kvk_tile t = {.panel = expands ? expanded : panel, .a = a, .ahead = {panel + AHEAD, 0}};
  if (tiles == 1) {
    block = a->inputs;
  } else if (tiles <= FETCHING_TILES && !expands) {
    // The first tile must not run past what the others have fetched for it.
    size_t steps = FEW_BLOCK * a->inputs / panel_bytes / m->k_step;
    block = m->k_step * (steps < 1 ? 1 : steps);
    t.ahead.next = panel + 2 * block * panel_bytes / a->inputs / KVK_ALIGNMENT * KVK_ALIGNMENT;
  }
  memset(acc, 0, rows * m->panel * sizeof *acc);
  for (t.k_begin = 0; t.k_begin < a->inputs; t.k_begin = t.k_end) {
    t.k_end = a->inputs - t.k_begin < block ? a->inputs : t.k_begin + block;
    if (expands)
      m->expand(panel, a->inputs, t.k_begin, t.k_end, expanded);
    for (size_t r = 0, tile = 0; r < rows; r += m->tile_rows, tile++) {
      t.row = first + r;
      t.rows = rows - r < m->tile_rows ? rows - r : m->tile_rows;
      t.acc = acc + r * m->panel;
      t.ahead.pieces = tiles <= FETCHING_TILES ? pieces(tile, tiles) : 0;
      (expands ? m->tile_expanded : m->tile)(&t);
      // Stores to rows far apart miss the cache: meanwhile the next tile multiplies.
      if (finish && t.k_end == a->inputs)
        finish(context, t.acc, t.row, t.rows);
    }
  }
}

/// One product of a job, and which of the job's panels are its own.
typedef struct part {
  const kvk_product *product;
  const kvk_matmul *m;
  size_t panel_bytes, first_panel;
} part;

typedef struct job {
  const kvk_activations *a;
  kvk_split split;
  size_t parts;
  part part[KVK_MAX_PRODUCTS];
} job;

typedef struct destination {
  const part *part;
  size_t output;
} destination;

static void finish(const void *context, const float *acc, size_t row, size_t rows) {
  const destination *d = context;
  const kvk_product *to = d->part->product;
  size_t width = d->part->m->panel, left = to->weights.outputs - d->output;
  size_t columns = left < width ? left : width;
  const float *bias = to->bias ? to->bias + d->output : NULL;
  float *out = to->out + row * to->out_stride + d->output;
  for (size_t r = 0; r < rows; r++, acc += width, out += to->out_stride) {
    if (!bias && !to->accumulate) {
      memcpy(out, acc, columns * sizeof *out);
    } else if (!bias) {
      for (size_t o = 0; o < columns; o++)
        out[o] = acc[o] + out[o];
    } else if (!to->accumulate) {
      for (size_t o = 0; o < columns; o++)
        out[o] = acc[o] + bias[o];
    } else {
      for (size_t o = 0; o < columns; o++)
        out[o] = (acc[o] + bias[o]) + out[o];
    }
  }
}

static void multiply_item(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  kvk_split_item i = kvk_item(&j->split, item);
  const part *p = j->part + j->parts - 1;
  while (i.panel < p->first_panel)
    p--;
  i.panel -= p->first_panel;
  destination d = {p, i.panel * p->m->panel};
  _Alignas(KVK_ALIGNMENT) float acc[KVK_CHUNK_ROWS * KVK_MAX_PANEL];
  kvk_multiply_panel(p->m, j->a,
                     (const uint8_t *)p->product->weights.packed + i.panel * p->panel_bytes,
                     p->panel_bytes, i.first, i.rows, acc, finish, &d);
}

void kvk_multiply_many(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                       const kvk_product *products, size_t count) {
  job j = {.a = a, .parts = count};
  size_t panels = 0, outputs = 0;
  for (size_t i = 0; i < count; i++) {
    const kvk_weights *w = &products[i].weights;
    const kvk_matmul *m = &kernels->matmul[w->type];
    j.part[i] = (part){&products[i], m, m->panel_bytes(m, w->inputs), panels};
    panels += (w->outputs + m->panel - 1) / m->panel;
    outputs += w->outputs;
  }
  j.split = kvk_split_product(team, a, panels, a->rows * outputs * a->inputs);
  kvk_team_run(team, panels * j.split.chunks, j.split.grain, multiply_item, &j);
}
