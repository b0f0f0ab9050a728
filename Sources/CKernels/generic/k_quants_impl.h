// Products with super-block weights (layouts and arithmetic: k_quants.h).
//
// Few rows decode the weights on their way into the tile, which adds nothing to the memory traffic;
// for many rows super-blocks are expanded into the first-level cache, as decoding takes more than a
// large tile has to spare. The sums are the same.
//
// Besides simd_*.h a k_dot_*.h says how an instruction set multiplies bytes:
//   K_PANEL                 outputs of a panel
//   K_VECTORS, K_ROWS       vectors of outputs and rows that a tile has in registers at once
//   K_WIDE                  whether `vk` sums to 32 bits at once; otherwise to pairs of 16
//   vk, vk_start, vk_dot    the sum of a group: begin at a value (0 if not K_WIDE), add a quad
//   vs, vs_from, vk_finish  a group's scale in the form that multiplies such a sum; and doing so
//   vi_dot_pairs            adds the products of two pairs of int16

static size_t row_bytes_q8_256(size_t inputs) { return inputs / KVK_SUPER * sizeof(kvk_q8_256); }

/// Blocks of 256 to int8: d = max|x| / 127, q = x · (127 / max|x|) to nearest, ties to even.
static void prepare_q8_256(const float *x, size_t first, size_t count, size_t inputs,
                           uint8_t *row) {
  (void)inputs;
  enum { IN_GROUP = 16 / VW };
  kvk_q8_256 *out = (kvk_q8_256 *)row + first / KVK_SUPER;
  for (; count; count -= KVK_SUPER, x += KVK_SUPER, out++) {
    vf highest[2] = {vf_set1(0), vf_set1(0)};
    for (size_t i = 0; i < KVK_SUPER; i += 2 * VW) {
      highest[0] = vf_max((vf)((vi)vf_load(x + i) & vi_set1(0x7fffffff)), highest[0]);
      highest[1] = vf_max((vf)((vi)vf_load(x + i + VW) & vi_set1(0x7fffffff)), highest[1]);
    }
    float most = vf_highest(vf_max(highest[0], highest[1]));
    vf inverse = vf_set1(most != 0 ? 127.0f / most : 0.0f);
    out->scale = most / 127.0f;
    int32_t sums[16];
    for (size_t some = 0; some < 16; some += VW) {
      vf columns[VW]; // integers, seen as floats
      KVK_UNROLL
      for (size_t g = 0; g < VW; g++) {
        vi sum = vi_set1(0);
        KVK_UNROLL
        for (size_t i = 0; i < IN_GROUP; i++) {
          size_t at = (some + g) * 16 + i * VW;
          // Input that is not finite must not leave the range on which the tiles rely.
          vf t = vf_min(vf_max(vf_load(x + at) * inverse, vf_set1(-127.0f)), vf_set1(127.0f)) +
                 vf_set1(ROUND_MAGIC);
          vi q = (vi)t - vi_set1(0x4b400000);
          vb bytes = __builtin_convertvector(q, vb);
          memcpy(out->values + (some + g) * 16 + i * VW, &bytes, sizeof bytes);
          sum += q;
        }
        columns[g] = (vf)sum;
      }
      vf_transpose(columns);
      vi sum = (vi)columns[0];
      KVK_UNROLL
      for (size_t g = 1; g < VW; g++)
        sum += (vi)columns[g];
      memcpy(sums + some, &sum, sizeof sum);
    }
    for (int g = 0; g < 16; g++) {
      int pair = g / 4 * 4 + g % 2 * 2 + g / 2 % 2;
      out->starts[g] = -32 * sums[g];
      out->sums_16[pair] = (int16_t)sums[g];
    }
    for (int g = 0; g < 8; g++)
      out->sums_32[g / 4 * 4 + g % 2 * 2 + g / 2 % 2] = (int16_t)(sums[2 * g] + sums[2 * g + 1]);
    memset(out->unused, 0, sizeof out->unused);
  }
}

KVK_INLINE int32_t k_quad(const uint8_t *values) {
  int32_t quad;
  memcpy(&quad, values, sizeof quad);
  return quad;
}

