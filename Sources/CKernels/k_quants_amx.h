// Products of many rows with super-block weights on AMX. Scales of groups are integers: weights are
// expanded as scale · q, the sixteen bits of which are two bytes, so that a super-block is one sum
// of low and one of high bytes, 64 inputs a product. Both are exact, and so is
//
//   Σ_g scale_g Σ_k q a = Σ low a + 256 Σ high a
//
// which makes the result the same to the bit as that of the tiles for few rows.

typedef struct k_amx_block {
  _Alignas(KVK_ALIGNMENT) uint8_t low[KVK_SUPER * K_PANEL]; // as words [64 quads][K_PANEL]
  int8_t high[KVK_SUPER * K_PANEL];
  k_factors factors;
} k_amx_block;
_Static_assert(sizeof(k_amx_block) <= KVK_EXPANDED, "fits the driver's memory");

KVK_INLINE void k_amx_expand(kvk_type type, const uint8_t *panel, size_t k_begin, uint8_t *out) {
  const int quads = type == KVK_Q6_K ? 4 : 8;
  const uint8_t *block = panel + k_begin / KVK_SUPER * kvk_super_bytes(type) * K_PANEL;
  k_amx_block *e = (k_amx_block *)out;
  k_load_factors(type, block, &e->factors);
  k_unpack(type, block, e->low);
  const __m512i even = _mm512_set1_epi32(0x00ff00ff), zero_point = _mm512_set1_epi16(32);
  for (int q = 0; q < 64; q++) {
    KVK_UNROLL
    for (int v = 0; v < K_PANEL / VW; v++) {
      __m512i scale = (__m512i)e->factors.scales[q / quads][v];
      scale = _mm512_mask_blend_epi16(0xaaaaaaaa, scale, _mm512_slli_epi32(scale, 16));
      const size_t at = ((size_t)q * K_PANEL + (size_t)v * VW) * 4;
      __m512i w = _mm512_load_si512(e->low + at), w0 = _mm512_and_si512(w, even);
      __m512i w1 = _mm512_srli_epi16(w, 8);
      if (type == KVK_Q6_K) {
        w0 = _mm512_sub_epi16(w0, zero_point);
        w1 = _mm512_sub_epi16(w1, zero_point);
      }
      w0 = _mm512_mullo_epi16(w0, scale);
      w1 = _mm512_mullo_epi16(w1, scale);
      // Bytes of w0 stay or come from the low, or go to the low bytes.
      _mm512_store_si512(e->low + at, _mm512_ternarylogic_epi32(even, w0, _mm512_slli_epi16(w1, 8),
                                                                0xca /* even ? w0 : w1 */));
      _mm512_store_si512(e->high + at,
                         _mm512_ternarylogic_epi32(even, _mm512_srli_epi16(w0, 8), w1, 0xca));
    }
  }
}

/// sums [low 0, low 1, high 0, high 1][rows][16] of a super-block for the rows of the shape.
KVK_INLINE void k_amx_multiply(const k_amx_block *e, const kvk_q8_256 *x, size_t stride,
                               int32_t *sums) {
  const size_t row_bytes = 4 * K_PANEL;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t k = 0; k < KVK_SUPER; k += 64) {
    const uint8_t *low = e->low + k * K_PANEL;
    const int8_t *high = e->high + k * K_PANEL;
    _tile_loadd(4, x->values + k, stride);
    _tile_loadd(6, low, row_bytes);
    _tile_loadd(7, low + 4 * AMX_COLUMNS, row_bytes);
    _tile_dpbsud(0, 4, 6);
    _tile_dpbsud(1, 4, 7);
    _tile_loadd(6, high, row_bytes);
    _tile_loadd(7, high + 4 * AMX_COLUMNS, row_bytes);
    _tile_dpbssd(2, 4, 6);
    _tile_dpbssd(3, 4, 7);
  }
  _tile_stored(0, sums, 4 * AMX_COLUMNS);
  _tile_stored(1, sums + AMX_ROWS * AMX_COLUMNS, 4 * AMX_COLUMNS);
  _tile_stored(2, sums + 2 * AMX_ROWS * AMX_COLUMNS, 4 * AMX_COLUMNS);
  _tile_stored(3, sums + 3 * AMX_ROWS * AMX_COLUMNS, 4 * AMX_COLUMNS);
}

