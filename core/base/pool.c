/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread pool: persistent workers, the caller is worker 0. Each begins with a range of
 * neighbouring pieces of its own, the same in every call of as many pieces, so that what one phase
 * leaves in a core's cache the next finds there; whoever is through takes from the end of others'
 * ranges. A range carries the number of its call. A call is over when its pieces are done, whoever
 * did them: a worker that wakes late finds nothing and is not waited for. Everybody spins a few
 * microseconds, then lets others go first while spinning on, then sleeps: long spinning starves
 * whatever else runs on a desktop, and who gives way between pieces is not stopped within one, for
 * which all would wait. Meanwhile there may be something to do that can wait, piece by piece: a
 * call that begins goes on without those who are at such a piece until they are through. pthreads
 * and C11 atomics only, which ThreadSanitizer understands. */
#include "thaw-base.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#define SPIN_NS 20000 /* by time: one pause takes from 20 to 140 cycles */
#define ALONE_NS 5000 /* of these without giving way */

#define MOST_UNITS 65535

/* call << 32 | first << 16 | end: units that nobody has taken. */
typedef struct {
  _Alignas(64) atomic_uint_fast64_t word;
} Range;

struct _ThawPool {
  int threads;
  Range *ranges;      /* [threads] */
  pthread_t *workers; /* threads - 1 */
  pthread_mutex_t mutex;
  pthread_cond_t work_ready, work_done;

  /* Written only while no unit is left to take, so whoever takes one has read its own call's. */
  _Atomic (ThawPieceFunc) work;
  _Atomic (void *) user;
  atomic_int pieces, unit;       /* unit: pieces that are taken together */
  _Alignas(64) atomic_uint call; /* its number                           */
  _Alignas(64) atomic_int done;  /* pieces of this call that are finished */
  atomic_bool caller_sleeps;
  _Alignas(64) atomic_int sleepers; /* workers */
  atomic_bool quit;

  /* What can wait, counted since the pool was made: pieces taken..added - 1 are to be had. The
   * rest is written by the caller alone, all but `until` while every piece is done. */
  _Alignas(64) atomic_uint_fast64_t taken;
  _Alignas(64) atomic_uint_fast64_t added;
  ThawPieceFunc later;
  void *later_user;
  uint64_t base;  /* of their numbers */
  uint64_t until; /* to be taken now  */
  _Alignas(64) atomic_uint_fast64_t finished;
};

typedef struct {
  ThawPool *pool;
  int number;
} Worker;

int
thaw_cores (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0 && CPU_COUNT (&set) > 0)
    return CPU_COUNT (&set);
  return (int) g_get_num_processors ();
}

#if defined(__x86_64__)
#define FLUSH_DENORMALS 0x8040u /* FTZ and DAZ */
static unsigned int
denormals_off (void)
{
  unsigned int old = _mm_getcsr ();
  _mm_setcsr (old | FLUSH_DENORMALS);
  return old;
}
static void
denormals_restore (unsigned int old)
{
  _mm_setcsr (old);
}
static void
relax (void)
{
  _mm_pause ();
}
#elif defined(__aarch64__)
static uint64_t
denormals_off (void)
{
  uint64_t old;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  __asm__ volatile("msr fpcr, %0" ::"r"(old | (UINT64_C (1) << 24)));
  return old;
}
static void
denormals_restore (uint64_t old)
{
  __asm__ volatile("msr fpcr, %0" ::"r"(old));
}
static void
relax (void)
{
  __asm__ volatile("yield");
}
#else
static int
denormals_off (void)
{
  return 0;
}
static void
denormals_restore (int old)
{
}
static void
relax (void)
{
}
#endif

static int64_t
now_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t
range_word (uint32_t call, uint32_t first, uint32_t end)
{
  return (uint64_t) call << 32 | (uint64_t) first << 16 | end;
}

/* Runs units of call `call` out of a range, from its begin or from its end; returns the number of
 * pieces. */
static int
run_range (ThawPool *pool, Range *range, uint32_t call, bool from_end, int worker)
{
  uint64_t word = atomic_load_explicit (&range->word, memory_order_acquire);
  int count = 0;

  for (;;) {
    uint32_t first = (uint32_t) (word >> 16) & 0xffff, end = (uint32_t) word & 0xffff;
    uint32_t taken = from_end ? end - 1 : first;
    ThawPieceFunc work = atomic_load_explicit (&pool->work, memory_order_relaxed);
    void *user = atomic_load_explicit (&pool->user, memory_order_relaxed);
    int pieces = atomic_load_explicit (&pool->pieces, memory_order_relaxed);
    int unit = atomic_load_explicit (&pool->unit, memory_order_relaxed);
    if ((uint32_t) (word >> 32) != call || first >= end)
      return count;
    if (!atomic_compare_exchange_weak_explicit (
            &range->word, &word, range_word (call, first + !from_end, end - from_end),
            memory_order_acquire, memory_order_acquire))
      continue;
    for (int i = (int) taken * unit; i < MIN (((int) taken + 1) * unit, pieces); i++, count++)
      work (user, i, worker);
    word = atomic_load_explicit (&range->word, memory_order_acquire);
  }
}

