// The gated first half of a feed-forward: silu(gate) * up, ready for the product that follows.
//
// An item computes KVK_GROUP outputs of both matrices for a chunk of rows and, where the form allows,
// converts them on the spot: the wide hidden rows are then never written as f32.
#include "kernels.h"
#include <string.h>

typedef struct job {
  const kvk_kernels *kernels;
  const kvk_activations *a, *out;
  const kvk_gated *gated;
  const kvk_matmul *gate, *up;
  size_t gate_bytes, up_bytes; // of a panel
  size_t chunks;
  bool converts; // at once, or in a second round because groups are too large
} job;

/// Products of one matrix with outputs first…, as acc [KVK_GROUP / panel][rows][panel].
static void multiply_group(const job *j, const kvk_matmul *m, const kvk_weights *w,
                           size_t panel_bytes, const float *bias, size_t output, size_t first,
                           size_t rows, float *acc) {
  size_t width = m->panel;
  memset(acc, 0, rows * KVK_GROUP * sizeof *acc);
  for (size_t o = 0; o < KVK_GROUP && output + o < w->outputs; o += width, acc += rows * width) {
    const uint8_t *panel = (const uint8_t *)w->packed + (output + o) / width * panel_bytes;
    kvk_multiply_panel(m, j->a, panel, panel_bytes, first, rows, acc);
    size_t left = w->outputs - output - o, columns = left < width ? left : width;
    for (size_t r = 0; bias && r < rows; r++)
      for (size_t i = 0; i < columns; i++)
        acc[r * width + i] += bias[output + o + i];
  }
}

static void gated_item(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  const kvk_gated *g = j->gated;
  size_t output = item / j->chunks * KVK_GROUP, first = item % j->chunks * KVK_CHUNK_ROWS;
  size_t rows = j->a->rows - first < KVK_CHUNK_ROWS ? j->a->rows - first : KVK_CHUNK_ROWS;
  _Alignas(KVK_ALIGNMENT) float gate[KVK_CHUNK_ROWS * KVK_GROUP], up[KVK_CHUNK_ROWS * KVK_GROUP];
  multiply_group(j, j->gate, &g->gate, j->gate_bytes, g->gate_bias, output, first, rows, gate);
  multiply_group(j, j->up, &g->up, j->up_bytes, g->up_bias, output, first, rows, up);
  size_t gate_width = j->gate->panel, up_width = j->up->panel;
  size_t width = gate_width < up_width ? gate_width : up_width, left = g->gate.outputs - output;
  size_t columns = left < KVK_GROUP ? left : KVK_GROUP;
  for (size_t r = 0; r < rows; r++) {
    _Alignas(KVK_ALIGNMENT) float hidden[KVK_GROUP];
    for (size_t o = 0; o < KVK_GROUP; o += width)
      j->kernels->silu_multiply(
          gate + o / gate_width * gate_width * rows + r * gate_width + o % gate_width,
          up + o / up_width * up_width * rows + r * up_width + o % up_width, width, hidden + o);
    if (j->converts)
      j->kernels->preparations[j->out->form].prepare(hidden, output, columns, j->out->inputs,
                                                     (uint8_t *)j->out->values +
                                                         (first + r) * j->out->stride);
    else
      memcpy(g->scratch + (first + r) * g->scratch_stride + output, hidden,
             columns * sizeof *hidden);
  }
}

void kvk_multiply_gated(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                        const kvk_gated *gated, const kvk_activations *out) {
  const kvk_matmul *gate = &kernels->matmul[gated->gate.type];
  const kvk_matmul *up = &kernels->matmul[gated->up.type];
  job j = {.kernels = kernels,
           .a = a,
           .out = out,
           .gated = gated,
           .gate = gate,
           .up = up,
           .gate_bytes = gate->panel_bytes(gate, a->inputs),
           .up_bytes = up->panel_bytes(up, a->inputs),
           .chunks = (a->rows + KVK_CHUNK_ROWS - 1) / KVK_CHUNK_ROWS,
           .converts = kernels->preparations[out->form].step <= KVK_GROUP};
  size_t groups = (gated->gate.outputs + KVK_GROUP - 1) / KVK_GROUP;
  size_t grain = kvk_product_grain(team, groups, j.chunks,
                                   2 * a->rows * gated->gate.outputs * a->inputs);
  kvk_team_run(team, groups * j.chunks, grain, gated_item, &j);
  if (!j.converts)
    kvk_prepare(kernels, team, gated->scratch, gated->scratch_stride, out);
}
