/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summaries: what a list shows of its runs, read in a few statements, and only what changed since
 * the last look. */
#include "store-private.h"

#include <math.h>

void
thaw_run_summary_free (ThawRunSummary *summary)
{
  if (summary == NULL)
    return;
  thaw_run_free (summary->run);
  g_free (summary->accuracy);
  g_free (summary);
}

static gboolean
read_revision (ThawStore *store, gint64 *latest, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT latest FROM revision", error);

  if (statement == NULL || thaw_statement_step (store, statement, error) != THAW_STEP_ROW)
    return FALSE;
  *latest = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* A statement whose ?1 is the revision that is known. */
static sqlite3_stmt *
since (ThawStore *store, const char *sql, gint64 revision, GError **error)
{
  sqlite3_stmt *statement = thaw_statement_new (store, sql, error);

  if (statement != NULL)
    thaw_bind_int (store, statement, 1, revision);
  return statement;
}

static gboolean
read_rows (ThawStore *store, gint64 revision, GPtrArray *summaries, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      since (store, "SELECT " THAW_RUN_COLUMNS " FROM run WHERE revision > ?1 ORDER BY seq DESC",
             revision, error);
  ThawSqlStep step;
  ThawRun *run;

  if (statement == NULL)
    return FALSE;
  while ((step = thaw_run_step (store, statement, &run, error)) == THAW_STEP_ROW) {
    ThawRunSummary *summary = g_new0 (ThawRunSummary, 1);

    summary->run = run;
    summary->ticked_ms = sqlite3_column_int64 (statement, sqlite3_column_count (statement) - 1);
    g_ptr_array_add (summaries, summary);
  }
  return step == THAW_STEP_DONE;
}

static void
append_accuracy (ThawRunSummary *summary, double value)
{
  if (summary->n_epochs % 32 == 0)
    summary->accuracy = g_renew (float, summary->accuracy, summary->n_epochs + 32);
  summary->accuracy[summary->n_epochs++] = (float) value;
}

/* Both this and the summaries come latest first. */
static gboolean
read_accuracies (ThawStore *store, gint64 revision, GPtrArray *summaries, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      since (store,
             "SELECT e.run, m.value FROM run AS r JOIN epoch AS e ON e.run = r.seq LEFT JOIN "
             "metric AS m ON m.run = e.run AND m.name = 'accuracy' AND m.step = e.step "
             "WHERE r.revision > ?1 ORDER BY r.seq DESC, e.epoch",
             revision, error);
  ThawSqlStep step;
  guint at = 0;

  if (statement == NULL)
    return FALSE;
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW) {
    gint64 run = sqlite3_column_int64 (statement, 0);

    while (at < summaries->len && ((ThawRunSummary *) summaries->pdata[at])->run->seq != run)
      at++;
    if (at == summaries->len)
      break; /* a damaged order */
    append_accuracy (summaries->pdata[at], thaw_column_real (statement, 1));
  }
  if (step == THAW_STEP_ROW) {
    store->failed_rc = SQLITE_CORRUPT;
    return thaw_db_fail (store, SQLITE_CORRUPT, error);
  }
  return step == THAW_STEP_DONE;
}

static gboolean
read_gone (ThawStore *store, gint64 revision, GPtrArray *summaries, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = since (
      store, "SELECT id, seq FROM gone WHERE revision > ?1 ORDER BY seq DESC", revision, error);
  ThawSqlStep step;

  if (statement == NULL)
    return FALSE;
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW) {
    ThawRunSummary *summary = g_new0 (ThawRunSummary, 1);

    summary->gone = true;
    summary->run = g_new0 (ThawRun, 1);
    summary->run->id = thaw_column_text (statement, 0);
    summary->run->seq = sqlite3_column_int64 (statement, 1);
    summary->run->tags = g_new0 (char *, 1);
    g_ptr_array_add (summaries, summary);
  }
  return step == THAW_STEP_DONE;
}

/* --- Around damage: all runs, each by itself --- */

static void
read_accuracies_of (ThawStore *store, ThawRunSummary *summary)
{
  g_autoptr (GArray) epochs = thaw_store_epochs (store, summary->run->id, NULL);

  for (guint i = 0; epochs != NULL && i < epochs->len; i++)
    append_accuracy (summary, g_array_index (epochs, ThawEpochRow, i).accuracy);
}

static GPtrArray *
salvage_all (ThawStore *store)
{
  GPtrArray *summaries = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_summary_free);
  g_autoptr (GPtrArray) runs = thaw_salvage_runs (store, "1", NULL);

  g_ptr_array_set_free_func (runs, NULL);
  for (guint i = 0; i < runs->len; i++) {
    ThawRunSummary *summary = g_new0 (ThawRunSummary, 1);

    summary->run = runs->pdata[i];
    read_accuracies_of (store, summary);
    g_ptr_array_add (summaries, summary);
  }
  return summaries;
}

static gboolean
read_all (ThawStore *store, gint64 *revision, GPtrArray *summaries, GError **error)
{
  gint64 known = *revision;

  return read_revision (store, revision, error) && read_rows (store, known, summaries, error) &&
         read_accuracies (store, known, summaries, error) &&
         (known == 0 || read_gone (store, known, summaries, error));
}

GPtrArray *
thaw_store_summaries (ThawStore *store, gint64 *revision, GError **error)
{
  g_autoptr (GPtrArray) summaries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_summary_free);
  gint64 latest;
  gboolean good;

  g_return_val_if_fail (store != NULL && revision != NULL, NULL);

  latest = *revision;
  if (!thaw_statement_exec (store, "BEGIN", error))
    return NULL;
  good = store->trouble != THAW_STORE_DAMAGED && read_all (store, &latest, summaries, error);
  if (!good &&
      (store->trouble == THAW_STORE_DAMAGED || thaw_trouble_forgive (store, NULL, error))) {
    g_ptr_array_unref (summaries);
    g_clear_error (error);
    summaries = salvage_all (store);
    read_revision (store, &latest, NULL);
    good = TRUE;
  }
  sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  for (guint i = 0; good && i < summaries->len; i++) {
    ThawRunSummary *summary = summaries->pdata[i];

    good = summary->gone || thaw_run_settle (store, &summary->run, error);
  }
  if (!good)
    return NULL;
  /* A home without a store: the first one to appear is read from its beginning. */
  *revision = store->in_memory ? 0 : latest;
  return g_steal_pointer (&summaries);
}
