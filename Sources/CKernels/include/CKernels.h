// Kvasir's compute kernels: matrix products, attention over paged keys and values, and the row
// operations between them.
//
// Conventions
// - Matrices are row-major. `rows` counts tokens, strides are in elements of the pointed-to type.
// - Every operation takes the kernel table of an instruction set and a thread team, and returns
// when its work is done.
// - The value of a row depends on its own input and the shapes alone: never on other rows, row
// count, threads or the
//   borders of key/value segments. Each output element accumulates in one fixed order.
// - Nothing here allocates, except where a function says so.
#ifndef KVASIR_CKERNELS_H
#define KVASIR_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Memory

/// Zeroed memory on a 64-byte border (huge pages where the system gives them), or NULL. Give back
/// with `kvk_free`.
void *kvk_allocate(size_t bytes);
void kvk_free(void *memory, size_t bytes);
/// Gives what the C library's allocator keeps for later back to the system.
void kvk_return_unused(void);

/// A thread that takes memory from the system, and gives way to all others.
typedef struct kvk_prefault kvk_prefault;
/// Begins to take `count` regions of `stride` bytes, the beginnings of all first; what is there
/// stays as it is, and may be used meanwhile. Ends early when memory is short. NULL if there is no
/// thread to be had. `kvk_prefault_stop` comes before the memory goes; it takes NULL too.
kvk_prefault *kvk_prefault_start(void *memory, size_t stride, size_t count);
void kvk_prefault_stop(kvk_prefault *prefault);
bool kvk_prefault_is_done(const kvk_prefault *prefault);

// ---- Threads

/// A team of threads; the caller of an operation is its worker 0.
typedef struct kvk_team kvk_team;

/// Makes a team of `threads` workers (at least 1; fewer when the system refuses threads). NULL
/// without memory.
kvk_team *kvk_team_create(int threads);
/// Stops and joins all threads. No operation may be running.
void kvk_team_destroy(kvk_team *team);
int kvk_team_threads(const kvk_team *team);

typedef void (*kvk_work)(void *context, size_t item, int worker);
/// Calls `work` for items 0..<count, claimed `grain` at a time by any worker. Callers on several
/// threads take turns.
void kvk_team_run(kvk_team *team, size_t count, size_t grain, kvk_work work, void *context);

// ---- Instruction sets

typedef enum kvk_isa {
  KVK_ISA_PORTABLE,
  KVK_ISA_AVX2,       // AVX2, FMA, F16C
  KVK_ISA_AVXVNNI,    // the same and AVX-VNNI
  KVK_ISA_AVX512,     // AVX-512 F, BW, VL, DQ, VNNI
  KVK_ISA_AVX512BF16, // the same and AVX512-BF16
  KVK_ISA_AMX,        // the same and AMX: tiles, int8, bf16
  KVK_ISA_NEON,       // Armv8.2 dot product
  KVK_ISA_NEONI8MM,   // the same and Armv8.6 int8 matrix multiplication
  KVK_ISA_COUNT
} kvk_isa;

typedef struct kvk_kernels kvk_kernels;

/// The value of the environment variable KVASIR_ISA, or NULL.
const char *kvk_isa_override(void);
/// The kernels for an instruction set, or NULL where this build or this processor lacks it.
const kvk_kernels *kvk_kernels_for(kvk_isa isa);
/// Whether this processor has an instruction set and gains by it over the one listed before.
bool kvk_isa_pays(kvk_isa isa);

// ---- Weights

typedef enum kvk_type {
  KVK_F32,
  KVK_F16,
  KVK_BF16,
  KVK_Q8_0, // groups of 32: f16 scale, 32 int8
  KVK_Q4_0, // groups of 32: f16 scale, 16 bytes of nibbles, zero point 8
  KVK_Q5_0, // groups of 32: f16 scale, 32 fifth bits, 16 bytes of nibbles, zero point 16
  KVK_Q4_K, // super-blocks of 256 in groups of 32 with a scale and a min each: layouts in k_quants.h
  KVK_Q5_K,
  KVK_Q6_K, // super-blocks of 256 in groups of 16 with a scale each
  KVK_TYPE_COUNT
} kvk_type;

