/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking a store through changes nothing; what hurts indices alone is mended without losing a row;
 * what hurts a table is left as it is. */
#include "home.h"

#include <glib/gstdio.h>

enum { RUNS = 20, STEPS = 60, PAGE = 4096, HEADER = 100 };

typedef struct {
  char *home, *path;
  char *bytes, *rows;
  gsize length;
} Fixture;

/* Every row of every table, read without an index. */
static char *
all_rows (const char *path)
{
  static const char *const tables[] = {"run",      "attempt", "iteration",      "epoch",
                                       "metric",   "event",   "artifact",       "request",
                                       "revision", "gone",    "sqlite_sequence"};
  GString *text = g_string_new (NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    g_autofree char *select = g_strdup_printf ("SELECT * FROM %s NOT INDEXED", tables[i]);
    g_autoptr (sqlite3_stmt) row = NULL;
    g_string_append_printf (text, "-- %s\n", tables[i]);
    g_assert_cmpint (sqlite3_prepare_v2 (db, select, -1, &row, NULL), ==, SQLITE_OK);
    while (sqlite3_step (row) == SQLITE_ROW)
      for (int c = 0; c < sqlite3_column_count (row); c++)
        g_string_append_printf (text, "%s%c", (const char *) sqlite3_column_text (row, c),
                                c + 1 < sqlite3_column_count (row) ? '|' : '\n');
  }
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return g_string_free (text, FALSE);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  ThawStore *store;

  f->home = home_new ();
  f->path = g_build_filename (f->home, "store.db", NULL);
  store = open_store (f->home, THAW_STORE_WRITE);
  for (int i = 0; i < RUNS; i++) {
    g_autofree char *name = g_strdup_printf ("run %d", i), *id = add_run (store, name);
    ThawArtifact last = sample_artifact ("last-00001-00000060.safetensors", "last", 1, STEPS);
    const ThawArtifact *const artifacts[] = {&last};
    ThawEpochRow row = sample_epoch (0, STEPS);
    add_steps (store, id, 1, 0, 0, STEPS);
    g_assert_true (thaw_store_commit_epoch (store, id, 1, NULL, 0, &row, artifacts, 1, NULL));
    g_assert_true (thaw_store_add_event (store, id, 1, 0, 0, "frozen", NULL, NULL));
    g_assert_true (thaw_store_set_state (store, id, THAW_RUN_FINISHED, NULL, NULL));
  }
  thaw_store_close (store); /* folds the log in */
  g_assert_true (g_file_get_contents (f->path, &f->bytes, &f->length, NULL));
  f->rows = all_rows (f->path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->bytes);
  g_free (f->rows);
  g_free (f->path);
  home_free (f->home);
}

static void
put (Fixture *f, const char *bytes)
{
  static const char *const beside[] = {"-wal", "-shm"};

  for (gsize i = 0; i < G_N_ELEMENTS (beside); i++) {
    g_autofree char *path = g_strconcat (f->path, beside[i], NULL);
    g_unlink (path);
  }
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) f->length, NULL));
}

static void
assert_file_is (const char *path, const char *bytes, gsize length)
{
  g_autofree char *now = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &now, &n, NULL));
  g_assert_cmpmem (now, n, bytes, length);
}

/* --- Looking --- */

static void
test_sound (Fixture *f, gconstpointer data)
{
  for (int quick = 0; quick < 2; quick++) {
    g_auto (ThawStoreReport) report = {0};
    g_autoptr (GError) error = NULL;
    thaw_store_examine (f->home, quick, &report, &error);
    g_assert_no_error (error);
    g_assert_true (report.there);
    g_assert_cmpstr (report.path, ==, f->path);
    g_assert_cmpint (report.trouble, ==, THAW_STORE_SOUND);
    g_assert_cmpint (report.version, ==, THAW_STORE_VERSION);
    g_assert_cmpint (report.bytes, ==, f->length);
    g_assert_cmpstr (report.journal, ==, report.remote ? "delete" : "wal");
    g_assert_cmpuint (report.damage->len, ==, 0);
    g_assert_cmpuint (report.orphans, ==, 0);
  }
  assert_file_is (f->path, f->bytes, f->length);
}

