/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several processes write at once: nothing is lost, nothing doubled, nobody hears "locked". */
#include "home.h"

#include <unistd.h>

enum { WRITERS = 4, TRANSACTIONS = 500 };

/* The child: a worker with a run of its own that also asks others things. */
static int
write_rows (const char *home, const char *bug, const char *id, int number)
{
  ThawStoreOptions options = {.wal_reset_bug = g_str_equal (bug, "yes") ? THAW_YES : THAW_NO};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = thaw_store_open_with (home, THAW_STORE_WRITE, &options, &error);

  g_assert_no_error (error);
  for (int i = 0; i < TRANSACTIONS; i++) {
    ThawIterationRow row = {.step = i * WRITERS + number, .loss = 1, .lr = 1};

    thaw_store_add_iterations (store, id, 1, &row, 1, &error);
    g_assert_no_error (error);
    if (i % 50 == 0) {
      g_autoptr (GPtrArray) runs = thaw_store_runs (store, &error);

      g_assert_no_error (error);
      g_assert_cmpint (runs->len, ==, 1);
    }
  }
  return 0;
}

static void
test_writers (gconstpointer data)
{
  const char *bug = data;
  g_autoptr (Home) home = home_new ();
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "shared"), *check = NULL;
  GPid children[WRITERS];
  gint64 start = g_get_monotonic_time ();

  thaw_store_close (store);
  for (int i = 0; i < WRITERS; i++) {
    g_autofree char *number = g_strdup_printf ("%d", i);
    const char *arguments[] = {"write", home, bug, id, number, NULL};

    children[i] = spawn_self (arguments, NULL);
  }
  for (int i = 0; i < WRITERS; i++)
    wait_for (children[i]);
  g_test_message ("%d transactions in %d ms", WRITERS * TRANSACTIONS,
                  (int) ((g_get_monotonic_time () - start) / 1000));
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM iteration"), ==, WRITERS * TRANSACTIONS);
  g_assert_cmpint (sql_int (home, "SELECT count (DISTINCT step) FROM iteration"), ==,
                   WRITERS * TRANSACTIONS);
  check = sql (home, "store.db", "PRAGMA integrity_check");
  g_assert_cmpstr (check, ==, "ok");
}

/* Programs that start together on an empty home make one store. */
static int
start (const char *home)
{
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);

  g_free (add_run (store, "first thing"));
  return 0;
}

/* And one that was there before, reading, sees no store or a whole one. */
static int
look (const char *home)
{
  g_autoptr (GError) error = NULL;

  for (guint seen = 0; seen < WRITERS;) {
    g_autoptr (ThawStore) store = open_store (home, THAW_STORE_READ);
    g_autoptr (GPtrArray) runs = thaw_store_runs (store, &error);

    g_assert_no_error (error);
    g_assert_cmpint (runs->len, >=, seen);
    seen = runs->len;
  }
  return 0;
}

static void
test_start_together (void)
{
  for (int round = 0; round < 25; round++) {
    g_autoptr (Home) home = home_new ();
    const char *arguments[] = {"start", home, NULL};
    const char *reader_arguments[] = {"look", home, NULL};
    GPid reader = spawn_self (reader_arguments, NULL);
    GPid children[WRITERS];

    for (int i = 0; i < WRITERS; i++)
      children[i] = spawn_self (arguments, NULL);
    for (int i = 0; i < WRITERS; i++)
      wait_for (children[i]);
    wait_for (reader);
    g_assert_cmpint (sql_int (home, "SELECT count (*) FROM run"), ==, WRITERS);
  }
}

int
main (int argc, char **argv)
{
  if (argc == 6 && g_str_equal (argv[1], "write"))
    return write_rows (argv[2], argv[3], argv[4], atoi (argv[5]));
  if (argc == 3 && g_str_equal (argv[1], "start"))
    return start (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "look"))
    return look (argv[2]);
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_ON_DISK);
  g_test_add_data_func ("/db/writers/affected-library", "yes", test_writers);
  g_test_add_func ("/db/writers/start-together", test_start_together);
  if (!thaw_sqlite_has_wal_reset_bug (sqlite3_libversion_number ()))
    g_test_add_data_func ("/db/writers/sound-library", "no", test_writers);
  return g_test_run ();
}
