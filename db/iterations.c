/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Iterations: the loss of each batch. */
#include "store-private.h"

gboolean
thaw_iterations_insert (ThawStore *store,
                        gint64 run,
                        int attempt,
                        const ThawIterationRow *rows,
                        size_t n,
                        GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  statement = thaw_statement_new (store,
                                  "INSERT INTO iteration (run, step, attempt, epoch, loss, "
                                  "loss_kind, lr) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                  error);
  if (statement == NULL)
    return FALSE;
  for (size_t i = 0; i < n; i++) {
    thaw_bind_int (store, statement, 1, run);
    thaw_bind_int (store, statement, 2, rows[i].step);
    thaw_bind_int (store, statement, 3, attempt);
    thaw_bind_int (store, statement, 4, rows[i].epoch);
    thaw_bind_measure (store, statement, 5, rows[i].loss);
    thaw_bind_real (store, statement, 7, rows[i].lr);
    if (!thaw_statement_run (store, statement, error))
      return FALSE;
  }
  return TRUE;
}

/* A tick changes the row: an update that changes nothing is no commit that others could notice. */
static gboolean
write_block (ThawStore *store,
             const char *run_id,
             int attempt,
             const ThawIterationRow *rows,
             size_t n,
             GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 key;

  if (!thaw_run_key_for_attempt (store, run_id, attempt, &key, error) ||
      !thaw_iterations_insert (store, key, attempt, rows, n, error))
    return FALSE;
  statement = thaw_statement_new (
      store,
      "UPDATE run SET steps_done = max (steps_done, ?2), ticks = ticks + ?3, ticked_ms = ?4 "
      "WHERE seq = ?1",
      error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, key);
  thaw_bind_int (store, statement, 2, n > 0 ? rows[n - 1].step + 1 : 0);
  thaw_bind_int (store, statement, 3, n == 0);
  thaw_bind_int (store, statement, 4, thaw_now_ms ());
  return thaw_statement_run (store, statement, error);
}

gboolean
thaw_store_add_iterations (ThawStore *store,
                           const char *run_id,
                           int attempt,
                           const ThawIterationRow *rows,
                           size_t n,
                           GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_block (store, run_id, attempt, rows, n, error), error);
}

static ThawIterationRow
read_iteration (sqlite3_stmt *row)
{
  return (ThawIterationRow){.step = sqlite3_column_int64 (row, 0),
                            .epoch = sqlite3_column_int (row, 1),
                            .loss = thaw_column_measure (row, 2),
                            .lr = thaw_column_real (row, 4)};
}

static sqlite3_stmt *
select_iterations (
    ThawStore *store, gint64 run, gint64 after_step, const char *order, GError **error)
{
  g_autofree char *sql = g_strconcat ("SELECT step, epoch, loss, loss_kind, lr FROM iteration "
                                      "WHERE run = ?1 AND step > ?2 ORDER BY step",
                                      order, NULL);
  sqlite3_stmt *statement = thaw_statement_new (store, sql, error);

  if (statement != NULL) {
    thaw_bind_int (store, statement, 1, run);
    thaw_bind_int (store, statement, 2, after_step);
  }
  return statement;
}

/* What lies behind a hole, from its end. */
static void
append_from_end (ThawStore *store, gint64 run, gint64 after_step, GArray *rows)
{
  gint64 last = rows->len > 0 ? g_array_index (rows, ThawIterationRow, rows->len - 1).step : -1;
  g_autoptr (sqlite3_stmt) statement =
      select_iterations (store, run, MAX (after_step, last), " DESC", NULL);
  g_autoptr (GArray) tail = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));

  while (statement != NULL && thaw_statement_step (store, statement, NULL) == THAW_STEP_ROW) {
    ThawIterationRow row = read_iteration (statement);
    g_array_append_val (tail, row);
  }
  for (guint i = tail->len; i > 0; i--)
    g_array_append_val (rows, g_array_index (tail, ThawIterationRow, i - 1));
}

GArray *
thaw_store_iterations (ThawStore *store, const char *run_id, gint64 after_step, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));
  ThawSqlStep step;
  gint64 key;

  g_return_val_if_fail (store != NULL && run_id != NULL, NULL);

  if (!thaw_run_key (store, run_id, &key, NULL, error))
    return NULL;
  statement = select_iterations (store, key, after_step, "", error);
  if (statement == NULL)
    return NULL;
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW) {
    ThawIterationRow row = read_iteration (statement);

    g_array_append_val (rows, row);
  }
  if (step == THAW_STEP_FAILED && !thaw_trouble_forgive (store, run_id, error))
    return NULL;
  if (step == THAW_STEP_FAILED)
    append_from_end (store, key, after_step, rows);
  return g_steal_pointer (&rows);
}