KVK_INLINE void k_amx_finish(kvk_type type, const k_amx_block *e, const kvk_q8_256 *x,
                             size_t stride, size_t rows, const int32_t *sums, float *acc) {
  for (size_t r = 0; r < rows; r++) {
    KVK_UNROLL
    for (size_t v = 0; v < K_PANEL / VW; v++) {
      const int32_t *low = sums + v * AMX_ROWS * AMX_COLUMNS + r * AMX_COLUMNS;
      const int32_t *high = low + 2 * AMX_ROWS * AMX_COLUMNS;
      vi sum = (vi)_mm512_load_si512(low) + ((vi)_mm512_load_si512(high) << 8);
      k_finish(type, &e->factors, v, k_row(x, stride, (int)r), sum, acc + r * K_PANEL + v * VW);
    }
  }
}

/// Any number of rows and one super-block. Multiplies the next rows before it finishes some.
KVK_INLINE void k_amx_tile(kvk_type type, const kvk_tile *t) {
  const k_amx_block *e = (const k_amx_block *)t->panel;
  const size_t stride = t->a->stride;
  const kvk_q8_256 *x = (const kvk_q8_256 *)kvk_row(t->a, t->row) + t->k_begin / KVK_SUPER;
  _Alignas(KVK_ALIGNMENT) int32_t sums[2][4 * AMX_ROWS * AMX_COLUMNS];
  size_t before = 0, turn = 0; // rows that are multiplied and not finished
  for (size_t row = 0, rows; row < t->rows; row += rows, turn = !turn) {
    rows = t->rows - row < AMX_ROWS ? t->rows - row : AMX_ROWS;
    if (row == 0 || rows < AMX_ROWS)
      amx_begin(rows, rows, 64);
    k_amx_multiply(e, k_row(x, stride, (int)row), stride, sums[turn]);
    if (before > 0)
      k_amx_finish(type, e, k_row(x, stride, (int)(row - before)), stride, before, sums[!turn],
                   t->acc + (row - before) * K_PANEL);
    before = rows;
  }
  k_amx_finish(type, e, k_row(x, stride, (int)(t->rows - before)), stride, before, sums[!turn],
               t->acc + (t->rows - before) * K_PANEL);
  amx_end();
}

#define DEFINE_K_AMX(NAME, TYPE)                                                                   \
  static void matmul_##NAME##_amx(const kvk_tile *t) { k_amx_tile(TYPE, t); }                      \
  static void expand_##NAME##_amx(const uint8_t *panel, size_t inputs, size_t k_begin,             \
                                  size_t k_end, uint8_t *out) {                                    \
    (void)inputs, (void)k_end;                                                                     \
    k_amx_expand(TYPE, panel, k_begin, out);                                                       \
  }

DEFINE_K_AMX(q4_k, KVK_Q4_K)
DEFINE_K_AMX(q5_k, KVK_Q5_K)
DEFINE_K_AMX(q6_k, KVK_Q6_K)

#define K_AMX_MATMUL(NAME, TYPE)                                                                   \
  K_MATMUL(NAME, TYPE, KVK_SUPER, KVK_CHUNK_ROWS, expand_##NAME##_amx, matmul_##NAME##_amx)
#define K_AMX_MATMULS                                                                              \
  K_AMX_MATMUL(q4_k, KVK_Q4_K), K_AMX_MATMUL(q5_k, KVK_Q5_K), K_AMX_MATMUL(q6_k, KVK_Q6_K)
