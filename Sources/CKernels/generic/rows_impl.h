// Row operations: RMS norm, SiLU, addition, rotary positions, conversions.

KVK_INLINE void store_sums_as(const kvk_sums *s, const bool has_bias, const bool accumulate,
                              float *out, size_t out_stride) {
  const float *from = s->values;
  for (size_t r = 0; r < s->rows; r++, from += s->stride, out += out_stride) {
    size_t o = 0;
    for (; o + VW <= s->columns; o += VW) {
      vf v = vf_load(from + o);
      if (has_bias)
        v += vf_load(s->bias + o);
      if (accumulate)
        v += vf_load(out + o);
      vf_store(out + o, v);
    }
    for (; o < s->columns; o++) {
      float v = from[o];
      if (has_bias)
        v += s->bias[o];
      if (accumulate)
        v += out[o];
      out[o] = v;
    }
  }
}

static void store_sums(const kvk_sums *s, bool accumulate, float *out, size_t out_stride) {
  if (s->bias && accumulate)
    store_sums_as(s, true, true, out, out_stride);
  else if (s->bias)
    store_sums_as(s, true, false, out, out_stride);
  else if (accumulate)
    store_sums_as(s, false, true, out, out_stride);
  else
    store_sums_as(s, false, false, out, out_stride);
}

static float rms_scale(const float *x, float epsilon, size_t n) {
  vf a = vf_set1(0), b = vf_set1(0);
  size_t i = 0;
  for (; i + 2 * VW <= n; i += 2 * VW) {
    vf u = vf_load(x + i), v = vf_load(x + i + VW);
    a = vf_fma(u, u, a);
    b = vf_fma(v, v, b);
  }
  for (; i < n; i += VW) {
    vf u = vf_load_some(x + i, n - i < VW ? n - i : VW);
    a = vf_fma(u, u, a);
  }
  float mean = vf_sum(a + b) / (float)n;
  return 1.0f / __builtin_elementwise_sqrt(mean + epsilon);
}

static void rescale(const float *x, float factor, const float *weight, size_t n, float *out) {
  vf scale = vf_set1(factor);
  size_t i = 0;
  for (; i + VW <= n; i += VW)
    vf_store(out + i, vf_load(x + i) * scale * vf_load(weight + i));
  if (i < n)
    vf_store_some(out + i, vf_load_some(x + i, n - i) * scale * vf_load_some(weight + i, n - i),
                  n - i);
}

KVK_INLINE vf silu(vf gate, vf up) { return gate / (vf_exp(-gate) + vf_set1(1.0f)) * up; }

static void silu_multiply(const float *gate, const float *up, size_t n, float *out) {
  size_t i = 0;
  for (; i + VW <= n; i += VW)
    vf_store(out + i, silu(vf_load(gate + i), vf_load(up + i)));
  if (i < n)
    vf_store_some(out + i, silu(vf_load_some(gate + i, n - i), vf_load_some(up + i, n - i)), n - i);
}

static void add(const float *x, size_t n, float *out) {
  for (size_t i = 0; i < n; i++)
    out[i] += x[i];
}

static void rope(float *x, size_t heads, size_t head_dimension, kvk_rope_layout layout,
                 size_t rotated, const float *cos_sin) {
  size_t half = rotated / 2;
  const float *cosines = cos_sin, *sines = cos_sin + half;
  for (size_t head = 0; head < heads; head++, x += head_dimension) {
    if (layout == KVK_ROPE_INTERLEAVED) {
      for (size_t i = 0; i < half; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cosines[i] - b * sines[i];
        x[2 * i + 1] = a * sines[i] + b * cosines[i];
      }
    } else {
      for (size_t i = 0; i < half; i++) {
        float a = x[i], b = x[half + i];
        x[i] = a * cosines[i] - b * sines[i];
        x[half + i] = a * sines[i] + b * cosines[i];
      }
    }
  }
}

static void dequantise_f32(const uint8_t *row, size_t k, float *out) { memcpy(out, row, k * 4); }

static void dequantise_f16(const uint8_t *row, size_t k, float *out) {
  for (size_t i = 0; i < k; i++) {
    uint16_t half;
    memcpy(&half, row + i * 2, 2);
    out[i] = kvk_from_half(half);
  }
}

static void dequantise_bf16(const uint8_t *row, size_t k, float *out) {
  for (size_t i = 0; i < k; i++) {
    uint16_t value;
    memcpy(&value, row + i * 2, 2);
    out[i] = kvk_from_bfloat(value);
  }
}

static void dequantise_q8_0(const uint8_t *row, size_t k, float *out) {
  for (size_t g = 0; g < k / KVK_GROUP; g++, row += 34, out += KVK_GROUP) {
    uint16_t half;
    memcpy(&half, row, 2);
    float scale = kvk_from_half(half);
    for (size_t i = 0; i < KVK_GROUP; i++)
      out[i] = scale * (float)(int8_t)row[2 + i];
  }
}

static void dequantise_q4_0(const uint8_t *row, size_t k, float *out) {
  for (size_t g = 0; g < k / KVK_GROUP; g++, row += 18, out += KVK_GROUP) {
    uint16_t half;
    memcpy(&half, row, 2);
    float scale = kvk_from_half(half);
    for (size_t i = 0; i < 16; i++) {
      out[i] = scale * (float)((row[2 + i] & 15) - 8);
      out[16 + i] = scale * (float)((row[2 + i] >> 4) - 8);
    }
  }
}

static void dequantise_q5_0(const uint8_t *row, size_t k, float *out) {
  for (size_t g = 0; g < k / KVK_GROUP; g++, row += 22, out += KVK_GROUP) {
    uint16_t half;
    uint32_t fifths;
    memcpy(&half, row, 2);
    memcpy(&fifths, row + 2, 4);
    float scale = kvk_from_half(half);
    for (size_t i = 0; i < 16; i++) {
      out[i] = scale * (float)((int)((row[6 + i] & 15) | (fifths >> i & 1) << 4) - 16);
      out[16 + i] = scale * (float)((int)(row[6 + i] >> 4 | (fifths >> (16 + i) & 1) << 4) - 16);
    }
  }
}
