// A team of threads that share out small pieces of work.
//
// One word says everything about the current job:
//
//   | epoch: counts jobs | open | helpers inside |
//
// A helper enters an open job it has not seen by adding itself with compare-and-swap. The caller
// works too; when no pieces are left it closes the job, after which nobody can enter, and waits
// only for the helpers inside. A helper that is slow to wake up therefore costs nothing.
//
// Whoever waits spins for some microseconds and then sleeps. Helpers sleep on the word itself. That
// the caller sleeps matters where another process takes a core away: a helper that was put aside in
// the middle of a piece goes on at once on the core that the caller leaves.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "kernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <os/os_sync_wait_on_address.h>
#endif

enum { MAX_THREADS = 1024, SPIN_MICROSECONDS = 50, PAUSES_BETWEEN_CLOCKS = 32 };

#define INSIDE UINT32_C(0x3ff)
#define OPEN UINT32_C(0x400)
#define EPOCH UINT32_C(0x800)

typedef struct helper {
  kvk_team *team;
  int worker;
  pthread_t thread;
} helper;

struct kvk_team {
  _Alignas(KVK_ALIGNMENT) _Atomic uint32_t state;
  _Atomic uint32_t caller_sleeps; // 1 while it waits for the helpers inside
  _Atomic uint32_t sleeping;      // helpers
  atomic_bool stop;
  _Alignas(KVK_ALIGNMENT) atomic_size_t next;
  // The job; written while it is closed and nobody is inside.
  _Alignas(KVK_ALIGNMENT) kvk_work work;
  void *context;
  size_t count, grain;

  pthread_mutex_t callers;
  int threads;
  helper *helpers; // threads - 1
};

/// Sleeps if `*word` is `value`, until somebody wakes it; now and then for no reason.
static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#elif defined(__APPLE__)
  os_sync_wait_on_address(word, value, sizeof *word, OS_SYNC_WAIT_ON_ADDRESS_NONE);
#else
  if (atomic_load(word) == value)
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
#endif
}

/// Wakes up to `count` of those that sleep on `*word`.
static void wake(_Atomic uint32_t *word, int count) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
#elif defined(__APPLE__)
  // Reports that nobody sleeps by failing.
  for (int i = 0; i < count; i++)
    if (os_sync_wake_by_address_any(word, sizeof *word, OS_SYNC_WAKE_BY_ADDRESS_NONE) != 0)
      break;
#else
  (void)word, (void)count;
#endif
}

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

/// How long somebody has been spinning. How long a pause takes differs between processors tenfold,
/// so it goes by the clock.
typedef struct spin {
  unsigned pauses;
  int64_t end;
} spin;

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// Pauses; false when it is time to sleep instead.
static bool keeps_spinning(spin *spin) {
  pause_briefly();
  if (++spin->pauses % PAUSES_BETWEEN_CLOCKS != 0)
    return true;
  int64_t now = nanoseconds();
  if (spin->pauses == PAUSES_BETWEEN_CLOCKS)
    spin->end = now + SPIN_MICROSECONDS * 1000;
  return now < spin->end;
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

/// The epoch comes round after two million jobs; a helper that slept all the while misses one.
static inline bool is_new(uint32_t state, uint32_t seen) {
  return (state & OPEN) && state / EPOCH != seen;
}

/// Enters the current job if it is open and its epoch is not `*seen`.
static bool enter(kvk_team *team, uint32_t *seen) {
  uint32_t state = atomic_load_explicit(&team->state, memory_order_relaxed);
  while (is_new(state, *seen)) {
    if (atomic_compare_exchange_weak_explicit(&team->state, &state, state + 1, memory_order_acquire,
                                              memory_order_relaxed)) {
      *seen = state / EPOCH;
      return true;
    }
  }
  return false;
}

/// Leaves the job it is in.
static void leave(kvk_team *team) {
  // Sequentially consistent, as is what the caller does before it sleeps: one of both sees the
  // other.
  uint32_t state = atomic_fetch_sub(&team->state, 1) - 1;
  if (!(state & (OPEN | INSIDE)) && atomic_load(&team->caller_sleeps) &&
      atomic_exchange(&team->caller_sleeps, 0))
    wake(&team->caller_sleeps, 1);
}

static void sleep_until_work(kvk_team *team, uint32_t seen) {
  // Likewise: the caller opens the job, then looks for sleepers.
  atomic_fetch_add(&team->sleeping, 1);
  for (;;) {
    uint32_t state = atomic_load(&team->state);
    if (atomic_load(&team->stop) || is_new(state, seen))
      break;
    sleep_while(&team->state, state);
  }
  atomic_fetch_sub(&team->sleeping, 1);
}

static void *help(void *argument) {
  helper *self = argument;
  kvk_team *team = self->team;
  uint32_t seen = 0;
  spin idle = {0};
  while (!atomic_load_explicit(&team->stop, memory_order_relaxed)) {
    if (enter(team, &seen)) {
      take_pieces(team, self->worker);
      leave(team);
      idle = (spin){0};
    } else if (!keeps_spinning(&idle)) {
      sleep_until_work(team, seen);
      idle = (spin){0};
    }
  }
  return NULL;
}

static void wait_for_helpers(kvk_team *team) {
  spin waiting = {0};
  while (atomic_load_explicit(&team->state, memory_order_acquire) & INSIDE) {
    if (keeps_spinning(&waiting))
      continue;
    atomic_store(&team->caller_sleeps, 1);
    if (atomic_load(&team->state) & INSIDE)
      sleep_while(&team->caller_sleeps, 1);
    atomic_store(&team->caller_sleeps, 0);
  }
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
  uint32_t closed = atomic_load_explicit(&team->state, memory_order_relaxed);
  atomic_store(&team->state, (closed + EPOCH) | OPEN);
  if (atomic_load(&team->sleeping) > 0) {
    size_t others = (count - 1) / grain;
    wake(&team->state, others < INSIDE ? (int)others : (int)INSIDE);
  }

  take_pieces(team, 0);

  atomic_fetch_and(&team->state, ~OPEN);
  wait_for_helpers(team);
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
  atomic_init(&team->caller_sleeps, 0);
  atomic_init(&team->sleeping, 0);
  atomic_init(&team->stop, false);
  atomic_init(&team->next, 0);
  pthread_mutex_init(&team->callers, NULL);
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
  atomic_store(&team->stop, true);
  // A new word, so that no helper falls asleep on the old one.
  atomic_fetch_add(&team->state, EPOCH);
  wake(&team->state, MAX_THREADS);
  for (int i = 0; i < team->threads - 1; i++)
    pthread_join(team->helpers[i].thread, NULL);
  pthread_mutex_destroy(&team->callers);
  free(team->helpers);
  kvk_free(team, sizeof *team);
}

int kvk_team_threads(const kvk_team *team) { return team->threads; }
