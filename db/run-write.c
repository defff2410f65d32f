/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs: making one, saying what became of it. */
#include "store-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

static gboolean
make_id (char **id, GError **error)
{
  guint8 bytes[16];
  GString *text;

  if (getentropy (bytes, sizeof bytes) != 0) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("No random numbers for a new run: %s"),
                 g_strerror (errno));
    return FALSE;
  }
  text = g_string_sized_new (33);
  for (size_t i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  g_free (*id);
  *id = g_string_free (text, FALSE);
  return TRUE;
}

static void
bind_run (ThawStore *store, sqlite3_stmt *statement, const ThawRun *run)
{
  int at = 1;

  thaw_bind_text (store, statement, at++, run->id);
  thaw_bind_prose (store, statement, at++, run->name != NULL ? run->name : "");
  thaw_bind_text (store, statement, at++, thaw_run_state_name (run->state));
  thaw_bind_text (store, statement, at++, run->preset);
  thaw_bind_text_or_empty (store, statement, at++, run->recipe);
  thaw_bind_text_or_empty (store, statement, at++, run->recipe_hash);
  thaw_bind_text_or_empty (store, statement, at++, run->model);
  thaw_bind_text_or_empty (store, statement, at++, run->weights);
  thaw_bind_text_or_empty (store, statement, at++, run->data_path);
  thaw_bind_text_or_empty (store, statement, at++, run->data_title);
  thaw_bind_text_or_empty (store, statement, at++, run->data_fingerprint);
  thaw_bind_text_or_empty (store, statement, at++, run->machine);
  thaw_bind_int (store, statement, at++, run->epochs);
  thaw_bind_int (store, statement, at++, run->parameters);
  thaw_bind_int (store, statement, at++, run->trainable_frozen);
  thaw_bind_int (store, statement, at++, run->macs);
  thaw_bind_int (store, statement, at++, run->created_ms);
  thaw_bind_int (store, statement, at++, run->attempt);
  thaw_bind_int (store, statement, at++, run->steps_planned);
  thaw_bind_text (store, statement, at++, run->group_id);
  thaw_bind_int (store, statement, at++, run->state == THAW_RUN_QUEUED);
}

static gboolean
insert_run (ThawStore *store, ThawRun *run, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store,
      "INSERT INTO run (id, name, state, preset, recipe, recipe_hash, model, weights, data_path, "
      "data_title, data_fingerprint, machine, epochs, parameters, trainable_frozen, macs, "
      "created_ms, attempt, steps_planned, group_id, queue_place, epochs_done, steps_done, ticks, "
      "ended_ms, best_epoch, test_opened) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
      "?19, ?20, iif (?21, (SELECT coalesce (max (queue_place), 0) + 1 FROM run), 0), 0, 0, 0, 0, "
      "-1, 0)",
      error);
  g_autoptr (sqlite3_stmt) attempt = NULL;

  if (statement == NULL)
    return FALSE;
  bind_run (store, statement, run);
  if (!thaw_statement_run (store, statement, error))
    return FALSE;
  run->seq = sqlite3_last_insert_rowid (store->db);
  if (run->attempt == 0)
    return TRUE;
  attempt = thaw_statement_new (store, "INSERT INTO attempt VALUES (?1, 1, 0, 0, ?2)", error);
  if (attempt == NULL)
    return FALSE;
  thaw_bind_int (store, attempt, 1, run->seq);
  thaw_bind_int (store, attempt, 2, run->created_ms);
  return thaw_statement_run (store, attempt, error);
}

/* What is said of a run that has not done anything yet. */
static void
reset_progress (ThawRun *run, ThawRunState state)
{
  run->state = state;
  g_clear_pointer (&run->message, g_free);
  run->epochs_done = 0;
  run->steps_done = 0;
  run->attempt = state == THAW_RUN_QUEUED ? 0 : 1;
  run->ended_ms = 0;
  run->best_epoch = -1;
  run->best_accuracy = run->test_loss = run->test_accuracy = NAN;
  run->test_opened = 0;
}

/* The folder, and the lock in it when asked for, are there before anybody can see the row. */
static gboolean
make_run (ThawStore *store, ThawRun *run, const char *folder, ThawRunLock **lock, GError **error)
{
  if (!thaw_folder_make (folder, error))
    return FALSE;
  if (lock != NULL) {
    *lock = thaw_run_lock (store, run->id, error);
    if (*lock == NULL)
      return FALSE;
  }
  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, insert_run (store, run, error), error);
}

static gboolean
new_run (ThawStore *store, ThawRun *run, ThawRunState state, ThawRunLock **lock, GError **error)
{
  g_autofree char *folder = NULL, *lock_file = NULL;

  if (lock != NULL)
    *lock = NULL;
  if (!thaw_store_check_writable (store, error) || !make_id (&run->id, error))
    return FALSE;
  run->created_ms = thaw_now_ms ();
  reset_progress (run, state);
  folder = thaw_store_run_folder (store, run->id);
  if (make_run (store, run, folder, lock, error))
    return TRUE;
  if (lock != NULL)
    g_clear_pointer (lock, thaw_run_unlock);
  lock_file = g_build_filename (folder, "lock", NULL);
  g_unlink (lock_file);
  g_rmdir (folder);
  return FALSE;
}

