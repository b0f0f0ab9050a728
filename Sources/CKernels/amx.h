// AMX: eight tiles of up to 16 rows × 64 bytes, and C += A · B on them at up to 16 multiplications
// of bytes a lane and cycle. Tiles 0…3 hold sums, 4 and 5 rows of activations, 6 and 7 weights;
// what is in a tile has the layout of a panel with its quads (bytes) or pairs (bf16) of inputs side
// by side. A shape is set once for many tiles, as that takes as long as ten products.

enum { AMX_ROWS = 16, AMX_COLUMNS = 16 };

typedef struct amx_shape {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} amx_shape;
_Static_assert(sizeof(amx_shape) == 64, "as ldtilecfg reads it");

/// Sums of first_rows rows in tiles 0 and 1, of second_rows in tiles 2 and 3; activations of the
/// first rows in tile 4, of the second in tile 5, `depth` bytes of each. second_rows may be 0.
KVK_INLINE void amx_begin(size_t first_rows, size_t second_rows, size_t depth) {
  _Alignas(KVK_ALIGNMENT) amx_shape shape = {.palette = 1};
  const size_t rows[8] = {first_rows, first_rows,  second_rows, second_rows,
                          first_rows, second_rows, depth / 4,   depth / 4};
  for (int t = 0; t < 8; t++) {
    shape.rows[t] = (uint8_t)rows[t];
    if (rows[t] > 0) // a tile without rows must have no bytes
      shape.row_bytes[t] = (uint16_t)(t == 4 || t == 5 ? depth : 4 * AMX_COLUMNS);
  }
  _tile_loadconfig(&shape);
}

/// Without it a switch of threads would save the tiles.
KVK_INLINE void amx_end(void) { _tile_release(); }

/// A block of a bf16 product. Strides in bytes.
typedef struct amx_bf16_block {
  const uint8_t *a; // rows of activations
  size_t a_stride;
  const uint8_t *b; // [steps × 16 pairs][columns]
  size_t b_stride;
  size_t steps; // of 32 inputs
  float *c;
  size_t c_stride;
} amx_bf16_block;

/// c [16 or 32 rows][16 or 32 columns] = (adds ? c : 0) + a · b, in shape (_, _, 64): 32 inputs
/// after another, each output the sum of the even ones and then of the odd ones of a step. While it
/// works it asks for what lies `ahead` bytes behind the weights in use, unless that is 0.
static void amx_multiply_bf16(bool two_rows, bool two_columns, bool adds,
                              const amx_bf16_block *block, size_t ahead) {
  const uint8_t *a = block->a, *b = block->b, *a2 = a + AMX_ROWS * block->a_stride;
  float *c = block->c, *c2 = (float *)((uint8_t *)c + AMX_ROWS * block->c_stride);
  if (adds) {
    _tile_loadd(0, c, block->c_stride);
    if (two_columns)
      _tile_loadd(1, c + AMX_COLUMNS, block->c_stride);
    if (two_rows)
      _tile_loadd(2, c2, block->c_stride);
    if (two_rows && two_columns)
      _tile_loadd(3, c2 + AMX_COLUMNS, block->c_stride);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    if (two_rows) {
      _tile_zero(2);
      _tile_zero(3);
    }
  }
  for (size_t s = 0; s < block->steps; s++, a += 64, a2 += 64, b += 16 * block->b_stride) {
    if (ahead)
      for (size_t line = 0; line < 2 * 16; line++)
        __builtin_prefetch(b + ahead + line * KVK_ALIGNMENT, 0, 2);
    _tile_loadd(4, a, block->a_stride);
    _tile_loadd(6, b, block->b_stride);
    if (two_columns)
      _tile_loadd(7, b + 4 * AMX_COLUMNS, block->b_stride);
    if (two_rows)
      _tile_loadd(5, a2, block->a_stride);
    _tile_dpbf16ps(0, 4, 6);
    if (two_columns)
      _tile_dpbf16ps(1, 4, 7);
    if (two_rows)
      _tile_dpbf16ps(2, 5, 6);
    if (two_rows && two_columns)
      _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c, block->c_stride);
  if (two_columns)
    _tile_stored(1, c + AMX_COLUMNS, block->c_stride);
  if (two_rows)
    _tile_stored(2, c2, block->c_stride);
  if (two_rows && two_columns)
    _tile_stored(3, c2 + AMX_COLUMNS, block->c_stride);
}
