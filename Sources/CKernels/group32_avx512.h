// Products of the group-of-32 types, AVX-512 VNNI: panels of 32 outputs × 4 k. vpdpbusd wants one
// unsigned factor, so weights become bytes with a zero point of 128, and each group's sum starts at
// -128 · Σ a. Q4_0 and Q5_0 are unpacked to the upper bits of a byte, as 16 and 8 times the
// weight; the scale makes up for it exactly. A group of 32 k is then 8 vpdpbusd for 16 outputs of a
// row, one conversion and one multiply-add with (weight scale · activation scale): at least 10
// operations of the two units that multiply for the 8 that count.

typedef enum group32_kind {
  GROUP32_Q8_0,
  GROUP32_Q4_0,
  GROUP32_Q5_0,
  GROUP32_EXPANDED // the groups from k_begin on, as Q8_0
} group32_kind;

enum { GROUP32_WIDTH = 32, GROUP32_ROWS = 6 };

/// Bytes of 32 packed weights.
KVK_INLINE size_t group32_bytes(const group32_kind kind) {
  return kind == GROUP32_Q4_0 ? 16 : kind == GROUP32_Q5_0 ? 20 : 32;
}

/// Quad q of k, 0…7, of vector v's 16 outputs in a group.
KVK_INLINE __m512i group32_weights(const group32_kind kind, const uint8_t *w, const size_t q,
                                   const size_t v) {
  if (kind == GROUP32_Q8_0 || kind == GROUP32_EXPANDED)
    return _mm512_load_si512(w + (q * 2 + v) * 64);
  __m512i raw = _mm512_load_si512(w + (q % 4 * 2 + v) * 64);
  if (kind == GROUP32_Q4_0)
    return _mm512_and_si512(q < 4 ? _mm512_slli_epi16(raw, 4) : raw, _mm512_set1_epi8(-16));
  __m512i nibbles = _mm512_and_si512(q < 4 ? _mm512_slli_epi16(raw, 3) : _mm512_srli_epi16(raw, 1),
                                     _mm512_set1_epi8(0x78));
  // Bit q of each byte to bit 7; 0xf8 is a | (b & c).
  __m512i fifths = _mm512_load_si512(w + 16 * GROUP32_WIDTH + v * 64);
  fifths = _mm512_sll_epi16(fifths, _mm_cvtsi32_si128(7 - (int)q));
  return _mm512_ternarylogic_epi32(nibbles, fifths, _mm512_set1_epi8(-128), 0xf8);
}

/// Adds quads 2 i and 2 i + 1 of a group, in the order in which they lie in memory.
KVK_INLINE void group32_quads(const group32_kind kind, const int rows, const uint8_t *w,
                              const uint8_t *x, size_t stride, size_t i, __m512i sum[][2]) {
  KVK_UNROLL
  for (int half = 0; half < 2; half++) {
    const bool plain = kind == GROUP32_Q8_0 || kind == GROUP32_EXPANDED;
    const size_t q = plain ? 2 * i + (size_t)half : i + 4 * (size_t)half;
    __m512i w0 = group32_weights(kind, w, q, 0), w1 = group32_weights(kind, w, q, 1);
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      int32_t four;
      memcpy(&four, x + (size_t)r * stride + q * 4, 4);
      __m512i a = _mm512_set1_epi32(four);
      sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], w0, a);
      sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], w1, a);
    }
  }
}

KVK_INLINE void group32_fetch(const int level, const uint8_t *from, const size_t lines) {
  for (size_t line = 0; line < lines; line++) {
    if (level == 1)
      __builtin_prefetch(from + line * 64, 0, 3);
    else
      __builtin_prefetch(from + line * 64, 0, 2);
  }
}