KVK_INLINE int32_t k_pair(const int16_t *sums) {
  int32_t pair;
  memcpy(&pair, sums, sizeof pair);
  return pair;
}

KVK_INLINE vu k_words(const uint8_t *bytes) {
  vu words;
  memcpy(&words, bytes, sizeof words);
  return words;
}

#define K_EACH(R, V)                                                                               \
  KVK_UNROLL                                                                                       \
  for (int R = 0; R < rows; R++)                                                                   \
    KVK_UNROLL                                                                                     \
  for (int V = 0; V < K_VECTORS; V++)

// Where a packed super-block has its bits and nibbles.
#define K_BITS(TYPE) (((TYPE) == KVK_Q6_K ? 18 : 16) * K_PANEL)
#define K_NIBBLES(TYPE)                                                                            \
  (K_BITS(TYPE) + ((TYPE) == KVK_Q6_K ? 64 : (TYPE) == KVK_Q5_K ? 32 : 0) * K_PANEL)

/// What multiplies the sums of a super-block.
typedef struct k_factors {
  vs scales[16][K_PANEL / VW];
  // Q4_K, Q5_K: mins, Q6_K: scales as int16, in pairs as kvk_q8_256 has its sums.
  vi pairs[8][K_PANEL / VW];
  vf d[K_PANEL / VW], dmin[K_PANEL / VW];
} k_factors;

KVK_INLINE void k_load_factors(kvk_type type, const uint8_t *block, k_factors *out) {
  const uint16_t *halves = (const uint16_t *)block;
  KVK_UNROLL
  for (int v = 0; v < K_PANEL / VW; v++) {
    out->d[v] = vf_load_half(halves + v * VW);
    if (type == KVK_Q6_K) {
      KVK_UNROLL
      for (int four = 0; four < 4; four++) {
        vi w = (vi)k_words(block + 2 * K_PANEL + four * 4 * K_PANEL + v * 4 * VW);
        vi each[4] = {w << 24 >> 24, w << 16 >> 24, w << 8 >> 24, w >> 24};
        KVK_UNROLL
        for (int i = 0; i < 4; i++)
          out->scales[4 * four + i][v] = vs_from(each[i]);
        if (!K_WIDE) {
          out->pairs[2 * four][v] = (each[0] & 0xffff) | each[2] << 16;
          out->pairs[2 * four + 1][v] = (each[1] & 0xffff) | each[3] << 16;
        }
      }
    } else {
      const uint8_t *words = block + 4 * K_PANEL + v * 4 * VW;
      vu w0 = k_words(words), w1 = k_words(words + 4 * K_PANEL), w2 = k_words(words + 8 * K_PANEL);
      vu scales[2] = {KVK_LOW_SCALES(w0, w1, w2), KVK_HIGH_SCALES(w0, w1, w2)};
      vu mins[2] = {KVK_LOW_MINS(w0, w1, w2), KVK_HIGH_MINS(w0, w1, w2)};
      KVK_UNROLL
      for (int half = 0; half < 2; half++) {
        KVK_UNROLL
        for (int i = 0; i < 4; i++)
          out->scales[4 * half + i][v] = vs_from((vi)(scales[half] >> 8 * i & 0xff));
        out->pairs[2 * half][v] = (vi)(mins[half] & 0x00ff00ff);
        out->pairs[2 * half + 1][v] = (vi)(mins[half] >> 8 & 0x00ff00ff);
      }
      out->dmin[v] = vf_load_half(halves + K_PANEL + v * VW);
    }
  }
}

/// Which group-sized piece of the nibbles holds a group, and from which bit on.
KVK_INLINE int k_piece(kvk_type type, int group) {
  return type == KVK_Q6_K ? group / 8 * 4 + group % 4 : group / 2;
}
KVK_INLINE int k_shift(kvk_type type, int group) {
  return type == KVK_Q6_K ? group & 4 : group % 2 * 4;
}