/// What becomes of activations before they meet weights. Weights of several types may want the same
/// form and then share one conversion.
typedef enum kvk_form {
  KVK_FORM_F32,    // as they are
  KVK_FORM_F16,    // rounded to f16
  KVK_FORM_BF16,   // rounded to bf16
  KVK_FORM_Q8_32,  // int8 with an f16 scale for each 32, as ggml's Q8_0
  KVK_FORM_Q8_256, // int8 with an f32 scale for each 256, as ggml's Q8_K
  KVK_FORM_COUNT
} kvk_form;

/// Elements that form an indivisible group in a row.
size_t kvk_type_group(kvk_type type);
/// Bytes of such a group in a model file.
size_t kvk_type_group_bytes(kvk_type type);
/// The form that weights of a type want their activations in.
kvk_form kvk_type_form(kvk_type type);

/// A weight matrix [outputs × inputs], packed for one kernel table.
typedef struct kvk_weights {
  kvk_type type;
  size_t outputs;
  size_t inputs;
  const void *packed;
} kvk_weights;

/// Bytes of a row of `count` elements, whole groups, in a model file.
size_t kvk_row_bytes(kvk_type type, size_t count);
/// Outputs in a panel. Panels are independent and lie one after another, so whole panels of a matrix
/// may be packed by themselves, to where `kvk_packed_bytes` of the outputs before them ends.
size_t kvk_panel_outputs(const kvk_kernels *kernels, kvk_type type);
/// Bytes that `kvk_pack` writes.
size_t kvk_packed_bytes(const kvk_kernels *kernels, kvk_type type, size_t outputs, size_t inputs);
/// Repacks rows as they stand in a model file (no alignment needed) into `packed` (64-byte
/// aligned).
void kvk_pack(const kvk_kernels *kernels, kvk_team *team, kvk_type type, size_t outputs,
              size_t inputs, const void *rows, void *packed);

// ---- Matrix products

/// The input of matrix products in the form that weights want; made once, used by several products.
/// A row holds everything about it, laid out as the form and the kernel table have it.
typedef struct kvk_activations {
  kvk_form form;
  size_t rows;
  size_t inputs;
  void *values;  // [rows] × stride bytes, 64-byte aligned
  size_t stride; // bytes from row to row: kvk_activation_stride
} kvk_activations;

/// Bytes from row to row; no form needs more than f32 for the same inputs.
size_t kvk_activation_stride(const kvk_kernels *kernels, kvk_form form, size_t inputs);
/// Converts x [rows × x_stride] to out->form.
void kvk_prepare(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
                 const kvk_activations *out);
/// `kvk_rms_norm` and `kvk_prepare` in one pass, with the same results.
void kvk_norm_prepare(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
                      const float *weight, float epsilon, const kvk_activations *out);

/// One of the products of an activation:
/// out[r][o] = (Σ_k w[o][k] a[r][k] + bias[o]) + (accumulate ? out[r][o] : 0).
typedef struct kvk_product {
  kvk_weights weights;
  const float *bias; // may be NULL
  bool accumulate;
  float *out;
  size_t out_stride;
} kvk_product;

enum { KVK_MAX_PRODUCTS = 8 };

/// Computes up to KVK_MAX_PRODUCTS products in one go; all weights want the form of `a`, and no
/// output overlaps another.
void kvk_multiply_many(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                       const kvk_product *products, size_t count);

