// Q8_0, Q4_0 and Q5_0 products, Armv8.6 int8 matrix multiplication: panels of 16 outputs × 8 k.
// smmla multiplies 8 k of two rows and two outputs; the second row of an odd tile is its last row
// again, and is thrown away. Weights of Q4_0 and Q5_0 stay unsigned, so each group's sum gets
// -8 or -16 · Σ a.

enum { BYTES, NIBBLES, FIFTHS };

/// Weights of octet q of a group, outputs 2 p and 2 p + 1.
KVK_INLINE int8x16_t weights_of(const int kind, const uint8_t *w, int q, int p) {
  if (kind == BYTES)
    return vreinterpretq_s8_u8(vld1q_u8(w + q * 128 + p * 16));
  uint8x16_t both = vld1q_u8(w + q % 2 * 128 + p * 16);
  uint8x16_t four = q < 2 ? vandq_u8(both, vdupq_n_u8(15)) : vshrq_n_u8(both, 4);
  if (kind == FIFTHS) {
    // Bit 2 q of 64 positions is of outputs 0..<8, bit 2 q + 1 of the rest.
    uint8x16_t h = vld1q_u8(w + 256 + p % 4 * 16);
    int8x16_t to_bit_4 = vdupq_n_s8((int8_t)(4 - (2 * q + p / 4)));
    four = vorrq_u8(four, vandq_u8(vshlq_u8(h, to_bit_4), vdupq_n_u8(16)));
  }
  return vreinterpretq_s8_u8(four);
}

KVK_INLINE void matmul_octets(const int rows, const int kind, const kvk_tile *t) {
  enum { WIDTH = 16, PAIRS = WIDTH / 2 };
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs), *offsets = x + kvk_q8_32_offsets(inputs);
  const kvk_ahead ahead = t->ahead;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t bytes = WIDTH * (kind == BYTES     ? 34
                                  : kind == NIBBLES ? 18
                                                    : 22),
                 offset = g * bytes;
    const uint16_t *scales = (const uint16_t *)(t->panel + offset);
    const uint8_t *w = t->panel + offset + 2 * WIDTH;
    kvk_fetch_block(&ahead, offset, bytes);
    int32x4_t sum[2][PAIRS]; // row r output o, r o + 1, r + 1 o, r + 1 o + 1
    KVK_UNROLL
    for (int r = 0; r < rows; r += 2) {
      KVK_UNROLL
      for (int p = 0; p < PAIRS; p++)
        sum[r / 2][p] = vdupq_n_s32(0);
    }
    KVK_UNROLL
    for (int q = 0; q < 4; q++) {
      int8x16_t a[2];
      KVK_UNROLL
      for (int r = 0; r < rows; r += 2) {
        const int8_t *at = (const int8_t *)x + (size_t)r * stride + g * KVK_GROUP + q * 8;
        a[r / 2] = vcombine_s8(vld1_s8(at), vld1_s8(r + 1 < rows ? at + stride : at));
      }
      KVK_UNROLL
      for (int p = 0; p < PAIRS; p++) {
        int8x16_t v = weights_of(kind, w, q, p);
        KVK_UNROLL
        for (int r = 0; r < rows; r += 2)
          sum[r / 2][p] = vmmlaq_s32(sum[r / 2][p], a[r / 2], v);
      }
    }
    KVK_UNROLL
    for (int o = 0; o < 4; o++) {
      vf scale = vf_load_half(scales + o * VW);
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        int64x2_t left = vreinterpretq_s64_s32(sum[r / 2][2 * o]);
        int64x2_t right = vreinterpretq_s64_s32(sum[r / 2][2 * o + 1]);
        int32x4_t four =
            vreinterpretq_s32_s64(r % 2 ? vzip2q_s64(left, right) : vzip1q_s64(left, right));
        // -128 · Σ a in multiples of the zero point.
        if (kind != BYTES)
          four = vaddq_s32(four, vdupq_n_s32(((const int32_t *)(offsets + (size_t)r * stride))[g] /
                                             (kind == FIFTHS ? 8 : 16)));
        float *to = t->acc + r * WIDTH + o * VW;
        vf d = scale * vf_set1(((const float *)(x_scales + (size_t)r * stride))[g]);
        vf_store(to, vf_fma((vf)vcvtq_f32_s32(four), d, vf_load(to)));
      }
    }
  }
}

FOUR_ROWS(matmul_q8_0_i8mm, matmul_octets, BYTES)
FOUR_ROWS(matmul_q4_0_i8mm, matmul_octets, NIBBLES)
FOUR_ROWS(matmul_q5_0_i8mm, matmul_octets, FIFTHS)
