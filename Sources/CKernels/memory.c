// Large aligned memory.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "kernels.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// From this size on memory comes straight from the system: zeroed, untouched pages cost nothing.
static const size_t mapped_size = 1 << 20;

void *kvk_allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 2)
    return NULL;
  if (bytes < mapped_size) {
    void *memory = NULL;
    if (posix_memalign(&memory, KVK_ALIGNMENT, bytes ? bytes : 1) != 0)
      return NULL;
    return memset(memory, 0, bytes);
  }
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
#if defined(MADV_HUGEPAGE)
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void kvk_free(void *memory, size_t bytes) {
  if (!memory)
    return;
  if (bytes < mapped_size)
    free(memory);
  else
    munmap(memory, bytes);
}

void kvk_return_unused(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
