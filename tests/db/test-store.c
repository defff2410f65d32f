/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening: new homes, empty homes, unfinished and damaged stores. */
#include "home.h"

#include <sys/stat.h>

static void
expect_mode (const char *home, const char *name, guint mode)
{
  g_autofree char *path = g_build_filename (home, name, NULL);
  struct stat st;

  g_test_message ("%s", name);
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, mode);
}

static void
test_permissions (void)
{
  g_autoptr (Home) top = home_new ();
  g_autofree char *home = g_build_filename (top, "deep", "数据 100%? #1", NULL);
  mode_t mask = umask (0);
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (ThawRun) run = sample_run ("modes");
  g_autoptr (ThawRunLock) lock = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL, *file = NULL;

  thaw_store_start_run (store, run, &lock, &error);
  g_assert_no_error (error);
  umask (mask);
  expect_mode (home, ".", 0700);
  expect_mode (top, "deep", 0700);
  expect_mode (home, "store.db", 0600);
  expect_mode (home, "store.db-wal", 0600);
  expect_mode (home, "store.db-shm", 0600);
  expect_mode (home, "store.lock", 0600);
  expect_mode (home, "runs", 0700);
  folder = g_build_filename ("runs", run->id, NULL);
  expect_mode (home, folder, 0700);
  file = g_build_filename (folder, "lock", NULL);
  expect_mode (home, file, 0600);
  g_assert_cmpstr (thaw_store_home (store), ==, home);
}

static void
test_default_home (void)
{
  g_autofree char *chosen = NULL, *usual = NULL, *wanted = NULL;

  g_setenv ("THAW_HOME", "/somewhere/else", TRUE);
  chosen = thaw_store_default_home ();
  g_assert_cmpstr (chosen, ==, "/somewhere/else");
  g_setenv ("THAW_HOME", "", TRUE);
  usual = thaw_store_default_home ();
  wanted = g_build_filename (g_get_user_data_dir (), "thaw", NULL);
  g_assert_cmpstr (usual, ==, wanted);
  g_unsetenv ("THAW_HOME");
}

