// Q4_0 and Q5_0 products, Armv8.2 dot product: panels of 16 outputs × 4 k. Weights stay unsigned,
// so each group's sum starts at -8 or -16 · Σ a. A load brings quads `LANE` and `LANE + 4` of four
// outputs.
#define NIBBLES_STEP(LANE)                                                                         \
  do {                                                                                             \
    KVK_UNROLL                                                                                     \
    for (int o = 0; o < 4; o++) {                                                                  \
      uint8x16_t both = vld1q_u8(w + LANE * 64 + o * 16);                                          \
      uint8x16_t first = vandq_u8(both, vdupq_n_u8(15)), second = vshrq_n_u8(both, 4);             \
      if (fifths) {                                                                                \
        uint8x16_t h = vld1q_u8(w + 256 + o * 16);                                                 \
        first = vorrq_u8(first, vandq_u8(vshlq_n_u8(h, 4 - LANE), vdupq_n_u8(16)));                \
        second =                                                                                   \
            vorrq_u8(second, vandq_u8(LANE ? vshrq_n_u8(h, LANE ? LANE : 1) : h, vdupq_n_u8(16))); \
      }                                                                                            \
      KVK_UNROLL                                                                                   \
      for (int r = 0; r < rows; r++) {                                                             \
        sum[r][o] = vdotq_laneq_s32(sum[r][o], vreinterpretq_s8_u8(first), a[r], LANE);            \
        sum[r][o] = vdotq_laneq_s32(sum[r][o], vreinterpretq_s8_u8(second), b[r], LANE);           \
      }                                                                                            \
    }                                                                                              \
  } while (0)

KVK_INLINE void matmul_nibbles(const int rows, const bool fifths, const kvk_tile *t) {
  enum { WIDTH = 16 };
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs), *offsets = x + kvk_q8_32_offsets(inputs);
  const kvk_ahead ahead = t->ahead;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t bytes = WIDTH * (fifths ? 22 : 18), offset = g * bytes;
    const uint16_t *scales = (const uint16_t *)(t->panel + offset);
    const uint8_t *w = t->panel + offset + 2 * WIDTH;
    kvk_fetch_block(&ahead, offset, bytes);
    int32x4_t sum[4][4];
    int8x16_t a[4], b[4];
    KVK_UNROLL
    for (int r = 0; r < rows; r++) {
      const int8_t *at = (const int8_t *)x + (size_t)r * stride + g * KVK_GROUP;
      a[r] = vld1q_s8(at);
      b[r] = vld1q_s8(at + 16);
      // -128 · Σ a in multiples of the zero point.
      int32_t start = ((const int32_t *)(offsets + (size_t)r * stride))[g] / (fifths ? 8 : 16);
      sum[r][0] = sum[r][1] = sum[r][2] = sum[r][3] = vdupq_n_s32(start);
    }
    NIBBLES_STEP(0);
    NIBBLES_STEP(1);
    NIBBLES_STEP(2);
    NIBBLES_STEP(3);
    KVK_UNROLL
    for (int o = 0; o < 4; o++) {
      vf scale = vf_load_half(scales + o * VW);
      KVK_UNROLL
      for (int r = 0; r < rows; r++) {
        float *to = t->acc + r * WIDTH + o * VW;
        vf d = scale * vf_set1(((const float *)(x_scales + (size_t)r * stride))[g]);
        vf_store(to, vf_fma((vf)vcvtq_f32_s32(sum[r][o]), d, vf_load(to)));
      }
    }
  }
}

FOUR_ROWS(matmul_q4_0, matmul_nibbles, false)
FOUR_ROWS(matmul_q5_0, matmul_nibbles, true)
