/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: order, who may enter, what takes a run out, and the lock of the one that works it. */
#include "home.h"

typedef struct {
  Home *home;
  ThawStore *store;
  char *ids[4];
} QueueFixture;

static void
set_up (QueueFixture *fixture, gconstpointer data)
{
  fixture->home = home_new ();
  fixture->store = open_store (fixture->home, THAW_STORE_WRITE);
  for (int i = 0; i < 4; i++) {
    g_autofree char *name = g_strdup_printf ("%d", i);
    g_autoptr (ThawRun) run = sample_run (name);
    g_autoptr (GError) error = NULL;

    run->steps_planned = 1560;
    run->group_id = g_strdup ("seeds");
    thaw_store_add_queued_run (fixture->store, run, &error);
    g_assert_no_error (error);
    g_assert_cmpint (run->state, ==, THAW_RUN_QUEUED);
    fixture->ids[i] = g_strdup (run->id);
  }
}

static void
tear_down (QueueFixture *fixture, gconstpointer data)
{
  thaw_store_close (fixture->store);
  home_free (fixture->home);
  for (int i = 0; i < 4; i++)
    g_free (fixture->ids[i]);
}

static void
expect_queue (QueueFixture *fixture, const char *names)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) queue = thaw_store_queue (fixture->store, &error);
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < queue->len; i++)
    g_string_append (found, ((ThawRun *) queue->pdata[i])->name);
  g_assert_cmpstr (found->str, ==, names);
}

static void
move (QueueFixture *fixture, int run, ThawQueueMove where, const char *names)
{
  g_autoptr (GError) error = NULL;

  thaw_store_queue_move (fixture->store, fixture->ids[run], where, &error);
  g_assert_no_error (error);
  expect_queue (fixture, names);
}

static void
test_new (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = thaw_store_find_run (fixture->store, fixture->ids[1], &error);
  g_autoptr (GArray) attempts = thaw_store_attempts (fixture->store, fixture->ids[1], &error);

  g_assert_no_error (error);
  expect_queue (fixture, "0123");
  g_assert_cmpint (run->state, ==, THAW_RUN_QUEUED);
  g_assert_cmpint (run->attempt, ==, 0);
  g_assert_cmpint (run->queue_place, ==, 2);
  g_assert_cmpint (run->steps_planned, ==, 1560);
  g_assert_cmpstr (run->group_id, ==, "seeds");
  g_assert_cmpint (attempts->len, ==, 0);
}

static void
test_order (QueueFixture *fixture, gconstpointer data)
{
  move (fixture, 2, THAW_QUEUE_FIRST, "2013");
  move (fixture, 2, THAW_QUEUE_UP, "2013");
  move (fixture, 2, THAW_QUEUE_DOWN, "0213");
  move (fixture, 3, THAW_QUEUE_UP, "0231");
  move (fixture, 1, THAW_QUEUE_DOWN, "0231");
  move (fixture, 0, THAW_QUEUE_LAST, "2310");
}

/* A run in the trash keeps its place while others are moved round it. */
static void
test_trash (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  thaw_store_trash (fixture->store, fixture->ids[1], &error);
  g_assert_no_error (error);
  expect_queue (fixture, "023");
  g_assert_false (
      thaw_store_queue_move (fixture->store, fixture->ids[1], THAW_QUEUE_FIRST, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE);
  g_clear_error (&error);
  move (fixture, 3, THAW_QUEUE_FIRST, "302");
  thaw_store_restore (fixture->store, fixture->ids[1], &error);
  g_assert_no_error (error);
  expect_queue (fixture, "3102");
}

/* A verdict on what was read holds only while nobody has touched the run. */
static void
test_as_seen (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) seen = thaw_store_find_run (fixture->store, fixture->ids[1], &error);
  g_autoptr (ThawRun) again = NULL;

  g_assert_no_error (error);
  thaw_store_set_state (fixture->store, seen->id, THAW_RUN_FAILED, "for now", &error);
  g_assert_no_error (error);
  thaw_store_queue_run (fixture->store, seen->id, &error);
  g_assert_no_error (error);
  expect_queue (fixture, "0231");
  thaw_store_set_state_if_as_seen (fixture->store, seen, THAW_RUN_FAILED, "late", &error);
  g_assert_no_error (error);
  expect_queue (fixture, "0231");
  again = thaw_store_find_run (fixture->store, seen->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->revision, !=, seen->revision);
  thaw_store_set_state_if_as_seen (fixture->store, again, THAW_RUN_FAILED, "in time", &error);
  g_assert_no_error (error);
  expect_queue (fixture, "023");
  g_clear_pointer (&again, thaw_run_free);
  again = thaw_store_find_run (fixture->store, seen->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->state, ==, THAW_RUN_FAILED);
  g_assert_cmpstr (again->message, ==, "in time");
}

/* Nothing is written until a run has begun: the lock alone says that it starts. */
static void
test_begin (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ThawRunLock *lock = thaw_run_lock (fixture->store, fixture->ids[0], &error);
  ThawRun *run = thaw_store_find_run (fixture->store, fixture->ids[0], &error);
  int attempt;

  g_assert_no_error (error);
  g_assert_cmpint (run->state, ==, THAW_RUN_STARTING);
  thaw_run_free (run);
  thaw_run_unlock (lock);
  run = thaw_store_find_run (fixture->store, fixture->ids[0], &error);
  g_assert_cmpint (run->state, ==, THAW_RUN_QUEUED);
  thaw_run_free (run);
  thaw_store_begin_attempt (fixture->store, fixture->ids[0], 0, 0, &attempt, &error);
  g_assert_no_error (error);
  g_assert_cmpint (attempt, ==, 1);
  expect_queue (fixture, "123");
}

