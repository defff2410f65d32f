/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for damage before anybody runs into it. */
#include "store-private.h"

/* Beyond it the two big tables are left out before a write: about 3 s a GB. */
#define BIG_BYTES ((gint64) 64 << 20)

static gint64
size_of (ThawStore *store)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", NULL);

  if (statement == NULL || thaw_statement_step (store, statement, NULL) != THAW_STEP_ROW)
    return 0;
  return sqlite3_column_int64 (statement, 0);
}

/* What the first finding says; NULL: none, or it could not be looked, with an error if the disk
 * failed. (transfer full) */
static char *
first_finding (ThawStore *store, const char *sql, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, &local);
  ThawSqlStep step =
      statement != NULL ? thaw_statement_step (store, statement, &local) : THAW_STEP_FAILED;
  g_autofree char *text = step == THAW_STEP_ROW ? thaw_column_text (statement, 0) : NULL;

  if (step == THAW_STEP_FAILED && (store->failed_rc & 0xff) == SQLITE_CORRUPT) {
    if (!g_error_matches (local, THAW_DB_ERROR, THAW_DB_ERROR_IO))
      return g_strdup (sqlite3_errmsg (store->db));
    g_propagate_error (error, g_steal_pointer (&local)); /* a page that the disk did not give */
    return NULL;
  }
  return g_strcmp0 (text, "ok") == 0 ? NULL : g_steal_pointer (&text);
}

static char *
look (ThawStore *store, bool big, GError **error) /* not NULL */
{
  static const char *const small[] = {
      "PRAGMA quick_check(run)",      "PRAGMA quick_check(attempt)", "PRAGMA quick_check(epoch)",
      "PRAGMA quick_check(artifact)", "PRAGMA quick_check(event)",   "PRAGMA quick_check(request)",
  };
  char *finding = NULL;

  if (!big)
    return first_finding (store, "PRAGMA quick_check(1)", error);
  for (gsize i = 0; i < G_N_ELEMENTS (small) && finding == NULL && *error == NULL; i++)
    finding = first_finding (store, small[i], error);
  return finding;
}

/* SQLite's check takes a page that the disk did not give for one that is damaged, and says the
 * code. */
static bool
is_read_error (const char *finding)
{
  const char *code = strstr (finding, "unable to get the page. error code=");

  return code != NULL && (atoi (strchr (code, '=') + 1) & 0xff) == SQLITE_IOERR;
}

gboolean
thaw_look_before_writing (ThawStore *store, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *finding = look (store, size_of (store) > BIG_BYTES, &local);

  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (finding == NULL)
    return TRUE;
  if (is_read_error (finding))
    return thaw_db_fail (store, SQLITE_IOERR_READ, error);
  g_strdelimit (finding, "\n", ' ');
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED,
               _ ("%s: is damaged (%s); it was left untouched. Its runs can be looked at, compared "
                  "and exported; 'thaw store --begin' begins a new store beside it"),
               store->path, finding);
  return FALSE;
}

/* A page may have become another sound one: the numbers then do not agree with the run's. */
static bool
agrees (const ThawRun *run, const GArray *iterations, const GArray *epochs)
{
  if (iterations == NULL || epochs == NULL || iterations->len < run->steps_done ||
      (int) epochs->len < run->epochs_done)
    return false;
  for (guint i = 1; i < iterations->len; i++)
    if (g_array_index (iterations, ThawIterationRow, i - 1).step >=
        g_array_index (iterations, ThawIterationRow, i).step)
      return false;
  return true;
}

/* Reads all there is of a run: what cannot be read notes itself. */
static void
read_whole (ThawStore *store, const ThawRun *run)
{
  g_autoptr (GArray) iterations = thaw_store_iterations (store, run->id, -1, NULL);
  g_autoptr (GArray) epochs = thaw_store_epochs (store, run->id, NULL);
  g_autoptr (GArray) events = thaw_store_events (store, run->id, NULL);
  g_autoptr (GArray) attempts = thaw_store_attempts (store, run->id, NULL);
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (store, run->id, NULL);

  if (!agrees (run, iterations, epochs))
    thaw_trouble_note (store, run->id, run->name);
}

void
thaw_store_look_through (ThawStore *store)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *finding = NULL;
  g_autoptr (GPtrArray) runs = NULL;

  g_return_if_fail (store != NULL && store->mode == THAW_STORE_READ);

  if (store->in_memory)
    return;
  finding = look (store, false, &failed);
  if (finding == NULL)
    return;
  thaw_trouble_note (store, NULL, NULL);
  runs = thaw_runs_where (store, "1", NULL, NULL);
  for (guint i = 0; runs != NULL && i < runs->len; i++)
    read_whole (store, runs->pdata[i]);
}
