// Quantisation to q8_32 with AVX-512, 16 groups at a time: their maxima and sums are reduced
// together, so that divisions and roundings to f16 are done for all of them at once.

/// Reduces v[s] for 16 slots to one lane each, slot s to lane quantise_lane[s] (and v[t] with
/// quantise_lane[t] = s to lane s: the permutation is its own inverse).
static const uint8_t quantise_lane[16] = {0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15};

/// op(lanes of a from one side, of b from the other) halves how many lanes a slot occupies.
#define QUANTISE_FOLD(OP, SHUFFLE, A, B, LOW, HIGH)                                                \
  OP(SHUFFLE((A), (B), (LOW)), SHUFFLE((A), (B), (HIGH)))

KVK_INLINE __m512 quantise_maxima(__m512 v[16]) {
  KVK_UNROLL
  for (int i = 0; i < 8; i++)
    v[i] = QUANTISE_FOLD(_mm512_max_ps, _mm512_shuffle_f32x4, v[i], v[i + 8], 0x44, 0xee);
  KVK_UNROLL
  for (int i = 0; i < 4; i++)
    v[i] = QUANTISE_FOLD(_mm512_max_ps, _mm512_shuffle_f32x4, v[i], v[i + 4], 0x88, 0xdd);
  KVK_UNROLL
  for (int i = 0; i < 2; i++)
    v[i] = QUANTISE_FOLD(_mm512_max_ps, _mm512_shuffle_ps, v[i], v[i + 2], 0x44, 0xee);
  return QUANTISE_FOLD(_mm512_max_ps, _mm512_shuffle_ps, v[0], v[1], 0x88, 0xdd);
}

/// The same for sums, from where vector i holds slots i and i + 8 in its halves.
KVK_INLINE __m512i quantise_sums(__m512i v[8]) {
#define SHUFFLE_PS(A, B, I)                                                                        \
  (__m512i) _mm512_shuffle_ps((__m512)(A), (__m512)(B), (I))
  KVK_UNROLL
  for (int i = 0; i < 4; i++)
    v[i] = QUANTISE_FOLD(_mm512_add_epi32, _mm512_shuffle_i32x4, v[i], v[i + 4], 0x88, 0xdd);
  KVK_UNROLL
  for (int i = 0; i < 2; i++)
    v[i] = QUANTISE_FOLD(_mm512_add_epi32, SHUFFLE_PS, v[i], v[i + 2], 0x44, 0xee);
  return QUANTISE_FOLD(_mm512_add_epi32, SHUFFLE_PS, v[0], v[1], 0x88, 0xdd);
#undef SHUFFLE_PS
}

/// The clamp keeps what is not finite within the range the tiles rely on.
KVK_INLINE __m512i quantise_codes(__m512 x, __m512 inverse) {
  return _mm512_cvtps_epi32(
      vf_min(vf_max(x * inverse, vf_set1(-127.0f)), vf_set1(127.0f)));
}

