// Writes keys and values into their slots, after turning queries and keys by their positions.
#include "kernels.h"

size_t kvk_kv_bytes(kvk_kv_type type, size_t head_dimension) {
  if (type == KVK_KV_Q8)
    return kvk_round_up(2 * kvk_kv_groups(head_dimension) + head_dimension, 4);
  return 2 * head_dimension;
}

typedef struct job {
  const kvk_kernels *kernels;
  float *q, *k;
  const float *v;
  size_t q_stride, k_stride, v_stride, heads;
  kvk_rope_layout layout;
  size_t rotated;
  const int32_t *positions;
  const float *cos_sin; // NULL: no rotation
  const int32_t *slots;
  const kvk_cache *cache;
} job;

static void do_row(void *context, size_t row, int worker) {
  (void)worker;
  const job *j = context;
  const kvk_cache *c = j->cache;
  size_t dimension = c->head_dimension;
  float *k = j->k + row * j->k_stride;
  const float *v = j->v + row * j->v_stride;
  if (j->cos_sin) {
    const float *cos_sin = j->cos_sin + (size_t)j->positions[row] * j->rotated;
    j->kernels->rope(j->q + row * j->q_stride, j->heads, dimension, j->layout, j->rotated, cos_sin);
    j->kernels->rope(k, c->heads, dimension, j->layout, j->rotated, cos_sin);
  }
  if (j->slots[row] < 0)
    return;
  size_t at = (size_t)j->slots[row] * c->slot_stride;
  for (size_t head = 0; head < c->heads; head++, at += c->head_stride) {
    j->kernels->store[c->type](k + head * dimension, dimension, c->keys + at);
    j->kernels->store[c->type](v + head * dimension, dimension, c->values + at);
  }
}

// Elements that are worth handing to another thread.
enum { PIECE = 8192 };

static void run(kvk_team *team, size_t rows, job *j) {
  size_t elements = (j->heads + 2 * j->cache->heads) * j->cache->head_dimension;
  kvk_team_run(team, rows, elements < PIECE ? PIECE / elements : 1, do_row, j);
}

void kvk_store(const kvk_kernels *kernels, kvk_team *team, const float *k, size_t k_stride,
               const float *v, size_t v_stride, size_t rows, const int32_t *slots,
               const kvk_cache *cache) {
  // Keys are only changed where there is a rotation.
  job j = {.kernels = kernels,
           .k = (float *)(uintptr_t)k,
           .v = v,
           .k_stride = k_stride,
           .v_stride = v_stride,
           .slots = slots,
           .cache = cache};
  run(team, rows, &j);
}

void kvk_rope_store(const kvk_kernels *kernels, kvk_team *team, float *q, size_t q_stride,
                    size_t heads, float *k, size_t k_stride, const float *v, size_t v_stride,
                    size_t rows, kvk_rope_layout layout, size_t rotated, const int32_t *positions,
                    const float *cos_sin, const int32_t *slots, const kvk_cache *cache) {
  job j = {kernels, q,      k,       v,         q_stride, k_stride, v_stride,
           heads,   layout, rotated, positions, cos_sin,  slots,    cache};
  run(team, rows, &j);
}
