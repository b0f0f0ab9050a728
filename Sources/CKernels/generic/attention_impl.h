// Attention of one group of rows over some partitions, for one kv head.
//
// Rows × query heads are the item's queries, row-major: the heads of one row are neighbours. In a
// partition the keys and values of each tile are packed once for all neighbouring runs whose path
// has that tile. Up to BATCH queries at once then get their scores, exponentials relative to the
// partition's maximum, and products with the values. A query that sees only n positions of a
// partition takes part with exactly those: scores beyond n are never looked at, and what follows n
// in the last pair or vector enters its sums as 0.
//
// A partition's result (output, maximum, sum) either goes into a record or, where the item covers
// all of a group's partitions, is merged at once into the queries' state. Both merge in the order
// of partitions with the same function, so the bits are the same.
//
// This file is included for each arithmetic, with
//   ATTENTION(name)   the arithmetic's functions (attention_f32_impl.h says what they do)
//   ATTENTION_ELEMENT what queries, keys, values and exponentials are packed as
//   ATTENTION_ROWS    the queries that one product computes at once
//   ATTENTION_BATCH   those whose scores over a partition stay in the nearest caches, a multiple
//   ATTENTION_DIMENSION_STEP  head dimensions are padded to a multiple of this
//   begin, end        around an item's products

typedef struct ATTENTION(item) {
  const kvk_attention *job;
  const kvk_attention_group *group;
  size_t kv_head, dimension, padded, heads; // query heads for the kv head
  // Of each row
  int32_t *row, *position;
  int64_t *record; // of partition 0 and the first of the heads
  // Of each query
  ATTENTION_ELEMENT *query;   // [queries × padded]
  float *output;              // [queries × padded]: the state, as are the next two
  float *maximum, *sum;       // [queries]
  ATTENTION_ELEMENT *keys;    // a tile after the other; see pack_keys
  ATTENTION_ELEMENT *values;  // a tile after the other; see pack_values
  float *scores;              // [BATCH × KVK_PARTITION]
  ATTENTION_ELEMENT *weights; // [BATCH × KVK_PARTITION]
  float *partial;             // [BATCH × padded]
  bool merges;
  // What is packed now
  int32_t tile[KVK_PARTITION_TILES];
  size_t count[KVK_PARTITION_TILES];
  kvk_pieces now;  // what has to be packed now
  kvk_pieces next; // and after that: fetched into the cache meanwhile
} ATTENTION(item);

/// The state takes in the result of the next partition.
KVK_INLINE void ATTENTION(merge_partition)(float *output, float *maximum, float *sum,
                                           const float *next, float next_maximum, float next_sum,
                                           size_t padded) {
  float top = *maximum > next_maximum ? *maximum : next_maximum;
  vf old_factor = ATTENTION(exponential)(vf_set1(*maximum - top));
  vf new_factor = ATTENTION(exponential)(vf_set1(next_maximum - top));
  for (size_t d = 0; d < padded; d += VW)
    vf_store(output + d, vf_fma(vf_load(next + d), new_factor, vf_load(output + d) * old_factor));
  float factors[2][VW];
  vf_store(factors[0], old_factor);
  vf_store(factors[1], new_factor);
  *sum = *sum * factors[0][0] + next_sum * factors[1][0];
  *maximum = top;
}

/// Divides by the sum. Adding 0 makes the sign of a zero positive: it could tell how many masked
/// positions there were.
KVK_INLINE void ATTENTION(finish)(const float *output, float sum, size_t dimension, float *out) {
  float inverse = 1.0f / sum;
  for (size_t d = 0; d < dimension; d++)
    out[d] = output[d] * inverse + 0.0f;
}

