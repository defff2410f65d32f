/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs: reading them, and the state that people see. */
#include "store-private.h"

static const char *const state_names[] = {
    [THAW_RUN_STARTING] = N_ ("starting"), [THAW_RUN_RUNNING] = N_ ("running"),
    [THAW_RUN_PAUSED] = N_ ("paused"),     [THAW_RUN_INTERRUPTED] = N_ ("interrupted"),
    [THAW_RUN_STOPPED] = N_ ("stopped"),   [THAW_RUN_FINISHED] = N_ ("finished"),
    [THAW_RUN_FAILED] = N_ ("failed"),     [THAW_RUN_DIVERGED] = N_ ("diverged"),
    [THAW_RUN_QUEUED] = N_ ("queued"),
};

const char *
thaw_run_state_name (ThawRunState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (state_names), NULL);
  return state_names[state];
}

/* A word that we do not know cannot be a live state. */
static ThawRunState
state_of_name (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (name, state_names[i]) == 0)
      return (ThawRunState) i;
  return THAW_RUN_INTERRUPTED;
}

bool
thaw_run_state_is_live (ThawRunState state)
{
  return state == THAW_RUN_STARTING || state == THAW_RUN_RUNNING || state == THAW_RUN_PAUSED;
}

void
thaw_run_free (ThawRun *run)
{
  if (run == NULL)
    return;
  g_free (run->id);
  g_free (run->name);
  g_free (run->message);
  g_free (run->recipe);
  g_free (run->recipe_hash);
  g_free (run->model);
  g_free (run->data_path);
  g_free (run->data_title);
  g_free (run->data_fingerprint);
  g_free (run->weights);
  g_free (run->machine);
  g_free (run->preset);
  g_strfreev (run->tags);
  g_free (run->group_id);
  g_free (run);
}

ThawRun *
thaw_run_read (sqlite3_stmt *row)
{
  ThawRun *run = g_new0 (ThawRun, 1);
  int at = 0;

  run->seq = sqlite3_column_int64 (row, at++);
  run->id = thaw_column_text (row, at++);
  run->name = thaw_column_text (row, at++);
  run->state = state_of_name ((const char *) sqlite3_column_text (row, at++));
  run->message = thaw_column_text (row, at++);
  run->preset = thaw_column_text (row, at++);
  run->recipe = thaw_column_text (row, at++);
  run->recipe_hash = thaw_column_text (row, at++);
  run->model = thaw_column_text (row, at++);
  run->weights = thaw_column_text (row, at++);
  run->data_path = thaw_column_text (row, at++);
  run->data_title = thaw_column_text (row, at++);
  run->data_fingerprint = thaw_column_text (row, at++);
  run->machine = thaw_column_text (row, at++);
  run->epochs = sqlite3_column_int (row, at++);
  run->epochs_done = sqlite3_column_int (row, at++);
  run->steps_done = (uint64_t) sqlite3_column_int64 (row, at++);
  run->attempt = sqlite3_column_int (row, at++);
  run->parameters = sqlite3_column_int64 (row, at++);
  run->trainable_frozen = sqlite3_column_int64 (row, at++);
  run->macs = sqlite3_column_int64 (row, at++);
  run->created_ms = sqlite3_column_int64 (row, at++);
  run->ended_ms = sqlite3_column_int64 (row, at++);
  run->best_epoch = sqlite3_column_int (row, at++);
  run->best_accuracy = thaw_column_real (row, at++);
  run->test_loss = thaw_column_real (row, at++);
  run->test_accuracy = thaw_column_real (row, at++);
  run->test_opened = sqlite3_column_int (row, at++);
  run->steps_planned = sqlite3_column_int64 (row, at++);
  run->tags = thaw_tags_split ((const char *) sqlite3_column_text (row, at++));
  run->starred = sqlite3_column_int (row, at++) != 0;
  run->trashed_ms = sqlite3_column_int64 (row, at++);
  run->group_id = thaw_column_text (row, at++);
  run->queue_place = sqlite3_column_int64 (row, at++);
  run->revision = sqlite3_column_int64 (row, at++);
  return run;
}

/* What THAW_RUN_COLUMNS must be: integer, text, or anything. */
static const char types[] = "ittt??ttttttttiiiiiiiiii???iitii?iii";

static bool
is_whole (sqlite3_stmt *row)
{
  const char *id = (const char *) sqlite3_column_text (row, 1);

  g_assert (sqlite3_column_count (row) == (int) strlen (types));
  for (int i = 0; types[i] != '\0'; i++)
    if (types[i] != '?' &&
        sqlite3_column_type (row, i) != (types[i] == 'i' ? SQLITE_INTEGER : SQLITE_TEXT))
      return false;
  return thaw_run_id_is_valid (id);
}

ThawSqlStep
thaw_run_step (ThawStore *store, sqlite3_stmt *statement, ThawRun **run, GError **error)
{
  ThawSqlStep step = thaw_statement_step (store, statement, error);

  *run = NULL;
  if (step != THAW_STEP_ROW)
    return step;
  if (is_whole (statement)) {
    *run = thaw_run_read (statement);
    return step;
  }
  store->failed_rc = SQLITE_CORRUPT;
  thaw_db_fail (store, SQLITE_CORRUPT, error);
  return THAW_STEP_FAILED;
}