/// The weights of a quad of a group, from its words.
KVK_INLINE vu k_decode(kvk_type type, vu nibbles, vu bits, int shift, const int quad) {
  const int at = type == KVK_Q6_K ? 2 * quad : quad;
  vu w = nibbles >> shift & 0x0f0f0f0f;
  if (type != KVK_Q4_K)
    w |= (at < 4 ? bits << (4 - at) : bits >> (at - 4)) &
         (type == KVK_Q6_K ? 0x30303030u : 0x10101010u);
  return w;
}

/// Asks for a group's share of a block; the groups' shares lie one after another. To the
/// second-level cache: the first level waits for few lines at once, which leaves memory idle.
KVK_INLINE void k_fetch(kvk_type type, const uint8_t *block, int group) {
  const int share = (int)kvk_super_bytes(type) * K_PANEL / (type == KVK_Q6_K ? 16 : 8);
  const uint8_t *from = block + group * share;
  KVK_UNROLL
  for (int i = 0; i < share; i += KVK_ALIGNMENT)
    __builtin_prefetch(from + i, 0, 2);
}

/// An expanded super-block: its weights, one a byte, as words [64 quads][K_PANEL].
typedef struct k_expanded {
  _Alignas(KVK_ALIGNMENT) uint8_t weights[KVK_SUPER * K_PANEL];
  k_factors factors;
} k_expanded;

enum { K_EXPANDED_BLOCKS = 2, K_BLOCK = K_EXPANDED_BLOCKS * KVK_SUPER };
_Static_assert(K_EXPANDED_BLOCKS * sizeof(k_expanded) <= KVK_EXPANDED, "fits the driver's memory");

enum { K_AHEAD = 8192 }; // how far ahead of its use memory is fetched while expanding

KVK_INLINE void k_unpack(kvk_type type, const uint8_t *block, uint8_t *out) {
  const int quads = type == KVK_Q6_K ? 4 : 8;
  const size_t bytes = (size_t)quads * 4 * K_PANEL; // of a group
  for (int g = 0; g < 64 / quads; g++, out += bytes) {
    const uint8_t *bits = block + K_BITS(type) + g * 4 * K_PANEL;
    const uint8_t *nibbles = block + K_NIBBLES(type) + k_piece(type, g) * bytes;
    k_fetch(type, block + K_AHEAD, g);
    KVK_UNROLL
    for (int v = 0; v < K_PANEL / VW; v++) {
      vu high = type == KVK_Q4_K ? (vu){0} : k_words(bits + v * 4 * VW);
      KVK_UNROLL
      for (int q = 0; q < quads; q++) {
        size_t at = (size_t)q * 4 * K_PANEL + v * 4 * VW;
        vu w = k_decode(type, k_words(nibbles + at), high, k_shift(type, g), q);
        memcpy(out + at, &w, sizeof w);
      }
    }
  }
}

KVK_INLINE void k_expand(kvk_type type, const uint8_t *panel, size_t k_begin, size_t k_end,
                         uint8_t *out) {
  const size_t block_bytes = kvk_super_bytes(type) * K_PANEL;
  k_expanded *e = (k_expanded *)out;
  for (size_t block = k_begin / KVK_SUPER; block < k_end / KVK_SUPER; block++, e++) {
    k_load_factors(type, panel + block * block_bytes, &e->factors);
    k_unpack(type, panel + block * block_bytes, e->weights);
  }
}

