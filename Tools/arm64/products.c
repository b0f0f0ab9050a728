// Matrix products of every weight type: against double precision, and a row's bytes for any number
// of rows and threads. Weights are random bytes as a model file has them.
#include "check.h"

/// A weight type: how it lies in a file, and what activations become for it.
typedef struct type_info {
  kvk_type type;
  const char *name;
  size_t group, bytes; // elements and bytes of a group
  kvk_form form;
  void (*decode)(const uint8_t *bytes, double *values); // a group's
} type_info;

static uint16_t bits_16(const uint8_t *bytes) { return (uint16_t)(bytes[0] | bytes[1] << 8); }

static void decode_f32(const uint8_t *bytes, double *values) {
  float value;
  memcpy(&value, bytes, 4);
  values[0] = value;
}

static void decode_f16(const uint8_t *bytes, double *values) {
  values[0] = half_value(bits_16(bytes));
}

static void decode_bf16(const uint8_t *bytes, double *values) {
  uint32_t bits = (uint32_t)bits_16(bytes) << 16;
  float value;
  memcpy(&value, &bits, 4);
  values[0] = value;
}

static void decode_q8_0(const uint8_t *bytes, double *values) {
  for (int i = 0; i < 32; i++)
    values[i] = half_value(bits_16(bytes)) * (int8_t)bytes[2 + i];
}

static void decode_q4_0(const uint8_t *bytes, double *values) {
  for (int i = 0; i < 32; i++) {
    int code = i < 16 ? bytes[2 + i] & 15 : bytes[2 + i - 16] >> 4;
    values[i] = half_value(bits_16(bytes)) * (code - 8);
  }
}

static void decode_q5_0(const uint8_t *bytes, double *values) {
  for (int i = 0; i < 32; i++) {
    int code = i < 16 ? bytes[6 + i] & 15 : bytes[6 + i - 16] >> 4;
    int fifth = bytes[2 + i / 8] >> i % 8 & 1;
    values[i] = half_value(bits_16(bytes)) * (code + 16 * fifth - 16);
  }
}

/// Scale and min of group g of Q4_K's and Q5_K's twelve bytes.
static void six_bits(const uint8_t *bytes, int g, int *scale, int *min) {
  if (g < 4) {
    *scale = bytes[g] & 63;
    *min = bytes[g + 4] & 63;
  } else {
    *scale = (bytes[g + 4] & 15) | bytes[g - 4] >> 6 << 4;
    *min = bytes[g + 4] >> 4 | bytes[g] >> 6 << 4;
  }
}

static void decode_k(const uint8_t *bytes, const uint8_t *fifths, const uint8_t *nibbles,
                     double *values) {
  for (int i = 0; i < 256; i++) {
    int g = i / 32, scale, min;
    six_bits(bytes + 4, g, &scale, &min);
    int byte = nibbles[g / 2 * 32 + i % 32], code = g % 2 ? byte >> 4 : byte & 15;
    if (fifths)
      code += (fifths[i % 32] >> g & 1) << 4;
    values[i] = half_value(bits_16(bytes)) * scale * code - half_value(bits_16(bytes + 2)) * min;
  }
}

static void decode_q4_k(const uint8_t *bytes, double *values) {
  decode_k(bytes, NULL, bytes + 16, values);
}

static void decode_q5_k(const uint8_t *bytes, double *values) {
  decode_k(bytes, bytes + 16, bytes + 48, values);
}

static void decode_q6_k(const uint8_t *bytes, double *values) {
  for (int i = 0; i < 256; i++) {
    int half = i / 128, quarter = i % 128 / 32, at = i % 32;
    int byte = bytes[half * 64 + quarter % 2 * 32 + at];
    int code = (quarter < 2 ? byte & 15 : byte >> 4) |
               (bytes[128 + half * 32 + at] >> 2 * quarter & 3) << 4;
    values[i] = half_value(bits_16(bytes + 208)) * (int8_t)bytes[192 + i / 16] * (code - 32);
  }
}

