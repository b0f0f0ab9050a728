// Products of many rows with group-of-32 weights on AMX. Every group has scales of its own, so a
// product takes 32 inputs, half of what a tile holds, and its sums leave the tiles at once: storing
// and scaling them takes longer than multiplying. Sums and their order are those of the tiles for
// few rows, and so are the bits.

enum { GROUP32_AMX_RUN = 4, GROUP32_AMX_AHEAD = 8192 };

/// An expanded group of a panel.
typedef struct group32_amx {
  _Alignas(KVK_ALIGNMENT) float scales[GROUP32_WIDTH];
  int8_t weights[KVK_GROUP * GROUP32_WIDTH]; // as words [8 quads][GROUP32_WIDTH]
} group32_amx;

enum { GROUP32_AMX_BLOCK = KVK_EXPANDED / sizeof(group32_amx) * KVK_GROUP };

KVK_INLINE void group32_amx_expand(const group32_kind kind, const uint8_t *panel, size_t k_begin,
                                   size_t k_end, uint8_t *out) {
  const size_t block = GROUP32_WIDTH * (2 + group32_bytes(kind));
  const uint8_t *from = panel + k_begin / KVK_GROUP * block;
  group32_amx *e = (group32_amx *)out;
  for (size_t k = k_begin; k < k_end; k += KVK_GROUP, from += block, e++) {
    for (size_t line = 0; line < block; line += KVK_ALIGNMENT)
      __builtin_prefetch(from + GROUP32_AMX_AHEAD + line, 0, 2);
    vf_store(e->scales, vf_load_half((const uint16_t *)from));
    vf_store(e->scales + VW, vf_load_half((const uint16_t *)from + VW));
    KVK_UNROLL
    for (size_t i = 0; i < 16; i++) {
      const uint8_t *weights = from + 2 * GROUP32_WIDTH;
      __m512i w;
      if (kind == GROUP32_Q8_0) // the weight plus 128
        w = _mm512_xor_si512(group32_weights(kind, weights, i / 2, i % 2), _mm512_set1_epi8(-128));
      else
        w = group32_plain(kind, weights, i, kind == GROUP32_Q4_0 ? 8 : 16);
      _mm512_store_si512(e->weights + i * 64, w);
    }
  }
}

/// Sums of a run of groups, as they leave the tiles: [group][rows 0…15, 16…31][half of the panel].
typedef struct group32_amx_sums {
  _Alignas(KVK_ALIGNMENT) int32_t of[GROUP32_AMX_RUN][2][2][AMX_ROWS * AMX_COLUMNS];
} group32_amx_sums;

/// `x`: activations of the first row from the first group on.
KVK_INLINE void group32_amx_multiply(const bool two_rows, const size_t groups, const group32_amx *e,
                                     const uint8_t *x, size_t stride, group32_amx_sums *sums) {
  const size_t row_bytes = 4 * AMX_COLUMNS;
  KVK_UNROLL
  for (size_t g = 0; g < groups; g++, x += KVK_GROUP) {
    int32_t *to = sums->of[g][0][0];
    const int8_t *w = e[g].weights;
    _tile_loadd(4, x, stride);
    _tile_loadd(6, w, 4 * GROUP32_WIDTH);
    _tile_loadd(7, w + 4 * AMX_COLUMNS, 4 * GROUP32_WIDTH);
    if (two_rows)
      _tile_loadd(5, x + AMX_ROWS * stride, stride);
    _tile_zero(0);
    _tile_zero(1);
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    if (two_rows) {
      _tile_zero(2);
      _tile_zero(3);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
    }
    _tile_stored(0, to, row_bytes);
    _tile_stored(1, to + AMX_ROWS * AMX_COLUMNS, row_bytes);
    if (two_rows) {
      _tile_stored(2, to + 2 * AMX_ROWS * AMX_COLUMNS, row_bytes);
      _tile_stored(3, to + 3 * AMX_ROWS * AMX_COLUMNS, row_bytes);
    }
  }
}

