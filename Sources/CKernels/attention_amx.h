// The arithmetic of attention on AMX: as on AVX512-BF16, but for the order in which the units add.
// Up to 32 queries are one product; what lies in memory behind fewer is multiplied too and never
// looked at.

#define ATTENTION(name) name##_amx
#define ATTENTION_ELEMENT uint16_t
#define ATTENTION_ROWS 32
#define ATTENTION_BATCH 32
#define ATTENTION_DIMENSION_STEP 32

#define exponential_amx exponential_bf16
#define take_query_amx take_query_bf16
#define pack_keys_amx pack_keys_bf16
#define are_finite_amx are_finite_bf16
#define soften_amx soften_bf16

KVK_INLINE void begin_amx(void) { amx_begin(AMX_ROWS, AMX_ROWS, 64); }
KVK_INLINE void end_amx(void) { amx_end(); }

/// The values of `count` slots as [KVK_TILE / 2][padded][2], the others 0.
static void pack_values_amx(const kvk_cache *cache, const uint8_t *base, const int32_t *slots,
                            size_t count, size_t padded, uint16_t *out) {
  pack_values_bf16(cache, base, slots, count, padded, out);
  size_t packed = kvk_round_up(count, 2);
  memset(out + packed * padded, 0, (KVK_TILE - packed) * padded * sizeof *out);
}

/// c [rows × columns] = a [rows × count] · b [count / 2][ldb][2]; rows at most ATTENTION_ROWS,
/// columns a multiple of 16. Both are there, and `a` is 0, up to a `count` of a multiple of 32.
/// Fetches `ahead` meanwhile.
static void product_amx(size_t rows, size_t columns, size_t count, const uint16_t *a, size_t lda,
                        const uint16_t *b, size_t ldb, float *c, size_t ldc, kvk_pieces *ahead) {
  for (size_t column = 0; column < columns; column += 2 * AMX_COLUMNS) {
    amx_bf16_block block = {.a = (const uint8_t *)a,
                            .a_stride = lda * sizeof *a,
                            .b = (const uint8_t *)(b + 2 * column),
                            .b_stride = ldb * 2 * sizeof *b,
                            .steps = (count + 31) / 32,
                            .c = c + column,
                            .c_stride = ldc * sizeof *c};
    kvk_fetch_rows(ahead, 8);
    amx_multiply_bf16(rows > AMX_ROWS, columns - column > AMX_COLUMNS, false, &block, 0);
  }
}

#include "generic/attention_impl.h"
