// Q8_0 products, Armv8.2 dot product: panels of 16 outputs × 4 k; one load of 16 activations serves
// four steps by lane.
#define NEON_STEP(LANE)                                                                            \
  do {                                                                                             \
    const int8_t *at = w + (k + 4 * LANE) * WIDTH;                                                 \
    int8x16_t w0 = vld1q_s8(at), w1 = vld1q_s8(at + 16), w2 = vld1q_s8(at + 32),                   \
              w3 = vld1q_s8(at + 48);                                                              \
    KVK_UNROLL                                                                                     \
    for (int r = 0; r < rows; r++) {                                                               \
      sum[r][0] = vdotq_laneq_s32(sum[r][0], w0, v[r], LANE);                                      \
      sum[r][1] = vdotq_laneq_s32(sum[r][1], w1, v[r], LANE);                                      \
      sum[r][2] = vdotq_laneq_s32(sum[r][2], w2, v[r], LANE);                                      \
      sum[r][3] = vdotq_laneq_s32(sum[r][3], w3, v[r], LANE);                                      \
    }                                                                                              \
  } while (0)

KVK_INLINE void matmul_q8_0_sized(const int rows, const kvk_tile *t) {
  enum { WIDTH = 16 };
  const size_t inputs = t->a->inputs, stride = t->a->stride;
  const uint8_t *x = kvk_row(t->a, t->row);
  const uint8_t *x_scales = x + kvk_q8_32_scales(inputs);
  const kvk_ahead ahead = t->ahead;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const size_t offset = g * WIDTH * (2 + KVK_GROUP);
    const uint8_t *block = t->panel + offset;
    const uint16_t *scales = (const uint16_t *)block;
    const int8_t *w = (const int8_t *)block + 2 * WIDTH;
    int32x4_t sum[4][4];
    KVK_UNROLL
    for (int r = 0; r < rows; r++)
      sum[r][0] = sum[r][1] = sum[r][2] = sum[r][3] = vdupq_n_s32(0);
    for (size_t k = 0; k < KVK_GROUP; k += 16) {
      for (unsigned i = 0; i < 4; i++)
        kvk_fetch(&ahead, offset + (k + 4 * i) * WIDTH, (unsigned)k / 4 + i, 1);
      int8x16_t v[4];
      KVK_UNROLL
      for (int r = 0; r < rows; r++)
        v[r] = vld1q_s8((const int8_t *)x + (size_t)r * stride + g * KVK_GROUP + k);
      NEON_STEP(0);
      NEON_STEP(1);
      NEON_STEP(2);
      NEON_STEP(3);
    }
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

static void matmul_q8_0(const kvk_tile *t) {
#define SIZED(ROWS)                                                                                \
  case ROWS:                                                                                       \
    matmul_q8_0_sized(ROWS, t);                                                                    \
    break;
  switch (t->rows) { SIZED(1) SIZED(2) SIZED(3) SIZED(4) }
#undef SIZED
}
