// BF16 products with AMX: panels of 32 outputs × 2 k, as with AVX512-BF16, in steps of 32 inputs.
// The units add in their own order and flush subnormals, so they serve every number of rows.

enum { BF16_AMX_STEP = 32, BF16_AMX_BLOCK = 512, BF16_AMX_AHEAD = 8192 };

static size_t row_bytes_bf16_amx(size_t inputs) { return kvk_round_up(inputs, BF16_AMX_STEP) * 2; }

static void prepare_bf16_amx(const float *x, size_t first, size_t count, size_t inputs,
                             uint8_t *row) {
  uint16_t *out = (uint16_t *)row + first;
  size_t i = 0;
  for (; i + 32 <= count; i += 32)
    _mm512_storeu_si512(out + i, (__m512i)_mm512_cvtne2ps_pbh(vf_load(x + i + VW), vf_load(x + i)));
  for (; i < count; i++)
    out[i] = kvk_to_bfloat(x[i]);
  if (first + count == inputs)
    memset(out + count, 0, (kvk_round_up(inputs, BF16_AMX_STEP) - inputs) * sizeof *out);
}

static size_t panel_bytes_bf16_amx(const kvk_matmul *m, size_t inputs) {
  return kvk_round_up(inputs, BF16_AMX_STEP) * m->panel * m->element;
}

static void pack_bf16_amx(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  if (from->inputs % BF16_AMX_STEP != 0)
    memset(panel, 0, m->panel_bytes(m, from->inputs));
  kvk_pack_16(m, from, panel);
}

/// Any number of rows; a part of the panel that stays in the first-level cache at a time.
static void matmul_bf16_amx(const kvk_tile *t) {
  enum { WIDTH = 2 * AMX_COLUMNS, ROWS = 2 * AMX_ROWS };
  // Whole blocks of rows, then what is left.
  for (size_t row = 0, end; row < t->rows; row = end) {
    size_t left = t->rows - row, some = left < ROWS ? left : ROWS;
    size_t first = some < AMX_ROWS ? some : AMX_ROWS;
    end = row + left / some * some;
    amx_begin(first, some - first, 64);
    for (size_t k = t->k_begin; k < t->k_end; k += BF16_AMX_BLOCK) {
      size_t inputs = t->k_end - k < BF16_AMX_BLOCK ? t->k_end - k : BF16_AMX_BLOCK;
      for (size_t r = row; r < end; r += some) {
        amx_bf16_block block = {.a = kvk_row(t->a, t->row + r) + 2 * k,
                                .a_stride = t->a->stride,
                                .b = t->panel + k * WIDTH * 2,
                                .b_stride = WIDTH * 4,
                                .steps = (inputs + BF16_AMX_STEP - 1) / BF16_AMX_STEP,
                                .c = t->acc + r * WIDTH,
                                .c_stride = WIDTH * 4};
        amx_multiply_bf16(some > AMX_ROWS, true, true, &block, r == 0 ? BF16_AMX_AHEAD : 0);
      }
    }
  }
  amx_end();
}
