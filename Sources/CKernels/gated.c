// The gated first half of a feed-forward: silu(gate) * up, ready for the product that follows.
//
// An item computes KVK_GROUP outputs of both matrices for a chunk of rows and, where the form allows,
// converts them on the spot: the wide hidden rows are then never written as f32.
#include "kernels.h"
#include <string.h>

/// One of the two matrices.
typedef struct side {
  const kvk_matmul *m;
  const kvk_weights *weights;
  const float *bias;
  size_t panel_bytes;
} side;

typedef struct job {
  const kvk_kernels *kernels;
  const kvk_activations *a, *out;
  const kvk_gated *gated;
  side gate, up;
  kvk_split split;
  bool converts; // at once, or in a second round because groups are too large
} job;

typedef struct group {
  const job *job;
  size_t output, first, rows; // of the chunk
  float *gate, *up;           // [KVK_GROUP / panel][rows][panel]
} group;

/// The sums of row r, outputs o…, of one side.
static float *at(const side *s, const group *g, float *acc, size_t r, size_t o) {
  size_t width = s->m->panel;
  return acc + o / width * width * g->rows + r * width + o % width;
}

static void add_bias(const side *s, const group *g, float *acc, size_t r, size_t columns) {
  if (s->bias)
    for (size_t o = 0; o < columns; o++)
      *at(s, g, acc, r, o) += s->bias[g->output + o];
}

/// Turns rows whose sums are complete into their hidden values.
static void finish(const void *context, const float *acc, size_t row, size_t rows) {
  (void)acc;
  const group *g = context;
  const job *j = g->job;
  size_t width = j->gate.m->panel < j->up.m->panel ? j->gate.m->panel : j->up.m->panel;
  size_t left = j->gated->gate.outputs - g->output, columns = left < KVK_GROUP ? left : KVK_GROUP;
  for (; rows > 0; rows--, row++) {
    size_t r = row - g->first;
    _Alignas(KVK_ALIGNMENT) float hidden[KVK_GROUP];
    add_bias(&j->gate, g, g->gate, r, columns);
    add_bias(&j->up, g, g->up, r, columns);
    for (size_t o = 0; o < columns; o += width)
      j->kernels->silu_multiply(at(&j->gate, g, g->gate, r, o), at(&j->up, g, g->up, r, o),
                                columns - o < width ? columns - o : width, hidden + o);
    if (j->converts)
      j->kernels->preparations[j->out->form].prepare(hidden, g->output, columns, j->out->inputs,
                                                     (uint8_t *)j->out->values +
                                                         row * j->out->stride);
    else
      memcpy(j->gated->scratch + row * j->gated->scratch_stride + g->output, hidden,
             columns * sizeof *hidden);
  }
}

static void multiply_side(const side *s, const group *g, float *acc, bool finishes) {
  size_t width = s->m->panel, end = s->weights->outputs;
  if (end > g->output + KVK_GROUP)
    end = g->output + KVK_GROUP;
  for (size_t o = g->output; o < end; o += width, acc += g->rows * width)
    kvk_multiply_panel(s->m, g->job->a,
                       (const uint8_t *)s->weights->packed + o / width * s->panel_bytes,
                       s->panel_bytes, g->first, g->rows, acc,
                       finishes && o + width >= end ? finish : NULL, g);
}

static void gated_item(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  kvk_split_item i = kvk_item(&j->split, item);
  _Alignas(KVK_ALIGNMENT) float gate[KVK_CHUNK_ROWS * KVK_GROUP], up[KVK_CHUNK_ROWS * KVK_GROUP];
  for (size_t end = i.panel + i.panels; i.panel < end; i.panel++) {
    group g = {j, i.panel * KVK_GROUP, i.first, i.rows, gate, up};
    multiply_side(&j->gate, &g, gate, false);
    multiply_side(&j->up, &g, up, true);
  }
}

static side make_side(const kvk_kernels *kernels, const kvk_weights *w, const float *bias) {
  const kvk_matmul *m = &kernels->matmul[w->type];
  return (side){m, w, bias, m->panel_bytes(m, w->inputs)};
}

void kvk_multiply_gated(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                        const kvk_gated *gated, const kvk_activations *out) {
  size_t groups = (gated->gate.outputs + KVK_GROUP - 1) / KVK_GROUP;
  job j = {.kernels = kernels,
           .a = a,
           .out = out,
           .gated = gated,
           .gate = make_side(kernels, &gated->gate, gated->gate_bias),
           .up = make_side(kernels, &gated->up, gated->up_bias),
           .split = kvk_split_product(team, a, groups, 2 * a->rows * gated->gate.outputs * a->inputs),
           .converts = kernels->preparations[out->form].step <= KVK_GROUP};
  kvk_team_run(team, j.split.items, j.split.grain, gated_item, &j);
  if (!j.converts)
    kvk_prepare(kernels, team, gated->scratch, gated->scratch_stride, out);
}
