// Checks every kernel that this processor can run against plain double-precision C, and that bytes
// do not depend on company: see check.sh.
//
//   check [ISA …]    fails when one of the named instruction sets is missing
#include "check.h"
#include <sys/mman.h>
#include <unistd.h>

static const char *const names[KVK_ISA_COUNT] = {
    [KVK_ISA_PORTABLE] = "portable",     [KVK_ISA_AVX2] = "avx2",
    [KVK_ISA_AVXVNNI] = "avxvnni",       [KVK_ISA_AVX512] = "avx512",
    [KVK_ISA_AVX512BF16] = "avx512bf16", [KVK_ISA_AMX] = "amx",
    [KVK_ISA_NEON] = "neon",             [KVK_ISA_NEONI8MM] = "neoni8mm",
};

void *guarded(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), used = (bytes + 63) / 64 * 64;
  size_t pages = (used + page - 1) / page * page;
  uint8_t *memory =
      mmap(NULL, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory + pages, page, PROT_NONE) != 0) {
    perror("mmap");
    exit(2);
  }
  return memory + pages - used;
}

float *random_floats(check *c, size_t count) {
  float *out = guarded(count * sizeof *out);
  for (size_t i = 0; i < count; i++)
    out[i] = next_float(c);
  return out;
}

double half_value(uint16_t bits) {
  int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double value = exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);
  return bits & 0x8000 ? -value : value;
}

static double rounded(double value, int mantissa, int lowest) {
  if (value == 0)
    return value;
  int exponent = ilogb(value) < lowest ? lowest : ilogb(value);
  return ldexp(nearbyint(ldexp(value, mantissa - exponent)), exponent - mantissa);
}

double rounded_half(double value) { return rounded(value, 10, -14); }
double rounded_bfloat(double value) { return rounded(value, 7, -126); }

int main(int count, char **arguments) {
  size_t failed = 0;
  for (int i = 1; i < count; i++) {
    bool found = false;
    for (int isa = 0; isa < KVK_ISA_COUNT; isa++)
      found |= strcmp(arguments[i], names[isa]) == 0 && kvk_kernels_for((kvk_isa)isa);
    if (!found && ++failed)
      printf("%s: not available\n", arguments[i]);
  }
  for (int isa = 0; isa < KVK_ISA_COUNT; isa++) {
    check c = {.kernels = kvk_kernels_for((kvk_isa)isa), .name = names[isa], .random = 1};
    if (!c.kernels)
      continue;
    check_products(&c);
    check_rows(&c);
    check_attention(&c);
    printf("%s: %zu checks, %zu failed\n", c.name, c.done, c.failed);
    failed += c.failed;
  }
  return failed != 0;
}
