// Attention: shares out (row block, kv head) items, last blocks first: the late rows of a long
// span have the most positions to see, and the largest pieces should not come last.
#include "kernels.h"

size_t kvk_attention_block_rows(size_t group) {
  // Some 64 query vectors share a tile of keys and values once it is converted.
  size_t rows = 64 / (group ? group : 1);
  return rows < 1 ? 1 : rows > 32 ? 32 : rows;
}

size_t kvk_attention_scratch(size_t heads, size_t kv_heads, size_t head_dimension) {
  size_t group = heads / kv_heads, queries = kvk_attention_block_rows(group) * group;
  size_t padded = kvk_round_up(head_dimension, KVK_DIMENSION_STEP);
  // Layout: generic/attention_impl.h
  size_t floats = 2 * queries * padded + queries * KVK_TILE + 2 * KVK_TILE * padded + 3 * queries +
                  2 * KVK_DIMENSION_STEP;
  return kvk_round_up(floats * sizeof(float), 2 * KVK_ALIGNMENT);
}

typedef struct job {
  const kvk_kernels *kernels;
  const kvk_attention *attention;
  uint8_t *scratch;
  size_t scratch_stride;
} job;

static void attend_item(void *context, size_t item, int worker) {
  const job *j = context;
  size_t kv_heads = j->attention->cache.heads, block = item / kv_heads;
  kvk_attention_item work = {.job = j->attention,
                             .block = &j->attention->blocks[j->attention->block_count - 1 - block],
                             .kv_head = item % kv_heads,
                             .scratch = (float *)(j->scratch + (size_t)worker * j->scratch_stride)};
  j->kernels->attend(&work);
}

void kvk_attend(const kvk_kernels *kernels, kvk_team *team, const kvk_attention *attention,
                void *scratch, size_t scratch_stride) {
  job j = {kernels, attention, scratch, scratch_stride};
  kvk_team_run(team, attention->block_count * attention->cache.heads, 1, attend_item, &j);
}