/// `level`: of the cache that it fetches into, or 0.
KVK_INLINE void group32_tile(const group32_kind kind, const int rows, const int level,
                             const kvk_tile *t) {
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const size_t bytes = group32_bytes(kind);
  const size_t base = kind == GROUP32_EXPANDED ? t->k_begin / KVK_GROUP : 0;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs);
  const uint8_t *offsets = x + kvk_q8_32_offsets(inputs);
  float *acc = t->acc;
  const kvk_ahead ahead = t->ahead;
  vf total[GROUP32_ROWS][2];
  KVK_UNROLL
  for (int r = 0; r < rows; r++) {
    total[r][0] = vf_load(acc + r * GROUP32_WIDTH);
    total[r][1] = vf_load(acc + r * GROUP32_WIDTH + VW);
  }
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t offset = (g - base) * GROUP32_WIDTH * (2 + bytes);
    const uint8_t *block = t->panel + offset;
    const uint8_t *w = block + 2 * GROUP32_WIDTH;
    __m512i sum[GROUP32_ROWS][2];
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      __m512i start = _mm512_set1_epi32(((const int32_t *)(offsets + (size_t)r * stride))[g]);
      sum[r][0] = sum[r][1] = start;
    }
    const uint8_t *xg = x + g * KVK_GROUP;
    if (level) {
      // A loop, because compilers gather all loads of a long run of code in front of its prefetches
      // and then run out of registers.
      // Two groups are eight pieces.
      const uint8_t *next = ahead.next + offset;
      const unsigned mask = ahead.pieces >> g % 2 * 4;
      group32_fetch(level, mask & 1 ? next : block, 1);
      next += 64;
      const size_t lines = bytes / 8;
      _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < 4; i++, next += lines * 64) {
        // What is not to be fetched is replaced by what is there: no branch.
        group32_fetch(level, mask >> i & 1 ? next : block, lines);
        group32_quads(kind, rows, w, xg, stride, i, sum);
      }
      if (kind == GROUP32_Q5_0)
        group32_fetch(level, mask >> 3 & 1 ? next : block, 2);
    } else {
      KVK_UNROLL
      for (size_t i = 0; i < 4; i++)
        group32_quads(kind, rows, w, xg, stride, i, sum);
    }
    const uint16_t *scales = (const uint16_t *)block;
    vf s0 = vf_load_half(scales), s1 = vf_load_half(scales + VW);
    if (kind == GROUP32_Q4_0 || kind == GROUP32_Q5_0) {
      vf down = vf_set1(kind == GROUP32_Q4_0 ? 1.0f / 16 : 1.0f / 8);
      s0 *= down;
      s1 *= down;
    }
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      vf d = vf_set1(((const float *)(x_scales + (size_t)r * stride))[g]);
      total[r][0] = vf_fma(_mm512_cvtepi32_ps(sum[r][0]), s0 * d, total[r][0]);
      total[r][1] = vf_fma(_mm512_cvtepi32_ps(sum[r][1]), s1 * d, total[r][1]);
    }
  }
  KVK_UNROLL
  for (int r = 0; r < rows; r++) {
    vf_store(acc + r * GROUP32_WIDTH, total[r][0]);
    vf_store(acc + r * GROUP32_WIDTH + VW, total[r][1]);
  }
}

// One row of nibbles is fetched into the first-level cache, everything else into the second.
#define GROUP32_SIZED(KIND, ROWS)                                                                  \
  case ROWS:                                                                                       \
    if (t->ahead.pieces)                                                                           \
      group32_tile(KIND, ROWS, ROWS == 1 && KIND != GROUP32_Q8_0 ? 1 : 2, t);                      \
    else                                                                                           \
      group32_tile(KIND, ROWS, 0, t);                                                              \
    break;
#define DEFINE_GROUP32(NAME, KIND)                                                                 \
  static void NAME(const kvk_tile *t) {                                                            \
    switch (t->rows) {                                                                             \
      GROUP32_SIZED(KIND, 1)                                                                       \
      GROUP32_SIZED(KIND, 2)                                                                       \
      GROUP32_SIZED(KIND, 3)                                                                       \
      GROUP32_SIZED(KIND, 4)                                                                       \
      GROUP32_SIZED(KIND, 5)                                                                       \
      GROUP32_SIZED(KIND, 6)                                                                       \
    }                                                                                              \
  }