static const type_info types[] = {
    {KVK_F32, "F32", 1, 4, KVK_FORM_F32, decode_f32},
    {KVK_F16, "F16", 1, 2, KVK_FORM_F16, decode_f16},
    {KVK_BF16, "BF16", 1, 2, KVK_FORM_BF16, decode_bf16},
    {KVK_Q8_0, "Q8_0", 32, 34, KVK_FORM_Q8_32, decode_q8_0},
    {KVK_Q4_0, "Q4_0", 32, 18, KVK_FORM_Q8_32, decode_q4_0},
    {KVK_Q5_0, "Q5_0", 32, 22, KVK_FORM_Q8_32, decode_q5_0},
    {KVK_Q4_K, "Q4_K", 256, 144, KVK_FORM_Q8_256, decode_q4_k},
    {KVK_Q5_K, "Q5_K", 256, 176, KVK_FORM_Q8_256, decode_q5_k},
    {KVK_Q6_K, "Q6_K", 256, 210, KVK_FORM_Q8_256, decode_q6_k},
};

/// Bytes of a group: its floats of sensible size, the rest anything.
static void random_group(check *c, const type_info *t, uint8_t *bytes) {
  for (size_t i = 0; i < t->bytes; i++)
    bytes[i] = (uint8_t)next_bits(c);
  uint16_t half = (uint16_t)(0x1000 + next_below(c, 0x1c00) + (next_bits(c) & 0x8000));
  float full = next_float(c);
  if (t->type == KVK_F32)
    memcpy(bytes, &full, 4);
  else if (t->type == KVK_BF16)
    memcpy(bytes, (uint8_t *)&full + 2, 2);
  else if (t->type == KVK_Q6_K)
    memcpy(bytes + 208, &half, 2);
  else
    memcpy(bytes, &half, 2);
  if (t->type == KVK_Q4_K || t->type == KVK_Q5_K) {
    half ^= (uint16_t)next_below(c, 0x400);
    memcpy(bytes + 2, &half, 2);
  }
}

/// What a row of activations becomes.
static void round_activations(kvk_form form, const float *x, size_t count, double *out) {
  if (form == KVK_FORM_Q8_32 || form == KVK_FORM_Q8_256) {
    size_t group = form == KVK_FORM_Q8_32 ? 32 : 256;
    for (size_t g = 0; g < count; g += group) {
      float most = 0;
      for (size_t i = g; i < g + group; i++)
        most = fmaxf(most, fabsf(x[i]));
      float inverse = most == 0 ? 0 : 127 / most;
      double scale = group == 32 ? rounded_half(most / 127) : most / 127;
      for (size_t i = g; i < g + group; i++)
        out[i] = nearbyintf(x[i] * inverse) * scale;
    }
    return;
  }
  for (size_t i = 0; i < count; i++)
    out[i] = form == KVK_FORM_F16    ? rounded_half(x[i])
             : form == KVK_FORM_BF16 ? rounded_bfloat(x[i])
                                     : x[i];
}

typedef struct product {
  const type_info *t;
  size_t outputs, inputs, rows;
  const uint8_t *bytes;
  double *weights;
  const float *x, *bias, *before;
} product;

static product random_product(check *c, const type_info *t, size_t outputs, size_t inputs,
                              size_t rows) {
  size_t groups = outputs * inputs / t->group;
  uint8_t *bytes = guarded(groups * t->bytes);
  double *weights = guarded(outputs * inputs * sizeof(double));
  for (size_t g = 0; g < groups; g++) {
    random_group(c, t, bytes + g * t->bytes);
    t->decode(bytes + g * t->bytes, weights + g * t->group);
  }
  return (product){t,
                   outputs,
                   inputs,
                   rows,
                   bytes,
                   weights,
                   random_floats(c, rows * inputs),
                   random_floats(c, outputs),
                   random_floats(c, rows * outputs)};
}

static kvk_weights packed(const check *c, kvk_team *team, const product *p) {
  kvk_type type = p->t->type;
  void *out = guarded(kvk_packed_bytes(c->kernels, type, p->outputs, p->inputs));
  kvk_pack(c->kernels, team, type, p->outputs, p->inputs, p->bytes, out);
  return (kvk_weights){type, p->outputs, p->inputs, out};
}

