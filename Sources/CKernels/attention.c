// Attention: shares out (task, kv head) items. Where a group has several tasks, whoever finishes
// the last of them merges their records.
#include "attention.h"
#include <string.h>

// Queries of a group: as many as make packing keys and values cheap beside using them.
enum { GROUP_QUERIES = 256 };

size_t kvk_attention_group_rows(size_t heads_per_kv) {
  size_t rows = GROUP_QUERIES / (heads_per_kv ? heads_per_kv : 1);
  return rows < 1 ? 1 : rows;
}

size_t kvk_attention_record(size_t head_dimension) {
  // The output, the maximum, the sum
  return kvk_round_up(head_dimension, KVK_DIMENSION_STEP) + KVK_DIMENSION_STEP;
}

size_t kvk_attention_scratch(size_t heads, size_t kv_heads, size_t head_dimension) {
  size_t group = heads / kv_heads, rows = kvk_attention_group_rows(group), queries = rows * group;
  size_t padded = kvk_round_up(head_dimension, KVK_DIMENSION_STEP);
  // Layout: generic/attention_impl.h, with the widest elements
  size_t words = 4 * rows + 2 * queries * padded + 2 * queries + 2 * KVK_PARTITION * padded +
                 KVK_ATTENTION_BATCH * (2 * KVK_PARTITION + padded);
  return kvk_round_up(words * 4 + 16 * KVK_ALIGNMENT, 2 * KVK_ALIGNMENT);
}

void kvk_list_slots(const kvk_segment *segments, size_t count, int32_t *slots) {
  while (count > 0) {
    size_t run = (size_t)segments->count < count ? (size_t)segments->count : count;
    for (size_t i = 0; i < run; i++)
      slots[i] = segments->slot + (int32_t)i;
    segments++;
    slots += run;
    count -= run;
  }
}

int kvk_compare_slots(const int32_t *a, const int32_t *b, size_t count) {
  return memcmp(a, b, count * sizeof *a);
}

typedef struct job {
  const kvk_kernels *kernels;
  const kvk_attention *attention;
  uint8_t *scratch;
  size_t scratch_stride;
  size_t workers;
} job;

static void attend_item(void *context, size_t item, int worker) {
  const job *j = context;
  const kvk_attention *a = j->attention;
  size_t kv_heads = a->cache.heads, kv_head = item % kv_heads;
  const kvk_attention_task *task = &a->tasks[item / kv_heads];
  size_t next = item + j->workers; // if each worker takes its turn
  kvk_attention_item work = {
      .job = a,
      .task = task,
      .kv_head = kv_head,
      .next_task = next < a->task_count * kv_heads ? &a->tasks[next / kv_heads] : NULL,
      .next_kv_head = next % kv_heads,
      .scratch = j->scratch + (size_t)worker * j->scratch_stride};
  j->kernels->attend(&work);
  const kvk_attention_group *group = &a->groups[task->group];
  if (group->tasks == 1)
    return;
  int32_t *unfinished = &a->unfinished[(size_t)task->group * kv_heads + kv_head];
  if (__atomic_sub_fetch(unfinished, 1, __ATOMIC_ACQ_REL) == 0)
    j->kernels->merge(a, group, kv_head);
}

void kvk_attend(const kvk_kernels *kernels, kvk_team *team, const kvk_attention *attention,
                void *scratch, size_t scratch_stride) {
  size_t kv_heads = attention->cache.heads;
  for (size_t g = 0; g < attention->group_count; g++)
    for (size_t h = 0; h < kv_heads; h++)
      attention->unfinished[g * kv_heads + h] = attention->groups[g].tasks;
  job j = {kernels, attention, scratch, scratch_stride, (size_t)kvk_team_threads(team)};
  kvk_team_run(team, attention->task_count * kv_heads, 1, attend_item, &j);
}
