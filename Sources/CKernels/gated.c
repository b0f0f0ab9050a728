// The gated first half of a feed-forward: silu(gate) * up, ready for the product that follows.
//
// An item computes KVK_GROUP outputs of both matrices for a chunk of rows and, where the form
// allows, converts them on the spot: the wide hidden rows are then never written as f32.
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

/// Sums of KVK_GROUP outputs first… of one side, as [KVK_GROUP / panel][rows][panel].
static void multiply_side(const job *j, const side *s, size_t output, const kvk_split_item *i,
                          float *acc) {
  size_t width = s->m->panel, left = s->weights->outputs - output;
  for (size_t o = 0; o < KVK_GROUP && o < left; o += width, acc += i->rows * width) {
    kvk_multiply_panel(s->m, j->a,
                       (const uint8_t *)s->weights->packed + (output + o) / width * s->panel_bytes,
                       s->panel_bytes, i, acc, NULL, NULL);
    for (size_t r = 0; s->bias && r < i->rows; r++)
      for (size_t c = 0; c < width && c < left - o; c++)
        acc[r * width + c] += s->bias[output + o + c];
  }
}

/// The sums of row r, outputs o…, of one side.
static const float *at(const side *s, size_t rows, const float *acc, size_t r, size_t o) {
  size_t width = s->m->panel;
  return acc + o / width * width * rows + r * width + o % width;
}

/// silu(gate) * up of rows r… as hidden [count][KVK_GROUP].
static void activate(const job *j, const float *gate, const float *up, size_t rows, size_t columns,
                     size_t r, size_t count, float *hidden) {
  size_t width = j->gate.m->panel < j->up.m->panel ? j->gate.m->panel : j->up.m->panel;
  if (width == KVK_GROUP) {
    j->kernels->silu_multiply(gate + r * KVK_GROUP, up + r * KVK_GROUP, count * KVK_GROUP, hidden);
    return;
  }
  for (size_t i = 0; i < count; i++)
    for (size_t o = 0; o < columns; o += width)
      j->kernels->silu_multiply(at(&j->gate, rows, gate, r + i, o), at(&j->up, rows, up, r + i, o),
                                width, hidden + i * KVK_GROUP + o);
}

/// Writes hidden values of rows row… to where they are wanted.
static void deliver(const job *j, const float *hidden, size_t output, size_t columns, size_t row,
                    size_t count) {
  const kvk_preparation *p = &j->kernels->preparations[j->out->form];
  uint8_t *to = (uint8_t *)j->out->values + row * j->out->stride;
  if (j->converts && p->prepare_column && columns == KVK_GROUP) {
    p->prepare_column(hidden, count, output, j->out->inputs, to, j->out->stride);
    return;
  }
  for (size_t i = 0; i < count; i++, hidden += KVK_GROUP, to += j->out->stride) {
    if (j->converts)
      p->prepare(hidden, output, columns, j->out->inputs, to);
    else
      memcpy(j->gated->scratch + (row + i) * j->gated->scratch_stride + output, hidden,
             columns * sizeof *hidden);
  }
}

static void gated_item(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  kvk_split_item i = kvk_item(&j->split, item);
  _Alignas(KVK_ALIGNMENT) float gate[KVK_CHUNK_ROWS * KVK_GROUP], up[KVK_CHUNK_ROWS * KVK_GROUP];
  for (size_t end = i.panel + i.panels; i.panel < end; i.panel++) {
    size_t output = i.panel * KVK_GROUP, left = j->gated->gate.outputs - output;
    size_t columns = left < KVK_GROUP ? left : KVK_GROUP;
    multiply_side(j, &j->gate, output, &i, gate);
    multiply_side(j, &j->up, output, &i, up);
    for (size_t r = 0; r < i.rows; r += KVK_COLUMN_ROWS) {
      _Alignas(KVK_ALIGNMENT) float hidden[KVK_COLUMN_ROWS * KVK_GROUP];
      size_t count = i.rows - r < KVK_COLUMN_ROWS ? i.rows - r : KVK_COLUMN_ROWS;
      activate(j, gate, up, i.rows, columns, r, count, hidden);
      deliver(j, hidden, output, columns, i.first + r, count);
    }
  }
}

static side make_side(const kvk_kernels *kernels, const kvk_weights *w, const float *bias) {
  const kvk_matmul *m = &kernels->matmul[w->type];
  return (side){m, w, bias, m->panel_bytes(m, w->inputs)};
}

void kvk_multiply_gated(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                        const kvk_gated *gated, const kvk_activations *out) {
  size_t outputs = gated->gate.outputs, groups = (outputs + KVK_GROUP - 1) / KVK_GROUP;
  job j = {.kernels = kernels,
           .a = a,
           .out = out,
           .gated = gated,
           .gate = make_side(kernels, &gated->gate, gated->gate_bias),
           .up = make_side(kernels, &gated->up, gated->up_bias),
           .split = kvk_split_product(kernels, team, a, groups, 2 * a->rows * outputs * a->inputs),
           .converts = kernels->preparations[out->form].step <= KVK_GROUP};
  kvk_team_run(team, j.split.items, j.split.grain, gated_item, &j);
  if (!j.converts)
    kvk_prepare(kernels, team, gated->scratch, gated->scratch_stride, out);
}
