/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a connection, its journal, and several stores within one process. */
#include "home.h"
#include "lock.h"

#include <fcntl.h>
#include <unistd.h>

static void
test_wal_reset_versions (void)
{
  static const struct {
    int version;
    bool bug;
  } table[] = {
      {3006023, false}, {3007000, true},  {3040001, true},  {3044005, true},  {3044006, false},
      {3044099, false}, {3045000, true},  {3050006, true},  {3050007, false}, {3051000, true},
      {3051002, true},  {3051003, false}, {3052000, false}, {4000000, false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (thaw_sqlite_has_wal_reset_bug (table[i].version), ==, table[i].bug);
}

static void
test_filesystems (void)
{
  g_assert_true (thaw_filesystem_is_remote (0x6969));
  g_assert_true (thaw_filesystem_is_remote (0xff534d42));
  g_assert_true (thaw_filesystem_is_remote (0xfe534d42));
  g_assert_true (thaw_filesystem_is_remote (0x65735546));
  g_assert_false (thaw_filesystem_is_remote (0xef53));     /* ext4  */
  g_assert_false (thaw_filesystem_is_remote (0x9123683e)); /* btrfs */
  g_assert_false (thaw_filesystem_is_remote (0x01021994)); /* tmpfs */
}

static char *
ask (ThawStore *store, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, text, &error);

  g_assert_no_error (error);
  g_assert_cmpint (thaw_statement_step (store, statement, &error), ==, THAW_STEP_ROW);
  return thaw_column_text (statement, 0);
}

static void
expect (ThawStore *store, const char *pragma, const char *wanted)
{
  g_autofree char *text = g_strconcat ("PRAGMA ", pragma, NULL);
  g_autofree char *answer = ask (store, text);

  g_test_message ("%s is %s", pragma, answer);
  g_assert_cmpstr (answer, ==, wanted);
}

static void
expect_settings (ThawStore *store)
{
  int defensive = 0;

  expect (store, "application_id", "1414021463"); /* 0x54484157 */
  expect (store, "synchronous", "2");
  expect (store, "busy_timeout", "5000");
  expect (store, "foreign_keys", "1");
  expect (store, "trusted_schema", "0");
  expect (store, "cell_size_check", "1");
  expect (store, "mmap_size", "0");
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive);
  g_assert_cmpint (defensive, ==, 1);
}

static void
test_settings (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) writer = open_store (home, THAW_STORE_WRITE);
  g_autoptr (ThawStore) reader = open_store (home, THAW_STORE_READ);

  g_assert_cmpint (THAW_STORE_APPLICATION_ID, ==, 1414021463);
  expect_settings (writer);
  expect_settings (reader);
  expect (writer, "user_version", G_STRINGIFY (THAW_STORE_VERSION));
  expect (writer, "journal_mode", "wal");
  expect (writer, "journal_size_limit", "16777216");
  expect (reader, "query_only", "1");
  if (thaw_sqlite_has_wal_reset_bug (sqlite3_libversion_number ()))
    expect (writer, "wal_autocheckpoint", "0");
}

static void
test_tables_are_strict (void)
{
  g_autoptr (Home) home = home_new ();

  thaw_store_close (open_store (home, THAW_STORE_WRITE));
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM pragma_table_list WHERE schema = 'main' "
                                  "AND name NOT LIKE 'sqlite_%' AND strict = 0"),
                   ==, 0);
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM pragma_table_list WHERE schema = 'main' "
                                  "AND name NOT LIKE 'sqlite_%'"),
                   ==, 10);
  /* Every column says its unit or meaning. */
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM sqlite_schema WHERE type = 'table' AND "
                                  "name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%-- %'"),
                   ==, 0);
}

static ThawStore *
open_with (const char *home, ThawChoose remote, ThawChoose bug)
{
  ThawStoreOptions options = {.remote = remote, .wal_reset_bug = bug};
  g_autoptr (GError) error = NULL;
  ThawStore *store = thaw_store_open_with (home, THAW_STORE_WRITE, &options, &error);

  g_assert_no_error (error);
  return store;
}

