// What the int8 products in 256-bit vectors share.

/// Four activations, for each of eight outputs.
KVK_INLINE __m256i broadcast_quad(const uint8_t *x) {
  int32_t four;
  memcpy(&four, x, 4);
  return _mm256_set1_epi32(four);
}

/// The fifth bits of quad q of eight outputs (bit q of each byte) as 16 or 0.
KVK_INLINE __m256i fifths_256(__m256i bits, const int q) {
  return _mm256_and_si256(q < 4 ? _mm256_slli_epi16(bits, 4 - q) : _mm256_srli_epi16(bits, q - 4),
                          _mm256_set1_epi8(16));
}