/// Attends `n` packed queries from `first` on, all of which see something of the partition.
static void ATTENTION(batch)(ATTENTION(item) * at, size_t first, size_t n, size_t partition) {
  size_t start = partition * KVK_PARTITION, padded = at->padded;
  size_t parts = (n + ATTENTION_ROWS - 1) / ATTENTION_ROWS, part = (n + parts - 1) / parts;
  size_t seen[ATTENTION_BATCH]; // by each query
  size_t most[ATTENTION_BATCH]; // by any query of each part
  for (size_t m = 0; m < n; m++) {
    size_t end = (size_t)at->position[(first + m) / at->heads] + 1 - start;
    seen[m] = end < KVK_PARTITION ? end : KVK_PARTITION;
  }
  for (size_t p = 0, m = 0; p < parts; p++) {
    most[p] = 0;
    for (size_t end = m + part < n ? m + part : n; m < end; m++)
      most[p] = seen[m] > most[p] ? seen[m] : most[p];
  }
  for (size_t t = 0; t < KVK_PARTITION; t += KVK_TILE)
    for (size_t p = 0, m = 0; p < parts; p++, m += part) {
      if (most[p] <= t)
        continue;
      size_t columns = most[p] - t < KVK_TILE ? kvk_round_up(most[p] - t, 16) : KVK_TILE;
      ATTENTION(product)
      (n - m < part ? n - m : part, columns, padded, at->query + (first + m) * padded, padded,
       at->keys + t * padded, KVK_TILE, at->scores + m * KVK_PARTITION + t, KVK_PARTITION,
       &at->next);
    }
  float maximum[ATTENTION_BATCH], sum[ATTENTION_BATCH];
  for (size_t m = 0; m < n; m++)
    ATTENTION(soften)
  (at->scores + m * KVK_PARTITION, seen[m], kvk_round_up(most[m / part], 32),
   at->weights + m * KVK_PARTITION, &maximum[m], &sum[m]);
  for (size_t p = 0, m = 0; p < parts; p++, m += part) {
    ATTENTION(product)
    (n - m < part ? n - m : part, padded, most[p], at->weights + m * KVK_PARTITION, KVK_PARTITION,
     at->values, padded, at->partial + m * padded, padded, &at->next);
  }

  if (at->merges) {
    for (size_t m = 0; m < n; m++)
      ATTENTION(merge_partition)
    (at->output + (first + m) * padded, &at->maximum[first + m], &at->sum[first + m],
     at->partial + m * padded, maximum[m], sum[m], padded);
    return;
  }
  for (size_t m = 0; m < n; m++) {
    size_t row = (first + m) / at->heads, head = (first + m) % at->heads;
    size_t record = (size_t)at->record[row] + partition * at->job->heads + head;
    float *to = at->job->records + record * kvk_attention_record(at->dimension);
    memcpy(to, at->partial + m * padded, padded * sizeof *to);
    to[padded] = maximum[m];
    to[padded + 1] = sum[m];
  }
}

/// Notes what has to be packed of a path's positions up to `end` in a partition.
static void ATTENTION(list)(const ATTENTION(item) * at, const int32_t *tiles, size_t partition,
                            size_t end, kvk_pieces *pieces) {
  const kvk_cache *cache = &at->job->cache;
  size_t offset = at->kv_head * cache->head_stride;
  pieces->count = pieces->turn = pieces->row = 0;
  pieces->slots = at->job->slots;
  pieces->slot_stride = cache->slot_stride;
  pieces->bytes = kvk_kv_bytes(cache->type, cache->head_dimension);
  for (size_t t = 0; t < KVK_PARTITION_TILES; t++) {
    size_t start = partition * KVK_PARTITION + t * KVK_TILE;
    if (start >= end)
      break;
    size_t count = end - start < KVK_TILE ? end - start : KVK_TILE;
    int32_t tile = tiles[start / KVK_TILE];
    if (at->tile[t] == tile && at->count[t] == count)
      continue;
    pieces->piece[pieces->count++] = (kvk_piece){tile, t, count, cache->keys + offset};
    pieces->piece[pieces->count++] = (kvk_piece){tile, t, count, cache->values + offset};
  }
}

/// Packs what `now` lists; some of it may have been fetched already.
static void ATTENTION(pack)(ATTENTION(item) * at) {
  const kvk_cache *cache = &at->job->cache;
  for (size_t i = 0; i < at->now.count; i++) {
    while (at->now.turn < at->now.count && at->now.turn < i + 2)
      kvk_fetch_rows(&at->now, KVK_TILE);
    const kvk_piece *piece = &at->now.piece[i];
    const int32_t *slots = at->job->slots + piece->tile;
    size_t place = piece->place * KVK_TILE * at->padded;
    if (i % 2 == 0)
      ATTENTION(pack_keys)
    (cache, piece->base, slots, piece->count, at->padded, at->keys + place);
    else ATTENTION(pack_values)(cache, piece->base, slots, piece->count, at->padded,
                                at->values + place);
    at->tile[piece->place] = piece->tile;
    at->count[piece->place] = piece->count;
  }
}

