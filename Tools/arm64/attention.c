// Attention against double precision, for each type of keys and values, and a row's bytes however
// its path is cut into segments, steps, groups and tasks.
#include "check.h"

typedef struct shape {
  size_t heads, kv_heads, dimension, length, slots;
} shape;

typedef struct problem {
  shape s;
  const float *q, *k, *v; // [length × …]
  kvk_cache cache;
  int32_t *slot; // of each position
} problem;

/// Positions in runs of random length, which lie anywhere.
static void scatter(check *c, problem *p, size_t longest) {
  size_t next = p->s.slots, position = 0;
  // From the end of memory to its start, with gaps.
  while (position < p->s.length) {
    size_t left = p->s.length - position, run = 1 + next_below(c, longest);
    run = run < left ? run : left;
    next -= run + (next > 2 * left ? next_below(c, 2) : 0);
    for (size_t i = 0; i < run; i++)
      p->slot[position + i] = (int32_t)(next + i);
    position += run;
  }
}

static problem random_problem(check *c, shape s, kvk_kv_type type, size_t longest_run) {
  problem p = {.s = s};
  size_t kv = s.kv_heads * s.dimension, bytes = kvk_kv_bytes(type, s.dimension);
  size_t room = s.kv_heads * s.slots * bytes;
  p.q = random_floats(c, s.length * s.heads * s.dimension);
  p.k = random_floats(c, s.length * kv);
  p.v = random_floats(c, s.length * kv);
  p.slot = guarded(s.length * sizeof *p.slot);
  scatter(c, &p, longest_run);
  p.cache = (kvk_cache){.type = type,
                        .keys = guarded(room),
                        .values = guarded(room),
                        .head_stride = s.slots * bytes,
                        .slot_stride = bytes,
                        .heads = s.kv_heads,
                        .head_dimension = s.dimension};
  // What was never stored must not matter.
  memset(p.cache.keys, 0xff, room);
  memset(p.cache.values, 0xff, room);
  return p;
}

/// Stores and attends positions begin..<end, as runs of `rows` rows in one group of `tasks` tasks
/// at most, or as a group each where tasks is 0.
static void step(const check *c, const problem *p, kvk_team *team, size_t begin, size_t end,
                 size_t rows, size_t tasks, float *out) {
  size_t kv = p->s.kv_heads * p->s.dimension, all = p->s.heads * p->s.dimension;
  kvk_store(c->kernels, team, p->k + begin * kv, kv, p->v + begin * kv, kv, end - begin,
            p->slot + begin, &p->cache);
  kvk_attention_run run[512];
  kvk_attention_group group[512];
  kvk_attention_task task[512];
  int32_t tiles[64], runs = 0, groups = 0, count = 0;
  for (int32_t t = 0; t < 64; t++)
    tiles[t] = t * KVK_TILE;
  int64_t records = 0;
  size_t most = kvk_attention_group_rows(p->s.heads / p->s.kv_heads), partitions = 0;
  for (size_t row = begin, next; row < end; row = next) {
    next = row + (rows < most ? rows : most);
    next = next < end ? next : end;
    int32_t size = (int32_t)(next - row);
    partitions = (next - 1) / KVK_PARTITION + 1;
    if (tasks == 0 || groups == 0 || group[groups - 1].rows + size > (int32_t)most)
      group[groups++] = (kvk_attention_group){.run = runs};
    group[groups - 1].runs++;
    group[groups - 1].rows += size;
    run[runs++] = (kvk_attention_run){(int32_t)(row - begin), size, (int32_t)row, 0, records};
    records += size * (int64_t)(partitions * p->s.heads);
  }
  for (int32_t g = 0; g < groups; g++) {
    const kvk_attention_run *last = &run[group[g].run + group[g].runs - 1];
    size_t whole = (size_t)(last->position + last->rows - 1) / KVK_PARTITION + 1;
    size_t pieces = tasks == 0 ? 1 : tasks < whole ? tasks : whole;
    group[g].tasks = (int32_t)pieces;
    for (size_t i = 0; i < pieces; i++) {
      int32_t first = (int32_t)(whole * i / pieces);
      task[count++] = (kvk_attention_task){g, first, (int32_t)(whole * (i + 1) / pieces) - first};
    }
  }
  size_t scratch = kvk_attention_scratch(p->s.heads, p->s.kv_heads, p->s.dimension);
  size_t record = kvk_attention_record(p->s.dimension) * sizeof(float);
  kvk_attention attention = {.slots = p->slot,
                             .tiles = tiles,
                             .runs = run,
                             .groups = group,
                             .tasks = task,
                             .group_count = (size_t)groups,
                             .task_count = (size_t)count,
                             .heads = p->s.heads,
                             .scale = 0.3f,
                             .q = p->q + begin * all,
                             .q_stride = all,
                             .out = out + begin * all,
                             .out_stride = all,
                             .cache = p->cache,
                             .records = guarded((size_t)records * record),
                             .unfinished =
                                 guarded((size_t)groups * p->s.kv_heads * sizeof(int32_t))};
  kvk_attend(c->kernels, team, &attention, guarded(scratch * (size_t)kvk_team_threads(team)),
             scratch);
}

