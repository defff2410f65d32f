/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread pool: persistent workers, the caller is worker 0, pieces handed out by a counter.
 * Workers spin a few microseconds for the next call, then sleep: long spinning starves whatever
 * else runs on a desktop. pthreads and C11 atomics only, which ThreadSanitizer understands. */
#include "thaw-base.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#define SPIN_NS 10000

struct _ThawPool {
  int threads;
  pthread_t *workers; /* threads - 1 */
  pthread_mutex_t mutex;
  pthread_cond_t work_ready, work_done;

  ThawPieceFunc work;
  void *user;
  int pieces;
  _Alignas(64) atomic_uint generation; /* changes when there is work, or the end has come */
  _Alignas(64) atomic_int next;        /* the next piece                                   */
  _Alignas(64) atomic_int busy;        /* workers that have not finished this generation   */
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

static void
take_pieces (ThawPool *pool, int worker)
{
  int piece;

  while ((piece = atomic_fetch_add_explicit (&pool->next, 1, memory_order_relaxed)) < pool->pieces)
    pool->work (pool->user, piece, worker);
}

/* Returns when the generation is no longer `seen`: spins first, then sleeps. */
static unsigned int
wait_for_work (ThawPool *pool, unsigned int seen)
{
  int64_t until = now_ns () + SPIN_NS;
  unsigned int generation;

  do {
    for (int i = 0; i < 32; i++) {
      generation = atomic_load_explicit (&pool->generation, memory_order_acquire);
      if (generation != seen)
        return generation;
      relax ();
    }
  } while (now_ns () < until);

  pthread_mutex_lock (&pool->mutex);
  while ((generation = atomic_load_explicit (&pool->generation, memory_order_acquire)) == seen)
    pthread_cond_wait (&pool->work_ready, &pool->mutex);
  pthread_mutex_unlock (&pool->mutex);
  return generation;
}

static void *
worker_main (void *data)
{
  Worker *self = data;
  ThawPool *pool = self->pool;
  int number = self->number;
  unsigned int seen = 0;

  g_free (self);
  denormals_off ();
  for (;;) {
    seen = wait_for_work (pool, seen);
    if (atomic_load_explicit (&pool->quit, memory_order_relaxed))
      return NULL;
    take_pieces (pool, number);
    if (atomic_fetch_sub_explicit (&pool->busy, 1, memory_order_acq_rel) == 1) {
      pthread_mutex_lock (&pool->mutex);
      pthread_cond_signal (&pool->work_done);
      pthread_mutex_unlock (&pool->mutex);
    }
  }
}

static void
announce (ThawPool *pool)
{
  pthread_mutex_lock (&pool->mutex);
  atomic_fetch_add_explicit (&pool->generation, 1, memory_order_release);
  pthread_cond_broadcast (&pool->work_ready);
  pthread_mutex_unlock (&pool->mutex);
}

static void
wait_until_done (ThawPool *pool)
{
  int64_t until = now_ns () + SPIN_NS;

  do {
    for (int i = 0; i < 32; i++) {
      if (atomic_load_explicit (&pool->busy, memory_order_acquire) == 0)
        return;
      relax ();
    }
  } while (now_ns () < until);

  pthread_mutex_lock (&pool->mutex);
  while (atomic_load_explicit (&pool->busy, memory_order_acquire) != 0)
    pthread_cond_wait (&pool->work_done, &pool->mutex);
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
  announce (pool);
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
    pool->work = work;
    pool->user = user;
    pool->pieces = pieces;
    atomic_store_explicit (&pool->next, 0, memory_order_relaxed);
    atomic_store_explicit (&pool->busy, pool->threads - 1, memory_order_relaxed);
    announce (pool);
    take_pieces (pool, 0);
    wait_until_done (pool);
  }
  denormals_restore (old);
}
