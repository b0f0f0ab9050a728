// Matrix products: shares out (panel, chunk of rows) items; the tiles do the arithmetic.
//
// Within an item the inputs are walked in blocks, and within a block all rows pass over the same
// part of the panel, so that it stays in the first-level cache. Sums wait in `acc` between blocks;
// the order of additions is that of k.
#include "kernels.h"
#include <string.h>

size_t kvk_activation_stride(const kvk_kernels *kernels, kvk_type type, size_t inputs) {
  const kvk_matmul *m = &kernels->matmul[type];
  return kvk_round_up(inputs * m->activation, KVK_ALIGNMENT);
}

typedef struct prepare_job {
  const kvk_matmul *m;
  const float *x;
  size_t x_stride;
  const kvk_activations *out;
} prepare_job;

static void prepare_row(void *context, size_t row, int worker) {
  (void)worker;
  const prepare_job *j = context;
  const kvk_activations *a = j->out;
  size_t groups = a->inputs / KVK_GROUP;
  j->m->prepare(j->x + row * j->x_stride, a->inputs, (uint8_t *)a->values + row * a->value_stride,
                a->scales ? a->scales + row * groups : NULL,
                a->offsets ? a->offsets + row * groups : NULL);
}

void kvk_prepare(const kvk_kernels *kernels, kvk_team *team, kvk_type type, const float *x,
                 size_t x_stride, const kvk_activations *out) {
  prepare_job j = {&kernels->matmul[type], x, x_stride, out};
  kvk_team_run(team, out->rows, 8, prepare_row, &j);
}

typedef struct multiply_job {
  const kvk_matmul *m;
  const kvk_activations *a;
  const kvk_weights *w;
  const float *bias;
  bool accumulate;
  float *out;
  size_t out_stride, panel_bytes, chunks;
} multiply_job;

// With more tiles than this in an item arithmetic is the bound, and memory comes in time by itself.
enum { FETCHING_TILES = 6 };

// Products with fewer multiplications take about a microsecond: not worth another thread.
enum { SINGLE_THREAD = 1 << 16 };

static void finish(const multiply_job *j, const float *acc, size_t row, size_t rows,
                   size_t output) {
  size_t width = j->m->panel, left = j->w->outputs - output, columns = left < width ? left : width;
  for (size_t r = 0; r < rows; r++, acc += width) {
    float *out = j->out + (row + r) * j->out_stride + output;
    if (!j->bias && !j->accumulate) {
      memcpy(out, acc, columns * sizeof *out);
    } else if (!j->bias) {
      for (size_t o = 0; o < columns; o++)
        out[o] = acc[o] + out[o];
    } else if (!j->accumulate) {
      for (size_t o = 0; o < columns; o++)
        out[o] = acc[o] + j->bias[output + o];
    } else {
      for (size_t o = 0; o < columns; o++)
        out[o] = (acc[o] + j->bias[output + o]) + out[o];
    }
  }
}

static void multiply_item(void *context, size_t item, int worker) {
  (void)worker;
  const multiply_job *j = context;
  const kvk_matmul *m = j->m;
  size_t panel = item / j->chunks, first = item % j->chunks * KVK_CHUNK_ROWS;
  size_t rows = j->a->rows - first < KVK_CHUNK_ROWS ? j->a->rows - first : KVK_CHUNK_ROWS;
  const uint8_t *weights = (const uint8_t *)j->w->packed + panel * j->panel_bytes;
  _Alignas(KVK_ALIGNMENT) float acc[KVK_CHUNK_ROWS * KVK_MAX_PANEL];
  memset(acc, 0, rows * m->panel * sizeof *acc);
  size_t tiles = (rows + m->tile_rows - 1) / m->tile_rows;
  // Each tile asks for its share of the next panel, which lies behind this one.
  kvk_ahead ahead = {weights + j->panel_bytes, 0};
  if (j->a->rows >= m->fetch_rows && tiles <= FETCHING_TILES)
    ahead.lines =
        (j->panel_bytes * m->k_step / j->w->inputs / tiles + KVK_ALIGNMENT - 1) / KVK_ALIGNMENT;
  for (size_t k = 0; k < j->w->inputs; k += m->k_block) {
    size_t end = j->w->inputs - k < m->k_block ? j->w->inputs : k + m->k_block;
    for (size_t r = 0; r < rows; r += m->tile_rows) {
      size_t some = rows - r < m->tile_rows ? rows - r : m->tile_rows;
      m->tile(weights, k, end, j->a, first + r, some, acc + r * m->panel, ahead);
      ahead.next += (end - k) / m->k_step * ahead.lines * KVK_ALIGNMENT;
    }
  }
  finish(j, acc, first, rows, panel * m->panel);
}

void kvk_multiply(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                  const kvk_weights *w, const float *bias, bool accumulate, float *out,
                  size_t out_stride) {
  const kvk_matmul *m = &kernels->matmul[w->type];
  multiply_job j = {.m = m,
                    .a = a,
                    .w = w,
                    .bias = bias,
                    .accumulate = accumulate,
                    .out = out,
                    .out_stride = out_stride,
                    .panel_bytes = kvk_panel_bytes(m, w->type, w->inputs),
                    .chunks = (a->rows + KVK_CHUNK_ROWS - 1) / KVK_CHUNK_ROWS};
  size_t panels = (w->outputs + m->panel - 1) / m->panel;
  // One panel's chunks go to one worker where there are panels enough for all; with few rows
  // several panels, so that what a worker fetches ahead is mostly its own.
  size_t shares = panels / (8 * (size_t)kvk_team_threads(team));
  size_t grain = shares == 0 ? 1 : j.chunks * (shares > 8 ? 8 : shares);
  if (j.chunks > 1 && grain > j.chunks)
    grain = j.chunks;
  if (a->rows * w->outputs * w->inputs < SINGLE_THREAD)
    grain = panels * j.chunks;
  kvk_team_run(team, panels * j.chunks, grain, multiply_item, &j);
}