static GPtrArray *
read_runs (ThawStore *store, const char *condition, const char *text, GError **error)
{
  g_autofree char *sql = g_strconcat ("SELECT " THAW_RUN_COLUMNS " FROM run WHERE ", condition,
                                      " ORDER BY seq DESC", NULL);
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, error);
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_free);
  ThawSqlStep step;
  ThawRun *run;

  if (store->trouble == THAW_STORE_DAMAGED)
    return thaw_salvage_runs (store, condition, text);
  if (statement == NULL)
    return NULL;
  if (text != NULL)
    thaw_bind_text (store, statement, 1, text);
  while ((step = thaw_run_step (store, statement, &run, error)) == THAW_STEP_ROW)
    g_ptr_array_add (runs, run);
  if (step == THAW_STEP_DONE)
    return g_steal_pointer (&runs);
  return thaw_trouble_forgive (store, NULL, error) ? thaw_salvage_runs (store, condition, text)
                                                   : NULL;
}

/* A live state without a worker is *interrupted*. The row is read once more after the lock was
 * found free: the worker may have ended well, and let go, in between. A queued run whose lock is
 * held is being started: nothing is written until it has begun, so a kill leaves it in its place.
 */
gboolean
thaw_run_settle (ThawStore *store, ThawRun **place, GError **error)
{
  ThawRun *run = *place;
  g_autoptr (GPtrArray) again = NULL;

  if (run->state == THAW_RUN_QUEUED && thaw_run_alive (store, run->id))
    run->state = THAW_RUN_STARTING;
  if (!thaw_run_state_is_live (run->state) || thaw_run_alive (store, run->id))
    return TRUE;
  again = read_runs (store, "id = ?1", run->id, error);
  if (again == NULL)
    return FALSE;
  if (again->len == 1) {
    thaw_run_free (run);
    *place = run = g_ptr_array_steal_index (again, 0);
  }
  if (thaw_run_state_is_live (run->state) && !thaw_run_alive (store, run->id))
    run->state = THAW_RUN_INTERRUPTED;
  return TRUE;
}

GPtrArray *
thaw_runs_where (ThawStore *store, const char *condition, const char *text, GError **error)
{
  g_autoptr (GPtrArray) runs = read_runs (store, condition, text, error);

  for (guint i = 0; runs != NULL && i < runs->len; i++) {
    ThawRun *run = runs->pdata[i];
    gboolean good = thaw_run_settle (store, &run, error);

    runs->pdata[i] = run;
    if (!good)
      return NULL;
  }
  return g_steal_pointer (&runs);
}

GPtrArray *
thaw_store_runs (ThawStore *store, GError **error)
{
  g_return_val_if_fail (store != NULL, NULL);
  return thaw_runs_where (store, "trashed_ms = 0", NULL, error);
}

GPtrArray *
thaw_store_live_runs (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;

  g_return_val_if_fail (store != NULL, NULL);

  runs =
      thaw_runs_where (store, "state IN ('starting', 'running', 'paused', 'queued')", NULL, error);
  for (guint i = runs != NULL ? runs->len : 0; i-- > 0;)
    if (!thaw_run_state_is_live (((ThawRun *) runs->pdata[i])->state))
      g_ptr_array_remove_index (runs, i);
  return g_steal_pointer (&runs);
}

GPtrArray *
thaw_store_trashed_runs (ThawStore *store, GError **error)
{
  g_return_val_if_fail (store != NULL, NULL);
  return thaw_runs_where (store, "trashed_ms <> 0", NULL, error);
}

gboolean
thaw_run_key (ThawStore *store, const char *run_id, gint64 *key, int *attempt, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT seq, attempt FROM run WHERE id = ?1", error);
  ThawSqlStep step;

  if (statement == NULL)
    return FALSE;
  thaw_bind_text (store, statement, 1, run_id);
  step = thaw_statement_step (store, statement, error);
  if (step == THAW_STEP_FAILED && thaw_trouble_forgive (store, run_id, error)) {
    if (attempt != NULL)
      *attempt = 0;
    if (thaw_salvage_key (store, run_id, key))
      return TRUE;
    step = THAW_STEP_DONE;
  }
  if (step == THAW_STEP_DONE)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN, _ ("%s: has no run %s"), store->path,
                 run_id);
  if (step != THAW_STEP_ROW)
    return FALSE;
  *key = sqlite3_column_int64 (statement, 0);
  if (attempt != NULL)
    *attempt = sqlite3_column_int (statement, 1);
  return TRUE;
}

gboolean
thaw_run_key_for_attempt (
    ThawStore *store, const char *run_id, int attempt, gint64 *key, GError **error)
{
  int latest;

  if (!thaw_run_key (store, run_id, key, &latest, error))
    return FALSE;
  if (latest == attempt)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE,
               _ ("Run %.8s: attempt %d cannot write any more, attempt %d has begun"), run_id,
               attempt, latest);
  return FALSE;
}