static void quantise_16(const float *x, int8_t *out, float *scales, int32_t *offsets) {
  const __m512 zero = _mm512_setzero_ps();
  __m512 highest[16];
  KVK_UNROLL
  for (int g = 0; g < 16; g++) {
    const float *from = x + g * KVK_GROUP;
    highest[quantise_lane[g]] = vf_max(_mm512_abs_ps(vf_load(from + VW)),
                                       vf_max(_mm512_abs_ps(vf_load(from)), zero));
  }
  __m512 most = quantise_maxima(highest);
  _Alignas(KVK_ALIGNMENT) float inverse[16];
  _mm512_store_ps(inverse, _mm512_maskz_div_ps(_mm512_cmp_ps_mask(most, zero, _CMP_NEQ_UQ),
                                               vf_set1(127.0f), most));
  vf_store(scales, _mm512_cvtph_ps(_mm512_cvtps_ph(most / vf_set1(127.0f),
                                                   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)));
  // Packing interleaves the quarters of its sources.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i sums[8];
  KVK_UNROLL
  for (int i = 0; i < 8; i++) {
    const float *from = x + i * 2 * KVK_GROUP;
    __m512 first = vf_set1(inverse[2 * i]), second = vf_set1(inverse[2 * i + 1]);
    __m512i a = _mm512_packs_epi32(quantise_codes(vf_load(from), first),
                                   quantise_codes(vf_load(from + VW), first));
    __m512i b = _mm512_packs_epi32(quantise_codes(vf_load(from + 2 * VW), second),
                                   quantise_codes(vf_load(from + 3 * VW), second));
    __m512i codes = _mm512_permutexvar_epi32(order, _mm512_packs_epi16(a, b));
    _mm512_storeu_si512(out + i * 2 * KVK_GROUP, codes);
    sums[i] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(1), codes);
  }
  // Group 2 i took slot i, group 2 i + 1 slot i + 8.
  const __m512i lanes = _mm512_setr_epi32(0, 4, 2, 6, 1, 5, 3, 7, 8, 12, 10, 14, 9, 13, 11, 15);
  __m512i sum = _mm512_permutexvar_epi32(lanes, quantise_sums(sums));
  _mm512_storeu_si512(offsets, _mm512_slli_epi32(_mm512_sub_epi32(_mm512_setzero_si512(), sum), 7));
}

static void prepare_q8_32_avx512(const float *x, size_t first, size_t count, size_t inputs,
                                 uint8_t *row) {
  int8_t *out = (int8_t *)row + first;
  float *scales = (float *)(row + kvk_q8_32_scales(inputs)) + first / KVK_GROUP;
  int32_t *offsets = (int32_t *)(row + kvk_q8_32_offsets(inputs)) + first / KVK_GROUP;
  size_t groups = count / KVK_GROUP, g = 0;
  for (; g + 16 <= groups; g += 16)
    quantise_16(x + g * KVK_GROUP, out + g * KVK_GROUP, scales + g, offsets + g);
  if (groups > g) {
    _Alignas(KVK_ALIGNMENT) float rest[16 * KVK_GROUP] = {0}, rest_scales[16];
    int8_t codes[16 * KVK_GROUP];
    int32_t rest_offsets[16];
    memcpy(rest, x + g * KVK_GROUP, (groups - g) * KVK_GROUP * sizeof *rest);
    quantise_16(rest, codes, rest_scales, rest_offsets);
    memcpy(out + g * KVK_GROUP, codes, (groups - g) * KVK_GROUP);
    memcpy(scales + g, rest_scales, (groups - g) * sizeof *scales);
    memcpy(offsets + g, rest_offsets, (groups - g) * sizeof *offsets);
  }
}

static void prepare_column_q8_32(const float *x, size_t rows, size_t first, size_t inputs,
                                 uint8_t *out, size_t stride) {
  _Alignas(KVK_ALIGNMENT) float all[16 * KVK_GROUP], scales[16];
  int8_t codes[16 * KVK_GROUP];
  int32_t offsets[16];
  if (rows < 16) {
    memcpy(all, x, rows * KVK_GROUP * sizeof *all);
    memset(all + rows * KVK_GROUP, 0, (16 - rows) * KVK_GROUP * sizeof *all);
    x = all;
  }
  quantise_16(x, codes, scales, offsets);
  uint8_t *to_scale = out + kvk_q8_32_scales(inputs) + first / KVK_GROUP * 4;
  uint8_t *to_offset = out + kvk_q8_32_offsets(inputs) + first / KVK_GROUP * 4;
  for (size_t r = 0; r < rows; r++) {
    memcpy(out + r * stride + first, codes + r * KVK_GROUP, KVK_GROUP);
    memcpy(to_scale + r * stride, scales + r, 4);
    memcpy(to_offset + r * stride, offsets + r, 4);
  }
}