static void
expect_no_runs (ThawStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = thaw_store_runs (store, &error);

  g_assert_no_error (error);
  g_assert_cmpint (runs->len, ==, 0);
  g_assert_null (thaw_store_find_run (store, "latest", &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
}

static void
test_empty_home (void)
{
  g_autoptr (Home) top = home_new ();
  g_autofree char *home = g_build_filename (top, "missing", NULL);
  g_autofree char *before = snapshot (top), *after = NULL;
  g_autoptr (ThawStore) absent = open_store (home, THAW_STORE_READ);
  g_autoptr (ThawStore) empty = open_store (top, THAW_STORE_READ);
  g_autoptr (ThawRun) run = sample_run ("no");
  g_autoptr (GError) error = NULL;

  expect_no_runs (absent);
  expect_no_runs (empty);
  g_assert_false (thaw_store_add_run (empty, run, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO);
  after = snapshot (top);
  g_assert_cmpstr (before, ==, "");
  g_assert_cmpstr (after, ==, before);
}

/* A reader that came before the store sees it as soon as it is there. */
static void
test_store_appears (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) reader = open_store (home, THAW_STORE_READ);
  gint64 first = thaw_store_data_version (reader), second;
  g_autoptr (ThawStore) writer = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autofree char *id = NULL;

  g_assert_cmpint (thaw_store_data_version (reader), ==, first);
  writer = open_store (home, THAW_STORE_WRITE);
  id = add_run (writer, "new");
  second = thaw_store_data_version (reader);
  g_assert_cmpint (second, !=, first);
  runs = thaw_store_runs (reader, NULL);
  g_assert_cmpint (runs->len, ==, 1);
  g_assert_cmpint (thaw_store_data_version (reader), ==, second);
  add_steps (writer, id, 1, 0, 0, 1);
  g_assert_cmpint (thaw_store_data_version (reader), !=, second);
}

static void
test_data_version (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) a = open_store (home, THAW_STORE_WRITE);
  g_autoptr (ThawStore) b = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (a, "x");
  g_autoptr (GError) error = NULL;
  gint64 own = thaw_store_data_version (a), other = thaw_store_data_version (b);

  add_steps (a, id, 1, 0, 0, 5);
  g_assert_cmpint (thaw_store_data_version (a), ==, own);
  g_assert_cmpint (thaw_store_data_version (b), !=, other);
  other = thaw_store_data_version (b);
  thaw_store_add_iterations (a, id, 1, NULL, 0, &error); /* a tick */
  g_assert_no_error (error);
  g_assert_cmpint (thaw_store_data_version (b), !=, other);
}

static int
come_and_go (const char *home)
{
  thaw_store_close (open_store (home, THAW_STORE_WRITE));
  return 0;
}

/* Opening and closing a second store in a process must not drop the first one's locks: another
 * process would take itself for the last and remove the log under it. */
static void
test_locks_survive (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "x");
  g_autofree char *log = g_build_filename (home, "store.db-wal", NULL);
  const char *arguments[] = {"come-and-go", home, NULL};

  thaw_store_close (open_store (home, THAW_STORE_READ));
  thaw_store_close (open_store (home, THAW_STORE_WRITE));
  wait_for (spawn_self (arguments, NULL));
  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
  add_steps (store, id, 1, 0, 0, 10);
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM iteration"), ==, 10);
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
write_file (const char *home, const char *bytes, gssize length)
{
  g_autofree char *path = g_build_filename (home, "store.db", NULL);

  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
}

/* What a power cut may leave of a store that was just being made is a store still to be made. */
static void
test_unfinished (void)
{
  g_autoptr (Home) zero = home_new ();
  g_autoptr (Home) bare = home_new ();
  g_autofree char *answer = NULL;
  ThawStore *store;

  write_file (zero, "", 0);
  answer = sql (bare, "store.db", "PRAGMA journal_mode = WAL");
  for (int i = 0; i < 2; i++) {
    const char *home = i == 0 ? zero : bare;

    store = open_store (home, THAW_STORE_READ);
    expect_no_runs (store);
    thaw_store_close (store);
    make_store (home);
    g_assert_cmpint (sql_int (home, "SELECT count (*) FROM run"), ==, 1);
  }
}

static void
test_damaged (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *path = g_build_filename (home, "store.db", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = NULL;
  gsize length;

  make_store (home);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  memset (bytes + 100, 0xff, 3000); /* the root of the schema, behind a good header */
  write_file (home, bytes, (gssize) length);
  store = thaw_store_open (home, THAW_STORE_WRITE, &error);
  g_assert_null (store);
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "damaged"));
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_unwritable (void)
{
  g_autoptr (Home) top = home_new ();
  g_autofree char *file = g_build_filename (top, "file", NULL);
  g_autofree char *home = g_build_filename (file, "home", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_null (thaw_store_open (home, THAW_STORE_WRITE, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO);
  g_assert_nonnull (strstr (error->message, file));
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "come-and-go"))
    return come_and_go (argv[2]);
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_ON_DISK);
  g_test_add_func ("/db/store/permissions", test_permissions);
  g_test_add_func ("/db/store/default-home", test_default_home);
  g_test_add_func ("/db/store/empty-home", test_empty_home);
  g_test_add_func ("/db/store/store-appears", test_store_appears);
  g_test_add_func ("/db/store/data-version", test_data_version);
  g_test_add_func ("/db/store/locks-survive", test_locks_survive);
  g_test_add_func ("/db/store/unfinished", test_unfinished);
  g_test_add_func ("/db/store/damaged", test_damaged);
  g_test_add_func ("/db/store/unwritable", test_unwritable);
  return g_test_run ();
}