/* One's own range, then the others'. */
static int
run_pieces (ThawPool *pool, uint32_t call, int worker)
{
  int count = run_range (pool, &pool->ranges[worker], call, false, worker);

  for (int i = 1; i < pool->threads; i++)
    count += run_range (pool, &pool->ranges[(worker + i) % pool->threads], call, true, worker);
  return count;
}

/* Runs a piece of what can wait, if there is one. */
static bool
run_later (ThawPool *pool, int worker)
{
  uint64_t piece = atomic_load_explicit (&pool->taken, memory_order_relaxed);

  do {
    if (piece >= atomic_load_explicit (&pool->added, memory_order_acquire))
      return false;
  } while (!atomic_compare_exchange_weak_explicit (&pool->taken, &piece, piece + 1,
                                                   memory_order_relaxed, memory_order_relaxed));
  pool->later (pool->later_user, (int) (piece - pool->base), worker);
  atomic_fetch_add_explicit (&pool->finished, 1, memory_order_release);
  return true;
}

static bool
go_on_spinning (int64_t begin)
{
  int64_t spent = now_ns () - begin;

  if (spent > ALONE_NS)
    sched_yield ();
  return spent < SPIN_NS;
}

/* Returns the number of a call that is not `seen`: spins first, then sleeps. */
static uint32_t
wait_for_work (ThawPool *pool, uint32_t seen, int worker)
{
  int64_t begin = now_ns ();
  uint32_t call;

  do {
    for (int i = 0; i < 32; i++) {
      call = atomic_load_explicit (&pool->call, memory_order_acquire);
      if (call != seen)
        return call;
      if (run_later (pool, worker))
        begin = now_ns ();
      else
        relax ();
    }
  } while (go_on_spinning (begin));

  pthread_mutex_lock (&pool->mutex);
  atomic_fetch_add (&pool->sleepers, 1); /* before looking once more: see announce () */
  while ((call = atomic_load (&pool->call)) == seen)
    pthread_cond_wait (&pool->work_ready, &pool->mutex);
  atomic_fetch_sub (&pool->sleepers, 1);
  pthread_mutex_unlock (&pool->mutex);
  return call;
}

/* What a worker finished; the last piece ends the caller's wait. */
static void
report (ThawPool *pool, int count)
{
  int pieces = atomic_load_explicit (&pool->pieces, memory_order_relaxed);

  if (count == 0 || atomic_fetch_add (&pool->done, count) + count < pieces)
    return;
  if (!atomic_load (&pool->caller_sleeps))
    return;
  pthread_mutex_lock (&pool->mutex);
  pthread_cond_signal (&pool->work_done);
  pthread_mutex_unlock (&pool->mutex);
}

static void *
worker_main (void *data)
{
  Worker *self = data;
  ThawPool *pool = self->pool;
  int number = self->number;
  uint32_t seen = 0;

  g_free (self);
  denormals_off ();
  for (;;) {
    seen = wait_for_work (pool, seen, number);
    if (atomic_load_explicit (&pool->quit, memory_order_relaxed))
      return NULL;
    report (pool, run_pieces (pool, seen, number));
  }
}

/* Begins the next call. Either a worker that goes to sleep sees it, or it is seen sleeping here. */
static void
announce (ThawPool *pool, uint32_t call)
{
  atomic_store (&pool->call, call);
  if (atomic_load (&pool->sleepers) > 0) {
    pthread_mutex_lock (&pool->mutex);
    pthread_cond_broadcast (&pool->work_ready);
    pthread_mutex_unlock (&pool->mutex);
  }
}

static void
cut_ranges (ThawPool *pool, uint32_t call, int units)
{
  for (int i = 0; i < pool->threads; i++) {
    uint32_t first = (uint32_t) ((int64_t) units * i / pool->threads);
    uint32_t end = (uint32_t) ((int64_t) units * (i + 1) / pool->threads);
    atomic_store_explicit (&pool->ranges[i].word, range_word (call, first, end),
                           memory_order_release);
  }
}

static void
wait_until_done (ThawPool *pool, int pieces)
{
  int64_t begin;

  if (atomic_load_explicit (&pool->done, memory_order_acquire) == pieces)
    return;
  begin = now_ns ();
  do {
    for (int i = 0; i < 32; i++) {
      if (atomic_load_explicit (&pool->done, memory_order_acquire) == pieces)
        return;
      if (run_later (pool, 0))
        begin = now_ns ();
      else
        relax ();
    }
  } while (go_on_spinning (begin));

  pthread_mutex_lock (&pool->mutex);
  atomic_store (&pool->caller_sleeps, true);
  while (atomic_load (&pool->done) != pieces)
    pthread_cond_wait (&pool->work_done, &pool->mutex);
  atomic_store (&pool->caller_sleeps, false);
  pthread_mutex_unlock (&pool->mutex);
}

