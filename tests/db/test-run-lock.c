/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run's lock: alive is who holds it. */
#include "home.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static ThawRunState
state_of (ThawStore *store, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = thaw_store_find_run (store, id, &error);

  g_assert_no_error (error);
  return run->state;
}

static void
test_within_a_process (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "x");
  g_autofree char *pid = g_strdup_printf ("process %d", getpid ());
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRunLock) lock = NULL;

  g_assert_false (thaw_run_alive (store, id));
  g_assert_cmpint (state_of (store, id), ==, THAW_RUN_INTERRUPTED);
  lock = thaw_run_lock (store, id, &error);
  g_assert_no_error (error);
  g_assert_true (thaw_run_alive (store, id));
  g_assert_true (thaw_run_alive (store, id)); /* looking does not let go */
  g_assert_cmpint (state_of (store, id), ==, THAW_RUN_STARTING);
  g_assert_null (thaw_run_lock (store, id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE);
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);
  g_clear_pointer (&lock, thaw_run_unlock);
  g_assert_false (thaw_run_alive (store, id));
  lock = thaw_run_lock (store, id, &error);
  g_assert_no_error (error);
}

/* The child: holds the lock until it is killed. */
static int
hold (const char *home, const char *id, const char *state)
{
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (GError) error = NULL;
  ThawRunLock *lock = thaw_run_lock (store, id, &error);

  g_assert_no_error (error);
  g_assert_nonnull (lock);
  thaw_store_set_state (
      store, id, g_str_equal (state, "paused") ? THAW_RUN_PAUSED : THAW_RUN_RUNNING, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (STDOUT_FILENO, "x", 1), ==, 1);
  while (TRUE)
    pause ();
  return 1;
}

static void
test_killed (gconstpointer data)
{
  const char *state = data;
  ThawRunState wanted = g_str_equal (state, "paused") ? THAW_RUN_PAUSED : THAW_RUN_RUNNING;
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_READ);
  ThawStore *writer = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (writer, "x");
  const char *arguments[] = {"hold", home, id, state, NULL};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRunLock) lock = NULL;
  gint64 died;
  GPid child;
  int output;
  char ready;

  thaw_store_close (writer);
  thaw_store_data_version (store);
  child = spawn_self (arguments, &output);
  g_assert_cmpint (read (output, &ready, 1), ==, 1);
  g_assert_true (thaw_run_alive (store, id));
  g_assert_cmpint (state_of (store, id), ==, wanted);
  g_assert_null (thaw_run_lock (store, id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE);
  g_clear_error (&error);

  kill (child, SIGSTOP); /* hung is not dead */
  g_assert_true (thaw_run_alive (store, id));
  kill (child, SIGKILL);
  died = g_get_monotonic_time ();
  while (thaw_run_alive (store, id))
    g_usleep (1000);
  g_assert_cmpint (g_get_monotonic_time () - died, <, G_USEC_PER_SEC);
  g_assert_cmpint (state_of (store, id), ==, THAW_RUN_INTERRUPTED);
  waitpid (child, NULL, 0);
  close (output);
  lock = thaw_run_lock (store, id, &error); /* the file that the dead left is no hindrance */
  g_assert_no_error (error);
}

/* A run that starts with its lock never looks interrupted. */
static void
test_start (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (ThawRun) run = sample_run ("x");
  g_autoptr (ThawRunLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  thaw_store_start_run (store, run, &lock, &error);
  g_assert_no_error (error);
  g_assert_nonnull (lock);
  g_assert_cmpint (state_of (store, run->id), ==, THAW_RUN_STARTING);
}

static void
test_folder_gone (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "x");
  g_autofree char *folder = thaw_store_run_folder (store, id);
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRunLock) lock = NULL;

  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_false (thaw_run_alive (store, id));
  lock = thaw_run_lock (store, id, &error);
  g_assert_no_error (error);
  g_assert_true (thaw_run_alive (store, id));
  g_clear_pointer (&lock, thaw_run_unlock);
  /* A link in its place is not followed. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (symlink ("/dev/null", path), ==, 0);
  g_assert_false (thaw_run_alive (store, id));
  g_assert_null (thaw_run_lock (store, id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO);
  g_assert_false (thaw_run_alive (store, "../../etc"));
}

int
main (int argc, char **argv)
{
  if (argc == 5 && g_str_equal (argv[1], "hold"))
    return hold (argv[2], argv[3], argv[4]);
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/run-lock/within-a-process", test_within_a_process);
  g_test_add_data_func ("/db/run-lock/killed-running", "running", test_killed);
  g_test_add_data_func ("/db/run-lock/killed-paused", "paused", test_killed);
  g_test_add_func ("/db/run-lock/start", test_start);
  g_test_add_func ("/db/run-lock/folder-gone", test_folder_gone);
  return g_test_run ();
}
