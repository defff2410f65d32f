/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's view of the store, without a display. */
#include "fill.h"
#include "run-item.h"
#include "scratch.h"
#include "watch.h"

#include <glib/gstdio.h>
#include <math.h>

typedef struct {
  char *home;
  ThawWatch *watch;
  ThawStore *store;
} Fixture;

static const FillPlan plain = {"Plain", "mobilenet_v3_small", 4, 1, 0, 10, 1e-3,
                               1e-4,    THAW_RUN_FINISHED,    1};

static ThawStore *
open_store (const char *home)
{
  g_autoptr (GError) error = NULL;
  ThawStore *store = thaw_store_open (home, THAW_STORE_WRITE, &error);

  g_assert_no_error (error);
  return store;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->home = scratch_home_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->watch);
  thaw_store_close (f->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  scratch_home_free (f->home);
}

static guint
n_runs (Fixture *f)
{
  return g_list_model_get_n_items (thaw_watch_runs (f->watch));
}

static ThawRunItem *
nth (Fixture *f, guint i)
{
  g_autoptr (ThawRunItem) item = g_list_model_get_item (thaw_watch_runs (f->watch), i);
  return item; /* the list keeps it */
}

static void
begin (Fixture *f)
{
  f->watch = thaw_watch_new (f->home);
  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_LOADING);
  wait_until (thaw_watch_state (f->watch) != THAW_WATCH_LOADING);
}

static void
test_absent (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;

  begin (f);
  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_READY);
  g_assert_cmpuint (n_runs (f), ==, 0);
  f->store = open_store (f->home); /* it appears */
  id = fill_run (f->store, &plain);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->state == THAW_RUN_FINISHED);
  g_assert_cmpstr (thaw_run_item_id (nth (f, 0)), ==, id);
  g_assert_true (thaw_watch_find (f->watch, id) == nth (f, 0));
}

static void
test_item (Fixture *f, gconstpointer data)
{
  g_autofree char *name = NULL, *backbone = NULL, *state = NULL, *tags = NULL;
  FillPlan sample = plain;
  double accuracy, fraction;
  const float *spark;
  size_t n;

  sample.tags[0] = "baseline";
  f->store = open_store (f->home);
  g_free (fill_run (f->store, &sample));
  begin (f);
  g_object_get (nth (f, 0), "name", &name, "backbone", &backbone, "state-text", &state, "tags",
                &tags, "accuracy", &accuracy, "fraction", &fraction, NULL);
  g_assert_cmpstr (name, ==, "Plain");
  g_assert_cmpstr (backbone, ==, "MobileNetV3-Small");
  g_assert_cmpstr (state, ==, "finished");
  g_assert_cmpstr (tags, ==, "baseline");
  g_assert_cmpfloat_with_epsilon (accuracy, 0.7, 0.2);
  g_assert_cmpfloat (fraction, ==, 1);
  spark = thaw_run_item_spark (nth (f, 0), &n);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpfloat (spark[3], >, spark[0]);
  g_assert_cmpint (thaw_run_item_hue (nth (f, 0)), ==, 0);
  g_assert_false (thaw_run_item_alive (nth (f, 0)));
}

static void
test_order_and_trash (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL, *third = NULL;

  f->store = open_store (f->home);
  first = fill_run (f->store, &plain);
  second = fill_run (f->store, &plain);
  begin (f);
  wait_until (n_runs (f) == 2);
  third = fill_run (f->store, &plain);
  wait_until (n_runs (f) == 3);
  g_assert_cmpstr (thaw_run_item_id (nth (f, 0)), ==, third);
  g_assert_cmpstr (thaw_run_item_id (nth (f, 2)), ==, first);
  g_assert_true (thaw_store_trash (f->store, second, NULL));
  wait_until (n_runs (f) == 2);
  g_assert_cmpuint (g_list_model_get_n_items (thaw_watch_trash (f->watch)), ==, 1);
  g_assert_true (thaw_store_restore (f->store, second, NULL));
  wait_until (n_runs (f) == 3);
  g_assert_cmpstr (thaw_run_item_id (nth (f, 1)), ==, second);
  g_assert_true (thaw_store_trash (f->store, first, NULL));
  g_assert_true (thaw_store_delete_run (f->store, first, NULL));
  wait_until (thaw_watch_find (f->watch, first) == NULL);
  g_assert_cmpuint (g_list_model_get_n_items (thaw_watch_trash (f->watch)), ==, 0);
}

