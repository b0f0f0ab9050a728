// Matrix products: shares out (panel, chunk of rows) items; the tiles do the arithmetic.
//
// Within an item the inputs are walked in blocks, and within a block all rows pass over the same
// part of the panel, so that it stays in the first-level cache. Sums wait in `acc` between blocks;
// the order of additions is that of k.
#include "kernels.h"
#include <string.h>

// With more tiles than this in an item arithmetic is the bound, and memory comes in time by itself.
enum { FETCHING_TILES = 6 };

// Products with fewer multiplications take about a microsecond: not worth another thread.
enum { SINGLE_THREAD = 1 << 16 };

void kvk_multiply_panel(const kvk_matmul *m, const kvk_activations *a, const uint8_t *panel,
                        size_t panel_bytes, size_t first, size_t rows, float *acc) {
  _Alignas(KVK_ALIGNMENT) uint8_t expanded[KVK_EXPANDED];
  bool expands = m->expand_rows > 0 && rows >= m->expand_rows;
  kvk_tile t = {.panel = expands ? expanded : panel, .a = a, .ahead = {panel + panel_bytes, 0}};
  // Each tile asks for its share of the next panel, which lies behind this one.
  size_t tiles = (rows + m->tile_rows - 1) / m->tile_rows;
  if (a->rows >= m->fetch_rows && tiles <= FETCHING_TILES)
    t.ahead.lines =
        (panel_bytes * m->k_step / a->inputs / tiles + KVK_ALIGNMENT - 1) / KVK_ALIGNMENT;
  for (t.k_begin = 0; t.k_begin < a->inputs; t.k_begin = t.k_end) {
    t.k_end = a->inputs - t.k_begin < m->k_block ? a->inputs : t.k_begin + m->k_block;
    if (expands)
      m->expand(panel, a->inputs, t.k_begin, t.k_end, expanded);
    for (size_t r = 0; r < rows; r += m->tile_rows) {
      t.row = first + r;
      t.rows = rows - r < m->tile_rows ? rows - r : m->tile_rows;
      t.acc = acc + r * m->panel;
      (expands ? m->tile_expanded : m->tile)(&t);
      t.ahead.next += (t.k_end - t.k_begin) / m->k_step * t.ahead.lines * KVK_ALIGNMENT;
    }
  }
}

size_t kvk_product_grain(const kvk_team *team, size_t panels, size_t chunks,
                         size_t multiplications) {
  if (multiplications < SINGLE_THREAD)
    return panels * chunks;
  // One panel's chunks go to one worker where there are panels enough for all; with few rows
  // several panels, so that what a worker fetches ahead is mostly its own.
  size_t shares = panels / (8 * (size_t)kvk_team_threads(team));
  if (shares == 0)
    return 1;
  return chunks > 1 ? chunks : shares > 8 ? 8 : shares;
}

/// One product of a job, and which of the job's items are its own.
typedef struct part {
  const kvk_product *product;
  const kvk_matmul *m;
  size_t panel_bytes, first_item;
} part;

typedef struct job {
  const kvk_activations *a;
  size_t chunks, parts;
  part part[KVK_MAX_PRODUCTS];
} job;

static void finish(const part *p, const float *acc, size_t row, size_t rows, size_t output) {
  const kvk_product *to = p->product;
  size_t width = p->m->panel, left = to->weights.outputs - output;
  size_t columns = left < width ? left : width;
  const float *bias = to->bias ? to->bias + output : NULL;
  for (size_t r = 0; r < rows; r++, acc += width) {
    float *out = to->out + (row + r) * to->out_stride + output;
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
  const part *p = j->part + j->parts - 1;
  while (item < p->first_item)
    p--;
  item -= p->first_item;
  size_t panel = item / j->chunks, first = item % j->chunks * KVK_CHUNK_ROWS;
  size_t rows = j->a->rows - first < KVK_CHUNK_ROWS ? j->a->rows - first : KVK_CHUNK_ROWS;
  _Alignas(KVK_ALIGNMENT) float acc[KVK_CHUNK_ROWS * KVK_MAX_PANEL];
  memset(acc, 0, rows * p->m->panel * sizeof *acc);
  kvk_multiply_panel(p->m, j->a,
                     (const uint8_t *)p->product->weights.packed + panel * p->panel_bytes,
                     p->panel_bytes, first, rows, acc);
  finish(p, acc, first, rows, panel * p->m->panel);
}

void kvk_multiply_many(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                       const kvk_product *products, size_t count) {
  job j = {.a = a, .chunks = (a->rows + KVK_CHUNK_ROWS - 1) / KVK_CHUNK_ROWS, .parts = count};
  size_t panels = 0, outputs = 0;
  for (size_t i = 0; i < count; i++) {
    const kvk_weights *w = &products[i].weights;
    const kvk_matmul *m = &kernels->matmul[w->type];
    j.part[i] = (part){&products[i], m, m->panel_bytes(m, w->inputs), panels * j.chunks};
    panels += (w->outputs + m->panel - 1) / m->panel;
    outputs += w->outputs;
  }
  kvk_team_run(team, panels * j.chunks,
               kvk_product_grain(team, panels, j.chunks, a->rows * outputs * a->inputs),
               multiply_item, &j);
}
