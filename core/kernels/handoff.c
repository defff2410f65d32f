/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long two cores take to tell each other something: a number goes to and fro. It says whether
 * they share a cache: where a machine, or whoever lends it, puts them apart, every phase of a step
 * and every line that another core wrote takes several times as long. */
#include "thaw-kernels.h"

#include <math.h>
#include <stdatomic.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#define BLOCKS 20
#define TRIPS 100 /* of a block, which is timed as a whole; the fastest block counts */
#define MOST_US                                                                                    \
  20000            /* for all: where two threads share one core, a trip takes a slice of time      \
                    */
#define LOOKS 1000 /* between looks at the clock */

typedef struct {
  _Alignas(64) atomic_int there;
  _Alignas(64) atomic_int back;
  _Alignas(64) atomic_bool over;
  gint64 end;
  double best_us;
} Court;

static void
relax (void)
{
#if defined(__x86_64__)
  _mm_pause ();
#endif
}

/* Until `ball` is `number`; FALSE: time is up. */
static bool
wait_for (Court *court, atomic_int *ball, int number)
{
  for (int looks = 0; atomic_load_explicit (ball, memory_order_acquire) != number; looks++) {
    if (atomic_load_explicit (&court->over, memory_order_relaxed))
      return false;
    if (looks % LOOKS == LOOKS - 1 && g_get_monotonic_time () > court->end)
      return false;
    relax ();
  }
  return true;
}

static void
serve (Court *court)
{
  for (int block = 0; block < BLOCKS; block++) {
    gint64 begin = g_get_monotonic_time ();
    for (int i = 1; i <= TRIPS; i++) {
      int number = block * TRIPS + i;
      atomic_store_explicit (&court->there, number, memory_order_release);
      if (!wait_for (court, &court->back, number))
        return;
    }
    court->best_us = fmin (court->best_us, (double) (g_get_monotonic_time () - begin));
  }
}

static void
play (void *user, int piece, int worker)
{
  Court *court = user;

  if (piece == 0) {
    serve (court);
    atomic_store (&court->over, true);
    return;
  }
  for (int number = 1; number <= BLOCKS * TRIPS; number++) {
    if (!wait_for (court, &court->there, number))
      return;
    atomic_store_explicit (&court->back, number, memory_order_release);
  }
}

double
thaw_measure_round_trip (ThawPool *pool)
{
  Court *court;
  double best_us;

  if (thaw_pool_threads (pool) < 2)
    return NAN;
  court = thaw_aligned_new0 (sizeof *court);
  g_assert (court != NULL);
  court->best_us = INFINITY;
  court->end = g_get_monotonic_time () + MOST_US;
  thaw_pool_run (pool, 2, play, court);
  best_us = court->best_us;
  thaw_aligned_free (court);
  return isfinite (best_us) ? 1000 * best_us / TRIPS : NAN;
}