/* As a worker has it. */
static ThawRunLock *
take_up (ThawStore *store, const char *id)
{
  g_autoptr (GError) error = NULL;
  ThawRunLock *lock = thaw_run_lock (store, id, &error);

  g_assert_no_error (error);
  thaw_store_set_state (store, id, THAW_RUN_RUNNING, NULL, &error);
  g_assert_no_error (error);
  return lock;
}

static void
add_steps (Fixture *f, const char *id, int attempt, int epoch, gint64 first, int n)
{
  for (int i = 0; i < n; i++) {
    ThawIterationRow row = {first + i, epoch, 1.5, 1e-3};
    g_assert_true (thaw_store_add_iterations (f->store, id, attempt, &row, 1, NULL));
  }
}

static void
test_worker_lost (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  FillPlan sample = plain;
  ThawRunLock *lock;

  sample.done = 2;
  f->store = open_store (f->home);
  id = fill_run (f->store, &sample);
  lock = take_up (f->store, id);
  begin (f);
  wait_until (n_runs (f) == 1);
  g_assert_true (thaw_run_item_alive (nth (f, 0)));
  thaw_run_unlock (lock); /* as when it is killed: nothing is committed */
  wait_until (thaw_run_item_run (nth (f, 0))->state == THAW_RUN_INTERRUPTED);
  g_assert_false (thaw_run_item_alive (nth (f, 0)));
}

static void
count_cb (GObject *object, gpointer user)
{
  ++*(int *) user;
}

static void
test_follow (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (ThawRunData) followed = NULL;
  g_autoptr (ThawRunData) again = NULL;
  FillPlan sample = plain;
  ThawRunLock *lock;
  int grown = 0, reset = 0, attempt;

  sample.done = 2;
  f->store = open_store (f->home);
  id = fill_run (f->store, &sample);
  lock = take_up (f->store, id);
  begin (f);
  followed = thaw_watch_follow (f->watch, id);
  again = thaw_watch_follow (f->watch, id);
  g_assert_true (followed == again);
  g_assert_false (thaw_run_data_loaded (followed));
  wait_until (thaw_run_data_loaded (followed));
  g_signal_connect (followed, "grown", G_CALLBACK (count_cb), &grown);
  g_signal_connect (followed, "reset", G_CALLBACK (count_cb), &reset);
  g_assert_cmpuint (thaw_run_data_iterations (followed)->len, ==, 20);
  g_assert_cmpuint (thaw_run_data_epochs (followed)->len, ==, 2);
  g_assert_cmpuint (thaw_run_data_events (followed)->len, ==, 3);
  g_assert_cmpuint (thaw_run_data_attempts (followed)->len, ==, 1);
  add_steps (f, id, 1, 2, 20, 5);
  wait_until (thaw_run_data_iterations (followed)->len == 25);
  g_assert_cmpint (g_array_index (thaw_run_data_iterations (followed), ThawIterationRow, 24).step,
                   ==, 24);
  g_assert_cmpint (grown, ==, 1);
  thaw_run_unlock (lock);
  g_assert_true (thaw_store_begin_attempt (f->store, id, 1, 10, &attempt, NULL));
  wait_until (reset == 1);
  g_assert_cmpuint (thaw_run_data_iterations (followed)->len, ==, 10);
  g_assert_cmpuint (thaw_run_data_epochs (followed)->len, ==, 1);
  g_assert_cmpuint (thaw_run_data_attempts (followed)->len, ==, 2);
  add_steps (f, id, 2, 1, 10, 3);
  wait_until (thaw_run_data_iterations (followed)->len == 13);
}