gboolean
thaw_store_start_run (ThawStore *store, ThawRun *run, ThawRunLock **lock, GError **error)
{
  g_return_val_if_fail (store != NULL && run != NULL, FALSE);
  return new_run (store, run, THAW_RUN_STARTING, lock, error);
}

gboolean
thaw_store_add_run (ThawStore *store, ThawRun *run, GError **error)
{
  return thaw_store_start_run (store, run, NULL, error);
}

gboolean
thaw_store_add_queued_run (ThawStore *store, ThawRun *run, GError **error)
{
  g_return_val_if_fail (store != NULL && run != NULL, FALSE);
  return new_run (store, run, THAW_RUN_QUEUED, NULL, error);
}

/* --- Several at once --- */

/* Those made so far; what has no row is of no use to anybody. */
static void
take_folders_away (ThawStore *store, ThawRun *const *runs, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    g_autofree char *folder = thaw_store_run_folder (store, runs[i]->id);
    g_rmdir (folder);
  }
}

static gboolean
make_folders (ThawStore *store, ThawRun *const *runs, size_t n, GError **error)
{
  for (size_t i = 0; i < n; i++) {
    g_autofree char *folder = NULL;

    if (!make_id (&runs[i]->id, error))
      return FALSE;
    runs[i]->created_ms = thaw_now_ms ();
    reset_progress (runs[i], THAW_RUN_QUEUED);
    folder = thaw_store_run_folder (store, runs[i]->id);
    if (!thaw_folder_make (folder, error)) {
      take_folders_away (store, runs, i);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
insert_runs (
    ThawStore *store, ThawRun *const *runs, size_t n, const char *const *tags, GError **error)
{
  for (size_t i = 0; i < n; i++)
    if (!insert_run (store, runs[i], error) ||
        (tags != NULL && !thaw_tags_write (store, runs[i]->id, tags, error)))
      return FALSE;
  return TRUE;
}

gboolean
thaw_store_add_queued_runs (
    ThawStore *store, ThawRun *const *runs, size_t n, const char *const *tags, GError **error)
{
  g_return_val_if_fail (store != NULL && (runs != NULL || n == 0), FALSE);

  if (!thaw_store_check_writable (store, error) || !make_folders (store, runs, n, error))
    return FALSE;
  if (thaw_transaction_begin (store, error) &&
      thaw_transaction_end (store, insert_runs (store, runs, n, tags, error), error))
    return TRUE;
  take_folders_away (store, runs, n);
  return FALSE;
}

/* --- What became of it --- */

static gboolean
write_state (
    ThawStore *store, const char *run_id, ThawRunState state, const char *message, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 key;

  if (!thaw_run_key (store, run_id, &key, NULL, error))
    return FALSE;
  statement = thaw_statement_new (
      store,
      "UPDATE run SET state = ?2, message = ?3, ended_ms = ?4, queue_place = 0 WHERE seq = ?1",
      error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, key);
  thaw_bind_text (store, statement, 2, thaw_run_state_name (state));
  thaw_bind_prose (store, statement, 3, message);
  thaw_bind_int (store, statement, 4, thaw_run_state_is_live (state) ? 0 : thaw_now_ms ());
  return thaw_statement_run (store, statement, error);
}

gboolean
thaw_store_set_state (
    ThawStore *store, const char *run_id, ThawRunState state, const char *message, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL && state != THAW_RUN_QUEUED, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_state (store, run_id, state, message, error), error);
}

static gboolean
write_state_if_as_seen (
    ThawStore *store, const ThawRun *seen, ThawRunState state, const char *message, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT seq FROM run WHERE id = ?1 AND revision = ?2", error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_text (store, statement, 1, seen->id);
  thaw_bind_int (store, statement, 2, seen->revision);
  switch (thaw_statement_step (store, statement, error)) {
  case THAW_STEP_ROW:
    return write_state (store, seen->id, state, message, error);
  case THAW_STEP_DONE:
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
thaw_store_set_state_if_as_seen (
    ThawStore *store, const ThawRun *seen, ThawRunState state, const char *message, GError **error)
{
  g_return_val_if_fail (store != NULL && seen != NULL && state != THAW_RUN_QUEUED, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_state_if_as_seen (store, seen, state, message, error),
                               error);
}

static gboolean
write_test (ThawStore *store, const char *run_id, double loss, double accuracy, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 key;

  if (!thaw_run_key (store, run_id, &key, NULL, error))
    return FALSE;
  statement = thaw_statement_new (store,
                                  "UPDATE run SET test_loss = ?2, test_accuracy = ?3, "
                                  "test_opened = test_opened + 1 WHERE seq = ?1",
                                  error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, key);
  thaw_bind_real (store, statement, 2, loss);
  thaw_bind_real (store, statement, 3, accuracy);
  return thaw_statement_run (store, statement, error);
}

gboolean
thaw_store_set_test (
    ThawStore *store, const char *run_id, double loss, double accuracy, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_test (store, run_id, loss, accuracy, error), error);
}