static void
test_again (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_store_queue_run (fixture->store, fixture->ids[0], &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE);
  g_test_message ("%s", error->message);
  g_clear_error (&error);
  thaw_store_queue_remove (fixture->store, fixture->ids[0], &error);
  g_assert_no_error (error);
  expect_queue (fixture, "123");
  g_assert_false (thaw_store_queue_remove (fixture->store, fixture->ids[0], &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE);
  g_clear_error (&error);
  thaw_store_queue_run (fixture->store, fixture->ids[0], &error);
  g_assert_no_error (error);
  expect_queue (fixture, "1230");
  thaw_store_set_state (fixture->store, fixture->ids[2], THAW_RUN_FAILED, "no data", &error);
  g_assert_no_error (error);
  expect_queue (fixture, "130");
  thaw_store_queue_run (fixture->store, fixture->ids[2], &error);
  thaw_store_set_state (fixture->store, fixture->ids[1], THAW_RUN_FINISHED, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (thaw_store_queue_run (fixture->store, fixture->ids[1], &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE);
  expect_queue (fixture, "302");
}

/* Those that a worker holds, whatever their row says. */
static void
test_live (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = thaw_store_live_runs (fixture->store, &error);
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (ThawRunLock) lock = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (none->len, ==, 0);
  thaw_store_set_state (fixture->store, fixture->ids[1], THAW_RUN_RUNNING, NULL, &error);
  lock = thaw_run_lock (fixture->store, fixture->ids[0], &error);
  g_assert_no_error (error);
  one = thaw_store_live_runs (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_cmpint (one->len, ==, 1);
  g_assert_cmpstr (((ThawRun *) one->pdata[0])->id, ==, fixture->ids[0]);
  g_assert_cmpint (((ThawRun *) one->pdata[0])->state, ==, THAW_RUN_STARTING);
}

static void
test_group (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) named = NULL, none = NULL;

  thaw_store_set_group (fixture->store, fixture->ids[0], "other", &error);
  named = thaw_store_find_run (fixture->store, fixture->ids[0], &error);
  thaw_store_set_group (fixture->store, fixture->ids[0], NULL, &error);
  none = thaw_store_find_run (fixture->store, fixture->ids[0], &error);
  g_assert_no_error (error);
  g_assert_cmpstr (named->group_id, ==, "other");
  g_assert_null (none->group_id);
}

static void
test_lock (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (ThawStore) other = open_store (fixture->home, THAW_STORE_READ);
  g_autoptr (GError) error = NULL;
  ThawQueueLock *lock;

  g_assert_false (thaw_queue_alive (other));
  lock = thaw_queue_lock (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_true (thaw_queue_alive (other));
  g_assert_null (thaw_queue_lock (other, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE);
  thaw_queue_unlock (lock);
  g_assert_false (thaw_queue_alive (other));
}

/* All of them, or none: a tag that cannot be kept undoes what was written before it. */
static void
test_several (QueueFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ThawRun *runs[] = {sample_run ("a"), sample_run ("b"), sample_run ("c")};
  const char *const tags[] = {"sweep", NULL}, *const bad[] = {"a,b", NULL};
  g_autofree char *folders = g_build_filename (fixture->home, "runs", NULL);
  g_autofree char *before = snapshot (folders), *after = NULL;

  g_assert_false (thaw_store_add_queued_runs (fixture->store, runs, 3, bad, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE);
  g_clear_error (&error);
  expect_queue (fixture, "0123");
  after = snapshot (folders);
  g_assert_cmpint (strlen (after), ==, strlen (before)); /* no folder is left behind */
  thaw_store_add_queued_runs (fixture->store, runs, 3, tags, &error);
  g_assert_no_error (error);
  expect_queue (fixture, "0123abc");
  for (int i = 0; i < 3; i++) {
    g_autoptr (ThawRun) found = thaw_store_find_run (fixture->store, runs[i]->id, &error);
    g_autofree char *folder = thaw_store_run_folder (fixture->store, runs[i]->id);
    g_assert_no_error (error);
    g_assert_cmpstr (found->tags[0], ==, "sweep");
    g_assert_null (found->tags[1]);
    g_assert_cmpint (found->attempt, ==, 0);
    g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
    thaw_run_free (runs[i]);
  }
}

#define ADD(path, test) g_test_add (path, QueueFixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  ADD ("/db/queue/as-seen", test_as_seen);
  ADD ("/db/queue/new", test_new);
  ADD ("/db/queue/order", test_order);
  ADD ("/db/queue/trash", test_trash);
  ADD ("/db/queue/begin", test_begin);
  ADD ("/db/queue/again", test_again);
  ADD ("/db/queue/live", test_live);
  ADD ("/db/queue/group", test_group);
  ADD ("/db/queue/lock", test_lock);
  ADD ("/db/queue/several", test_several);
  return g_test_run ();
}