/* A network disk gets the truncated journal; a store that moves changes its journal. */
static void
test_remote (void)
{
  g_autoptr (Home) home = home_new ();
  ThawStore *store = open_with (home, THAW_YES, THAW_AUTO);
  g_autofree char *id = add_run (store, "far");
  g_autofree char *log = g_build_filename (home, "store.db-wal", NULL);

  expect (store, "journal_mode", "truncate");
  g_assert_false (store->serialise);
  add_steps (store, id, 1, 0, 0, 100);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  thaw_store_close (store);

  store = open_with (home, THAW_NO, THAW_AUTO);
  expect (store, "journal_mode", "wal");
  add_steps (store, id, 1, 0, 100, 100);
  thaw_store_close (store);

  store = open_with (home, THAW_YES, THAW_AUTO);
  expect (store, "journal_mode", "truncate");
  thaw_store_close (store);
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM iteration"), ==, 200);
}

/* Write transactions of an affected library hold store.lock; the others do without. */
static void
test_serialised (void)
{
  for (int bug = THAW_YES; bug <= THAW_NO; bug++) {
    g_autoptr (Home) home = home_new ();
    g_autoptr (ThawStore) store = open_with (home, THAW_NO, (ThawChoose) bug);
    g_autofree char *path = g_build_filename (home, "store.lock", NULL);
    g_autoptr (GError) error = NULL;
    int fd = open (path, O_RDWR | O_CLOEXEC);

    g_assert_cmpint (fd, >=, 0);
    g_assert_false (thaw_lock_is_held (fd));
    thaw_transaction_begin (store, &error);
    g_assert_no_error (error);
    g_assert_cmpint (thaw_lock_is_held (fd), ==, bug == THAW_YES);
    thaw_transaction_end (store, TRUE, &error);
    g_assert_no_error (error);
    g_assert_false (thaw_lock_is_held (fd));
    expect (store, "wal_autocheckpoint", bug == THAW_YES ? "0" : "1000");
    close (fd);
  }
}

/* The log is folded in at 4 MB and never grows much beyond, unless a reader is in the way. */
static void
test_checkpoint (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_with (home, THAW_NO, THAW_YES);
  g_autofree char *id = add_run (store, "long");
  gint64 longest = 0;
  int folded = 0;

  for (int i = 0; i < 800; i++) {
    gint64 before = store->wal_bytes;

    add_steps (store, id, 1, 0, i * 20, 20);
    longest = MAX (longest, store->wal_bytes);
    folded += store->wal_bytes < before;
  }
  g_test_message ("folded %d times, longest log %d KB", folded, (int) (longest / 1024));
  g_assert_cmpint (folded, >=, 1);
  g_assert_cmpint (longest, <, THAW_CHECKPOINT_BYTES + 512 * 1024);
  add_steps (store, id, 1, 1, 16000, 1);
  g_assert_cmpint (store->wal_bytes, >, 0);
  thaw_store_idle (store);
  g_assert_cmpint (store->wal_bytes, ==, 0);
}

static void
test_checkpoint_waits_for_reader (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_with (home, THAW_NO, THAW_YES);
  g_autoptr (ThawStore) reader = NULL;
  g_autoptr (sqlite3_stmt) reading = NULL;
  g_autofree char *id = add_run (store, "read");
  g_autoptr (GError) error = NULL;
  gint64 start;

  reader = open_store (home, THAW_STORE_READ);
  reading = thaw_statement_new (reader, "SELECT id FROM run, (VALUES (1), (2))", &error);
  g_assert_cmpint (thaw_statement_step (reader, reading, &error), ==, THAW_STEP_ROW);
  start = g_get_monotonic_time ();
  for (int i = 0; i < 500; i++)
    add_steps (store, id, 1, 0, i * 20, 20);
  g_assert_cmpint (store->wal_bytes, >, THAW_CHECKPOINT_BYTES);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
  sqlite3_reset (reading);
  thaw_store_idle (store);
  g_assert_cmpint (store->wal_bytes, ==, 0);
}

