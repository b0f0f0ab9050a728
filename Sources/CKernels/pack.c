// Repacks weights into panels (layout: kernels.h). Bound by memory, so plain C serves every
// instruction set.
#include "half.h"

size_t kvk_row_bytes(kvk_type type, size_t count) {
  switch (type) {
  case KVK_F32:
    return count * 4;
  case KVK_F16:
  case KVK_BF16:
    return count * 2;
  case KVK_Q8_0:
    return count / KVK_GROUP * KVK_GROUP_BYTES;
  default:
    return 0;
  }
}

size_t kvk_packed_bytes(const kvk_kernels *kernels, kvk_type type, size_t outputs, size_t inputs) {
  const kvk_matmul *m = &kernels->matmul[type];
  return (outputs + m->panel - 1) / m->panel * kvk_panel_bytes(m, type, inputs);
}

typedef struct job {
  const kvk_matmul *m;
  kvk_type type;
  size_t outputs, inputs, row_bytes, panel_bytes;
  const uint8_t *rows;
  uint8_t *packed;
} job;

static void pack_q8(const job *j, const uint8_t *rows, size_t present, uint8_t *panel) {
  size_t width = j->m->panel, step = j->m->interleave;
  uint8_t *scales = panel, *weights = panel + kvk_q8_scale_bytes(width, j->inputs);
  uint8_t flip = j->m->flip;
  if (present < width) {
    memset(scales, 0, kvk_q8_scale_bytes(width, j->inputs));
    memset(weights, flip, j->inputs * width);
  }
  for (size_t g = 0; g < j->inputs / KVK_GROUP; g++) {
    uint8_t *to = weights + g * KVK_GROUP * width;
    for (size_t o = 0; o < present; o++) {
      const uint8_t *from = rows + o * j->row_bytes + g * KVK_GROUP_BYTES;
      memcpy(scales + (g * width + o) * 2, from, 2);
      from += 2;
      if (step == 4) {
        for (size_t k = 0; k < KVK_GROUP; k += 4) {
          uint32_t four;
          memcpy(&four, from + k, 4);
          four ^= flip * UINT32_C(0x01010101);
          memcpy(to + k * width + o * 4, &four, 4);
        }
      } else {
        for (size_t k = 0; k < KVK_GROUP; k++)
          to[(k / step * width + o) * step + k % step] = from[k] ^ flip;
      }
    }
  }
}

static void pack_16(const job *j, const uint8_t *rows, size_t present, uint16_t *panel) {
  size_t width = j->m->panel, step = j->m->interleave;
  if (present < width || j->inputs % step != 0)
    memset(panel, 0, j->panel_bytes);
  for (size_t o = 0; o < present; o++)
    for (size_t k = 0; k < j->inputs; k++)
      memcpy(&panel[(k / step * width + o) * step + k % step], rows + o * j->row_bytes + k * 2, 2);
}

static void pack_32(const job *j, const uint8_t *rows, size_t present, float *panel) {
  size_t width = j->m->panel;
  if (present < width)
    memset(panel, 0, j->panel_bytes);
  for (size_t o = 0; o < present; o++)
    for (size_t k = 0; k < j->inputs; k++)
      memcpy(&panel[k * width + o], rows + o * j->row_bytes + k * 4, 4);
}

static void pack_panel(void *context, size_t item, int worker) {
  (void)worker;
  const job *j = context;
  size_t first = item * j->m->panel;
  size_t present = j->outputs - first < j->m->panel ? j->outputs - first : j->m->panel;
  const uint8_t *rows = j->rows + first * j->row_bytes;
  uint8_t *panel = j->packed + item * j->panel_bytes;
  if (j->type == KVK_Q8_0)
    pack_q8(j, rows, present, panel);
  else if (j->type == KVK_F32)
    pack_32(j, rows, present, (float *)panel);
  else
    pack_16(j, rows, present, (uint16_t *)panel);
}

void kvk_pack(const kvk_kernels *kernels, kvk_team *team, kvk_type type, size_t outputs,
              size_t inputs, const void *rows, void *packed) {
  const kvk_matmul *m = &kernels->matmul[type];
  job j = {.m = m,
           .type = type,
           .outputs = outputs,
           .inputs = inputs,
           .row_bytes = kvk_row_bytes(type, inputs),
           .panel_bytes = kvk_panel_bytes(m, type, inputs),
           .rows = rows,
           .packed = packed};
  kvk_team_run(team, (outputs + m->panel - 1) / m->panel, 1, pack_panel, &j);
}
