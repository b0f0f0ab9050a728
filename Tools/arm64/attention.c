// Attention against double precision, and a row's bytes however its path is cut into segments and
// steps.
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

static problem random_problem(check *c, shape s, size_t longest_run) {
  problem p = {.s = s};
  size_t kv = s.kv_heads * s.dimension, room = s.kv_heads * s.slots * s.dimension;
  p.q = random_floats(c, s.length * s.heads * s.dimension);
  p.k = random_floats(c, s.length * kv);
  p.v = random_floats(c, s.length * kv);
  p.slot = guarded(s.length * sizeof *p.slot);
  scatter(c, &p, longest_run);
  p.cache = (kvk_cache){.keys = guarded(room * 2),
                        .values = guarded(room * 2),
                        .head_stride = s.slots * s.dimension,
                        .slot_stride = s.dimension,
                        .heads = s.kv_heads,
                        .head_dimension = s.dimension};
  // What was never stored must not matter.
  memset(p.cache.keys, 0xff, room * 2);
  memset(p.cache.values, 0xff, room * 2);
  return p;
}

/// Stores and attends positions begin..<end as one span.
static void step(const check *c, const problem *p, kvk_team *team, size_t begin, size_t end,
                 float *out) {
  size_t kv = p->s.kv_heads * p->s.dimension, all = p->s.heads * p->s.dimension;
  kvk_store(c->kernels, team, p->k + begin * kv, kv, p->v + begin * kv, kv, end - begin,
            p->slot + begin, &p->cache);
  kvk_segment segments[512];
  int32_t count = 0;
  for (size_t i = 0; i < end; i++) {
    if (i > 0 && p->slot[i] == p->slot[i - 1] + 1)
      segments[count - 1].count++;
    else
      segments[count++] = (kvk_segment){p->slot[i], 1};
  }
  kvk_span span = {0, (int32_t)(end - begin), (int32_t)begin, 0, count};
  size_t most = kvk_attention_block_rows(p->s.heads / p->s.kv_heads), blocks = 0;
  kvk_row_block block[512];
  for (size_t row = 0; row < end - begin; row += most) {
    size_t rows = end - begin - row < most ? end - begin - row : most;
    block[blocks++] = (kvk_row_block){0, (int32_t)row, (int32_t)rows};
  }
  size_t scratch = kvk_attention_scratch(p->s.heads, p->s.kv_heads, p->s.dimension);
  kvk_attention attention = {.spans = &span,
                             .segments = segments,
                             .blocks = block,
                             .block_count = blocks,
                             .heads = p->s.heads,
                             .scale = 0.3f,
                             .q = p->q + begin * all,
                             .q_stride = all,
                             .out = out + begin * all,
                             .out_stride = all,
                             .cache = p->cache};
  kvk_attend(c->kernels, team, &attention, guarded(scratch * (size_t)kvk_team_threads(team)),
             scratch);
}

static void check_values(check *c, const problem *p, const float *out) {
  size_t n = p->s.dimension, group = p->s.heads / p->s.kv_heads, kv = p->s.kv_heads * n;
  double *weight = guarded(p->s.length * sizeof *weight);
  for (size_t row = 0; row < p->s.length; row++) {
    for (size_t head = 0; head < p->s.heads; head++) {
      const float *q = p->q + (row * p->s.heads + head) * n;
      double total = 0;
      for (size_t at = 0; at <= row; at++) {
        double score = 0;
        for (size_t d = 0; d < n; d++)
          score += q[d] * rounded_half(p->k[at * kv + head / group * n + d]);
        total += weight[at] = exp(0.3f * score);
      }
      for (size_t d = 0; d < n; d++) {
        double sum = 0;
        for (size_t at = 0; at <= row; at++)
          sum += weight[at] * rounded_half(p->v[at * kv + head / group * n + d]);
        double error = fabs(out[(row * p->s.heads + head) * n + d] - sum / total);
        EXPECT(c, error < 4e-6, "attention, position %zu, head %zu, dimension %zu: off by %g", row,
               head, d, error);
      }
    }
  }
}

void check_attention(check *c) {
  const shape shapes[] = {{4, 2, 16, 150, 400}, {3, 1, 10, 90, 200}, {2, 2, 64, 70, 140}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    shape s = shapes[i];
    size_t size = s.length * s.heads * s.dimension * sizeof(float);
    problem p = random_problem(c, s, 16);
    kvk_team *team = kvk_team_create(2);
    float *whole = guarded(size), *parts = guarded(size);
    step(c, &p, team, 0, s.length, whole);
    kvk_team_destroy(team);
    check_values(c, &p, whole);
    for (size_t longest = 1; longest <= 64; longest *= 8) {
      kvk_team *other = kvk_team_create((int)next_below(c, 3) + 1);
      scatter(c, &p, longest);
      for (size_t begin = 0; begin < s.length;) {
        size_t rows = next_below(c, 2) ? 1 : 1 + next_below(c, 40);
        size_t end = s.length - begin < rows ? s.length : begin + rows;
        step(c, &p, other, begin, end, parts);
        begin = end;
      }
      kvk_team_destroy(other);
      EXPECT(c, memcmp(whole, parts, size) == 0,
             "attention: other bytes in steps, with runs of up to %zu slots", longest);
    }
  }
}
