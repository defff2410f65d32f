/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: how the window and the command line ask a worker. A row holds a word and nothing to
 * execute; the worker answers each, in order. */
#include "store-private.h"

static gboolean
insert_request (ThawStore *store, const char *run_id, const char *verb, gint64 *id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 run;

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return FALSE;
  statement = thaw_statement_new (
      store, "INSERT INTO request (run, verb, asked_ms) VALUES (?1, ?2, ?3)", error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_prose (store, statement, 2, verb);
  thaw_bind_int (store, statement, 3, thaw_now_ms ());
  if (!thaw_statement_run (store, statement, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

gboolean
thaw_store_ask (ThawStore *store, const char *run_id, const char *verb, gint64 *id, GError **error)
{
  gint64 number = 0;

  g_return_val_if_fail (store != NULL && run_id != NULL && verb != NULL, FALSE);

  if (!thaw_transaction_begin (store, error) ||
      !thaw_transaction_end (store, insert_request (store, run_id, verb, &number, error), error))
    return FALSE;
  if (id != NULL)
    *id = number;
  return TRUE;
}

void
thaw_request_free (ThawRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->verb);
  g_free (request);
}

ThawRequest *
thaw_store_next_request (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  ThawRequest *request;

  g_return_val_if_fail (store != NULL && run_id != NULL, NULL);

  statement = thaw_statement_new (
      store,
      "SELECT seq, verb FROM request WHERE run = (SELECT seq FROM run WHERE id = ?1) "
      "AND answer IS NULL ORDER BY seq LIMIT 1",
      error);
  if (statement == NULL)
    return NULL;
  thaw_bind_text (store, statement, 1, run_id);
  if (thaw_statement_step (store, statement, error) != THAW_STEP_ROW)
    return NULL;
  request = g_new0 (ThawRequest, 1);
  request->id = sqlite3_column_int64 (statement, 0);
  request->verb = thaw_column_text (statement, 1);
  return request;
}

static gboolean
write_answer (ThawStore *store, gint64 id, const char *answer, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store, "UPDATE request SET answer = ?2, answered_ms = ?3 WHERE seq = ?1", error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, id);
  thaw_bind_prose (store, statement, 2, answer);
  thaw_bind_int (store, statement, 3, thaw_now_ms ());
  if (!thaw_statement_run (store, statement, error))
    return FALSE;
  if (sqlite3_changes (store->db) == 1)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN, _ ("%s: has no request number %d"),
               store->path, (int) id);
  return FALSE;
}

gboolean
thaw_store_answer (ThawStore *store, gint64 id, const char *answer, GError **error)
{
  g_return_val_if_fail (store != NULL && answer != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_answer (store, id, answer, error), error);
}

char *
thaw_store_request_answer (ThawStore *store, gint64 id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  ThawSqlStep step;

  g_return_val_if_fail (store != NULL, NULL);

  statement = thaw_statement_new (store, "SELECT answer FROM request WHERE seq = ?1", error);
  if (statement == NULL)
    return NULL;
  thaw_bind_int (store, statement, 1, id);
  step = thaw_statement_step (store, statement, error);
  if (step == THAW_STEP_DONE)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN, _ ("%s: has no request number %d"),
                 store->path, (int) id);
  return step == THAW_STEP_ROW ? thaw_column_text (statement, 0) : NULL;
}