/// Attends rows first..<last, whose paths all have the given tiles in this partition; `now` lists
/// what is to be packed.
static void ATTENTION(rows)(ATTENTION(item) * at, size_t first, size_t last, const int32_t *tiles,
                            size_t partition) {
  size_t start = partition * KVK_PARTITION, end = start, least = SIZE_MAX;
  for (size_t row = first; row < last; row++) {
    size_t sees = (size_t)at->position[row] + 1;
    if (sees > start && sees < least)
      least = sees;
    end = sees > end ? sees : end;
  }
  if (end == start)
    return;
  end = end < start + KVK_PARTITION ? end : start + KVK_PARTITION;
  ATTENTION(pack)(at);
  if (least < end &&
      !ATTENTION(are_finite)(at->values, kvk_round_up(end - start, 2) * at->padded)) {
    // 0 × a masked value would not be 0: each row by itself, with nothing masked.
    for (size_t row = first; row < last; row++) {
      size_t sees = (size_t)at->position[row] + 1;
      ATTENTION(list)(at, tiles, partition, sees < end ? sees : end, &at->now);
      ATTENTION(rows)(at, row, row + 1, tiles, partition);
    }
    return;
  }
  for (size_t row = first; row < last;) {
    if ((size_t)at->position[row] < start) {
      row++;
      continue;
    }
    size_t from = row;
    while (row < last && (size_t)at->position[row] >= start)
      row++;
    for (size_t m = from * at->heads; m < row * at->heads; m += ATTENTION_BATCH) {
      size_t left = row * at->heads - m;
      ATTENTION(batch)(at, m, left < ATTENTION_BATCH ? left : ATTENTION_BATCH, partition);
    }
  }
}

/// The positions of a partition that a run's last row sees.
KVK_INLINE size_t ATTENTION(extent)(const kvk_attention_run *run, size_t partition) {
  size_t start = partition * KVK_PARTITION, end = (size_t)(run->position + run->rows);
  return end <= start ? 0 : end - start < KVK_PARTITION ? end - start : KVK_PARTITION;
}

/// Whether two runs see the same slots in a partition.
static bool ATTENTION(agree)(const kvk_attention *job, const kvk_attention_run *a,
                             const kvk_attention_run *b, size_t partition) {
  size_t extent = ATTENTION(extent)(a, partition);
  if (extent != ATTENTION(extent)(b, partition))
    return false;
  for (size_t t = 0; t * KVK_TILE < extent; t++) {
    size_t tile = partition * KVK_PARTITION_TILES + t;
    if (job->tiles[(size_t)a->tiles + tile] != job->tiles[(size_t)b->tiles + tile])
      return false;
  }
  return true;
}

typedef struct ATTENTION(step) {
  size_t partition;
  int32_t run, runs;
  size_t first, last; // rows
  const int32_t *tiles;
  size_t end; // behind the last position that a row sees
} ATTENTION(step);

/// Completes a step of which partition, run and first row are set.
static void ATTENTION(find)(const ATTENTION(item) * at, ATTENTION(step) * step) {
  const kvk_attention_run *runs = at->job->runs + at->group->run, *run = &runs[step->run];
  step->tiles = at->job->tiles + run->tiles;
  step->end = step->partition * KVK_PARTITION + ATTENTION(extent)(run, step->partition);
  step->last = step->first;
  for (step->runs = 0; step->run + step->runs < at->group->runs; step->runs++) {
    const kvk_attention_run *other = run + step->runs;
    if (!ATTENTION(agree)(at->job, run, other, step->partition))
      break;
    step->last += (size_t)other->rows;
  }
}