/// hidden = silu(gate·a + gate_bias) * (up·a + up_bias) for each row, brought into the form of
/// `out` (whose memory is not that of `a`). `scratch` [a->rows × scratch_stride] may be used on the
/// way: forms with groups of 256 need it. The result is that of `kvk_multiply_many`, `kvk_silu_multiply` and `kvk_prepare`.
typedef struct kvk_gated {
  kvk_weights gate, up;             // of the same shape
  const float *gate_bias, *up_bias; // may be NULL
  float *scratch;
  size_t scratch_stride;
} kvk_gated;

void kvk_multiply_gated(const kvk_kernels *kernels, kvk_team *team, const kvk_activations *a,
                        const kvk_gated *gated, const kvk_activations *out);

// ---- Rows

/// out[r] = row tokens[r] of a table as it stands in a model file. Every token must be a row of the
/// table.
void kvk_embed(const kvk_kernels *kernels, kvk_team *team, kvk_type type, const void *table,
               size_t columns, const int32_t *tokens, size_t rows, float *out, size_t out_stride);
/// out[r][i] = x[r][i] / sqrt(mean(x[r]²) + epsilon) * weight[i]; `out` may be `x`.
void kvk_rms_norm(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
                  size_t rows, size_t columns, const float *weight, float epsilon, float *out,
                  size_t out_stride);
/// out = gate / (1 + exp(-gate)) * up; `out` may be `gate` or `up`.
void kvk_silu_multiply(const kvk_kernels *kernels, kvk_team *team, const float *gate,
                       size_t gate_stride, const float *up, size_t up_stride, size_t rows,
                       size_t columns, float *out, size_t out_stride);
/// out += x.
void kvk_add(const kvk_kernels *kernels, kvk_team *team, const float *x, size_t x_stride,
             size_t rows, size_t columns, float *out, size_t out_stride);

typedef enum kvk_rope_layout {
  KVK_ROPE_INTERLEAVED, // pairs (0, 1), (2, 3) …
  KVK_ROPE_HALVES       // pairs (0, n/2), (1, n/2 + 1) …
} kvk_rope_layout;

/// Fills cos_sin [positions][2][rotated / 2] (cosines, then sines) with the angles
/// position × scale × base^(-2i / rotated) / factors[i]; `factors` may be NULL.
void kvk_rope_fill(kvk_team *team, size_t positions, size_t rotated, double base, double scale,
                   const float *factors, float *cos_sin);
/// Rotates the first `rotated` dimensions of each head in place.
void kvk_rope(const kvk_kernels *kernels, kvk_team *team, float *x, size_t x_stride, size_t rows,
              size_t heads, size_t head_dimension, kvk_rope_layout layout, size_t rotated,
              const int32_t *positions, const float *cos_sin);

// ---- Keys and values

/// How keys and values are kept.
typedef enum kvk_kv_type {
  KVK_KV_F16,
  KVK_KV_BF16,
  KVK_KV_Q8, // int8 in groups of 32 dimensions with an f16 scale each, quantised as ggml's Q8_0
  KVK_KV_TYPE_COUNT
} kvk_kv_type;

/// Bytes of the keys (or values) of one head in one slot. For q8 these are the scales of all groups
/// (the last one may be short), then the int8s, then up to 3 bytes to a multiple of 4.
size_t kvk_kv_bytes(kvk_kv_type type, size_t head_dimension);

/// One layer's keys and values: those of kv head h in slot s begin at byte h * head_stride + s *
/// slot_stride.
typedef struct kvk_cache {
  kvk_kv_type type;
  uint8_t *keys;
  uint8_t *values;
  size_t head_stride; // bytes
  size_t slot_stride; // bytes, at least kvk_kv_bytes
  size_t heads;
  size_t head_dimension;
} kvk_cache;

/// Writes rows of keys and values [rows × heads·head_dimension] to their slots; a slot below 0 is
/// skipped.
void kvk_store(const kvk_kernels *kernels, kvk_team *team, const float *k, size_t k_stride,
               const float *v, size_t v_stride, size_t rows, const int32_t *slots,
               const kvk_cache *cache);
