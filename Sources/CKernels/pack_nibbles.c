// Repacks Q4_0 and Q5_0 into panels that stay as small as the file (layout: kernels.h).
#include "half.h"

size_t kvk_panel_bytes_q4_0(const kvk_matmul *m, size_t inputs) {
  return kvk_q8_scale_bytes(m->panel, inputs) + kvk_round_up(inputs / 2 * m->panel, KVK_ALIGNMENT);
}

size_t kvk_panel_bytes_q5_0(const kvk_matmul *m, size_t inputs) {
  return kvk_q8_scale_bytes(m->panel, inputs) +
         kvk_round_up(inputs / 8 * 5 * m->panel, KVK_ALIGNMENT);
}

/// A group's 16 bytes of nibbles, output `o`: in the file too byte i holds elements i and i + 16.
KVK_INLINE void pack_nibbles(const kvk_matmul *m, const uint8_t *nibbles, size_t o, uint8_t *to) {
  size_t width = m->panel, step = m->interleave;
  if (step == 1) {
    for (size_t k = 0; k < KVK_GROUP / 2; k++)
      to[k * width + o] = nibbles[k];
  } else {
    for (size_t k = 0; k < KVK_GROUP / 2; k += step)
      memcpy(to + k * width + o * step, nibbles + k, step);
  }
}

/// A group's fifth bits, output `o`; `to` holds zeros where they go.
KVK_INLINE void pack_fifths(const kvk_matmul *m, uint32_t fifths, size_t o, uint8_t *to) {
  size_t width = m->panel, step = m->interleave;
  for (size_t k = 0; k < KVK_GROUP; k++, fifths >>= 1) {
    size_t at = (k / step * width + o) * step + k % step;
    to[at % (width * 4)] |= (uint8_t)((fifths & 1) << at / (width * 4));
  }
}

void kvk_pack_q4_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  size_t width = m->panel, groups = from->inputs / KVK_GROUP;
  uint8_t *scales = panel, *weights = panel + kvk_q8_scale_bytes(width, from->inputs);
  if (from->present < width)
    memset(panel, 0, m->panel_bytes(m, from->inputs)); // a scale of 0 makes the weights 0
  for (size_t o = 0; o < from->present; o++) {
    const uint8_t *group = from->rows + o * from->row_bytes;
    for (size_t g = 0; g < groups; g++, group += 18) {
      memcpy(scales + (g * width + o) * 2, group, 2);
      pack_nibbles(m, group + 2, o, weights + g * width * 16);
    }
  }
}

void kvk_pack_q5_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  size_t width = m->panel, groups = from->inputs / KVK_GROUP;
  uint8_t *scales = panel, *weights = panel + kvk_q8_scale_bytes(width, from->inputs);
  memset(panel, 0, m->panel_bytes(m, from->inputs));
  for (size_t o = 0; o < from->present; o++) {
    const uint8_t *group = from->rows + o * from->row_bytes;
    for (size_t g = 0; g < groups; g++, group += 22) {
      uint8_t *to = weights + g * width * 20;
      uint32_t fifths;
      memcpy(&fifths, group + 2, 4);
      memcpy(scales + (g * width + o) * 2, group, 2);
      pack_nibbles(m, group + 6, o, to);
      pack_fifths(m, fifths, o, to + width * 16);
    }
  }
}
