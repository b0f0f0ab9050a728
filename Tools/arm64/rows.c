// Operations on rows against double precision, for lengths that no vector register divides.
#include "check.h"

static void check_rms_norm(check *c, kvk_team *team, size_t rows, size_t n) {
  float *x = random_floats(c, rows * n), *weight = random_floats(c, n);
  float *out = guarded(rows * n * sizeof *out);
  kvk_rms_norm(c->kernels, team, x, n, rows, n, weight, 1e-5f, out, n);
  for (size_t r = 0; r < rows; r++) {
    double squares = 0;
    for (size_t i = 0; i < n; i++)
      squares += (double)x[r * n + i] * x[r * n + i];
    double scale = 1 / sqrt(squares / (double)n + 1e-5f);
    for (size_t i = 0; i < n; i++) {
      double expected = x[r * n + i] * scale * weight[i];
      EXPECT(c, fabs(out[r * n + i] - expected) < 2e-6 * (1 + fabs(expected)),
             "RMS norm of %zu: element %zu", n, i);
    }
  }
}

static void check_silu(check *c, kvk_team *team, size_t rows, size_t n) {
  float *gate = random_floats(c, rows * n), *up = random_floats(c, rows * n);
  for (size_t i = 0; i < rows * n; i++)
    gate[i] *= i % 7 == 0 ? 100 : 8;
  float *out = guarded(rows * n * sizeof *out);
  kvk_silu_multiply(c->kernels, team, gate, n, up, n, rows, n, out, n);
  for (size_t i = 0; i < rows * n; i++) {
    double expected = gate[i] / (1 + exp(-(double)gate[i])) * up[i];
    EXPECT(c, fabs(out[i] - expected) < 1e-6 * fabs(expected) + 3e-36,
           "SiLU(%g) * %g: %g instead of %g", gate[i], up[i], out[i], expected);
  }
}

static void check_add(check *c, kvk_team *team, size_t rows, size_t n) {
  float *x = random_floats(c, rows * n), *out = random_floats(c, rows * n);
  float *before = guarded(rows * n * sizeof *before);
  memcpy(before, out, rows * n * sizeof *before);
  kvk_add(c->kernels, team, x, n, rows, n, out, n);
  for (size_t i = 0; i < rows * n; i++)
    EXPECT(c, out[i] == before[i] + x[i], "addition, element %zu", i);
}

static void check_rope(check *c, kvk_team *team, kvk_rope_layout layout, size_t head,
                       size_t rotated) {
  enum { ROWS = 5, HEADS = 3, POSITIONS = 70 };
  float *table = guarded(POSITIONS * rotated * sizeof *table);
  kvk_rope_fill(team, POSITIONS, rotated, 10000, 0.5, NULL, table);
  float *x = random_floats(c, ROWS * HEADS * head);
  float *out = guarded(ROWS * HEADS * head * sizeof *out);
  memcpy(out, x, ROWS * HEADS * head * sizeof *out);
  int32_t positions[ROWS] = {0, 1, 17, 33, POSITIONS - 1};
  kvk_rope(c->kernels, team, out, HEADS * head, ROWS, HEADS, head, layout, rotated, positions,
           table);
  for (size_t row = 0; row < ROWS * HEADS; row++) {
    const float *from = x + row * head, *to = out + row * head;
    for (size_t i = 0; i < rotated / 2; i++) {
      double angle = positions[row / HEADS] * 0.5 * pow(10000, -2.0 * (double)i / (double)rotated);
      size_t first = layout == KVK_ROPE_HALVES ? i : 2 * i;
      size_t second = layout == KVK_ROPE_HALVES ? i + rotated / 2 : 2 * i + 1;
      double a = from[first] * cos(angle) - from[second] * sin(angle);
      double b = from[first] * sin(angle) + from[second] * cos(angle);
      EXPECT(c, fabs(to[first] - a) < 1e-6 && fabs(to[second] - b) < 1e-6,
             "RoPE, layout %d, pair %zu of %zu", (int)layout, i, rotated / 2);
    }
    EXPECT(c, memcmp(from + rotated, to + rotated, (head - rotated) * sizeof *to) == 0,
           "RoPE changed what it should not rotate");
  }
}

void check_rows(check *c) {
  kvk_team *team = kvk_team_create(2);
  for (size_t n = 1; n < 40; n += 1 + n / 4) {
    check_rms_norm(c, team, 3, n);
    check_silu(c, team, 3, n);
    check_add(c, team, 3, n);
  }
  check_rms_norm(c, team, 2, 1000);
  check_silu(c, team, 40, 513);
  for (int layout = KVK_ROPE_INTERLEAVED; layout <= KVK_ROPE_HALVES; layout++) {
    check_rope(c, team, (kvk_rope_layout)layout, 16, 16);
    check_rope(c, team, (kvk_rope_layout)layout, 14, 10);
  }
  kvk_team_destroy(team);
}
