// Matrix products: shares out panels × chunks of rows (split.c); the tiles do the arithmetic.
//
// Within an item the inputs are walked in blocks, and within a block all rows pass over the same
// part of the panel, so that it stays in the first-level cache. Sums wait in `acc` between blocks;
// the order of additions is that of k.
#include "kernels.h"
#include <string.h>

enum {
  FETCHING_TILES = 6, // with more, arithmetic is the bound, and memory comes by itself
  FEW_BLOCK = 4608,   // bytes of a panel that so few tiles pass over in turn
  FAR_BLOCK = 9216,   // and where they fetch into the second-level cache
  AHEAD = 6144,       // how far ahead of its use memory is fetched
};

/// Which of 8 pieces a tile fetches.
static unsigned pieces(size_t tile, size_t tiles) {
  unsigned result = 0;
  for (size_t p = tile; p < 8; p += tiles)
    result |= 1u << p;
  return result;
}

void kvk_multiply_panel(const kvk_matmul *m, const kvk_activations *a, const uint8_t *panel,
                        size_t panel_bytes, const kvk_split_item *item, float *acc,
                        kvk_finish finish, const void *context) {
  const size_t first = item->first, rows = item->rows;
  _Alignas(KVK_ALIGNMENT) uint8_t expanded[KVK_EXPANDED];
  bool expands = m->expand_rows > 0 && rows >= m->expand_rows;
  const size_t most = expands ? m->expanded_rows : m->tile_rows;
  size_t tiles = (rows + most - 1) / most, block = m->k_block;
  kvk_tile t = {.panel = expands ? expanded : panel, .a = a, .ahead = {panel + AHEAD, 0}};
  if (tiles == 1 && !expands) {
    block = a->inputs;
  } else if (tiles <= FETCHING_TILES && !expands) {
    // The first tile must not run past what the others have fetched for it.
    size_t bytes = m->fetches_far ? FAR_BLOCK : FEW_BLOCK;
    size_t steps = bytes * a->inputs / panel_bytes / m->k_step;
    block = m->k_step * (steps < 1 ? 1 : steps);
    t.ahead.next = panel + 2 * block * panel_bytes / a->inputs / KVK_ALIGNMENT * KVK_ALIGNMENT;
  }
  // Tiles of one size fetch at one pace.
  const size_t height =
      m->fetches_far && tiles <= FETCHING_TILES ? (rows + tiles - 1) / tiles : most;
  size_t share = kvk_round_up((panel_bytes + tiles - 1) / tiles, KVK_ALIGNMENT);
  // Sums that need not wait for another block leave through the same few lines of cache.
  bool passing = finish && block >= a->inputs;
  for (t.k_begin = 0; t.k_begin < a->inputs; t.k_begin = t.k_end) {
    t.k_end = a->inputs - t.k_begin < block ? a->inputs : t.k_begin + block;
    if (expands)
      m->expand(panel, a->inputs, t.k_begin, t.k_end, expanded);
    for (size_t r = 0, tile = 0; r < rows; r += height, tile++) {
      t.row = first + r;
      t.rows = rows - r < height ? rows - r : height;
      t.acc = passing ? acc : acc + r * m->panel;
      if (t.k_begin == 0)
        memset(t.acc, 0, t.rows * m->panel * sizeof *acc);
      t.ahead.pieces = tiles <= FETCHING_TILES ? pieces(tile, tiles) : 0;
      if (item->fetches && tiles > FETCHING_TILES && t.k_begin == 0) {
        // The next panel, to the second-level cache.
        const uint8_t *next = panel + panel_bytes;
        for (size_t b = share * tile, e = b + share; b < e && b < panel_bytes; b += KVK_ALIGNMENT)
          __builtin_prefetch(next + b, 0, 2);
      }
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
  void (*store_sums)(const kvk_sums *sums, bool accumulate, float *out, size_t out_stride);
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
  kvk_sums sums = {acc, rows, columns, width, to->bias ? to->bias + d->output : NULL};
  d->part->store_sums(&sums, to->accumulate, to->out + row * to->out_stride + d->output,
                      to->out_stride);
}

static void multiply_item(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  kvk_split_item i = kvk_item(&j->split, item);
  const part *p = j->part + j->parts - 1;
  while (i.panel < p->first_panel)
    p--;
  _Alignas(KVK_ALIGNMENT) float acc[KVK_CHUNK_ROWS * KVK_MAX_PANEL];
  for (size_t end = i.panel + i.panels; i.panel < end; i.panel++) {
    if (p + 1 < j->part + j->parts && i.panel == p[1].first_panel)
      p++;
    size_t panel = i.panel - p->first_panel;
    destination d = {p, panel * p->m->panel};
    kvk_multiply_panel(p->m, j->a,
                       (const uint8_t *)p->product->weights.packed + panel * p->panel_bytes,
                       p->panel_bytes, &i, acc, finish, &d);
  }
}

void kvk_multiply_many(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                       const kvk_product *products, size_t count) {
  job j = {.a = a, .parts = count};
  size_t panels = 0, outputs = 0;
  for (size_t i = 0; i < count; i++) {
    const kvk_weights *w = &products[i].weights;
    const kvk_matmul *m = &kernels->matmul[w->type];
    j.part[i] = (part){&products[i], m, m->panel_bytes(m, w->inputs), panels, kernels->store_sums};
    panels += (w->outputs + m->panel - 1) / m->panel;
    outputs += w->outputs;
  }
  j.split = kvk_split_product(kernels, team, a, panels, a->rows * outputs * a->inputs);
  kvk_team_run(team, j.split.items, j.split.grain, multiply_item, &j);
}