/// `kvk_rope` of q's `heads` heads and of k's, both in place, then `kvk_store`, in one pass: the
/// same bits.
void kvk_rope_store(const kvk_kernels *kernels, kvk_team *team, float *q, size_t q_stride,
                    size_t heads, float *k, size_t k_stride, const float *v, size_t v_stride,
                    size_t rows, kvk_rope_layout layout, size_t rotated, const int32_t *positions,
                    const float *cos_sin, const int32_t *slots, const kvk_cache *cache);

// ---- Attention
//
// A path's positions are cut into tiles of 64 and partitions of 256, both at absolute positions. A
// row's softmax starts anew in each partition; the partitions' results are then merged in order. So
// it does not matter which rows are attended together and which worker takes which partition.

enum {
  KVK_TILE = 64,           // tile t covers positions [64 t, 64 t + 64)
  KVK_PARTITION_TILES = 4, // tiles in a partition
  KVK_PARTITION = KVK_TILE * KVK_PARTITION_TILES
};

/// Consecutive slots that hold consecutive positions.
typedef struct kvk_segment {
  int32_t slot;
  int32_t count;
} kvk_segment;

/// Writes the slots of positions 0..<count; the segments must hold as many.
void kvk_list_slots(const kvk_segment *segments, size_t count, int32_t *slots);
/// Orders lists of slots somehow; 0 where they are equal.
int kvk_compare_slots(const int32_t *a, const int32_t *b, size_t count);

/// Rows of one path at consecutive positions.
typedef struct kvk_attention_run {
  int32_t row;      // the first one in q and out
  int32_t rows;     // at least 1
  int32_t position; // of the first one
  int32_t tiles;    // where the path's tiles begin in `tiles`
  int64_t record;   // the first record, where the group has several tasks. That of row i, partition
                    // p and query head h is record + (i * partitions + p) * heads + h, the run's
                    // last row having that many partitions
} kvk_attention_run;

/// Runs that are attended together. Neighbours with equal tiles share the work of reading them.
typedef struct kvk_attention_group {
  int32_t run; // the first one
  int32_t runs;
  int32_t rows;  // of all runs, at most kvk_attention_group_rows
  int32_t tasks; // that cover all partitions of its rows, each once
} kvk_attention_group;

/// Some partitions of a group.
typedef struct kvk_attention_task {
  int32_t group;
  int32_t partition; // the first one
  int32_t partitions;
} kvk_attention_task;

typedef struct kvk_attention {
  const int32_t *slots; // of the positions of each tile
  const int32_t *tiles; // where each tile begins in `slots`; equal for tiles with equal slots
  const kvk_attention_run *runs;
  const kvk_attention_group *groups;
  const kvk_attention_task *tasks;
  size_t group_count;
  size_t task_count;
  size_t heads; // query heads, a multiple of cache.heads
  float scale;
  const float *q; // [rows × q_stride]
  size_t q_stride;
  float *out; // [rows × out_stride]
  size_t out_stride;
  kvk_cache cache;
  float *records;     // each of kvk_attention_record floats
  int32_t *unfinished; // [group_count × cache.heads], scratch
} kvk_attention;

/// The most rows a group may hold for `heads_per_kv` query heads a kv head.
size_t kvk_attention_group_rows(size_t heads_per_kv);
/// Floats of a record: what a row and query head get from one partition.
size_t kvk_attention_record(size_t head_dimension);
/// Bytes of scratch memory a worker needs.
size_t kvk_attention_scratch(size_t heads, size_t kv_heads, size_t head_dimension);
/// Causal attention of each row over positions 0…its own. Tasks are begun in order. `scratch` holds
/// `scratch_stride` bytes for each worker.
void kvk_attend(const kvk_kernels *kernels, kvk_team *team, const kvk_attention *attention,
                void *scratch, size_t scratch_stride);

#ifdef __cplusplus
}
#endif

#endif