static kvk_activations room_for(const check *c, kvk_form form, size_t rows, size_t inputs) {
  size_t stride = kvk_activation_stride(c->kernels, form, inputs);
  return (kvk_activations){form, rows, inputs, guarded(rows * stride), stride};
}

/// Rows first..<first + rows of the product with the kernels under test, into memory of its own.
static float *multiply(const check *c, const product *p, size_t first, size_t rows, int threads) {
  kvk_team *team = kvk_team_create(threads);
  kvk_activations a = room_for(c, p->t->form, rows, p->inputs);
  kvk_prepare(c->kernels, team, p->x + first * p->inputs, p->inputs, &a);
  float *out = guarded(rows * p->outputs * sizeof *out);
  memcpy(out, p->before + first * p->outputs, rows * p->outputs * sizeof *out);
  kvk_product product = {packed(c, team, p), p->bias, true, out, p->outputs};
  kvk_multiply_many(c->kernels, team, &a, &product, 1);
  kvk_team_destroy(team);
  return out;
}

static void check_values(check *c, const product *p, const float *out) {
  double *a = guarded(p->inputs * sizeof *a);
  for (size_t r = 0; r < p->rows; r++) {
    round_activations(p->t->form, p->x + r * p->inputs, p->inputs, a);
    for (size_t o = 0; o < p->outputs; o++) {
      double sum = p->bias[o] + (double)p->before[r * p->outputs + o], magnitude = 1;
      for (size_t k = 0; k < p->inputs; k++) {
        sum += a[k] * p->weights[o * p->inputs + k];
        magnitude += fabs(a[k] * p->weights[o * p->inputs + k]);
      }
      double error = fabs(out[r * p->outputs + o] - sum);
      EXPECT(c, error < magnitude * 4e-6, "%s %zu × %zu, row %zu of %zu, output %zu: off by %g",
             p->t->name, p->outputs, p->inputs, r, p->rows, o, error);
    }
  }
}

/// What fused operations must not change: a bit of what their parts give.
static void check_fused(check *c, const type_info *t, size_t rows) {
  size_t inputs = t->group == 1 ? 75 : t->group * 3;
  size_t hidden = 45 > t->group ? 45 / t->group * t->group : t->group;
  product gate = random_product(c, t, hidden, inputs, rows),
          up = random_product(c, t, hidden, inputs, rows);
  kvk_team *team = kvk_team_create(2);
  float *weight = random_floats(c, inputs), *normed = guarded(rows * inputs * sizeof *normed);
  kvk_activations a = room_for(c, t->form, rows, inputs), b = room_for(c, t->form, rows, inputs);
  kvk_norm_prepare(c->kernels, team, gate.x, inputs, weight, 1e-5f, &a);
  kvk_rms_norm(c->kernels, team, gate.x, inputs, rows, inputs, weight, 1e-5f, normed, inputs);
  kvk_prepare(c->kernels, team, normed, inputs, &b);
  EXPECT(c, memcmp(a.values, b.values, rows * a.stride) == 0, "%s: norm and preparation in one",
         t->name);

  float *out[4]; // gate and up together, and one after the other
  for (int i = 0; i < 4; i++)
    out[i] = guarded(rows * hidden * sizeof(float));
  kvk_weights g = packed(c, team, &gate), u = packed(c, team, &up);
  kvk_product both[] = {{g, gate.bias, false, out[0], hidden}, {u, NULL, false, out[1], hidden}};
  kvk_multiply_many(c->kernels, team, &a, both, 2);
  both[0].out = out[2];
  both[1].out = out[3];
  kvk_multiply_many(c->kernels, team, &a, &both[0], 1);
  kvk_multiply_many(c->kernels, team, &a, &both[1], 1);
  EXPECT(c,
         memcmp(out[0], out[2], rows * hidden * sizeof(float)) == 0 &&
             memcmp(out[1], out[3], rows * hidden * sizeof(float)) == 0,
         "%s: two products at once", t->name);

  kvk_activations fused = room_for(c, t->form, rows, hidden),
                  parts = room_for(c, t->form, rows, hidden);
  float *scratch = guarded(rows * hidden * sizeof *scratch);
  kvk_gated gated = {g, u, gate.bias, NULL, scratch, hidden};
  kvk_multiply_gated(c->kernels, team, &a, &gated, &fused);
  kvk_silu_multiply(c->kernels, team, out[0], hidden, out[1], hidden, rows, hidden, out[0], hidden);
  kvk_prepare(c->kernels, team, out[0], hidden, &parts);
  EXPECT(c, memcmp(fused.values, parts.values, rows * fused.stride) == 0,
         "%s: gate, up and preparation in one, %zu rows", t->name, rows);
  kvk_team_destroy(team);
}

