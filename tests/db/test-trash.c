/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trash: taken back at will; for good only from there, never alive, never anything else. */
#include "run-fixture.h"

#include <glib/gstdio.h>
#include <unistd.h>

static guint
count (GPtrArray *runs)
{
  guint n;

  g_assert_nonnull (runs);
  n = runs->len;
  g_ptr_array_unref (runs);
  return n;
}

static void
trash (RunFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  thaw_store_trash (fixture->store, fixture->id, &error);
  g_assert_no_error (error);
}

static void
test_undo (RunFixture *fixture, gconstpointer data)
{
  g_autofree char *other = add_run (fixture->store, "run");
  g_autoptr (ThawRun) named = NULL, trashed = NULL, latest = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_store_find_run (fixture->store, "run", NULL)); /* two of them */
  thaw_store_trash (fixture->store, other, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (thaw_store_runs (fixture->store, NULL)), ==, 1);
  g_assert_cmpint (count (thaw_store_trashed_runs (fixture->store, NULL)), ==, 1);
  named = thaw_store_find_run (fixture->store, "run", &error);
  latest = thaw_store_find_run (fixture->store, "latest", &error);
  trashed = thaw_store_find_run (fixture->store, other, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (named->id, ==, fixture->id);
  g_assert_cmpstr (latest->id, ==, fixture->id);
  g_assert_cmpint (trashed->trashed_ms, >, 0);
  thaw_store_restore (fixture->store, other, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (thaw_store_runs (fixture->store, NULL)), ==, 2);
  g_assert_cmpint (count (thaw_store_trashed_runs (fixture->store, NULL)), ==, 0);
}

static void
test_alive (RunFixture *fixture, gconstpointer data)
{
  ThawRunLock *lock = thaw_run_lock (fixture->store, fixture->id, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (lock);
  g_assert_false (thaw_store_trash (fixture->store, fixture->id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE);
  g_clear_error (&error);
  thaw_run_unlock (lock);
  trash (fixture);
  lock = thaw_run_lock (fixture->store, fixture->id, NULL);
  g_assert_false (thaw_store_delete_run (fixture->store, fixture->id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE);
  thaw_run_unlock (lock);
  g_assert_cmpint (count (thaw_store_trashed_runs (fixture->store, NULL)), ==, 1);
}

static void
touch (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static void
test_for_good (RunFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = thaw_store_run_folder (fixture->store, fixture->id);
  g_autofree char *deeper = g_build_filename (folder, "a", "b", NULL);
  g_autofree char *outside = g_build_filename (fixture->home, "outside", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *kept = g_build_filename (outside, "kept", NULL);
  g_autoptr (GError) error = NULL;

  add_steps (fixture->store, fixture->id, 1, 0, 0, 100);
  run_fixture_commit (fixture, 1, sample_epoch (0, 100), "last-1");
  touch (folder, "last-1");
  g_assert_cmpint (g_mkdir_with_parents (deeper, 0700), ==, 0);
  touch (deeper, "file");
  g_assert_cmpint (g_mkdir (outside, 0700), ==, 0);
  touch (outside, "kept");
  g_assert_cmpint (symlink (outside, link), ==, 0);

  g_assert_false (thaw_store_delete_run (fixture->store, fixture->id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE);
  g_clear_error (&error);
  g_assert_true (g_file_test (deeper, G_FILE_TEST_IS_DIR));
  trash (fixture);
  thaw_store_delete_run (fixture->store, fixture->id, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_cmpint (sql_int (fixture->home, "SELECT (SELECT count (*) FROM run) + (SELECT count (*) "
                                           "FROM iteration) + (SELECT count (*) FROM epoch) + "
                                           "(SELECT count (*) FROM artifact) + (SELECT count (*) "
                                           "FROM attempt) + (SELECT count (*) FROM metric)"),
                   ==, 0);
  g_assert_false (thaw_store_delete_run (fixture->store, fixture->id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_false (thaw_store_restore (fixture->store, fixture->id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
}

/* Killed between the rows and the folder: the next deletion takes what was left. */
static void
test_left_folder (RunFixture *fixture, gconstpointer data)
{
  g_autofree char *other = add_run (fixture->store, "other"), *ignored = NULL;
  g_autofree char *folder = thaw_store_run_folder (fixture->store, other);
  g_autoptr (GError) error = NULL;

  touch (folder, "last-1");
  ignored = sql (fixture->home, "store.db", "DELETE FROM run WHERE name = 'other'");
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  trash (fixture);
  thaw_store_delete_run (fixture->store, fixture->id, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_cmpint (sql_int (fixture->home, "SELECT count (*) FROM gone WHERE folder_left"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  run_fixture_add ("/db/trash/undo", test_undo);
  run_fixture_add ("/db/trash/alive", test_alive);
  run_fixture_add ("/db/trash/for-good", test_for_good);
  run_fixture_add ("/db/trash/left-folder", test_left_folder);
  return g_test_run ();
}
