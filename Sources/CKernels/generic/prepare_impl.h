// Activations in the form the weights' type wants, rounded as ggml rounds them.

static size_t row_bytes_float(size_t inputs) { return inputs * sizeof(float); }

static void prepare_f32(const float *x, size_t first, size_t count, size_t inputs, uint8_t *row) {
  (void)inputs;
  memcpy((float *)row + first, x, count * sizeof *x);
}

/// Rounded to f16, kept as f32.
static void prepare_f16(const float *x, size_t first, size_t count, size_t inputs, uint8_t *row) {
  (void)inputs;
  float *out = (float *)row + first;
  size_t i = 0;
  for (; i + VW <= count; i += VW) {
    uint16_t half[VW];
    vf_store_half(half, vf_load(x + i));
    vf_store(out + i, vf_load_half(half));
  }
  for (; i < count; i++)
    out[i] = kvk_from_half(kvk_to_half(x[i]));
}

/// Rounded to bf16, kept as f32.
static void prepare_bf16(const float *x, size_t first, size_t count, size_t inputs, uint8_t *row) {
  (void)inputs;
  float *out = (float *)row + first;
  for (size_t i = 0; i < count; i++)
    out[i] = kvk_from_bfloat(kvk_to_bfloat(x[i]));
}

static size_t row_bytes_q8_32(size_t inputs) {
  return kvk_q8_32_offsets(inputs) + inputs / KVK_GROUP * 4;
}

/// Groups of 32 to int8: d = max|x| / 127, q = x · (127 / max|x|) to nearest, ties to even; the
/// scale is d rounded to f16.
__attribute__((unused)) static void prepare_q8_32(const float *x, size_t first, size_t count, size_t inputs,
                          uint8_t *row) {
  int8_t *out = (int8_t *)row + first;
  float *scales = (float *)(row + kvk_q8_32_scales(inputs)) + first / KVK_GROUP;
  int32_t *offsets = (int32_t *)(row + kvk_q8_32_offsets(inputs)) + first / KVK_GROUP;
  size_t groups = count / KVK_GROUP;
  for (size_t g = 0; g < groups; g++, x += KVK_GROUP, out += KVK_GROUP) {
    vf highest = vf_set1(0);
    for (size_t i = 0; i < KVK_GROUP; i += VW)
      highest = vf_max((vf)((vi)vf_load(x + i) & vi_set1(0x7fffffff)), highest);
    float most = vf_highest(highest);
    vf inverse = vf_set1(most != 0 ? 127.0f / most : 0.0f);
    vi sum = vi_set1(0);
    for (size_t i = 0; i < KVK_GROUP; i += VW) {
      // Input that is not finite must not leave the range on which the tiles' arithmetic relies;
      // NaN becomes -127.
      vf t = vf_min(vf_max(vf_load(x + i) * inverse, vf_set1(-127.0f)), vf_set1(127.0f)) +
             vf_set1(ROUND_MAGIC);
      vi q = (vi)t - vi_set1(0x4b400000);
      sum += q;
      vb bytes = __builtin_convertvector(q, vb);
      memcpy(out + i, &bytes, sizeof bytes);
    }
    scales[g] = most / 127.0f;
    offsets[g] = -128 * vi_sum(sum);
  }
  for (size_t g = 0; g < groups; g += VW) {
    size_t some = groups - g < VW ? groups - g : VW;
    uint16_t half[VW];
    vf_store_half(half, vf_load_some(scales + g, some));
    vf_store_some(scales + g, vf_load_half(half), some);
  }
}
