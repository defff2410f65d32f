/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread pool: persistent workers, the caller is worker 0. What is left to do is one word, the
 * number of the call and how many of its pieces nobody has taken; a piece is taken by counting the
 * word down. A call is over when its pieces are done, whoever did them: a worker that wakes late
 * finds nothing and is not waited for. Everybody spins a few microseconds, then sleeps: long
 * spinning starves whatever else runs on a desktop. pthreads and C11 atomics only, which
 * ThreadSanitizer understands. */
#include "thaw-base.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#define SPIN_NS 20000 /* by time: one pause takes from 20 to 140 cycles */

struct _ThawPool {
  int threads;
  pthread_t *workers; /* threads - 1 */
  pthread_mutex_t mutex;
  pthread_cond_t work_ready, work_done;

  /* Written only while no piece is left to take, so whoever takes one has read its own call's. */
  _Atomic (ThawPieceFunc) work;
  _Atomic (void *) user;
  atomic_int pieces;
  _Alignas(64) atomic_uint_fast64_t left; /* call << 32 | pieces that nobody has taken */
  _Alignas(64) atomic_int done;           /* pieces of this call that are finished    */
  atomic_bool caller_sleeps;
  _Alignas(64) atomic_int sleepers; /* workers */
  atomic_bool quit;
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

static uint32_t
call_of (uint64_t left)
{
  return (uint32_t) (left >> 32);
}

/* Runs pieces of call `call` until none is left; returns how many. */
static int
run_pieces (ThawPool *pool, uint32_t call, int worker)
{
  uint64_t left = atomic_load_explicit (&pool->left, memory_order_acquire);
  int count = 0;

  while (call_of (left) == call && (uint32_t) left > 0) {
    ThawPieceFunc work = atomic_load_explicit (&pool->work, memory_order_relaxed);
    void *user = atomic_load_explicit (&pool->user, memory_order_relaxed);
    int pieces = atomic_load_explicit (&pool->pieces, memory_order_relaxed);
    if (!atomic_compare_exchange_weak_explicit (&pool->left, &left, left - 1, memory_order_acquire,
                                                memory_order_acquire))
      continue;
    work (user, pieces - (int) (uint32_t) left, worker);
    count++;
    left = atomic_load_explicit (&pool->left, memory_order_acquire);
  }
  return count;
}

/* Returns the number of a call that is not `seen`: spins first, then sleeps. */
static uint32_t
wait_for_work (ThawPool *pool, uint32_t seen)
{
  int64_t until = now_ns () + SPIN_NS;
  uint32_t call;

  do {
    for (int i = 0; i < 32; i++) {
      call = call_of (atomic_load_explicit (&pool->left, memory_order_acquire));
      if (call != seen)
        return call;
      relax ();
    }
  } while (now_ns () < until);

  pthread_mutex_lock (&pool->mutex);
  atomic_fetch_add (&pool->sleepers, 1); /* before looking once more: see announce () */
  while ((call = call_of (atomic_load (&pool->left))) == seen)
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
    seen = wait_for_work (pool, seen);
    if (atomic_load_explicit (&pool->quit, memory_order_relaxed))
      return NULL;
    report (pool, run_pieces (pool, seen, number));
  }
}

/* Begins the next call. Either a worker that goes to sleep sees it, or it is seen sleeping here. */
static uint32_t
announce (ThawPool *pool, int pieces)
{
  uint64_t old = atomic_load_explicit (&pool->left, memory_order_relaxed);
  uint32_t call = call_of (old) + 1;

  atomic_store (&pool->left, (uint64_t) call << 32 | (uint32_t) pieces);
  if (atomic_load (&pool->sleepers) > 0) {
    pthread_mutex_lock (&pool->mutex);
    pthread_cond_broadcast (&pool->work_ready);
    pthread_mutex_unlock (&pool->mutex);
  }
  return call;
}

static void
wait_until_done (ThawPool *pool, int pieces)
{
  int64_t until;

  if (atomic_load_explicit (&pool->done, memory_order_acquire) == pieces)
    return;
  until = now_ns () + SPIN_NS;
  do {
    for (int i = 0; i < 32; i++) {
      if (atomic_load_explicit (&pool->done, memory_order_acquire) == pieces)
        return;
      relax ();
    }
  } while (now_ns () < until);

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
  announce (pool, 0);
  for (int i = 0; i < pool->threads - 1; i++)
    pthread_join (pool->workers[i], NULL);
  pthread_cond_destroy (&pool->work_ready);
  pthread_cond_destroy (&pool->work_done);
  pthread_mutex_destroy (&pool->mutex);
  g_free (pool->workers);
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
    uint32_t call;
    int count;

    atomic_store_explicit (&pool->work, work, memory_order_relaxed);
    atomic_store_explicit (&pool->user, user, memory_order_relaxed);
    atomic_store_explicit (&pool->pieces, pieces, memory_order_relaxed);
    atomic_store_explicit (&pool->done, 0, memory_order_relaxed);
    call = announce (pool, pieces);
    count = run_pieces (pool, call, 0);
    atomic_fetch_add_explicit (&pool->done, count, memory_order_acq_rel);
    wait_until_done (pool, pieces);
  }
  denormals_restore (old);
}