/// What a head's keys or values [n] become in a slot.
static double stored(const float *x, size_t n, size_t at, kvk_kv_type type) {
  if (type == KVK_KV_F16)
    return rounded_half(x[at]);
  if (type == KVK_KV_BF16)
    return rounded_bfloat(x[at]);
  size_t first = at / 32 * 32, end = first + 32 < n ? first + 32 : n;
  float most = 0;
  for (size_t i = first; i < end; i++)
    most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
  return nearbyintf(x[at] * (127.0f / most)) * rounded_half(most / 127.0f);
}

static void check_values(check *c, const problem *p, const float *out) {
  size_t n = p->s.dimension, group = p->s.heads / p->s.kv_heads, kv = p->s.kv_heads * n;
  // On bf16 units attention rounds to 8 bits.
  const bool rounds = strcmp(c->name, "avx512bf16") == 0 || strcmp(c->name, "amx") == 0;
  const double tolerance = rounds ? 0.02 : 4e-6;
  double *weight = guarded(p->s.length * sizeof *weight);
  for (size_t row = 0; row < p->s.length; row++) {
    for (size_t head = 0; head < p->s.heads; head++) {
      const float *q = p->q + (row * p->s.heads + head) * n;
      double total = 0;
      for (size_t at = 0; at <= row; at++) {
        double score = 0;
        for (size_t d = 0; d < n; d++)
          score += q[d] * stored(p->k + at * kv + head / group * n, n, d, p->cache.type);
        total += weight[at] = exp(0.3f * score);
      }
      for (size_t d = 0; d < n; d++) {
        double sum = 0;
        for (size_t at = 0; at <= row; at++)
          sum += weight[at] * stored(p->v + at * kv + head / group * n, n, d, p->cache.type);
        double error = fabs(out[(row * p->s.heads + head) * n + d] - sum / total);
        EXPECT(c, error < tolerance, "attention, position %zu, head %zu, dimension %zu: off by %g",
               row, head, d, error);
      }
    }
  }
}

void check_attention(check *c) {
  const shape shapes[] = {{4, 2, 16, 300, 700}, {3, 1, 10, 90, 200}, {2, 2, 64, 70, 140}};
  for (size_t i = 0; i < 3 * KVK_KV_TYPE_COUNT; i++) {
    shape s = shapes[i % 3];
    size_t size = s.length * s.heads * s.dimension * sizeof(float);
    problem p = random_problem(c, s, (kvk_kv_type)(i / 3), 16);
    kvk_team *team = kvk_team_create(2);
    float *whole = guarded(size), *parts = guarded(size);
    step(c, &p, team, 0, s.length, 64, 0, whole);
    kvk_team_destroy(team);
    check_values(c, &p, whole);
    for (size_t longest = 1; longest <= 64; longest *= 8) {
      kvk_team *other = kvk_team_create((int)next_below(c, 3) + 1);
      scatter(c, &p, longest);
      for (size_t begin = 0; begin < s.length;) {
        size_t rows = next_below(c, 2) ? 1 : 1 + next_below(c, 40);
        size_t end = s.length - begin < rows ? s.length : begin + rows;
        step(c, &p, other, begin, end, 1 + next_below(c, 20), next_below(c, 3), parts);
        begin = end;
      }
      kvk_team_destroy(other);
      EXPECT(c, memcmp(whole, parts, size) == 0,
             "attention: other bytes in steps, with runs of up to %zu slots", longest);
    }
  }
}
