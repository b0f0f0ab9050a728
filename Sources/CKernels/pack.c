// Repacks weights into panels (layout: kernels.h). Bound by memory, so plain C serves every
// instruction set.
#include "half.h"

size_t kvk_panel_bytes_float(const kvk_matmul *m, size_t inputs) {
  return kvk_round_up(kvk_round_up(inputs, m->interleave) * m->panel * m->element, KVK_ALIGNMENT);
}

void kvk_pack_16(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  size_t width = m->panel, step = m->interleave;
  if (from->present < width || from->inputs % step != 0)
    memset(panel, 0, m->panel_bytes(m, from->inputs));
  for (size_t o = 0; o < from->present; o++)
    for (size_t k = 0; k < from->inputs; k++)
      memcpy(panel + ((k / step * width + o) * step + k % step) * 2,
             from->rows + o * from->row_bytes + k * 2, 2);
}

void kvk_pack_32(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  if (from->present < m->panel)
    memset(panel, 0, m->panel_bytes(m, from->inputs));
  for (size_t o = 0; o < from->present; o++)
    for (size_t k = 0; k < from->inputs; k++)
      memcpy(panel + (k * m->panel + o) * 4, from->rows + o * from->row_bytes + k * 4, 4);
}

size_t kvk_panel_bytes_32(const kvk_matmul *m, size_t inputs) {
  return kvk_round_up(inputs / KVK_GROUP * m->panel * m->element, KVK_ALIGNMENT);
}

void kvk_pack_q8_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  size_t width = m->panel, step = m->interleave, block = width * m->element;
  if (from->present < width)
    for (size_t g = 0; g < from->inputs / KVK_GROUP; g++) {
      memset(panel + g * block, 0, width * 2);
      memset(panel + g * block + width * 2, m->flip, width * KVK_GROUP);
    }
  for (size_t o = 0; o < from->present; o++) {
    const uint8_t *group = from->rows + o * from->row_bytes;
    for (size_t g = 0; g < from->inputs / KVK_GROUP; g++, group += 34) {
      uint8_t *scales = panel + g * block, *to = scales + width * 2;
      memcpy(scales + o * 2, group, 2);
      if (step == 4) {
        for (size_t k = 0; k < KVK_GROUP; k += 4) {
          uint32_t four;
          memcpy(&four, group + 2 + k, 4);
          four ^= m->flip * UINT32_C(0x01010101);
          memcpy(to + k * width + o * 4, &four, 4);
        }
      } else {
        for (size_t k = 0; k < KVK_GROUP; k++)
          to[(k / step * width + o) * step + k % step] = group[2 + k] ^ m->flip;
      }
    }
  }
}

/// A group's 16 bytes of nibbles: in the file too byte i holds elements i and i + 16.
KVK_INLINE void pack_nibbles(const kvk_matmul *m, const uint8_t *nibbles, size_t o, uint8_t *to) {
  size_t width = m->panel, step = m->interleave;
  if (step == 4)
    for (size_t i = 0; i < 16; i += 4)
      memcpy(to + i * width + o * 4, nibbles + i, 4);
  else
    for (size_t i = 0; i < 16; i++)
      to[(i / step * width + o) * step + i % step] = nibbles[i];
}

void kvk_pack_q4_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  size_t width = m->panel, block = width * m->element;
  if (from->present < width)
    memset(panel, 0, m->panel_bytes(m, from->inputs)); // with scales of 0
  for (size_t o = 0; o < from->present; o++) {
    const uint8_t *group = from->rows + o * from->row_bytes;
    for (size_t g = 0; g < from->inputs / KVK_GROUP; g++, group += 18) {
      uint8_t *scales = panel + g * block, *to = scales + width * 2;
      memcpy(scales + o * 2, group, 2);
      pack_nibbles(m, group + 2, o, to);
    }
  }
}

/// A group's fifth bits, to where there are zeros.
KVK_INLINE void pack_fifths(const kvk_matmul *m, uint32_t fifths, size_t o, uint8_t *to) {
  size_t width = m->panel, step = m->interleave;
  for (size_t k = 0; k < KVK_GROUP; k++, fifths >>= 1) {
    size_t n = (k / step * width + o) * step + k % step;
    to[n % (4 * width)] |= (uint8_t)((fifths & 1) << n / (4 * width));
  }
}

void kvk_pack_q5_0(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel) {
  size_t width = m->panel, block = width * m->element;
  memset(panel, 0, m->panel_bytes(m, from->inputs)); // of absent rows the scales stay 0
  for (size_t o = 0; o < from->present; o++) {
    const uint8_t *group = from->rows + o * from->row_bytes;
    for (size_t g = 0; g < from->inputs / KVK_GROUP; g++, group += 22) {
      uint8_t *scales = panel + g * block, *to = scales + width * 2;
      uint32_t fifths;
      memcpy(&fifths, group + 2, 4);
      memcpy(scales + o * 2, group, 2);
      pack_nibbles(m, group + 6, o, to);
      pack_fifths(m, fifths, o, to + 16 * width);
    }
  }
}

size_t kvk_panel_outputs(const kvk_kernels *kernels, kvk_type type) {
  return kernels->matmul[type].panel;
}

size_t kvk_packed_bytes(const kvk_kernels *kernels, kvk_type type, size_t outputs, size_t inputs) {
  const kvk_matmul *m = &kernels->matmul[type];
  return (outputs + m->panel - 1) / m->panel * m->panel_bytes(m, inputs);
}

typedef struct job {
  const kvk_matmul *m;
  size_t outputs, inputs, row_bytes, panel_bytes;
  const uint8_t *rows;
  uint8_t *packed;
} job;

static void pack_panel(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  size_t first = item * j->m->panel, left = j->outputs - first;
  kvk_panel_rows from = {.rows = j->rows + first * j->row_bytes,
                         .row_bytes = j->row_bytes,
                         .present = left < j->m->panel ? left : j->m->panel,
                         .inputs = j->inputs};
  j->m->pack(j->m, &from, j->packed + item * j->panel_bytes);
}

void kvk_pack(const kvk_kernels *kernels, kvk_team *team, kvk_type type, size_t outputs,
              size_t inputs, const void *rows, void *packed) {
  const kvk_matmul *m = &kernels->matmul[type];
  job j = {.m = m,
           .outputs = outputs,
           .inputs = inputs,
           .row_bytes = kvk_row_bytes(type, inputs),
           .panel_bytes = m->panel_bytes(m, inputs),
           .rows = rows,
           .packed = packed};
  kvk_team_run(team, (outputs + m->panel - 1) / m->panel, 1, pack_panel, &j);
}
