/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Migrations: every old store becomes exactly the fresh one, with its rows; a step that fails or is
 * killed leaves the store as it was.
 *
 * history/vN.db is a store as version N made it. To keep one of the present version:
 * test-db-schema write-history FILE */
#include "home.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>

/* A later schema for tests: a new table, then a column. */
enum { NEXT = THAW_STORE_VERSION + 1, LAST = THAW_STORE_VERSION + 2 };
static char next_step[] = "CREATE TABLE note (run INTEGER NOT NULL REFERENCES run (seq), "
                          "text TEXT NOT NULL) STRICT; INSERT INTO note SELECT seq, name FROM run;";
static char last_step[] = "ALTER TABLE run ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;"
                          "UPDATE run SET pinned = 1;";

/* Versions 1 to n, the released ones and then these. */
static ThawStore *
open_steps (const char *home, ThawStoreMode mode, int n, const char *next, GError **error)
{
  ThawMigration steps[LAST] = {[NEXT - 1] = {NEXT, next}, [LAST - 1] = {LAST, last_step}};
  ThawStoreOptions options = {.steps = steps, .n_steps = n};

  memcpy (steps, thaw_schema_steps, sizeof (ThawMigration) * THAW_STORE_VERSION);
  return thaw_store_open_with (home, mode, &options, error);
}

/* Everything that makes a schema, in a fixed order. */
static char *
schema (const char *home)
{
  return sql (home, "store.db",
              "SELECT (SELECT application_id FROM pragma_application_id) || ' ' || "
              "(SELECT user_version FROM pragma_user_version) || char (10) || "
              "group_concat (line, char (10)) FROM (SELECT type || ' ' || name || ' ' || tbl_name "
              "|| ' ' || coalesce (sql, '') AS line FROM sqlite_schema ORDER BY type, name)");
}

