// Passes over a row of logits, sixteen at a time. Included once for each instruction set, with
// SAMPLING(name) giving the functions their names.

#pragma clang fp contract(off)

KVK_INLINE bool SAMPLING(any)(li mask) {
  int32_t all = 0;
  KVK_UNROLL
  for (int lane = 0; lane < LANES; lane++)
    all |= mask[lane];
  return all != 0;
}

/// exp(x) for x at most 0, as 2^n exp(r) with |r| at most half of ln 2 and ln 2 in two parts (Cody
/// and Waite, 1980); exp(r) by its series up to r^7.
KVK_INLINE lf SAMPLING(weight_of)(lf x) {
  const float shift = 0x1.8p23f; // adding it rounds to whole numbers, in the lowest bits
  li kept = ~(x < -87.0f);
  lf shifted = x * 0x1.715476p0f + shift;
  lf n = shifted - shift;
  lf r = (x - n * 0x1.62ep-1f) - n * 0x1.0bfbe8p-15f;
  lf p = r * (1.0f / 5040) + (1.0f / 720);
  p = p * r + (1.0f / 120);
  p = p * r + (1.0f / 24);
  p = p * r + (1.0f / 6);
  p = p * r + 0.5f;
  p = (p * (r * r) + r) + 1.0f;
  // 2^n, from the lowest bits of the shifted sum.
  lf power = (lf)(((li)shifted + 127) << 23);
  return (lf)((li)(p * power) & kept);
}

/// Buckets, -1 for what is no number.
KVK_INLINE li SAMPLING(buckets_of)(lf x, float maximum) {
  lf distance = (maximum - x) * 64.0f;
  const float last = KVK_LOGIT_BUCKETS - 1;
  li near = distance < last, number = x == x;
  // Far ones are made small first: they may not fit an integer.
  li bucket = __builtin_convertvector((lf)((li)distance & near), li);
  bucket = (bucket & near) | (~near & (KVK_LOGIT_BUCKETS - 1));
  return (bucket & number) | ~number;
}

static void SAMPLING(weights)(const float *logits, size_t count, float maximum, float temperature,
                              float *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    lf x;
    memcpy(&x, logits + i, sizeof x);
    x = SAMPLING(weight_of)((x - maximum) / temperature);
    memcpy(out + i, &x, sizeof x);
  }
  if (i < count) {
    lf x = {0};
    memcpy(&x, logits + i, (count - i) * sizeof *logits);
    x = SAMPLING(weight_of)((x - maximum) / temperature);
    memcpy(out + i, &x, (count - i) * sizeof *logits);
  }
}

static size_t SAMPLING(greatest)(const float *logits, size_t count) {
  // A first logit that is no number stays the best: nothing is greater.
  if (count == 0 || logits[0] != logits[0])
    return 0;
  float best = logits[0];
  lf most = best - (lf){0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    lf x;
    memcpy(&x, logits + i, sizeof x);
    li greater = x > most;
    most = (lf)(((li)x & greater) | ((li)most & ~greater));
  }
  for (size_t lane = 0; lane < LANES; lane++)
    if (most[lane] > best)
      best = most[lane];
  for (; i < count; i++)
    if (logits[i] > best)
      best = logits[i];
  for (i = 0; i + LANES <= count; i += LANES) {
    lf x;
    memcpy(&x, logits + i, sizeof x);
    if (SAMPLING(any)(x == best))
      break;
  }
  while (logits[i] != best)
    i++;
  return i;
}

static void SAMPLING(members)(const float *logits, size_t count, float maximum, size_t first,
                              size_t end, uint32_t *indices) {
  for (size_t i = 0; i < count; i += LANES) {
    size_t some = count - i < LANES ? count - i : LANES;
    lf x = {0};
    memcpy(&x, logits + i, some * sizeof *logits);
    li bucket = SAMPLING(buckets_of)(x, maximum);
    li matches = (bucket >= (int32_t)first) & (bucket < (int32_t)end);
    if (!SAMPLING(any)(matches))
      continue;
    for (size_t lane = 0; lane < some; lane++)
      if (matches[lane])
        *indices++ = (uint32_t)(i + lane);
  }
}

static void SAMPLING(numbers)(const float *logits, size_t count, float maximum, int32_t *buckets) {
  for (size_t i = 0; i < count; i += LANES) {
    size_t some = count - i < LANES ? count - i : LANES;
    lf x = {0};
    memcpy(&x, logits + i, some * sizeof *logits);
    li found = SAMPLING(buckets_of)(x, maximum);
    memcpy(buckets + i, &found, some * sizeof *buckets);
  }
}

#undef SAMPLING