/* A holder of store.lock that hangs costs a sentence, not a hang. */
static void
test_busy (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_with (home, THAW_NO, THAW_YES);
  g_autoptr (ThawRun) run = sample_run ("late");
  g_autofree char *path = g_build_filename (home, "store.lock", NULL);
  g_autofree char *runs = g_build_filename (home, "runs", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = NULL;
  int fd = open (path, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (thaw_lock_take (fd, 0), ==, 0);
  g_assert_false (thaw_store_add_run (store, run, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, home));
  close (fd);
  folder = g_dir_open (runs, 0, NULL);
  g_assert_null (g_dir_read_name (folder)); /* no folder of a run that is not */
  g_clear_error (&error);
  thaw_store_add_run (store, run, &error);
  g_assert_no_error (error);
}

enum { TAKERS = 3, TAKER_MS = 500 };

typedef struct {
  char *path;
  int taken;
} Taker;

static gpointer
take_again_and_again (gpointer data)
{
  Taker *taker = data;
  gint64 end = g_get_monotonic_time () + TAKER_MS * 1000;
  int fd = open (taker->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  while (g_get_monotonic_time () < end) {
    g_assert_cmpint (thaw_lock_take (fd, 5000), ==, 0);
    g_usleep (300);
    thaw_lock_drop (fd);
    taker->taken++;
  }
  close (fd);
  return NULL;
}

/* Who lets go and asks again at once does not starve those who wait. */
static void
test_fair_lock (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *path = g_build_filename (home, "lock", NULL);
  Taker takers[TAKERS];
  GThread *threads[TAKERS];
  int all = 0;

  for (int i = 0; i < TAKERS; i++) {
    takers[i] = (Taker){path, 0};
    threads[i] = g_thread_new ("taker", take_again_and_again, &takers[i]);
  }
  for (int i = 0; i < TAKERS; i++) {
    g_thread_join (threads[i]);
    all += takers[i].taken;
  }
  for (int i = 0; i < TAKERS; i++) {
    g_test_message ("taken %d of %d times", takers[i].taken, all);
    g_assert_cmpint (takers[i].taken, >=, all / TAKERS / 4);
  }
}

enum { THREADS = 4, ROUNDS = 60 };

typedef struct {
  const char *home, *id;
  int number;
} Worker;

/* Opening and closing next to open stores must not drop their locks. */
static gpointer
work (gpointer data)
{
  Worker *worker = data;

  for (int i = 0; i < ROUNDS; i++) {
    g_autoptr (ThawStore) store = open_store (worker->home, THAW_STORE_WRITE);
    g_autoptr (ThawStore) reader = open_store (worker->home, THAW_STORE_READ);
    g_autoptr (GPtrArray) runs = thaw_store_runs (reader, NULL);

    g_assert_nonnull (runs);
    add_steps (store, worker->id, 1, 0, (worker->number * ROUNDS + i) * 2, 2);
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *id = NULL, *check = NULL;
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  GThread *threads[THREADS];
  Worker workers[THREADS];

  id = add_run (store, "shared");
  for (int i = 0; i < THREADS; i++) {
    workers[i] = (Worker){home, id, i};
    threads[i] = g_thread_new ("store", work, &workers[i]);
  }
  for (int i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  thaw_store_close (store);
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM iteration"), ==, THREADS * ROUNDS * 2);
  check = sql (home, "store.db", "PRAGMA integrity_check");
  g_assert_cmpstr (check, ==, "ok");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/connection/wal-reset-versions", test_wal_reset_versions);
  g_test_add_func ("/db/connection/filesystems", test_filesystems);
  g_test_add_func ("/db/connection/settings", test_settings);
  g_test_add_func ("/db/connection/tables-are-strict", test_tables_are_strict);
  g_test_add_func ("/db/connection/remote", test_remote);
  g_test_add_func ("/db/connection/serialised", test_serialised);
  g_test_add_func ("/db/connection/checkpoint", test_checkpoint);
  g_test_add_func ("/db/connection/checkpoint-waits-for-reader", test_checkpoint_waits_for_reader);
  g_test_add_func ("/db/connection/busy", test_busy);
  g_test_add_func ("/db/connection/fair-lock", test_fair_lock);
  g_test_add_func ("/db/connection/threads", test_threads);
  return g_test_run ();
}
