/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attempts: a run that goes on is the same run, one attempt later, from a position that is safe. */
#include "store-private.h"

/* ?1 run, ?2 epochs completed, ?3 iterations completed, ?4 the new attempt, ?5 now, ?6 state,
 * ?7 answer to requests that are too late. */
static const char *const going_back[] = {
    "DELETE FROM iteration WHERE run = ?1 AND step >= ?3",
    "DELETE FROM metric WHERE run = ?1 AND step > ?3",
    "DELETE FROM epoch WHERE run = ?1 AND (epoch >= ?2 OR step > ?3)",
    "DELETE FROM artifact WHERE run = ?1 AND step > ?3",
    "UPDATE event SET undone = ?4 WHERE run = ?1 AND step > ?3 AND undone = 0",
    "UPDATE request SET answer = ?7, answered_ms = ?5 WHERE run = ?1 AND answer IS NULL",
    "INSERT INTO attempt (run, number, epochs_done, steps_done, began_ms) "
    "VALUES (?1, ?4, ?2, ?3, ?5)",
    "UPDATE run SET attempt = ?4, state = ?6, message = NULL, ended_ms = 0, queue_place = 0, "
    "ticked_ms = ?5, epochs_done = ?2, steps_done = ?3, test_loss = NULL, test_accuracy = NULL, "
    "best_epoch = -1, best_accuracy = "
    "NULL "
    "WHERE seq = ?1",
    "UPDATE run SET (best_epoch, best_accuracy) = (SELECT e.epoch, m.value FROM epoch AS e "
    "LEFT JOIN metric AS m ON m.run = e.run AND m.step = e.step "
    "AND m.name IN ('accuracy', 'ema_accuracy') "
    "WHERE e.run = ?1 AND e.best = 1 ORDER BY e.epoch DESC, m.value DESC LIMIT 1) "
    "WHERE seq = ?1 AND EXISTS (SELECT 1 FROM epoch WHERE run = ?1 AND best = 1)",
};

typedef struct {
  gint64 run, steps_done;
  int epochs_done, attempt;
} Position;

static gboolean
apply (ThawStore *store, const char *sql, const Position *position, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, error);
  int parameters;

  if (statement == NULL)
    return FALSE;
  parameters = sqlite3_bind_parameter_count (statement);
  thaw_bind_int (store, statement, 1, position->run);
  if (parameters >= 2)
    thaw_bind_int (store, statement, 2, position->epochs_done);
  if (parameters >= 3)
    thaw_bind_int (store, statement, 3, position->steps_done);
  if (parameters >= 4)
    thaw_bind_int (store, statement, 4, position->attempt);
  if (parameters >= 5)
    thaw_bind_int (store, statement, 5, thaw_now_ms ());
  if (parameters >= 6)
    thaw_bind_text (store, statement, 6, thaw_run_state_name (THAW_RUN_RUNNING));
  if (parameters >= 7)
    thaw_bind_text (store, statement, 7, THAW_ANSWER_TOO_LATE);
  return thaw_statement_run (store, statement, error);
}

static gboolean
go_back (ThawStore *store, const char *run_id, Position *position, GError **error)
{
  if (!thaw_run_key (store, run_id, &position->run, &position->attempt, error))
    return FALSE;
  position->attempt++;
  for (size_t i = 0; i < G_N_ELEMENTS (going_back); i++)
    if (!apply (store, going_back[i], position, error))
      return FALSE;
  return TRUE;
}

gboolean
thaw_store_begin_attempt (ThawStore *store,
                          const char *run_id,
                          int epochs_done,
                          gint64 steps_done,
                          int *attempt,
                          GError **error)
{
  Position position = {.epochs_done = epochs_done, .steps_done = steps_done};

  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  if (!thaw_transaction_begin (store, error) ||
      !thaw_transaction_end (store, go_back (store, run_id, &position, error), error))
    return FALSE;
  if (attempt != NULL)
    *attempt = position.attempt;
  return TRUE;
}

GArray *
thaw_store_attempts (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ThawAttemptRow));
  ThawSqlStep step;
  gint64 run;

  g_return_val_if_fail (store != NULL && run_id != NULL, NULL);

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return NULL;
  statement = thaw_statement_new (store,
                                  "SELECT number, epochs_done, steps_done, began_ms FROM attempt "
                                  "WHERE run = ?1 ORDER BY number",
                                  error);
  if (statement == NULL)
    return NULL;
  thaw_bind_int (store, statement, 1, run);
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW) {
    ThawAttemptRow row = {.number = sqlite3_column_int (statement, 0),
                          .epochs_done = sqlite3_column_int (statement, 1),
                          .steps_done = sqlite3_column_int64 (statement, 2),
                          .began_ms = sqlite3_column_int64 (statement, 3)};

    g_array_append_val (rows, row);
  }
  if (step == THAW_STEP_FAILED && !thaw_trouble_forgive (store, run_id, error))
    return NULL;
  return g_steal_pointer (&rows);
}