static void ATTENTION(attend)(const kvk_attention_item *piece) {
  const kvk_attention *job = piece->job;
  const kvk_attention_group *group = &job->groups[piece->task->group];
  const kvk_attention_run *runs = job->runs + group->run;
  ATTENTION(item)
  at = {.job = job,
        .group = group,
        .kv_head = piece->kv_head,
        .dimension = job->cache.head_dimension,
        .padded = kvk_round_up(job->cache.head_dimension, ATTENTION_DIMENSION_STEP),
        .heads = job->heads / job->cache.heads,
        .merges = group->tasks == 1,
        .tile = {-1, -1, -1, -1}};
  size_t rows = (size_t)group->rows, queries = rows * at.heads, padded = at.padded;
  kvk_scratch scratch = {piece->scratch};
  at.row = kvk_take(&scratch, rows * sizeof *at.row);
  at.position = kvk_take(&scratch, rows * sizeof *at.position);
  at.record = kvk_take(&scratch, rows * sizeof *at.record);
  at.query = kvk_take(&scratch, queries * padded * sizeof *at.query);
  at.output = kvk_take(&scratch, queries * padded * sizeof *at.output);
  at.maximum = kvk_take(&scratch, queries * sizeof *at.maximum);
  at.sum = kvk_take(&scratch, queries * sizeof *at.sum);
  at.keys = kvk_take(&scratch, KVK_PARTITION * padded * sizeof *at.keys);
  at.values = kvk_take(&scratch, KVK_PARTITION * padded * sizeof *at.values);
  at.scores = kvk_take(&scratch, ATTENTION_BATCH * KVK_PARTITION * sizeof *at.scores);
  at.weights = kvk_take(&scratch, ATTENTION_BATCH * KVK_PARTITION * sizeof *at.weights);
  at.partial = kvk_take(&scratch, ATTENTION_BATCH * padded * sizeof *at.partial);

  size_t row = 0, first_head = piece->kv_head * at.heads;
  for (int32_t r = 0; r < group->runs; r++) {
    size_t partitions = (size_t)(runs[r].position + runs[r].rows - 1) / KVK_PARTITION + 1;
    for (int32_t i = 0; i < runs[r].rows; i++, row++) {
      at.row[row] = runs[r].row + i;
      at.position[row] = runs[r].position + i;
      at.record[row] = runs[r].record + (int64_t)((size_t)i * partitions * job->heads + first_head);
      for (size_t head = 0; head < at.heads; head++)
        ATTENTION(take_query)
      (job->q + (size_t)at.row[row] * job->q_stride + (first_head + head) * at.dimension,
       job->scale, at.dimension, padded, at.query + (row * at.heads + head) * padded);
    }
  }
  if (at.merges) {
    memset(at.output, 0, queries * padded * sizeof *at.output);
    for (size_t m = 0; m < queries; m++) {
      at.maximum[m] = -__builtin_inff();
      at.sum[m] = 0;
    }
  }

  ATTENTION(begin)();
  // A step is a partition and neighbouring runs that agree in it.
  ATTENTION(step) step = {.partition = (size_t)piece->task->partition};
  size_t end = step.partition + (size_t)piece->task->partitions;
  ATTENTION(find)(&at, &step);
  ATTENTION(list)(&at, step.tiles, step.partition, step.end, &at.now);
  while (step.partition < end) {
    ATTENTION(step) next = step;
    next.first = step.last;
    next.run = step.run + step.runs;
    if (next.run == group->runs)
      next = (ATTENTION(step)){.partition = step.partition + 1};
    for (size_t i = 0; i < at.now.count; i++) { // as it will be when `next` begins
      at.tile[at.now.piece[i].place] = at.now.piece[i].tile;
      at.count[at.now.piece[i].place] = at.now.piece[i].count;
    }
    at.next.count = at.next.turn = 0;
    if (next.partition < end) {
      ATTENTION(find)(&at, &next);
      ATTENTION(list)(&at, next.tiles, next.partition, next.end, &at.next);
    } else if (piece->next_task) {
      ATTENTION(item)
      other = {.job = job,
               .group = &job->groups[piece->next_task->group],
               .kv_head = piece->next_kv_head,
               .tile = {-1, -1, -1, -1}};
      ATTENTION(step) first_step = {.partition = (size_t)piece->next_task->partition};
      ATTENTION(find)(&other, &first_step);
      ATTENTION(list)(&other, first_step.tiles, first_step.partition, first_step.end, &at.next);
    }
    ATTENTION(rows)(&at, step.first, step.last, step.tiles, step.partition);
    at.now = at.next;
    step = next;
  }
  ATTENTION(end)();

  if (!at.merges)
    return;
  for (size_t m = 0; m < queries; m++)
    ATTENTION(finish)
  (at.output + m * padded, at.sum[m], at.dimension,
   job->out + (size_t)at.row[m / at.heads] * job->out_stride +
       (first_head + m % at.heads) * at.dimension);
}

static void ATTENTION(merge)(const kvk_attention *job, const kvk_attention_group *group,
                             size_t kv_head) {
  size_t dimension = job->cache.head_dimension, heads = job->heads / job->cache.heads;
  size_t padded = kvk_round_up(dimension, ATTENTION_DIMENSION_STEP);
  size_t record = kvk_attention_record(dimension);
  for (int32_t r = 0; r < group->runs; r++) {
    const kvk_attention_run *run = &job->runs[group->run + r];
    size_t most = (size_t)(run->position + run->rows - 1) / KVK_PARTITION + 1;
    for (size_t row = 0; row < (size_t)run->rows; row++) {
      size_t partitions = ((size_t)run->position + row) / KVK_PARTITION + 1;
      for (size_t head = kv_head * heads; head < (kv_head + 1) * heads; head++) {
        float *state =
            job->records + ((size_t)run->record + row * most * job->heads + head) * record;
        const float *next = state;
        // The first partition's result becomes the state, with the very bits that merging it into
        // an empty state gives: the factors are 0 and 1.
        for (size_t p = 1; p < partitions; p++) {
          next += job->heads * record;
          ATTENTION(merge_partition)
          (state, &state[padded], &state[padded + 1], next, next[padded], next[padded + 1], padded);
        }
        ATTENTION(finish)
        (state, state[padded + 1], dimension,
         job->out + ((size_t)run->row + row) * job->out_stride + head * dimension);
      }
    }
  }
}

#undef ATTENTION
#undef ATTENTION_ELEMENT
#undef ATTENTION_ROWS
#undef ATTENTION_BATCH
#undef ATTENTION_DIMENSION_STEP