/// acc [rows][GROUP32_WIDTH] += what the sums stand for. `scales`: of the first row's groups.
KVK_INLINE void group32_amx_finish(const size_t groups, const group32_amx *e, const uint8_t *scales,
                                   size_t stride, size_t rows, const group32_amx_sums *sums,
                                   float *acc) {
  vf w[GROUP32_AMX_RUN][2];
  KVK_UNROLL
  for (size_t g = 0; g < groups; g++) {
    w[g][0] = vf_load(e[g].scales);
    w[g][1] = vf_load(e[g].scales + VW);
  }
  for (size_t r = 0; r < rows; r++, acc += GROUP32_WIDTH, scales += stride) {
    vf low = vf_load(acc), high = vf_load(acc + VW);
    KVK_UNROLL
    for (size_t g = 0; g < groups; g++) {
      const int32_t *from = sums->of[g][r / AMX_ROWS][0] + r % AMX_ROWS * AMX_COLUMNS;
      vf d = vf_set1(((const float *)scales)[g]);
      low = vf_fma(_mm512_cvtepi32_ps(_mm512_load_si512(from)), w[g][0] * d, low);
      high = vf_fma(_mm512_cvtepi32_ps(_mm512_load_si512(from + AMX_ROWS * AMX_COLUMNS)),
                    w[g][1] * d, high);
    }
    vf_store(acc, low);
    vf_store(acc + VW, high);
  }
}

/// What a run of groups adds to `rows` rows, 32 at a time.
KVK_INLINE void group32_amx_run(const size_t groups, const group32_amx *e, size_t first_group,
                                const kvk_tile *t, size_t row, size_t rows) {
  const size_t stride = t->a->stride, step = 2 * AMX_ROWS;
  const uint8_t *x = kvk_row(t->a, t->row + row);
  const uint8_t *scales = x + kvk_q8_32_scales(t->a->inputs) + first_group * sizeof(float);
  float *acc = t->acc + row * GROUP32_WIDTH;
  x += first_group * KVK_GROUP;
  group32_amx_sums sums;
  for (; rows > 0; x += step * stride, scales += step * stride, acc += step * GROUP32_WIDTH) {
    size_t some = rows < step ? rows : step;
    if (some > AMX_ROWS)
      group32_amx_multiply(true, groups, e, x, stride, &sums);
    else
      group32_amx_multiply(false, groups, e, x, stride, &sums);
    group32_amx_finish(groups, e, scales, stride, some, &sums, acc);
    rows -= some;
  }
}

/// Any number of rows.
static void matmul_group32_amx(const kvk_tile *t) {
  const size_t whole = t->rows / (2 * AMX_ROWS) * (2 * AMX_ROWS);
  for (size_t row = 0; row < t->rows; row = whole) {
    size_t rows = row < whole ? whole : t->rows - row, first = rows < AMX_ROWS ? rows : AMX_ROWS;
    size_t second = rows - first < AMX_ROWS ? rows - first : AMX_ROWS;
    amx_begin(first, second, KVK_GROUP);
    const group32_amx *e = (const group32_amx *)t->panel;
    size_t g = t->k_begin / KVK_GROUP, end = t->k_end / KVK_GROUP;
    for (; g + GROUP32_AMX_RUN <= end; g += GROUP32_AMX_RUN, e += GROUP32_AMX_RUN)
      group32_amx_run(GROUP32_AMX_RUN, e, g, t, row, rows);
    for (; g < end; g++, e++)
      group32_amx_run(1, e, g, t, row, rows);
    if (row == whole)
      break;
  }
  amx_end();
}

#define DEFINE_GROUP32_AMX(NAME, KIND)                                                             \
  static void expand_##NAME##_amx(const uint8_t *panel, size_t inputs, size_t k_begin,             \
                                  size_t k_end, uint8_t *out) {                                    \
    (void)inputs;                                                                                  \
    group32_amx_expand(KIND, panel, k_begin, k_end, out);                                          \
  }

DEFINE_GROUP32_AMX(q8_0, GROUP32_Q8_0)
DEFINE_GROUP32_AMX(q4_0, GROUP32_Q4_0)
DEFINE_GROUP32_AMX(q5_0, GROUP32_Q5_0)

enum { GROUP32_AMX_EXPAND_ROWS = 16 };
#define GROUP32_AMX_MATMUL(TYPE, BYTES)                                                            \
  GROUP32_MATMUL(TYPE, BYTES, GROUP32_AMX_BLOCK, .expand_rows = GROUP32_AMX_EXPAND_ROWS,           \
                 .expanded_rows = KVK_CHUNK_ROWS, .expand = expand_##TYPE##_amx,                   \
                 .tile_expanded = matmul_group32_amx)
#define GROUP32_AMX_MATMULS                                                                        \
  [KVK_Q8_0] = GROUP32_AMX_MATMUL(q8_0, 34), [KVK_Q4_0] = GROUP32_AMX_MATMUL(q4_0, 18),            \
  [KVK_Q5_0] = GROUP32_AMX_MATMUL(q5_0, 22)
