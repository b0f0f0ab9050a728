// Brings rows of activations into the form that weights want.
#include "kernels.h"

// Work below this many elements is not worth handing to another thread.
enum { PIECE_OF_WORK = 8192 };

size_t kvk_activation_stride(const kvk_kernels *kernels, kvk_form form, size_t inputs) {
  size_t bytes = kernels->preparations[form].row_bytes(inputs);
  return ((bytes + KVK_ALIGNMENT - 1) / KVK_ALIGNMENT | 1) * KVK_ALIGNMENT;
}

typedef struct job {
  const kvk_kernels *kernels;
  const float *x;
  size_t x_stride;
  const float *weight;
  float epsilon;
  const kvk_activations *out;
} job;

static void prepare_row(void *context, size_t row, int worker) {
  (void)worker;
  const job *j = context;
  const kvk_activations *a = j->out;
  j->kernels->preparations[a->form].prepare(j->x + row * j->x_stride, 0, a->inputs, a->inputs,
                                            (uint8_t *)a->values + row * a->stride);
}

static void norm_prepare_row(void *context, size_t row, int worker) {
  (void)worker;
  const job *j = context;
  const kvk_activations *a = j->out;
  const float *x = j->x + row * j->x_stride;
  float scale = j->kernels->rms_scale(x, j->epsilon, a->inputs);
  _Alignas(KVK_ALIGNMENT) float normed[KVK_PIECE];
  for (size_t k = 0; k < a->inputs; k += KVK_PIECE) {
    size_t count = a->inputs - k < KVK_PIECE ? a->inputs - k : KVK_PIECE;
    j->kernels->rescale(x + k, scale, j->weight + k, count, normed);
    j->kernels->preparations[a->form].prepare(normed, k, count, a->inputs,
                                              (uint8_t *)a->values + row * a->stride);
  }
}

static size_t grain(size_t inputs) { return inputs >= PIECE_OF_WORK ? 1 : PIECE_OF_WORK / inputs; }

void kvk_prepare(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
                 const kvk_activations *out) {
  job j = {kernels, x, x_stride, NULL, 0, out};
  kvk_team_run(team, out->rows, grain(out->inputs), prepare_row, &j);
}

void kvk_norm_prepare(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
                      const float *weight, float epsilon, const kvk_activations *out) {
  job j = {kernels, x, x_stride, weight, epsilon, out};
  kvk_team_run(team, out->rows, grain(out->inputs), norm_prepare_row, &j);
}
