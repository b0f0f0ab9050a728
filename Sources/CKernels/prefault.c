// Memory taken from the system before it is needed.
//
// A page that is written for the first time is found, zeroed and, in a virtual machine, often found
// again by the host: up to 20 ms for a huge page. A thread that gives way to all others takes them
// ahead.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "kernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#if defined(__APPLE__)
#include <pthread/qos.h>
#endif

enum { PAGE = 4096, PIECE = 2 << 20 };

struct kvk_prefault {
  pthread_t thread;
  atomic_bool stop, done;
  void *memory;
  size_t stride, count;
};

static void give_way(void) {
#if defined(__linux__)
  setpriority(PRIO_PROCESS, 0, 19); // Of this thread alone.
#elif defined(__APPLE__)
  pthread_set_qos_class_self_np(QOS_CLASS_BACKGROUND, 0);
#endif
}

/// Whether so much memory is free that nobody misses what is taken ahead.
static bool is_plenty(void) {
  long long all = 0, available = 0;
  FILE *file = fopen("/proc/meminfo", "r");
  if (!file)
    return true;
  int found =
      fscanf(file, "MemTotal: %lld kB MemFree: %*d kB MemAvailable: %lld", &all, &available);
  fclose(file);
  return found < 2 || available > all / 8;
}

/// Takes the pages from one address up to another. Returns whether it may go on.
static bool take(kvk_prefault *self, uintptr_t from, uintptr_t end) {
  for (uintptr_t page = from / PAGE * PAGE; page < end; page += PAGE) {
    if (atomic_load_explicit(&self->stop, memory_order_relaxed))
      return false;
    // Writes where nobody has written, and changes nothing, whoever writes there at the same time.
    // (An or with 0 would be compiled to a load.)
    uintptr_t first = (uintptr_t)self->memory;
    atomic_uchar *place = (atomic_uchar *)(page < first ? first : page);
    unsigned char untouched = 0;
    atomic_compare_exchange_strong_explicit(place, &untouched, 0, memory_order_relaxed,
                                            memory_order_relaxed);
  }
  return is_plenty();
}

static void take_pages(kvk_prefault *self) {
  for (size_t from = 0; from < self->stride; from += PIECE) {
    size_t end = from + PIECE < self->stride ? from + PIECE : self->stride;
    for (size_t region = 0; region < self->count; region++) {
      uintptr_t start = (uintptr_t)self->memory + region * self->stride;
      if (!take(self, start + from, start + end))
        return;
    }
  }
}

static void *take_pages_aside(void *self) {
  give_way();
  take_pages(self);
  atomic_store(&((kvk_prefault *)self)->done, true);
  return NULL;
}

kvk_prefault *kvk_prefault_start(void *memory, size_t stride, size_t count) {
  kvk_prefault *self = malloc(sizeof *self);
  if (!self)
    return NULL;
  atomic_init(&self->stop, false);
  atomic_init(&self->done, false);
  self->memory = memory;
  self->stride = stride;
  self->count = count;
  if (pthread_create(&self->thread, NULL, take_pages_aside, self) != 0) {
    free(self);
    return NULL;
  }
  return self;
}

bool kvk_prefault_is_done(const kvk_prefault *self) { return atomic_load(&self->done); }

void kvk_prefault_stop(kvk_prefault *self) {
  if (!self)
    return;
  atomic_store(&self->stop, true);
  pthread_join(self->thread, NULL);
  free(self);
}
