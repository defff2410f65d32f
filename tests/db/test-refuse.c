/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not ours is refused, what is newer or locked is only read, and not a byte beside it
 * changes. */
#include "home.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
expect_mode_refused (const char *home, ThawStoreMode mode, int code, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_store_open (home, mode, &error));
  g_assert_error (error, THAW_DB_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "store.db"));
  g_assert_nonnull (strstr (error->message, word));
}

static void
expect_refused (const char *home, int code, const char *word)
{
  g_autofree char *before = snapshot (home), *after = NULL;

  expect_mode_refused (home, THAW_STORE_READ, code, word);
  expect_mode_refused (home, THAW_STORE_WRITE, code, word);
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
}

/* Read for what this Thaw knows of it, named, never written. */
static void
expect_read_only (const char *home, const char *word)
{
  g_autofree char *before = snapshot (home), *after = NULL, *text = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GArray) rows = NULL;
  ThawStore *store = open_store (home, THAW_STORE_READ);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (thaw_store_trouble (store), ==, THAW_STORE_NEWER);
  text = thaw_store_trouble_text (store);
  g_assert_nonnull (strstr (text, word));
  runs = thaw_store_runs (store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, ==, 1);
  rows = thaw_store_iterations (store, ((ThawRun *) runs->pdata[0])->id, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 50);
  thaw_store_close (store);
  expect_mode_refused (home, THAW_STORE_WRITE, THAW_DB_ERROR_NEWER, word);
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
}

static void
make_store (const char *home)
{
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "old");

  add_steps (store, id, 1, 0, 0, 50);
  thaw_store_close (store);
}

static void
test_newer (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *answer = NULL;

  make_store (home);
  answer = sql (home, "store.db", "PRAGMA user_version = 7");
  expect_read_only (home, "version 7");
  expect_read_only (home, "up to " G_STRINGIFY (THAW_STORE_VERSION));
}

/* So new that what we read is not there any more: refused both ways. */
static void
test_too_new (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *answer = NULL;

  make_store (home);
  answer = sql (home, "store.db",
                "ALTER TABLE run RENAME COLUMN steps_planned TO planned; PRAGMA user_version = 7");
  expect_refused (home, THAW_DB_ERROR_NEWER, "version 7");
}

/* --- A home that may be read and not written, as seen by somebody who is not root --- */

enum { NOBODY = 65534 };

static int
read_as_nobody (const char *home, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  ThawStore *store;

  if (geteuid () == 0 && (setgid (NOBODY) != 0 || setuid (NOBODY) != 0))
    return 77;
  store = thaw_store_open (home, THAW_STORE_READ, &error);
  if (store == NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  runs = thaw_store_runs (store, &error);
  if (runs == NULL || runs->len != (guint) atoi (expected) ||
      thaw_store_trouble (store) != THAW_STORE_LOCKED)
    return 2;
  thaw_store_close (store);
  return thaw_store_open (home, THAW_STORE_WRITE, &error) == NULL && error != NULL ? 0 : 3;
}

static void
test_locked (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *path = g_build_filename (home, "store.db", NULL), *before = NULL, *after = NULL;
  g_autofree char *lock = g_build_filename (home, "store.lock", NULL);
  const char *arguments[] = {"read-as-nobody", home, "1", NULL};

  make_store (home);
  g_assert_cmpint (g_chmod (path, 0444) | g_chmod (lock, 0444) | g_chmod (home, 0555), ==, 0);
  before = snapshot (home);
  wait_for (spawn_self (arguments, NULL));
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (g_chmod (home, 0700), ==, 0);
}

/* The same with a store of an older version, which cannot be brought up to date there. */
static void
test_locked_older (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *path = g_build_filename (home, "store.db", NULL), *before = NULL, *after = NULL;
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "db", "history", "v1.db", NULL);
  g_autofree char *bytes = NULL, *count = NULL;
  const char *arguments[] = {"read-as-nobody", home, NULL, NULL};
  gsize length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  count = sql (home, "store.db", "SELECT count (*) FROM run");
  arguments[2] = count;
  g_assert_cmpint (g_chmod (path, 0444) | g_chmod (home, 0555), ==, 0);
  before = snapshot (home);
  wait_for (spawn_self (arguments, NULL));
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (g_chmod (home, 0700), ==, 0);
}