/// sums += scale · Σ q a over a group. `weights` are its expanded words, or else those whose
/// nibbles from bit `shift` on are the group's, with its words of `bits`. `x`, `starts`: the block
/// of activations from the group on.
KVK_INLINE void k_group(const int rows, kvk_type type, const bool expanded, const uint8_t *weights,
                        int shift, const uint8_t *bits, const uint8_t *x, const uint8_t *starts,
                        size_t stride, const vs *scales, vi sums[K_ROWS][K_VECTORS]) {
  const bool offset = type == KVK_Q6_K && K_WIDE;
  const int quads = type == KVK_Q6_K ? 4 : 8;
  const int flush = K_WIDE || type == KVK_Q4_K ? quads : quads / 2;
  vk dot[K_ROWS][K_VECTORS];
  vu high[K_VECTORS];
  if (!expanded) {
    KVK_UNROLL
    for (int v = 0; v < K_VECTORS; v++)
      high[v] = type == KVK_Q4_K ? (vu){0} : k_words(bits + v * 4 * VW);
  }
  KVK_UNROLL
  for (int i = 0; i < quads; i++) {
    if (i % flush == 0) {
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        int32_t start = offset ? k_quad(starts + (size_t)r * stride) : 0;
        KVK_UNROLL
        for (int v = 0; v < K_VECTORS; v++)
          dot[r][v] = vk_start(start);
      }
    }
    vu w[K_VECTORS];
    KVK_UNROLL
    for (int v = 0; v < K_VECTORS; v++) {
      w[v] = k_words(weights + (size_t)i * 4 * K_PANEL + v * 4 * VW);
      if (!expanded)
        w[v] = k_decode(type, w[v], high[v], shift, i);
    }
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      int32_t quad = k_quad(x + (size_t)r * stride + i * 4);
      KVK_UNROLL
      for (int v = 0; v < K_VECTORS; v++)
        dot[r][v] = vk_dot(dot[r][v], w[v], quad);
    }
    if (i % flush == flush - 1)
      K_EACH(r, v) sums[r][v] = vk_finish(sums[r][v], dot[r][v], scales[v]);
  }
}

KVK_INLINE const kvk_q8_256 *k_row(const kvk_q8_256 *x, size_t stride, int row) {
  return (const kvk_q8_256 *)((const uint8_t *)x + (size_t)row * stride);
}

/// sums = -32 Σ scale Σ a: the zero point, for which the groups' sums have no room if not K_WIDE.
KVK_INLINE void k_zero_points(const int rows, const k_factors *f, const size_t first,
                              const kvk_q8_256 *x, size_t stride, vi sums[K_ROWS][K_VECTORS]) {
  for (int p = 0; p < 8; p++) {
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      int32_t pair = k_pair(k_row(x, stride, r)->sums_16 + 2 * p);
      KVK_UNROLL
      for (int v = 0; v < K_VECTORS; v++)
        sums[r][v] = vi_dot_pairs(sums[r][v], f->pairs[p][first + v], pair);
    }
  }
  K_EACH(r, v) sums[r][v] = -(sums[r][v] << 5);
}

/// acc += what the integers of a super-block stand for, for vector v of a row's outputs.
KVK_INLINE void k_finish(kvk_type type, const k_factors *f, const size_t v, const kvk_q8_256 *x,
                         vi sums, float *acc) {
  vf t = __builtin_convertvector(sums, vf) * f->d[v];
  if (type != KVK_Q6_K) {
    vi mins = vi_set1(0);
    KVK_UNROLL
    for (int p = 0; p < 4; p++)
      mins = vi_dot_pairs(mins, f->pairs[p][v], k_pair(x->sums_32 + 2 * p));
    t = vf_fma(-__builtin_convertvector(mins, vf), f->dmin[v], t);
  }
  vf_store(acc, vf_fma(t, vf_set1(x->scale), vf_load(acc)));
}

