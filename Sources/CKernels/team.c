// A team of threads that share out small pieces of work.
//
// One word says everything about the current job:
//
//   | epoch: counts jobs | open | helpers inside |
//
// A helper enters an open job it has not seen by adding itself with compare-and-swap. The caller
// works too; when no pieces are left it closes the job, after which nobody can enter, and waits
// only for the helpers inside. A helper that is slow to wake up therefore costs nothing. A helper
// without work spins for some microseconds, then sleeps.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "kernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { MAX_THREADS = 1024, SPINS_BEFORE_SLEEP = 2000, SPINS_BEFORE_YIELD = 2000 };

#define INSIDE UINT64_C(0xffff)
#define OPEN UINT64_C(0x10000)
#define EPOCH UINT64_C(0x20000)

typedef struct helper {
  kvk_team *team;
  int worker;
  pthread_t thread;
} helper;

struct kvk_team {
  _Alignas(KVK_ALIGNMENT) _Atomic uint64_t state;
  _Alignas(KVK_ALIGNMENT) atomic_size_t next;
  // The job; written while it is closed and nobody is inside.
  _Alignas(KVK_ALIGNMENT) kvk_work work;
  void *context;
  size_t count, grain;

  atomic_int sleeping;
  atomic_bool stop;
  pthread_mutex_t sleep_lock;
  pthread_cond_t wake;
  pthread_mutex_t callers;
  int threads;
  helper *helpers; // threads - 1
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

static void take_pieces(kvk_team *team, int worker) {
  for (;;) {
    size_t first = atomic_fetch_add_explicit(&team->next, team->grain, memory_order_relaxed);
    if (first >= team->count)
      return;
    size_t end = team->count - first < team->grain ? team->count : first + team->grain;
    for (size_t item = first; item < end; item++)
      team->work(team->context, item, worker);
  }
}

static inline bool is_new(uint64_t state, uint64_t seen) {
  return (state & OPEN) && state / EPOCH != seen;
}

/// Enters the current job if it is open and its epoch is not `*seen`.
static bool enter(kvk_team *team, uint64_t *seen) {
  uint64_t state = atomic_load_explicit(&team->state, memory_order_relaxed);
  while (is_new(state, *seen)) {
    if (atomic_compare_exchange_weak_explicit(&team->state, &state, state + 1, memory_order_acquire,
                                              memory_order_relaxed)) {
      *seen = state / EPOCH;
      return true;
    }
  }
  return false;
}

static void sleep_until_work(kvk_team *team, uint64_t seen) {
  pthread_mutex_lock(&team->sleep_lock);
  // Sequentially consistent, as is the caller's pair (open the job, then look for sleepers): one of
  // both sees the other.
  atomic_fetch_add(&team->sleeping, 1);
  while (!atomic_load(&team->stop) && !is_new(atomic_load(&team->state), seen))
    pthread_cond_wait(&team->wake, &team->sleep_lock);
  atomic_fetch_sub(&team->sleeping, 1);
  pthread_mutex_unlock(&team->sleep_lock);
}

static void *help(void *argument) {
  helper *self = argument;
  kvk_team *team = self->team;
  uint64_t seen = 0;
  int spins = 0;
  while (!atomic_load_explicit(&team->stop, memory_order_relaxed)) {
    if (enter(team, &seen)) {
      take_pieces(team, self->worker);
      atomic_fetch_sub_explicit(&team->state, 1, memory_order_release);
      spins = 0;
    } else if (++spins < SPINS_BEFORE_SLEEP) {
      pause_briefly();
    } else {
      sleep_until_work(team, seen);
      spins = 0;
    }
  }
  return NULL;
}

static void wake_helpers(kvk_team *team, size_t wanted) {
  if (atomic_load(&team->sleeping) == 0)
    return;
  pthread_mutex_lock(&team->sleep_lock);
  if (wanted >= (size_t)team->threads - 1)
    pthread_cond_broadcast(&team->wake);
  else
    for (size_t i = 0; i < wanted; i++)
      pthread_cond_signal(&team->wake);
  pthread_mutex_unlock(&team->sleep_lock);
}

void kvk_team_run(kvk_team *team, size_t count, size_t grain, kvk_work work, void *context) {
  if (grain == 0)
    grain = 1;
  if (team->threads == 1 || count <= grain) {
    for (size_t item = 0; item < count; item++)
      work(context, item, 0);
    return;
  }
  pthread_mutex_lock(&team->callers);
  team->work = work;
  team->context = context;
  team->count = count;
  team->grain = grain;
  atomic_store_explicit(&team->next, 0, memory_order_relaxed);
  uint64_t closed = atomic_load_explicit(&team->state, memory_order_relaxed);
  atomic_store(&team->state, (closed + EPOCH) | OPEN);
  wake_helpers(team, (count - 1) / grain);

  take_pieces(team, 0);

  atomic_fetch_and(&team->state, ~OPEN);
  for (int spins = 0; atomic_load_explicit(&team->state, memory_order_acquire) & INSIDE; spins++) {
    if (spins < SPINS_BEFORE_YIELD)
      pause_briefly();
    else
      sched_yield();
  }
  pthread_mutex_unlock(&team->callers);
}

kvk_team *kvk_team_create(int threads) {
  if (threads < 1)
    threads = 1;
  if (threads > MAX_THREADS)
    threads = MAX_THREADS;
  kvk_team *team = kvk_allocate(sizeof *team);
  if (!team)
    return NULL;
  team->helpers = calloc((size_t)threads, sizeof *team->helpers);
  if (!team->helpers) {
    kvk_free(team, sizeof *team);
    return NULL;
  }
  atomic_init(&team->state, 0);
  atomic_init(&team->next, 0);
  atomic_init(&team->sleeping, 0);
  atomic_init(&team->stop, false);
  pthread_mutex_init(&team->sleep_lock, NULL);
  pthread_mutex_init(&team->callers, NULL);
  pthread_cond_init(&team->wake, NULL);
  int started = 0;
  for (; started < threads - 1; started++) {
    helper *one = &team->helpers[started];
    one->team = team;
    one->worker = started + 1;
    if (pthread_create(&one->thread, NULL, help, one) != 0)
      break;
  }
  team->threads = started + 1;
  return team;
}

void kvk_team_destroy(kvk_team *team) {
  if (!team)
    return;
  pthread_mutex_lock(&team->sleep_lock);
  atomic_store(&team->stop, true);
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->sleep_lock);
  for (int i = 0; i < team->threads - 1; i++)
    pthread_join(team->helpers[i].thread, NULL);
  pthread_cond_destroy(&team->wake);
  pthread_mutex_destroy(&team->sleep_lock);
  pthread_mutex_destroy(&team->callers);
  free(team->helpers);
  kvk_free(team, sizeof *team);
}

int kvk_team_threads(const kvk_team *team) { return team->threads; }