DEFINE_GROUP32(matmul_q8_0, GROUP32_Q8_0)
DEFINE_GROUP32(matmul_q4_0, GROUP32_Q4_0)
DEFINE_GROUP32(matmul_q5_0, GROUP32_Q5_0)
DEFINE_GROUP32(matmul_group32_expanded, GROUP32_EXPANDED)

/// Vector i of a group's weights as bytes, from nibbles: each code less `zero`.
KVK_INLINE __m512i group32_plain(const group32_kind kind, const uint8_t *w, const size_t i,
                                 const int zero) {
  __m512i codes = group32_weights(kind, w, i / 2, i % 2); // 16 or 8 times as much
  codes = _mm512_srli_epi16(codes, kind == GROUP32_Q4_0 ? 4 : 3);
  codes = _mm512_and_si512(codes, _mm512_set1_epi8(kind == GROUP32_Q4_0 ? 15 : 31));
  return _mm512_sub_epi8(codes, _mm512_set1_epi8((char)zero));
}

/// Nibbles to Q8_0 as it lies in a panel: with many rows unpacking them in every tile costs more.
KVK_INLINE void group32_expand(const group32_kind kind, const uint8_t *panel, size_t k_begin,
                               size_t k_end, uint8_t *out) {
  const size_t bytes = GROUP32_WIDTH * (2 + group32_bytes(kind));
  const uint8_t *from = panel + k_begin / KVK_GROUP * bytes;
  const int zero = (kind == GROUP32_Q4_0 ? 8 : 16) - 128; // as of Q8_0, which is stored plus 128
  for (size_t k = k_begin; k < k_end; k += KVK_GROUP, from += bytes) {
    memcpy(out, from, 2 * GROUP32_WIDTH);
    out += 2 * GROUP32_WIDTH;
    KVK_UNROLL
    for (size_t i = 0; i < 16; i++, out += 64)
      _mm512_store_si512(out, group32_plain(kind, from + 2 * GROUP32_WIDTH, i, zero));
  }
}

#define DEFINE_GROUP32_EXPAND(NAME, KIND)                                                          \
  static void NAME(const uint8_t *panel, size_t inputs, size_t k_begin, size_t k_end,              \
                   uint8_t *out) {                                                                 \
    (void)inputs;                                                                                  \
    group32_expand(KIND, panel, k_begin, k_end, out);                                              \
  }
DEFINE_GROUP32_EXPAND(expand_q4_0, GROUP32_Q4_0)
DEFINE_GROUP32_EXPAND(expand_q5_0, GROUP32_Q5_0)

#define GROUP32_MATMUL(TYPE, BYTES, K_BLOCK, ...)                                                  \
  {.panel = GROUP32_WIDTH,                                                                         \
   .tile_rows = GROUP32_ROWS,                                                                      \
   .k_step = KVK_GROUP,                                                                            \
   .k_block = K_BLOCK,                                                                             \
   .panel_bytes = kvk_panel_bytes_32,                                                              \
   .pack = kvk_pack_##TYPE,                                                                        \
   .tile = matmul_##TYPE,                                                                          \
   .interleave = 4,                                                                                \
   .element = BYTES,                                                                               \
   .flip = 0x80,                                                                                   \
   .fetches_far = true,                                                                            \
   __VA_ARGS__}

#define GROUP32_NIBBLES_MATMUL(TYPE, BYTES)                                                        \
  GROUP32_MATMUL(TYPE, BYTES, 896 /* KVK_EXPANDED holds 960 */, .expand_rows = 48,                 \
                 .expanded_rows = GROUP32_ROWS, .expand = expand_##TYPE,                           \
                 .tile_expanded = matmul_group32_expanded)

#define GROUP32_MATMULS                                                                            \
  [KVK_Q8_0] = GROUP32_MATMUL(q8_0, 34, 1024), [KVK_Q4_0] = GROUP32_NIBBLES_MATMUL(q4_0, 18),      \
  [KVK_Q5_0] = GROUP32_NIBBLES_MATMUL(q5_0, 22)