/// t->acc += the product of super-blocks, packed or `expanded`.
KVK_INLINE void k_tile(const int rows, kvk_type type, const bool expanded, const kvk_tile *t) {
  const size_t stride = t->a->stride;
  const kvk_q8_256 *x = (const kvk_q8_256 *)kvk_row(t->a, t->row) + t->k_begin / KVK_SUPER;
  const int groups = type == KVK_Q6_K ? 16 : 8, bytes = KVK_SUPER / groups * K_PANEL;
  const size_t block_bytes = kvk_super_bytes(type) * K_PANEL;
  const uint8_t *block = t->panel + t->k_begin / KVK_SUPER * block_bytes;
  const k_expanded *e = (const k_expanded *)t->panel;
  const size_t ahead = (size_t)(t->ahead.next - t->panel);
  k_factors own;
  for (size_t k = t->k_begin; k < t->k_end; k += KVK_SUPER, x++, block += block_bytes, e++) {
    const k_factors *f = &e->factors;
    if (!expanded) {
      k_load_factors(type, block, &own);
      f = &own;
    }
    KVK_UNROLL
    for (size_t first = 0; first < K_PANEL / VW; first += K_VECTORS) {
      vi sums[K_ROWS][K_VECTORS];
      K_EACH(r, v) sums[r][v] = vi_set1(0);
      if (type == KVK_Q6_K && !K_WIDE)
        k_zero_points(rows, f, first, x, stride, sums);
      const uint8_t *values = (const uint8_t *)x->values, *starts = (const uint8_t *)x->starts;
      const uint8_t *weights = expanded ? e->weights : block + K_NIBBLES(type);
      const uint8_t *bits = block + K_BITS(type) + first * 4 * VW;
      for (int g = 0; g < groups; g++, values += KVK_SUPER / groups, bits += 4 * K_PANEL) {
        if (!expanded && first == 0 && t->ahead.pieces >> (type == KVK_Q6_K ? g / 2 : g) & 1)
          k_fetch(type, block + ahead, g);
        k_group(rows, type, expanded,
                weights + (expanded ? g : k_piece(type, g)) * bytes + first * 4 * VW,
                k_shift(type, g), bits, values, starts + g * 4, stride, &f->scales[g][first],
                sums);
      }
      K_EACH(r, v)
      k_finish(type, f, first + v, k_row(x, stride, r), sums[r][v],
               t->acc + r * K_PANEL + (first + v) * VW);
    }
  }
}

#define K_CASE(ROWS)                                                                               \
  case ROWS:                                                                                       \
    k_tile(ROWS, type, expanded, t);                                                               \
    break;

KVK_INLINE void k_tiles(kvk_type type, const bool expanded, const kvk_tile *t) {
  switch (t->rows) { K_CASES }
}

#define DEFINE_K_MATMUL(NAME, TYPE)                                                                \
  static void matmul_##NAME(const kvk_tile *t) { k_tiles(TYPE, false, t); }                        \
  static void matmul_##NAME##_expanded(const kvk_tile *t) { k_tiles(TYPE, true, t); }              \
  static void expand_##NAME(const uint8_t *panel, size_t inputs, size_t k_begin, size_t k_end,     \
                            uint8_t *out) {                                                        \
    (void)inputs;                                                                                  \
    k_expand(TYPE, panel, k_begin, k_end, out);                                                    \
  }

DEFINE_K_MATMUL(q4_k, KVK_Q4_K)
DEFINE_K_MATMUL(q5_k, KVK_Q5_K)
DEFINE_K_MATMUL(q6_k, KVK_Q6_K)

#define K_MATMUL(NAME, TYPE, BLOCK, EXPANDED_ROWS, EXPAND, TILE_EXPANDED)                           \
  [TYPE] = {.panel = K_PANEL,                                                                      \
            .tile_rows = K_ROWS,                                                                   \
            .k_step = KVK_SUPER,                                                                   \
            .k_block = BLOCK,                                                                      \
            .panel_bytes = kvk_panel_bytes_##NAME,                                                 \
            .pack = kvk_pack_##NAME,                                                               \
            .tile = matmul_##NAME,                                                                 \
            .fetches_far = true,                                                                   \
            .expand_rows = K_EXPAND_ROWS,                                                          \
            .expanded_rows = EXPANDED_ROWS,                                                        \
            .expand = EXPAND,                                                                      \
            .tile_expanded = TILE_EXPANDED}
#define K_VECTOR_MATMUL(NAME, TYPE)                                                                \
  K_MATMUL(NAME, TYPE, K_BLOCK, K_ROWS, expand_##NAME, matmul_##NAME##_expanded)
#define K_MATMULS                                                                                  \
  K_VECTOR_MATMUL(q4_k, KVK_Q4_K), K_VECTOR_MATMUL(q5_k, KVK_Q5_K), K_VECTOR_MATMUL(q6_k, KVK_Q6_K)
#define K_PREPARATION [KVK_FORM_Q8_256] = {KVK_SUPER, row_bytes_q8_256, prepare_q8_256}