ThawPool *
thaw_pool_new (int threads)
{
  ThawPool *pool = thaw_aligned_new0 (sizeof *pool);

  g_assert (pool != NULL);
  pool->threads = threads > 0 ? threads : thaw_cores ();
  pthread_mutex_init (&pool->mutex, NULL);
  pthread_cond_init (&pool->work_ready, NULL);
  pthread_cond_init (&pool->work_done, NULL);
  pool->workers = g_new0 (pthread_t, pool->threads);
  pool->ranges = thaw_aligned_new0 ((size_t) pool->threads * sizeof *pool->ranges);
  g_assert (pool->ranges != NULL);
  for (int i = 0; i < pool->threads - 1; i++) {
    Worker *self = g_new (Worker, 1);
    *self = (Worker){pool, i + 1};
    if (pthread_create (&pool->workers[i], NULL, worker_main, self) != 0) {
      g_free (self);
      pool->threads = i + 1; /* go on with those that could be had */
      break;
    }
  }
  return pool;
}

void
thaw_pool_free (ThawPool *pool)
{
  if (pool == NULL)
    return;
  atomic_store_explicit (&pool->quit, true, memory_order_relaxed);
  announce (pool, atomic_load (&pool->call) + 1);
  for (int i = 0; i < pool->threads - 1; i++)
    pthread_join (pool->workers[i], NULL);
  pthread_cond_destroy (&pool->work_ready);
  pthread_cond_destroy (&pool->work_done);
  pthread_mutex_destroy (&pool->mutex);
  g_free (pool->workers);
  thaw_aligned_free (pool->ranges);
  thaw_aligned_free (pool);
}

int
thaw_pool_threads (const ThawPool *pool)
{
  return pool->threads;
}

void
thaw_pool_run (ThawPool *pool, int pieces, ThawPieceFunc work, void *user)
{
  __typeof__ (denormals_off ()) old = denormals_off ();

  if (pool->threads == 1 || pieces <= 1) {
    for (int piece = 0; piece < pieces; piece++)
      work (user, piece, 0);
  } else {
    uint32_t call = atomic_load_explicit (&pool->call, memory_order_relaxed) + 1;
    int unit = (pieces - 1) / MOST_UNITS + 1, count;

    atomic_store_explicit (&pool->work, work, memory_order_relaxed);
    atomic_store_explicit (&pool->user, user, memory_order_relaxed);
    atomic_store_explicit (&pool->pieces, pieces, memory_order_relaxed);
    atomic_store_explicit (&pool->done, 0, memory_order_relaxed);
    atomic_store_explicit (&pool->unit, unit, memory_order_relaxed);
    cut_ranges (pool, call, (pieces - 1) / unit + 1);
    announce (pool, call);
    count = run_pieces (pool, call, 0);
    atomic_fetch_add_explicit (&pool->done, count, memory_order_acq_rel);
    wait_until_done (pool, pieces);
  }
  denormals_restore (old);
}

/* --- What can wait ------------------------------------------------------------------------------
 */
static void
drain_piece (void *user, int piece, int worker)
{
  ThawPool *pool = user;

  while (atomic_load_explicit (&pool->taken, memory_order_relaxed) < pool->until &&
         run_later (pool, worker))
    continue;
}

static void
drain (ThawPool *pool, uint64_t rest)
{
  uint64_t taken = atomic_load_explicit (&pool->taken, memory_order_relaxed);
  uint64_t added = atomic_load_explicit (&pool->added, memory_order_relaxed);

  if (added - taken <= rest)
    return;
  pool->until = added - rest;
  thaw_pool_run (pool, pool->threads, drain_piece, pool);
}

void
thaw_pool_later (ThawPool *pool, int pieces, ThawPieceFunc work, void *user, int most)
{
  uint64_t added = atomic_load_explicit (&pool->added, memory_order_relaxed);

  if (pool->later == NULL) {
    pool->later = work;
    pool->later_user = user;
    pool->base = added;
  }
  g_assert (pool->later == work && pool->later_user == user);
  atomic_store_explicit (&pool->added, added + (uint64_t) pieces, memory_order_release);
  drain (pool, pool->threads > 1 ? (uint64_t) most : 0);
}

void
thaw_pool_finish (ThawPool *pool)
{
  int64_t begin = now_ns ();
  uint64_t added = atomic_load_explicit (&pool->added, memory_order_relaxed);

  drain (pool, 0);
  while (atomic_load_explicit (&pool->finished, memory_order_acquire) != added)
    go_on_spinning (begin);
  pool->later = NULL;
}