/* Dropped and taken up again before the reader has looked: nothing is read twice. */
static void
test_follow_anew (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;

  f->store = open_store (f->home);
  id = fill_run (f->store, &plain);
  begin (f);
  for (int i = 0; i < 50; i++) {
    g_autoptr (ThawRunData) followed = thaw_watch_follow (f->watch, id);
    if (i % 3 == 0)
      wait_until (thaw_run_data_loaded (followed));
    if (thaw_run_data_loaded (followed))
      g_assert_cmpuint (thaw_run_data_iterations (followed)->len, ==, 40);
    g_main_context_iteration (NULL, FALSE);
  }
}

static void
written_cb (ThawWatch *watch, gpointer user, const GError *error)
{
  g_assert_no_error (error);
  ++*(int *) user;
}

static void
refused_cb (ThawWatch *watch, gpointer user, const GError *error)
{
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE);
  ++*(int *) user;
}

typedef struct {
  const char *id, *name;
} Rename;

static gboolean
rename_run (ThawStore *store, gpointer data, GError **error)
{
  const Rename *rename = data;

  return thaw_store_rename (store, rename->id, rename->name, error);
}

static void
test_write (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  int done = 0, refused = 0;
  Rename good = {NULL, "Other name"}, bad = {NULL, ""};

  f->store = open_store (f->home);
  id = fill_run (f->store, &plain);
  good.id = bad.id = id;
  begin (f);
  wait_until (n_runs (f) == 1);
  thaw_watch_write (f->watch, rename_run, &bad, NULL, refused_cb, &refused);
  thaw_watch_write (f->watch, rename_run, &good, NULL, written_cb, &done);
  thaw_watch_ask (f->watch, id, "pause", written_cb, &done);
  wait_until (done == 2);
  g_assert_cmpint (refused, ==, 1);
  wait_until (g_strcmp0 (thaw_run_item_run (nth (f, 0))->name, "Other name") == 0);
  g_autoptr (ThawRequest) request = thaw_store_next_request (f->store, id, NULL);
  g_assert_cmpstr (request->verb, ==, "pause");
}

/* What was asked for is done, even when the window goes in the same moment. */
static void
test_write_at_the_end (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  Rename good = {NULL, "Last word"};

  f->store = open_store (f->home);
  id = fill_run (f->store, &plain);
  good.id = id;
  begin (f);
  thaw_watch_write (f->watch, rename_run, &good, NULL, NULL, NULL);
  g_assert_finalize_object (g_steal_pointer (&f->watch));
  g_autoptr (ThawRun) run = thaw_store_find_run (f->store, id, NULL);
  g_assert_cmpstr (run->name, ==, "Last word");
  f->watch = thaw_watch_new (f->home);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->home, "store.db", NULL);
  g_autofree char *rubbish = g_strnfill (5000, 'x');

  g_assert_true (g_file_set_contents (path, rubbish, -1, NULL));
  begin (f);
  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_FAILED);
  g_assert_nonnull (thaw_watch_message (f->watch));
  g_assert_cmpint (g_remove (path), ==, 0); /* put right behind our back */
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  g_assert_null (thaw_watch_message (f->watch));
}

/* Another file in its place: what is shown is what it holds. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->home, "store.db", NULL);
  g_autofree char *first = NULL, *second = NULL;

  f->store = open_store (f->home);
  first = fill_run (f->store, &plain);
  begin (f);
  wait_until (n_runs (f) == 1);
  g_clear_pointer (&f->store, thaw_store_close);
  g_assert_cmpint (g_remove (path), ==, 0);
  f->store = open_store (f->home);
  second = fill_run (f->store, &plain);
  wait_until (thaw_watch_find (f->watch, second) != NULL);
  g_assert_null (thaw_watch_find (f->watch, first));
  g_assert_cmpuint (n_runs (f), ==, 1);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/ui/watch/absent-then-there", test_absent);
  add ("/ui/watch/item", test_item);
  add ("/ui/watch/order-and-trash", test_order_and_trash);
  add ("/ui/watch/worker-lost", test_worker_lost);
  add ("/ui/watch/follow", test_follow);
  add ("/ui/watch/follow-anew", test_follow_anew);
  add ("/ui/watch/write", test_write);
  add ("/ui/watch/write-at-the-end", test_write_at_the_end);
  add ("/ui/watch/damaged", test_damaged);
  add ("/ui/watch/replaced", test_replaced);
  return g_test_run ();
}