/* The same as a copy alone in another folder, without a lock file. */
static void
test_newer_alone (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (Home) other = home_new ();
  g_autofree char *from = g_build_filename (home, "store.db", NULL);
  g_autofree char *to = g_build_filename (other, "store.db", NULL);
  g_autofree char *answer = NULL, *bytes = NULL;
  gsize length;

  make_store (home);
  answer = sql (home, "store.db", "PRAGMA user_version = 8; PRAGMA journal_mode = DELETE");
  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
  expect_read_only (other, "version 8");
}

/* A newer Thaw was killed: what makes the store newer is in the log alone. */
static int
leave_newer_log (const char *home)
{
  g_autofree char *path = g_build_filename (home, "store.db", NULL);
  sqlite3 *db;

  if (sqlite3_open (path, &db) != SQLITE_OK ||
      sqlite3_exec (db, "PRAGMA user_version = 9; CREATE TABLE later (x)", NULL, NULL, NULL) !=
          SQLITE_OK)
    return 1;
  _exit (0);
}

static void
test_newer_in_log (void)
{
  g_autoptr (Home) home = home_new ();
  const char *arguments[] = {"leave-newer-log", home, NULL};

  make_store (home);
  wait_for (spawn_self (arguments, NULL));
  expect_read_only (home, "version 9");
}

/* A newer Thaw comes while an older one has the store open: its next write is refused. */
static void
test_newer_while_open (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "old"), *answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = sql (home, "store.db", "PRAGMA user_version = 8");
  g_assert_false (thaw_store_set_state (store, id, THAW_RUN_FAILED, NULL, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NEWER);
  g_assert_cmpint (sql_int (home, "SELECT state = 'starting' FROM run"), ==, 1);
}

static void
write_file (const char *home, const char *bytes, gssize length)
{
  g_autofree char *path = g_build_filename (home, "store.db", NULL);

  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
}

static void
test_foreign (void)
{
  g_autoptr (Home) text = home_new ();
  g_autoptr (Home) noise = home_new ();
  g_autoptr (Home) other = home_new ();
  g_autoptr (Home) plain = home_new ();
  g_autoptr (Home) folder = home_new ();
  g_autoptr (Home) negative = home_new ();
  g_autofree char *answer = NULL, *path = g_build_filename (folder, "store.db", NULL);
  g_autofree char *zeros = g_malloc0 (20000);
  char *ignored;

  write_file (text, "Dear diary,\n", -1);
  expect_refused (text, THAW_DB_ERROR_FOREIGN, "not an SQLite database");
  write_file (noise, zeros, 20000);
  expect_refused (noise, THAW_DB_ERROR_FOREIGN, "not an SQLite database");
  answer = sql (other, "store.db", "PRAGMA application_id = 252006674; CREATE TABLE t (x)");
  expect_refused (other, THAW_DB_ERROR_FOREIGN, "0x0f055112");
  ignored = sql (plain, "store.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  g_free (ignored);
  expect_refused (plain, THAW_DB_ERROR_FOREIGN, "another program");
  ignored =
      sql (negative, "store.db",
           "PRAGMA application_id = 1414021463; PRAGMA user_version = -1; CREATE TABLE t (x)");
  g_free (ignored);
  expect_refused (negative, THAW_DB_ERROR_FOREIGN, "another program");
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  expect_refused (folder, THAW_DB_ERROR_FOREIGN, "not a regular file");
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "leave-newer-log"))
    return leave_newer_log (argv[2]);
  if (argc == 4 && g_str_equal (argv[1], "read-as-nobody"))
    return read_as_nobody (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_ON_DISK);
  g_test_add_func ("/db/refuse/newer", test_newer);
  g_test_add_func ("/db/refuse/too-new", test_too_new);
  g_test_add_func ("/db/refuse/locked", test_locked);
  g_test_add_func ("/db/refuse/locked-older", test_locked_older);
  g_test_add_func ("/db/refuse/newer-alone", test_newer_alone);
  g_test_add_func ("/db/refuse/newer-in-log", test_newer_in_log);
  g_test_add_func ("/db/refuse/newer-while-open", test_newer_while_open);
  g_test_add_func ("/db/refuse/foreign", test_foreign);
  return g_test_run ();
}
