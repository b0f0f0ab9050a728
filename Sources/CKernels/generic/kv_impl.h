// Keys and values of one head in one slot: from f32, and to f32.

static void store_f16(const float *x, size_t n, uint8_t *slot) {
  uint16_t *out = (uint16_t *)slot;
  size_t i = 0;
  for (; i + VW <= n; i += VW)
    vf_store_half(out + i, vf_load(x + i));
  for (; i < n; i++)
    out[i] = kvk_to_half(x[i]);
}

static void store_bf16(const float *x, size_t n, uint8_t *slot) {
  uint16_t *out = (uint16_t *)slot;
  for (size_t i = 0; i < n; i++)
    out[i] = kvk_to_bfloat(x[i]);
}

/// d = max|x| / 127, q = x · (127 / max|x|) to nearest, ties to even; the scale is d rounded to
/// f16. Input that is not finite is stored as what it is limited to.
static void store_q8(const float *x, size_t n, uint8_t *slot) {
  int8_t *out = (int8_t *)slot + 2 * kvk_kv_groups(n);
  for (size_t g = 0; g < n; g += KVK_GROUP, slot += 2) {
    size_t end = n - g < KVK_GROUP ? n : g + KVK_GROUP;
    float most = 0;
    for (size_t i = g; i < end; i++) {
      float size = __builtin_fabsf(x[i]);
      most = size > most ? size : most;
    }
    most = most < 127 * 65504.0f ? most : 127 * 65504.0f;
    float inverse = most > 1e-30f ? 127.0f / most : 0.0f;
    for (size_t i = g; i < end; i++) {
      float t = x[i] * inverse;
      t = t > -127.0f ? t : -127.0f;
      t = t < 127.0f ? t : 127.0f;
      out[i] = (int8_t)((int32_t)kvk_bits(t + ROUND_MAGIC) - 0x4b400000);
    }
    uint16_t half = kvk_to_half(most / 127.0f);
    memcpy(slot, &half, 2);
  }
}

/// VW dimensions from `d` on, of those that there are.
KVK_INLINE vf load_whole_kv(const kvk_kv_type type, const uint8_t *slot, size_t d,
                            size_t dimension) {
  const uint16_t *from = (const uint16_t *)slot + d;
  if (type == KVK_KV_F16)
    return vf_load_half(from);
  if (type == KVK_KV_BF16)
    return vf_load_bfloat(from);
  uint16_t half;
  vb bytes;
  memcpy(&half, slot + d / KVK_GROUP * 2, sizeof half);
  memcpy(&bytes, slot + 2 * kvk_kv_groups(dimension) + d, sizeof bytes);
  return __builtin_convertvector(bytes, vf) * vf_set1(kvk_from_half(half));
}

/// VW dimensions from `d` on; those from `dimension` on are 0.
KVK_INLINE vf load_kv(const kvk_kv_type type, const uint8_t *slot, size_t d, size_t dimension) {
  size_t left = dimension > d ? dimension - d : 0;
  if (left >= VW)
    return load_whole_kv(type, slot, d, dimension);
  if (left == 0)
    return vf_set1(0);
  if (type == KVK_KV_Q8) {
    uint16_t half;
    memcpy(&half, slot + d / KVK_GROUP * 2, 2);
    vb bytes = {0};
    memcpy(&bytes, slot + 2 * kvk_kv_groups(dimension) + d, left);
    vf whole = __builtin_convertvector(bytes, vf);
    return whole * vf_set1(kvk_from_half(half));
  }
  const uint16_t *from = (const uint16_t *)slot + d;
  return type == KVK_KV_F16 ? vf_load_half_some(from, left) : vf_load_bfloat_some(from, left);
}