static void
copy_history (const char *home, int version)
{
  g_autofree char *name = g_strdup_printf ("v%d.db", version);
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "db", "history", name, NULL);
  g_autofree char *to = g_build_filename (home, "store.db", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (from, &bytes, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents_full (to, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
expect_history_rows (ThawStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = thaw_store_find_run (store, "一次运行", &error);
  g_autoptr (GArray) epochs = NULL, steps = NULL, events = NULL;
  g_autoptr (GPtrArray) artifacts = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (run->state, ==, THAW_RUN_FINISHED);
  g_assert_cmpint (run->epochs_done, ==, 2);
  g_assert_cmpint (run->test_opened, ==, 1);
  epochs = thaw_store_epochs (store, run->id, &error);
  steps = thaw_store_iterations (store, run->id, -1, &error);
  events = thaw_store_events (store, run->id, &error);
  artifacts = thaw_store_artifacts (store, run->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (epochs->len, ==, 2);
  g_assert_cmpint (steps->len, ==, 20);
  g_assert_cmpint (events->len, ==, 2);
  g_assert_cmpint (artifacts->len, ==, 2);
}

static void
test_history (void)
{
  g_autoptr (Home) fresh = home_new ();
  g_autofree char *wanted = NULL;

  thaw_store_close (open_store (fresh, THAW_STORE_WRITE));
  wanted = schema (fresh);
  for (int version = 1; version <= THAW_STORE_VERSION; version++) {
    g_autoptr (Home) home = home_new ();
    g_autofree char *found = NULL;
    ThawStore *store;

    copy_history (home, version);
    store = open_store (home, THAW_STORE_READ);
    expect_history_rows (store);
    thaw_store_close (store);
    store = open_store (home, THAW_STORE_WRITE);
    expect_history_rows (store);
    thaw_store_close (store);
    found = schema (home);
    g_assert_cmpstr (found, ==, wanted);
  }
}

/* Two steps ahead: the rows come along, a copy of the old store stays, the result is the fresh
 * schema of that version. */
static void
test_steps (gconstpointer data)
{
  ThawStoreMode mode = GPOINTER_TO_INT (data);
  g_autoptr (Home) home = home_new ();
  g_autoptr (Home) fresh = home_new ();
  g_autofree char *wanted = NULL, *found = NULL, *version = NULL, *mode_text = NULL;
  g_autofree char *copy = g_build_filename (home, "store-v1.db", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf st;
  ThawStore *store;

  copy_history (home, 1);
  store = open_steps (home, mode, LAST, next_step, &error);
  g_assert_no_error (error);
  expect_history_rows (store);
  thaw_store_close (store);
  thaw_store_close (open_steps (fresh, THAW_STORE_WRITE, LAST, next_step, &error));
  g_assert_no_error (error);
  wanted = schema (fresh);
  found = schema (home);
  g_assert_cmpstr (found, ==, wanted);
  g_assert_cmpint (sql_int (home, "SELECT pinned FROM run"), ==, 1);
  g_assert_cmpint (sql_int (home, "SELECT text = '一次运行' FROM note"), ==, 1);
  version = sql (home, "store-v1.db", "PRAGMA user_version");
  g_assert_cmpstr (version, ==, "1");
  g_assert_cmpint (g_stat (copy, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

/* Dropping a table during a rebuild must not drag the rows that refer to it along. */
static void
test_rebuild (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = NULL;

  copy_history (home, 1);
  store = open_steps (home, THAW_STORE_WRITE, NEXT,
                      "CREATE TABLE run_2 AS SELECT * FROM run; DROP TABLE run; "
                      "ALTER TABLE run_2 RENAME TO run;",
                      &error);
  g_assert_no_error (error);
  expect_history_rows (store);
}

static void
test_failing_step (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *before = NULL, *after = NULL;
  g_autofree char *wanted = g_strdup_printf ("version %d", NEXT);
  g_autoptr (GError) error = NULL;
  ThawStore *store;

  copy_history (home, THAW_STORE_VERSION);
  before = schema (home);
  g_assert_null (open_steps (home, THAW_STORE_WRITE, LAST,
                             "CREATE TABLE note (x) STRICT; SELECT nonsense FROM nowhere;",
                             &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, wanted));
  after = schema (home);
  g_assert_cmpstr (after, ==, before);
  store = open_store (home, THAW_STORE_WRITE);
  expect_history_rows (store);
  thaw_store_close (store);
}

/* A second copy does not overwrite the first. */
static void
test_copies (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *first = g_build_filename (home, "store-v1.db", NULL);
  g_autofree char *second = g_build_filename (home, "store-v1-2.db", NULL);
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;

  copy_history (home, 1);
  g_assert_true (g_file_set_contents (first, "mine", 4, NULL));
  thaw_store_close (open_steps (home, THAW_STORE_WRITE, NEXT, next_step, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (first, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "mine");
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_REGULAR));
}

/* --- Killed at every statement ------------------------------------------------------------------
 */

static int statements_left;

static int
count_statement (unsigned what, void *user, void *statement, void *text)
{
  if (--statements_left == 0)
    raise (SIGKILL);
  return 0;
}

static int
trace_every (sqlite3 *db, char **message, const void *api)
{
  return sqlite3_trace_v2 (db, SQLITE_TRACE_STMT, count_statement, NULL);
}

/* The child: migrates, and is killed as statement number `at` begins. */
static int
migrate_until (const char *home, int at)
{
  g_autoptr (GError) error = NULL;

  statements_left = at;
  sqlite3_auto_extension ((void (*) (void)) trace_every);
  thaw_store_close (open_steps (home, THAW_STORE_WRITE, LAST, next_step, &error));
  g_assert_no_error (error);
  return 0;
}

static void
test_killed (void)
{
  int at, versions[LAST + 1] = {0};
  bool finished = false;

  for (at = 1; !finished && at < 500; at++) {
    g_autoptr (Home) home = home_new ();
    g_autofree char *number = g_strdup_printf ("%d", at);
    const char *arguments[] = {"migrate-until", home, number, NULL};
    g_autoptr (GError) error = NULL;
    ThawStore *store;
    gint64 version;
    int status;

    copy_history (home, 1);
    g_assert_cmpint (waitpid (spawn_self (arguments, NULL), &status, 0), >, 0);
    finished = WIFEXITED (status);
    if (!finished)
      g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
    version = sql_int (home, "PRAGMA user_version");
    g_assert_cmpint (version, >=, 1);
    g_assert_cmpint (version, <=, LAST);
    versions[version]++;
    /* Half a step is no step: the table is there exactly from its version on. */
    g_assert_cmpint (sql_int (home, "SELECT count (*) FROM sqlite_schema WHERE name = 'note'"), ==,
                     version >= NEXT);
    store = open_steps (home, THAW_STORE_WRITE, LAST, next_step, &error);
    g_assert_no_error (error);
    expect_history_rows (store);
    thaw_store_close (store);
    g_assert_cmpint (sql_int (home, "PRAGMA user_version"), ==, LAST);
  }
  g_assert_true (finished);
  for (int version = 1; version <= LAST; version++) {
    g_test_message ("of %d kills %d left version %d", at - 2, versions[version], version);
    g_assert_cmpint (versions[version], >, version == 1 ? 3 : version == LAST ? 0 : 1);
  }
}

static int
write_history (const char *path)
{
  g_autoptr (Home) home = home_new ();
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "一次运行"), *ignored = NULL, *bytes = NULL,
                  *deleted = NULL;
  g_autoptr (ThawRun) queued = NULL;
  const char *const tags[] = {"第一次", "baseline", NULL};
  g_autofree char *file = g_build_filename (home, "store.db", NULL);
  g_autoptr (GError) error = NULL;
  gsize length;

  for (int epoch = 0; epoch < 2; epoch++) {
    g_autofree char *name = g_strdup_printf ("last-%d", epoch + 1);
    ThawArtifact artifact = sample_artifact (name, "last", epoch + 1, (epoch + 1) * 10);
    const ThawArtifact *const artifacts[] = {&artifact};
    ThawEpochRow row = sample_epoch (epoch, (epoch + 1) * 10);

    add_steps (store, id, 1, epoch, epoch * 10, 10);
    thaw_store_commit_epoch (store, id, 1, NULL, 0, &row, artifacts, 1, &error);
    thaw_store_add_event (store, id, 1, epoch, row.step, "rate-dropped", "0.001", &error);
  }
  thaw_store_ask (store, id, "pause", NULL, &error);
  thaw_store_set_test (store, id, 1.25, 0.5, &error);
  thaw_store_set_state (store, id, THAW_RUN_FINISHED, NULL, &error);
  thaw_store_set_tags (store, id, tags, &error);
  thaw_store_set_starred (store, id, TRUE, &error);
  deleted = add_run (store, "gone");
  thaw_store_trash (store, deleted, &error);
  thaw_store_delete_run (store, deleted, &error);
  queued = sample_run ("queued");
  thaw_store_add_queued_run (store, queued, &error);
  g_assert_no_error (error);
  thaw_store_close (store);
  ignored = sql (home, "store.db", "PRAGMA journal_mode = DELETE");
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "write-history"))
    return write_history (argv[2]);
  if (argc == 4 && g_str_equal (argv[1], "migrate-until"))
    return migrate_until (argv[2], atoi (argv[3]));
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/schema/history", test_history);
  g_test_add_data_func ("/db/schema/steps-write", GINT_TO_POINTER (THAW_STORE_WRITE), test_steps);
  g_test_add_data_func ("/db/schema/steps-read", GINT_TO_POINTER (THAW_STORE_READ), test_steps);
  g_test_add_func ("/db/schema/rebuild", test_rebuild);
  g_test_add_func ("/db/schema/failing-step", test_failing_step);
  g_test_add_func ("/db/schema/copies", test_copies);
  g_test_add_func ("/db/schema/killed", test_killed);
  return g_test_run ();
}