static void
test_none (void)
{
  g_autoptr (Home) home = home_new ();
  g_auto (ThawStoreReport) report = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *before = snapshot (home), *after = NULL;

  thaw_store_examine (home, false, &report, &error);
  g_assert_no_error (error);
  g_assert_false (report.there);
  after = snapshot (home);
  g_assert_cmpstr (before, ==, after);
}

static void
test_older_stays_old (void)
{
  g_autoptr (Home) home = home_new ();
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "db", "history", "v1.db", NULL);
  g_autofree char *path = g_build_filename (home, "store.db", NULL), *bytes = NULL;
  g_auto (ThawStoreReport) report = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  thaw_store_examine (home, false, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report.version, ==, 1);
  g_assert_cmpint (report.trouble, ==, THAW_STORE_SOUND);
  g_assert_cmpuint (report.damage->len, ==, 0);
  store = thaw_store_open_as_it_is (home, &error);
  g_assert_no_error (error);
  runs = thaw_store_runs (store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, >, 0);
  assert_file_is (path, bytes, length);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  g_auto (ThawStoreReport) report = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL, *copy = NULL;

  g_free (sql (f->home, "store.db", "PRAGMA user_version = 99"));
  before = snapshot (f->home);
  thaw_store_examine (f->home, false, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report.trouble, ==, THAW_STORE_NEWER);
  g_assert_cmpint (report.version, ==, 99);
  g_assert_false (thaw_store_mend (f->home, &copy, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NEWER);
  after = snapshot (f->home);
  g_assert_cmpstr (before, ==, after);
}

static void
test_orphans (Fixture *f, gconstpointer data)
{
  g_auto (ThawStoreReport) report = {0};
  g_autoptr (GError) error = NULL;

  g_free (sql (f->home, "store.db", "PRAGMA foreign_keys = OFF; DELETE FROM run WHERE seq = 3"));
  thaw_store_examine (f->home, false, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.damage->len, ==, 0);
  g_assert_cmpuint (report.orphans, >=, STEPS);
}

/* --- Mending --- */

static void
tear (guchar *page, int way, GRand *rand)
{
  if (way == 0)
    memset (page, 0, PAGE);
  else
    for (int i = PAGE / 2; i < PAGE; i++)
      page[i] = (guchar) g_rand_int (rand);
}

/* SQLite's backup counts in the header of what it writes. */
static void
assert_copy (const char *path, const char *bytes, gsize length)
{
  g_autofree char *now = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &now, &n, NULL));
  g_assert_cmpuint (n, ==, length);
  g_assert_cmpmem (now + HEADER, n - HEADER, bytes + HEADER, length - HEADER);
}

/* As it was, but for what is torn; the copy has the tear still. */
static void
assert_mended (Fixture *f, const char *torn)
{
  g_autofree char *copy = NULL, *rows = NULL, *answer = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (ThawStoreReport) report = {0};

  thaw_store_mend (f->home, &copy, &error);
  g_assert_no_error (error);
  rows = all_rows (f->path);
  g_assert_cmpstr (rows, ==, f->rows);
  thaw_store_examine (f->home, false, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report.trouble, ==, THAW_STORE_SOUND);
  g_assert_cmpstr (report.journal, ==, report.remote ? "delete" : "wal");
  answer = sql (f->home, "store.db", "PRAGMA integrity_check");
  g_assert_cmpstr (answer, ==, "ok");
  assert_copy (copy, torn, f->length);
  g_assert_cmpint (g_unlink (copy), ==, 0);
}

static void
assert_left (Fixture *f, const char *torn)
{
  g_autofree char *copy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_store_mend (f->home, &copy, &error));
  g_assert_nonnull (error);
  g_assert_null (copy);
  assert_file_is (f->path, torn, f->length);
}

/* Each page but the first, in one of two ways: noticed, and either mended to the last row or left.
 */
