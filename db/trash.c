/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trash: a mark on the row, taken back at will; and deleting for good, rows first and the
 * folder after, so that a kill in between leaves no row whose files are gone. The table `gone`
 * remembers which folders may still be there. */
#include "store-private.h"

static gboolean
fail_alive (const char *run_id, GError **error)
{
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE,
               _ ("Run %.8s is being trained: stop it first"), run_id);
  return FALSE;
}

static gboolean
write_trashed (ThawStore *store, const char *run_id, gint64 trashed_ms, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 run;

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return FALSE;
  if (trashed_ms != 0 && thaw_run_alive (store, run_id))
    return fail_alive (run_id, error);
  statement = thaw_statement_new (store, "UPDATE run SET trashed_ms = ?2 WHERE seq = ?1", error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, trashed_ms);
  return thaw_statement_run (store, statement, error);
}

static gboolean
set_trashed (ThawStore *store, const char *run_id, gint64 trashed_ms, GError **error)
{
  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_trashed (store, run_id, trashed_ms, error), error);
}

gboolean
thaw_store_trash (ThawStore *store, const char *run_id, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);
  return set_trashed (store, run_id, thaw_now_ms (), error);
}

gboolean
thaw_store_restore (ThawStore *store, const char *run_id, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);
  return set_trashed (store, run_id, 0, error);
}

/* --- For good -----------------------------------------------------------------------------------
 */

static gboolean
delete_rows (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "DELETE FROM run WHERE id = ?1 AND trashed_ms <> 0", error);
  gint64 run;

  if (statement == NULL || !thaw_run_key (store, run_id, &run, NULL, error))
    return FALSE;
  thaw_bind_text (store, statement, 1, run_id);
  if (!thaw_statement_run (store, statement, error))
    return FALSE;
  if (sqlite3_changes (store->db) == 1)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE,
               _ ("Run %.8s is not in the trash: only what is there is deleted for good"), run_id);
  return FALSE;
}

GPtrArray *
thaw_store_folders_left (ThawStore *store, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT id FROM gone WHERE folder_left = 1", error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  ThawSqlStep step;

  if (statement == NULL)
    return NULL;
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW)
    g_ptr_array_add (ids, thaw_column_text (statement, 0));
  return step == THAW_STEP_DONE ? g_steal_pointer (&ids) : NULL;
}

static gboolean
mark_swept (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "UPDATE gone SET folder_left = 0 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_text (store, statement, 1, run_id);
  return thaw_statement_run (store, statement, error);
}

static gboolean
sweep_folder (ThawStore *store, const char *run_id, GError **error)
{
  g_autofree char *folder = NULL;

  if (!thaw_run_id_is_valid (run_id))
    return TRUE;
  folder = thaw_store_run_folder (store, run_id);
  return thaw_folder_remove (folder, "lock", error) && thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, mark_swept (store, run_id, error), error);
}

static gboolean
sweep (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) ids = thaw_store_folders_left (store, error);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (!sweep_folder (store, ids->pdata[i], error))
      return FALSE;
  return ids != NULL;
}

/* The lock is held meanwhile: nobody can take the run up again. */
gboolean
thaw_store_delete_run (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (ThawRunLock) lock = NULL;

  g_return_val_if_fail (store != NULL && thaw_run_id_is_valid (run_id), FALSE);

  if (!thaw_store_check_writable (store, error))
    return FALSE;
  if (thaw_run_alive (store, run_id))
    return fail_alive (run_id, error);
  lock = thaw_run_lock (store, run_id, error);
  return lock != NULL && thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, delete_rows (store, run_id, error), error) &&
         sweep (store, error);
}
