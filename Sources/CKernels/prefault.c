// Memory taken from the system before it is needed.
//
// A page that is written for the first time is found, zeroed and, in a virtual machine, often found
// again by the host: up to 20 ms for a huge page. A thread that runs only when a core has nothing
// else to do takes them ahead.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "kernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <pthread/qos.h>
#endif

enum { PAGE = 4096, PIECE = 2 << 20 };

struct kvk_prefault {
  pthread_t thread;
  atomic_bool stop;
  atomic_uchar *memory;
  size_t stride, count;
};

static void run_when_idle(void) {
#if defined(__linux__)
  struct sched_param none = {0};
  pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
#elif defined(__APPLE__)
  pthread_set_qos_class_self_np(QOS_CLASS_BACKGROUND, 0);
#endif
}

/// Whether so much memory is free that nobody misses what is taken ahead.
static bool is_plenty(void) {
#if defined(_SC_AVPHYS_PAGES)
  return sysconf(_SC_AVPHYS_PAGES) > sysconf(_SC_PHYS_PAGES) / 8;
#else
  return true;
#endif
}

static void *take_pages(void *argument) {
  kvk_prefault *self = argument;
  run_when_idle();
  for (size_t from = 0; from < self->stride; from += PIECE) {
    size_t end = from + PIECE < self->stride ? from + PIECE : self->stride;
    for (size_t region = 0; region < self->count && is_plenty(); region++) {
      for (size_t place = from; place < end; place += PAGE) {
        if (atomic_load_explicit(&self->stop, memory_order_relaxed))
          return NULL;
        // Writes where nobody has written, and changes nothing, whoever writes there at the same
        // time. (An or with 0 would be compiled to a load.)
        unsigned char untouched = 0;
        atomic_compare_exchange_strong_explicit(&self->memory[region * self->stride + place],
                                                &untouched, 0, memory_order_relaxed,
                                                memory_order_relaxed);
      }
    }
  }
  return NULL;
}

kvk_prefault *kvk_prefault_start(void *memory, size_t stride, size_t count) {
  kvk_prefault *self = malloc(sizeof *self);
  if (!self)
    return NULL;
  atomic_init(&self->stop, false);
  self->memory = memory;
  self->stride = stride;
  self->count = count;
  if (pthread_create(&self->thread, NULL, take_pages, self) != 0) {
    free(self);
    return NULL;
  }
  return self;
}

void kvk_prefault_stop(kvk_prefault *self) {
  if (!self)
    return;
  atomic_store(&self->stop, true);
  pthread_join(self->thread, NULL);
  free(self);
}
