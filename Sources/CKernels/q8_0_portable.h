// Q8_0 products, any processor: 16 outputs side by side for each k, products summed in 16 bits two
// at a time (at most 2 · 128 · 127 = 32512), then in 32.

typedef int8_t vq8 __attribute__((vector_size(16)));
typedef uint8_t vqu8 __attribute__((vector_size(16)));
typedef int16_t vq16 __attribute__((vector_size(32)));
typedef int32_t vq32 __attribute__((vector_size(64)));

static void matmul_q8_0_row(const kvk_tile *t, size_t r) {
  enum { WIDTH = 16 };
  size_t inputs = t->a->inputs;
  const uint8_t *row = kvk_row(t->a, t->row + r);
  const int8_t *x = (const int8_t *)row;
  const float *x_scales = (const float *)(row + kvk_q8_32_scales(inputs));
  float *acc = t->acc + r * WIDTH;
  for (size_t g = t->k_begin / KVK_GROUP; g < t->k_end / KVK_GROUP; g++) {
    const uint8_t *block = t->panel + g * WIDTH * (2 + KVK_GROUP), *w = block + 2 * WIDTH;
    const uint16_t *scales = (const uint16_t *)block;
    const int8_t *xg = x + g * KVK_GROUP;
    int32_t sums[WIDTH];
    vq32 sum = {0};
    for (size_t k = 0; k < KVK_GROUP; k += 2) {
      vq8 w0, w1;
      memcpy(&w0, w + k * WIDTH, sizeof w0);
      memcpy(&w1, w + (k + 1) * WIDTH, sizeof w1);
      vq16 pair = __builtin_convertvector(w0, vq16) * (int16_t)xg[k] +
                  __builtin_convertvector(w1, vq16) * (int16_t)xg[k + 1];
      sum += __builtin_convertvector(pair, vq32);
    }
    memcpy(sums, &sum, sizeof sums);
    for (size_t o = 0; o < WIDTH; o += VW) {
      vi part;
      memcpy(&part, sums + o, sizeof part);
      vf scale = vf_load_half(scales + o) * vf_set1(x_scales[g]);
      vf_store(acc + o, vf_fma(__builtin_convertvector(part, vf), scale, vf_load(acc + o)));
    }
  }
}

static void matmul_q8_0(const kvk_tile *t) {
  for (size_t r = 0; r < t->rows; r++)
    matmul_q8_0_row(t, r);
}
