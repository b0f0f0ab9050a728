// Operations on rows: each row is a piece of work.
#include "kernels.h"
#include <math.h>

// Work below this many elements a piece is not worth handing to another thread.
enum { PIECE = 8192 };

static size_t grain(size_t columns) {
  return columns >= PIECE ? 1 : PIECE / (columns ? columns : 1);
}

typedef struct row_job {
  const kvk_kernels *kernels;
  const float *x, *y;
  size_t x_stride, y_stride, columns, out_stride;
  float epsilon;
  float *out;
} row_job;

static void norm_row(void *context, size_t row, int worker) {
  (void)worker;
  const row_job *j = context;
  const float *x = j->x + row * j->x_stride;
  j->kernels->rescale(x, j->kernels->rms_scale(x, j->epsilon, j->columns), j->y, j->columns,
                      j->out + row * j->out_stride);
}

void kvk_rms_norm(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
                  size_t rows, size_t columns, const float *weight, float epsilon, float *out,
                  size_t out_stride) {
  row_job j = {kernels, x, weight, x_stride, 0, columns, out_stride, epsilon, out};
  kvk_team_run(team, rows, grain(columns), norm_row, &j);
}

static void silu_row(void *context, size_t row, int worker) {
  (void)worker;
  const row_job *j = context;
  j->kernels->silu_multiply(j->x + row * j->x_stride, j->y + row * j->y_stride, j->columns,
                            j->out + row * j->out_stride);
}

void kvk_silu_multiply(const kvk_kernels *kernels, kvk_team *team, const float *gate,
                       size_t gate_stride, const float *up, size_t up_stride, size_t rows,
                       size_t columns, float *out, size_t out_stride) {
  row_job j = {kernels, gate, up, gate_stride, up_stride, columns, out_stride, 0, out};
  kvk_team_run(team, rows, grain(columns), silu_row, &j);
}

static void add_row(void *context, size_t row, int worker) {
  (void)worker;
  const row_job *j = context;
  j->kernels->add(j->x + row * j->x_stride, j->columns, j->out + row * j->out_stride);
}

void kvk_add(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
             size_t rows, size_t columns, float *out, size_t out_stride) {
  row_job j = {kernels, x, NULL, x_stride, 0, columns, out_stride, 0, out};
  kvk_team_run(team, rows, grain(columns), add_row, &j);
}

typedef struct embed_job {
  const kvk_kernels *kernels;
  kvk_type type;
  const uint8_t *table;
  size_t row_bytes, columns, out_stride;
  const int32_t *tokens;
  float *out;
} embed_job;

static void embed_row(void *context, size_t row, int worker) {
  (void)worker;
  const embed_job *j = context;
  j->kernels->dequantise[j->type](j->table + (size_t)j->tokens[row] * j->row_bytes, j->columns,
                                  j->out + row * j->out_stride);
}

void kvk_embed(const kvk_kernels *kernels, kvk_team *team, kvk_type type, const void *table,
               size_t columns, const int32_t *tokens, size_t rows, float *out, size_t out_stride) {
  embed_job j = {kernels, type,       table,  kvk_row_bytes(type, columns),
                 columns, out_stride, tokens, out};
  kvk_team_run(team, rows, grain(columns), embed_row, &j);
}

typedef struct rope_fill_job {
  size_t positions, rotated;
  double base, scale;
  const float *factors;
  float *cos_sin;
} rope_fill_job;

enum { FILL_POSITIONS = 64 };

static void rope_fill_positions(void *context, size_t item, int worker) {
  (void)worker;
  const rope_fill_job *j = context;
  size_t half = j->rotated / 2, first = item * FILL_POSITIONS;
  size_t end = j->positions - first < FILL_POSITIONS ? j->positions : first + FILL_POSITIONS;
  for (size_t i = 0; i < half; i++) {
    double frequency = j->scale * pow(j->base, -2.0 * (double)i / (double)j->rotated);
    if (j->factors)
      frequency /= j->factors[i];
    for (size_t position = first; position < end; position++) {
      float *cosines = j->cos_sin + position * j->rotated;
      cosines[i] = (float)cos((double)position * frequency);
      cosines[half + i] = (float)sin((double)position * frequency);
    }
  }
}

void kvk_rope_fill(kvk_team *team, size_t positions, size_t rotated, double base, double scale,
                   const float *factors, float *cos_sin) {
  rope_fill_job j = {positions, rotated, base, scale, factors, cos_sin};
  kvk_team_run(team, (positions + FILL_POSITIONS - 1) / FILL_POSITIONS, 1, rope_fill_positions, &j);
}

typedef struct rope_job {
  const kvk_kernels *kernels;
  float *x;
  size_t x_stride, heads, head_dimension;
  kvk_rope_layout layout;
  size_t rotated;
  const int32_t *positions;
  const float *cos_sin;
} rope_job;

static void rope_row(void *context, size_t row, int worker) {
  (void)worker;
  const rope_job *j = context;
  j->kernels->rope(j->x + row * j->x_stride, j->heads, j->head_dimension, j->layout, j->rotated,
                   j->cos_sin + (size_t)j->positions[row] * j->rotated);
}

void kvk_rope(const kvk_kernels *kernels, kvk_team *team, float *x, size_t x_stride, size_t rows,
              size_t heads, size_t head_dimension, kvk_rope_layout layout, size_t rotated,
              const int32_t *positions, const float *cos_sin) {
  rope_job j = {kernels, x, x_stride, heads, head_dimension, layout, rotated, positions, cos_sin};
  kvk_team_run(team, rows, grain(heads * head_dimension), rope_row, &j);
}
