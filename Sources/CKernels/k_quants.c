// Super-block types: rows of a model file to floats and to panels (layouts: k_quants.h). Bound by
// memory, so plain C serves every instruction set.
#include "k_quants.h"
#include "half.h"

KVK_INLINE uint32_t word_at(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

KVK_INLINE float half_at(const uint8_t *bytes) {
  uint16_t half;
  memcpy(&half, bytes, sizeof half);
  return kvk_from_half(half);
}

// ---- Rows to floats

/// Q4_K, and Q5_K with its `bits`.
KVK_INLINE void dequantise_45(const uint8_t *block, const uint8_t *bits, const uint8_t *nibbles,
                              float *out) {
  float d = half_at(block), dmin = half_at(block + 2);
  uint32_t w0 = word_at(block + 4), w1 = word_at(block + 8), w2 = word_at(block + 12);
  uint32_t scales[2] = {KVK_LOW_SCALES(w0, w1, w2), KVK_HIGH_SCALES(w0, w1, w2)};
  uint32_t mins[2] = {KVK_LOW_MINS(w0, w1, w2), KVK_HIGH_MINS(w0, w1, w2)};
  for (int g = 0; g < 8; g++) {
    float scale = d * (float)(scales[g / 4] >> 8 * (g % 4) & 0xff);
    float min = dmin * (float)(mins[g / 4] >> 8 * (g % 4) & 0xff);
    for (int k = 0; k < 32; k++) {
      int q = nibbles[g / 2 * 32 + k] >> 4 * (g % 2) & 15;
      if (bits)
        q |= (bits[k] >> g & 1) << 4;
      out[g * 32 + k] = scale * (float)q - min;
    }
  }
}

void kvk_dequantise_q4_k(const uint8_t *row, size_t k, float *out) {
  for (; k; k -= KVK_SUPER, row += 144, out += KVK_SUPER)
    dequantise_45(row, NULL, row + 16, out);
}

void kvk_dequantise_q5_k(const uint8_t *row, size_t k, float *out) {
  for (; k; k -= KVK_SUPER, row += 176, out += KVK_SUPER)
    dequantise_45(row, row + 16, row + 48, out);
}

void kvk_dequantise_q6_k(const uint8_t *row, size_t k, float *out) {
  for (; k; k -= KVK_SUPER, row += 210) {
    float d = half_at(row + 208);
    for (int e = 0; e < KVK_SUPER; e++) {
      int half = e / 128, quarter = e / 32 % 4, at = e % 32;
      int q = row[half * 64 + quarter % 2 * 32 + at] >> quarter / 2 * 4 & 15;
      q |= (row[128 + half * 32 + at] >> quarter * 2 & 3) << 4;
      *out++ = d * (float)(int8_t)row[192 + e / 16] * (float)(q - 32);
    }
  }
}

// ---- Rows to panels

/// One output's column of a packed super-block.
typedef struct column {
  uint8_t *block;
  size_t width, output, at; // `at`: bytes of the block before what is put next
} column;

KVK_INLINE void put_half(column *c, const uint8_t *half) {
  memcpy(c->block + c->at + c->output * 2, half, 2);
  c->at += c->width * 2;
}

KVK_INLINE void put_word(column *c, uint32_t word) {
  memcpy(c->block + c->at + c->output * 4, &word, 4);
  c->at += c->width * 4;
}

KVK_INLINE void put_words(column *c, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    put_word(c, word_at(bytes + i * 4));
}

/// Transposes 8 × 8 bits: bit c of byte r to bit r of byte c.
KVK_INLINE uint64_t transposed_bits(uint64_t x) {
  uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aa;
  x ^= t ^ t << 7;
  t = (x ^ x >> 14) & 0x0000cccc0000cccc;
  x ^= t ^ t << 14;
  t = (x ^ x >> 28) & 0x00000000f0f0f0f0;
  return x ^ t ^ t << 28;
}

/// Bit g of byte k in the file belongs to element k of group g.
KVK_INLINE void put_bits_q5(column *c, const uint8_t *bits) {
  uint64_t groups[4]; // [b]: byte g has the bits of elements 4 i + b
  for (int b = 0; b < 4; b++) {
    uint64_t rows = 0;
    for (int i = 0; i < 8; i++)
      rows |= (uint64_t)bits[4 * i + b] << 8 * i;
    groups[b] = transposed_bits(rows);
  }
  for (int g = 0; g < 8; g++) {
    uint32_t word = 0;
    for (int b = 0; b < 4; b++)
      word |= (uint32_t)(groups[b] >> 8 * g & 0xff) << 8 * b;
    put_word(c, word);
  }
}

/// Bits 2 q and 2 q + 1 of byte k in the file belong to element 32 q + k of a half super-block.
KVK_INLINE void put_bits_q6(column *c, const uint8_t *bits) {
  for (int half = 0; half < 2; half++)
    for (int group = 0; group < 8; group++) {
      uint32_t word = 0;
      for (int i = 0; i < 4; i++)
        word |= (word_at(bits + half * 32 + group % 2 * 16 + i * 4) >> group / 2 * 2 & 0x03030303)
                << 2 * i;
      put_word(c, word);
    }
}

KVK_INLINE void pack_block(kvk_type type, const uint8_t *from, column c) {
  if (type == KVK_Q6_K) {
    put_half(&c, from + 208);
    put_words(&c, from + 192, 4);
    put_bits_q6(&c, from + 128);
    put_words(&c, from, 32);
    return;
  }
  put_half(&c, from);
  put_half(&c, from + 2);
  put_words(&c, from + 4, 3);
  if (type == KVK_Q5_K)
    put_bits_q5(&c, from + 16);
  put_words(&c, from + (type == KVK_Q5_K ? 48 : 16), 32);
}

KVK_INLINE void pack(kvk_type type, const kvk_matmul *m, const kvk_panel_rows *from,
                     uint8_t *panel) {
  size_t bytes = kvk_type_group_bytes(type);
  if (from->present < m->panel)
    memset(panel, 0, m->panel_bytes(m, from->inputs));
  for (size_t block = 0; block < from->inputs / KVK_SUPER; block++)
    for (size_t o = 0; o < from->present; o++)
      pack_block(
          type, from->rows + o * from->row_bytes + block * bytes,
          (column){.block = panel + block * bytes * m->panel, .width = m->panel, .output = o});
}

#define DEFINE_PACKING(NAME, TYPE)                                                                 \
  size_t kvk_panel_bytes_##NAME(const kvk_matmul *m, size_t inputs) {                              \
    return kvk_round_up(kvk_row_bytes(TYPE, inputs) * m->panel, KVK_ALIGNMENT);                    \
  }                                                                                                \
  void kvk_pack_##NAME(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {          \
    pack(TYPE, m, from, panel);                                                                    \
  }

DEFINE_PACKING(q4_k, KVK_Q4_K)
DEFINE_PACKING(q5_k, KVK_Q5_K)
DEFINE_PACKING(q6_k, KVK_Q6_K)