/// Rows of a table; the values are those of the file to within a rounding of each operation.
static void check_embedding(check *c, const type_info *t) {
  enum { TABLE = 40, ROWS = 5 };
  size_t columns = t->group * 3;
  product p = random_product(c, t, TABLE, columns, 1);
  int32_t tokens[ROWS] = {0, TABLE - 1, 7, 7, 1};
  float *out = guarded(ROWS * (columns + 1) * sizeof *out);
  kvk_team *team = kvk_team_create(2);
  kvk_embed(c->kernels, team, t->type, p.bytes, columns, tokens, ROWS, out, columns + 1);
  kvk_team_destroy(team);
  for (size_t r = 0; r < ROWS; r++) {
    for (size_t i = 0; i < columns; i++) {
      double expected = p.weights[(size_t)tokens[r] * columns + i];
      EXPECT(c, fabs(out[r * (columns + 1) + i] - expected) <= 1e-6 * fabs(expected),
             "%s embedding: %g instead of %g", t->name, out[r * (columns + 1) + i], expected);
    }
  }
}

/// Every finite f16.
static void check_half(check *c) {
  enum { COUNT = 1 << 16 };
  uint16_t *halves = guarded(COUNT * sizeof *halves);
  for (size_t i = 0; i < COUNT; i++)
    halves[i] = (uint16_t)i;
  float *out = guarded(COUNT * sizeof *out);
  kvk_team *team = kvk_team_create(1);
  kvk_embed(c->kernels, team, KVK_F16, halves, COUNT, &(int32_t){0}, 1, out, COUNT);
  kvk_team_destroy(team);
  for (size_t i = 0; i < COUNT; i++)
    EXPECT(c, (i & 0x7c00) == 0x7c00 || out[i] == half_value((uint16_t)i), "f16 %04zx is %g", i,
           out[i]);
}

void check_products(check *c) {
  check_half(c);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    const type_info *t = &types[i];
    size_t step = t->group;
    check_embedding(c, t);
    check_fused(c, t, 1);
    check_fused(c, t, 7);
    check_fused(c, t, 98);
    for (int round = 0; round < 4; round++) {
      size_t inputs = step == 1 ? 1 + next_below(c, 100) : step * (1 + next_below(c, 4));
      product p = random_product(c, t, 1 + next_below(c, 70), inputs, 1 + next_below(c, 20));
      check_values(c, &p, multiply(c, &p, 0, p.rows, 2));
    }
    // More inputs than a block of k; then more rows than a chunk.
    product wide = random_product(c, t, 37, step == 1 ? 515 : (1056 + step - 1) / step * step, 33);
    product tall = random_product(c, t, 5, step == 1 ? 32 : step, 101);
    for (const product *p = &wide; p; p = p == &wide ? &tall : NULL) {
      float *all = multiply(c, p, 0, p->rows, 1);
      for (size_t rows = p == &wide ? 1 : 97; rows < p->rows; rows += rows < 17 ? 1 : 4) {
        size_t first = next_below(c, p->rows - rows + 1);
        float *some = multiply(c, p, first, rows, (int)(rows % 3) + 1);
        EXPECT(c, memcmp(some, all + first * p->outputs, rows * p->outputs * sizeof *some) == 0,
               "%s %zu × %zu: rows %zu..<%zu have other bytes than among %zu", t->name, p->outputs,
               p->inputs, first, first + rows, p->rows);
      }
    }
  }
}