static void
test_every_page (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int mended = 0, left = 0, unseen = 0, unreadable = 0;

  for (gsize page = 1; page < f->length / PAGE; page++) {
    g_autofree char *torn = g_memdup2 (f->bytes, f->length);
    g_auto (ThawStoreReport) report = {0};
    g_autoptr (GError) error = NULL;
    tear ((guchar *) torn + page * PAGE, (int) ((page + seed) % 2), rand);
    put (f, torn);
    if (!thaw_store_examine (f->home, false, &report, &error)) {
      /* a page of the schema: nothing can be read, and nothing is written */
      g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED);
      assert_file_is (f->path, torn, f->length);
      unreadable++;
    } else if (report.damage->len == 0) {
      unseen++; /* noise in the empty half of a page */
    } else {
      g_assert_cmpint (report.trouble, ==, THAW_STORE_DAMAGED);
      assert_file_is (f->path, torn, f->length);
      if (report.only_indices)
        assert_mended (f, torn);
      else
        assert_left (f, torn);
      mended += report.only_indices;
      left += !report.only_indices;
    }
  }
  g_test_message ("seed %u: %d mended, %d left, %d unreadable, %d of no consequence", seed, mended,
                  left, unreadable, unseen);
  g_assert_cmpint (mended, >=, 3);
  g_assert_cmpint (left, >=, 8);
}

/* An entry of an index that says something else than its row: only a thorough look sees it. */
static void
test_entry_of_an_index (Fixture *f, gconstpointer data)
{
  int root = (int) sql_int (
      f->home, "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_run_1'");
  g_autofree char *torn = g_memdup2 (f->bytes, f->length);
  g_auto (ThawStoreReport) quick = {0}, thorough = {0};
  g_autoptr (GError) error = NULL;

  torn[(gsize) root * PAGE - 10] ^= 1; /* within the last cell: a digit of an id */
  put (f, torn);
  thaw_store_examine (f->home, true, &quick, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (quick.damage->len, ==, 0);
  thaw_store_examine (f->home, false, &thorough, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (thorough.damage->len, >, 0);
  g_assert_true (thorough.only_indices);
  assert_mended (f, torn);
}

static void
write_meanwhile (ThawStore *store)
{
  g_free (sql (store->home, "store.db", "UPDATE run SET starred = 1 WHERE seq = 5"));
}

static void
test_written_meanwhile (Fixture *f, gconstpointer data)
{
  ThawStoreOptions options = {.wal_reset_bug = THAW_NO, .before_mending = write_meanwhile};
  g_autofree char *copy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_store_mend_with (f->home, &options, &copy, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY);
  g_assert_cmpint (sql_int (f->home, "SELECT starred FROM run WHERE seq = 5"), ==, 1);
}

static void
test_copy_beside (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStore) store = open_store (f->home, THAW_STORE_WRITE);
  g_autofree char *first = NULL, *second = NULL, *rows = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf st;

  g_assert_true (thaw_store_copy_beside (store, &first, &error));
  g_assert_true (thaw_store_copy_beside (store, &second, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (first, "/store-before-repair.db"));
  g_assert_true (g_str_has_suffix (second, "/store-before-repair-2.db"));
  rows = all_rows (first);
  g_assert_cmpstr (rows, ==, f->rows);
  g_assert_cmpint (g_stat (first, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

int
main (int argc, char **argv)
{
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/db/examine/sound", test_sound);
  g_test_add_func ("/db/examine/none", test_none);
  g_test_add_func ("/db/examine/older-stays-old", test_older_stays_old);
  ADD ("/db/examine/newer", test_newer);
  ADD ("/db/examine/orphans", test_orphans);
  ADD ("/db/mend/every-page", test_every_page);
  ADD ("/db/mend/entry-of-an-index", test_entry_of_an_index);
  ADD ("/db/mend/written-meanwhile", test_written_meanwhile);
  ADD ("/db/mend/copy-beside", test_copy_beside);
  return g_test_run ();
}
