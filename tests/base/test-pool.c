/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool: every piece once, on any number of threads, again and again. */
#include "thaw-base.h"

#include <stdatomic.h>

#define PIECES 257

typedef struct {
  atomic_int done[PIECES];
  atomic_int workers_seen;
  double values[PIECES];
  int threads;
} Work;

static void
piece_cb (void *user, int piece, int worker)
{
  Work *work = user;

  g_assert_cmpint (worker, >=, 0);
  g_assert_cmpint (worker, <, work->threads);
  atomic_fetch_add (&work->done[piece], 1);
  work->values[piece] = 1.0 / (piece + 1);
}

static void
every_piece_once (gconstpointer data)
{
  Work *work = g_new0 (Work, 1);
  g_autoptr (ThawPool) pool = thaw_pool_new (GPOINTER_TO_INT (data));

  work->threads = thaw_pool_threads (pool);
  g_assert_cmpint (work->threads, ==, GPOINTER_TO_INT (data));
  for (int round = 0; round < 300; round++) {
    int pieces = round % 7 == 0 ? 1 : round % 5 == 0 ? 0 : PIECES;
    for (int i = 0; i < PIECES; i++)
      atomic_store (&work->done[i], 0);
    thaw_pool_run (pool, pieces, piece_cb, work);
    for (int i = 0; i < PIECES; i++)
      g_assert_cmpint (atomic_load (&work->done[i]), ==, i < pieces);
    if (round % 50 == 0)
      g_usleep (2000); /* let the workers fall asleep */
  }
  g_assert_true (work->values[PIECES - 1] == 1.0 / PIECES);
  g_free (work);
}

static void
count_cb (void *user, int piece, int worker)
{
  unsigned char *done = user;

  done[piece]++;
}

/* More pieces than a range can count one by one. */
static void
very_many_pieces (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (3);

  for (int pieces = 65533; pieces <= 200000; pieces += pieces < 65540 ? 1 : 44487) {
    g_autofree unsigned char *done = g_malloc0 ((gsize) pieces);
    thaw_pool_run (pool, pieces, count_cb, done);
    for (int i = 0; i < pieces; i++)
      g_assert_cmpint (done[i], ==, 1);
  }
}

static void
denormal_cb (void *user, int piece, int worker)
{
  volatile float tiny = 1e-38f;
  float *out = user;

  out[piece] = tiny * 0.01f; /* a denormal, unless flushed */
}

static void
denormals_are_flushed_alike (void)
{
  g_autoptr (ThawPool) one = thaw_pool_new (1), three = thaw_pool_new (3);
  float a[64], b[64];
  volatile float tiny = 1e-38f;

  thaw_pool_run (one, 64, denormal_cb, a);
  thaw_pool_run (three, 64, denormal_cb, b);
  for (int i = 0; i < 64; i++)
    g_assert_true (a[i] == b[i]);
  g_assert_true (tiny * 0.01f != 0); /* and the caller's own mode is back */
}

static void
ends_while_asleep (void)
{
  for (int i = 0; i < 20; i++) {
    g_autoptr (ThawPool) pool = thaw_pool_new (4);
    g_assert_nonnull (pool);
    g_usleep ((gulong) (i % 4) * 300);
  }
}

typedef struct {
  atomic_int calls, slow; /* slow: the piece that takes its time */
} Uneven;

static void
uneven_cb (void *user, int piece, int worker)
{
  Uneven *work = user;

  if (piece == atomic_load (&work->slow))
    g_usleep (400); /* far longer than anybody spins */
  atomic_fetch_add (&work->calls, 1);
}

/* Whoever has the long piece, the call ends with it; the others sleep meanwhile, and come back. */
static void
waits_for_a_long_piece (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (3);
  Uneven work = {0};

  for (int round = 0; round < 200; round++) {
    atomic_store (&work.calls, 0);
    atomic_store (&work.slow, round % 5);
    thaw_pool_run (pool, 4, uneven_cb, &work);
    g_assert_cmpint (atomic_load (&work.calls), ==, 4);
  }
}

/* --- What can wait ---------------------------------------------------------------------------- */
#define WAITING 1000

typedef struct {
  atomic_int done[WAITING], all;
  int threads;
} Waiting;

static void
later_cb (void *user, int piece, int worker)
{
  Waiting *work = user;

  g_assert_cmpint (piece, >=, 0);
  g_assert_cmpint (piece, <, WAITING);
  g_assert_cmpint (worker, >=, 0);
  g_assert_cmpint (worker, <, work->threads);
  atomic_fetch_add (&work->done[piece], 1);
  atomic_fetch_add (&work->all, 1);
}

/* Added a few at a time between ordinary calls: never more left than allowed, each done once in the
 * end, and the numbers begin anew after that, for others as well. */
static void
what_can_wait (gconstpointer data)
{
  static const int most[] = {0, 1, 50, WAITING};
  g_autoptr (ThawPool) pool = thaw_pool_new (GPOINTER_TO_INT (data));
  Work *work = g_new0 (Work, 1);
  Waiting *two = g_new0 (Waiting, 2);

  work->threads = two[0].threads = two[1].threads = thaw_pool_threads (pool);
  for (int round = 0; round < 200; round++) {
    Waiting *waiting = &two[round / 4 % 2];
    int added = 0, running = thaw_pool_threads (pool) - 1; /* at a piece that is not counted yet */
    for (int i = 0; i < WAITING; i++)
      atomic_store (&waiting->done[i], 0);
    atomic_store (&waiting->all, 0);
    for (int i = 0; added < WAITING; i++) {
      int more = MIN (i % 4 * 13, WAITING - added);
      added += more;
      thaw_pool_later (pool, more, later_cb, waiting, most[round % 4]);
      g_assert_cmpint (atomic_load (&waiting->all) + running, >=, added - most[round % 4]);
      thaw_pool_run (pool, i % 5, piece_cb, work);
      if (round % 50 == 0 && i % 16 == 0)
        g_usleep (500); /* let the workers fall asleep */
    }
    thaw_pool_finish (pool);
    for (int i = 0; i < WAITING; i++)
      g_assert_cmpint (atomic_load (&waiting->done[i]), ==, 1);
  }
  thaw_pool_finish (pool); /* nothing */
  g_free (two);
  g_free (work);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/base/pool/every-piece-once/1", GINT_TO_POINTER (1), every_piece_once);
  g_test_add_data_func ("/base/pool/every-piece-once/2", GINT_TO_POINTER (2), every_piece_once);
  g_test_add_data_func ("/base/pool/every-piece-once/7", GINT_TO_POINTER (7), every_piece_once);
  g_test_add_func ("/base/pool/very-many-pieces", very_many_pieces);
  g_test_add_func ("/base/pool/denormals", denormals_are_flushed_alike);
  g_test_add_func ("/base/pool/waits-for-a-long-piece", waits_for_a_long_piece);
  g_test_add_data_func ("/base/pool/what-can-wait/1", GINT_TO_POINTER (1), what_can_wait);
  g_test_add_data_func ("/base/pool/what-can-wait/2", GINT_TO_POINTER (2), what_can_wait);
  g_test_add_data_func ("/base/pool/what-can-wait/7", GINT_TO_POINTER (7), what_can_wait);
  g_test_add_func ("/base/pool/ends-while-asleep", ends_while_asleep);
  return g_test_run ();
}
