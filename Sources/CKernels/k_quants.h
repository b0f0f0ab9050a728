// Q4_K, Q5_K and Q6_K: super-blocks of 256 weights.
//
//   Q4_K, Q5_K   8 groups of 32: weight = d · scale · q - dmin · min, scale and min of 6 bits
//   Q6_K         16 groups of 16: weight = d · scale · (q - 32), scale an int8
//
// Sums within a super-block are integers and exact:
//
//   t = float(Σ_g scale_g Σ_k q a) · d - float(Σ_g min_g Σ_k a) · dmin
//   out += t · (scale of the activations' block)
//
// A super-block in a model file (bytes), and what is packed of `width` outputs (in the same order
// and of the same size, `width` times):
//
//   Q4_K  | d 2 | dmin 2 | scales 12 |         | nibbles 128 |                  144
//   Q5_K  | d 2 | dmin 2 | scales 12 | bits 32 | nibbles 128 |                  176
//   Q6_K  |                nibbles 128 | bits 64 | scales 16 | d 2 |            210
//
//   packed Q4_K, Q5_K | d [width] | dmin [width] | scales [3][width] | bits [8][width] | nibbles |
//   packed Q6_K       | d [width] | scales [4][width] | bits [16][width] | nibbles [32][width] |
//
// d and dmin are f16, everything else words of four bytes that belong to four consecutive k (a
// quad) of one output. Nibbles and scales are the file's words, transposed. Words of bits are made
// anew, so that one serves a whole group: bit i of byte b (Q5_K), or bits 2 i and 2 i + 1 (Q6_K),
// belong to element 4 i + b of the group.
#ifndef KVASIR_K_QUANTS_H
#define KVASIR_K_QUANTS_H

#include "kernels.h"
#include <string.h>

enum { KVK_SUPER = 256 }; // elements in a super-block

/// A super-block of activations: x ≈ scale · value.
typedef struct kvk_q8_256 {
  int8_t values[KVK_SUPER];
  int32_t starts[16]; // of each group of 16: -32 times their sum
  // Sums of 16 and of 32 values as pairs, in the order of a word's even, then odd bytes: of groups
  // (0, 2), (1, 3), (4, 6), (5, 7) …
  int16_t sums_16[16];
  int16_t sums_32[8];
  float scale;
  uint8_t unused[12];
} kvk_q8_256;
_Static_assert(sizeof(kvk_q8_256) == 384, "rows of blocks stay on 64-byte borders");

/// Bytes of a super-block in a model file.
KVK_INLINE size_t kvk_super_bytes(kvk_type type) {
  return type == KVK_Q4_K ? 144 : type == KVK_Q5_K ? 176 : 210;
}

/// The six-bit scales and mins of a super-block from its three words: four groups a word.
#define KVK_LOW_SCALES(W0, W1, W2) ((W0) & 0x3f3f3f3f)
#define KVK_LOW_MINS(W0, W1, W2) ((W1) & 0x3f3f3f3f)
#define KVK_HIGH_SCALES(W0, W1, W2) (((W2) & 0x0f0f0f0f) | ((W0) >> 2 & 0x30303030))
#define KVK_HIGH_MINS(W0, W1, W2) (((W2) >> 4 & 0x0f0f0f0f) | ((W1) >> 2 & 0x30303030))

void kvk_dequantise_q4_k(const uint8_t *row, size_t k, float *out);
void kvk_dequantise_q5_k(const uint8_t *row, size_t k, float *out);
void kvk_dequantise_q6_k(const uint8_t *row, size_t k, float *out);

size_t kvk_panel_bytes_q4_k(const kvk_matmul *m, size_t inputs);
size_t kvk_panel_bytes_q5_k(const kvk_matmul *m, size_t inputs);
size_t kvk_panel_bytes_q6_k(const kvk_matmul *m, size_t inputs);
void kvk_pack_q4_k(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_q5_k(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);
void kvk_pack_q6_k(const kvk_matmul *m, const kvk_panel_rows *from, uint8_t *panel);

#endif
