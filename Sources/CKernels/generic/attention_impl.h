// Attention of one row block and one kv head, with online softmax over tiles of KVK_TILE positions.
//
// Tile t covers positions [64 t, 64 t + 64) of the path, whatever the borders of segments. For each
// tile the keys are converted to f32 and transposed once, the values converted once, for all rows ×
// query heads of the item ("queries", row-major: the heads of one row are neighbours). A query that
// sees only n < 64 positions of a tile takes part with exactly those: scores beyond n become -inf
// before the maximum, and n products enter its output.
//
// Scratch, in floats (q = queries, d = padded head dimension):
//   | query q·d | output q·d | scores q·64 | transposed keys d·64 | converted rows 64·d | maximum q
//   | sum q | factor q |

typedef struct cursor {
  const kvk_segment *segment;
  int32_t offset; // within the segment
} cursor;

/// Converts the next `count` positions to f32 rows [KVK_TILE × padded]; what lies beyond becomes 0.
static void gather(const kvk_cache *cache, const uint16_t *base, cursor *at, size_t count,
                   float *out, size_t padded) {
  size_t dimension = cache->head_dimension;
  float *to = out;
  for (size_t left = count; left > 0;) {
    size_t run = (size_t)(at->segment->count - at->offset);
    if (run > left)
      run = left;
    const uint16_t *from =
        base + ((size_t)at->segment->slot + (size_t)at->offset) * cache->slot_stride;
    for (size_t i = 0; i < run; i++, from += cache->slot_stride, to += padded) {
      size_t d = 0;
      for (; d + VW <= dimension; d += VW)
        vf_store(to + d, vf_load_half(from + d));
      if (d < dimension) {
        vf_store(to + d, vf_load_half_some(from + d, dimension - d));
        d += VW;
      }
      for (; d < padded; d += VW)
        vf_store(to + d, vf_set1(0));
    }
    left -= run;
    at->offset += (int32_t)run;
    if (at->offset == at->segment->count) {
      at->segment++;
      at->offset = 0;
    }
  }
  memset(to, 0, (KVK_TILE - count) * padded * sizeof *to);
}

/// in [KVK_TILE × padded] to out [padded × KVK_TILE].
static void transpose(const float *in, size_t padded, float *out) {
  for (size_t d = 0; d < padded; d += VW)
    for (size_t t = 0; t < KVK_TILE; t += VW) {
      vf block[VW];
      KVK_UNROLL
      for (int i = 0; i < VW; i++)
        block[i] = vf_load(in + (t + (size_t)i) * padded + d);
      vf_transpose(block);
      KVK_UNROLL
      for (int i = 0; i < VW; i++)
        vf_store(out + (d + (size_t)i) * KVK_TILE + t, block[i]);
    }
}

/// Turns the first `visible` scores into exponentials relative to the new maximum, the others into
/// 0; updates maximum and sum; returns the factor for what was accumulated under the old maximum.
static float soften(float *scores, size_t visible, float *maximum, float *sum) {
  vf low = vf_set1(-__builtin_inff()), highest = low;
  vi limit = vi_set1((int32_t)visible);
  for (int32_t t = 0; t < KVK_TILE; t += VW) {
    vf s = vf_select(vi_lanes() + vi_set1(t) < limit, vf_load(scores + t), low);
    highest = vf_max(s, highest);
    vf_store(scores + t, s);
  }
  float top = vf_highest(highest), old = *maximum;
  if (old > top)
    top = old;
  vf total = vf_set1(0);
  for (size_t t = 0; t < KVK_TILE; t += VW) {
    vf p = vf_exp(vf_load(scores + t) - vf_set1(top));
    vf_store(scores + t, p);
    total += p;
  }
  float lanes[VW];
  vf_store(lanes, vf_exp(vf_set1(old - top)));
  *sum = *sum * lanes[0] + vf_sum(total);
  *maximum = top;
  return lanes[0];
}

static void attend(const kvk_attention_item *item) {
  const kvk_attention *job = item->job;
  const kvk_cache *cache = &job->cache;
  const kvk_span *span = &job->spans[item->block->span];
  size_t dimension = cache->head_dimension, padded = kvk_round_up(dimension, KVK_DIMENSION_STEP);
  size_t group = job->heads / cache->heads, rows = (size_t)item->block->rows,
         queries = rows * group;
  size_t first_row = (size_t)span->first_row + (size_t)item->block->first_row;
  size_t position =
      (size_t)span->first_position + (size_t)item->block->first_row; // of the first row

  float *query = item->scratch, *output = query + queries * padded,
        *scores = output + queries * padded;
  float *keys = scores + queries * KVK_TILE, *converted = keys + padded * KVK_TILE;
  float *maximum = converted + KVK_TILE * padded, *sum = maximum + queries, *factor = sum + queries;

  for (size_t m = 0; m < queries; m++) {
    const float *from = job->q + (first_row + m / group) * job->q_stride +
                        (item->kv_head * group + m % group) * dimension;
    float *to = query + m * padded;
    for (size_t d = 0; d < dimension; d++)
      to[d] = from[d] * job->scale;
    maximum[m] = -__builtin_inff();
    sum[m] = 0;
  }
  memset(output, 0, queries * padded * sizeof *output);

  const uint16_t *key_base = cache->keys + item->kv_head * cache->head_stride;
  const uint16_t *value_base = cache->values + item->kv_head * cache->head_stride;
  cursor at = {job->segments + span->first_segment, 0};
  for (size_t start = 0, end = position + rows; start < end; start += KVK_TILE) {
    size_t count = end - start < KVK_TILE ? end - start : KVK_TILE;
    // Row i sees positions up to position + i: rows before `first` none of this tile, rows from
    // `full` on all of it.
    size_t first = start > position ? start - position : 0;
    size_t full = start + KVK_TILE > position + 1 ? start + KVK_TILE - (position + 1) : 0;
    if (full > rows)
      full = rows;

    cursor values_at = at;
    gather(cache, key_base, &at, count, converted, padded);
    transpose(converted, padded, keys);
    gather(cache, value_base, &values_at, count, converted, padded);

    size_t m = first * group;
    memset(scores + m * KVK_TILE, 0, (queries - m) * KVK_TILE * sizeof *scores);
    product(queries - m, KVK_TILE, dimension, query + m * padded, padded, keys, KVK_TILE,
            scores + m * KVK_TILE, KVK_TILE);
    for (; m < queries; m++) {
      size_t row = m / group, visible = row >= full ? KVK_TILE : position + row + 1 - start;
      factor[m] = soften(scores + m * KVK_TILE, visible, maximum + m, sum + m);
    }
    for (m = first * group; m < queries; m++) {
      vf f = vf_set1(factor[m]);
      for (size_t d = 0; d < padded; d += VW)
        vf_store(output + m * padded + d, vf_load(output + m * padded + d) * f);
    }
    for (size_t row = first; row < full; row++) {
      m = row * group;
      product(group, padded, position + row + 1 - start, scores + m * KVK_TILE, KVK_TILE, converted,
              padded, output + m * padded, padded);
    }
    if (full < rows) {
      m = (full > first ? full : first) * group;
      product(queries - m, padded, KVK_TILE, scores + m * KVK_TILE, KVK_TILE, converted, padded,
              output + m * padded, padded);
    }
  }

  for (size_t m = 0; m < queries; m++) {
    float *to = job->out + (first_row + m / group) * job->out_stride +
                (item->kv_head * group + m % group) * dimension;
    float inverse = 1.0f / sum[m];
    for (size_t d = 0; d < dimension; d++)
      to[d] = output[m * padded + d] * inverse;
  }
}
