/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: what happened to a run, and when. */
#include "store-private.h"

void
thaw_event_row_clear (ThawEventRow *row)
{
  g_clear_pointer (&row->kind, g_free);
  g_clear_pointer (&row->detail, g_free);
}

static gboolean
insert_event (
    ThawStore *store, const char *run_id, int attempt, const ThawEventRow *event, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 run;

  if (!thaw_run_key_for_attempt (store, run_id, attempt, &run, error))
    return FALSE;
  statement = thaw_statement_new (store,
                                  "INSERT INTO event (run, attempt, epoch, step, kind, detail, "
                                  "at_ms, undone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
                                  error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, attempt);
  thaw_bind_int (store, statement, 3, event->epoch);
  thaw_bind_int (store, statement, 4, event->step);
  thaw_bind_text (store, statement, 5, event->kind);
  thaw_bind_prose (store, statement, 6, event->detail);
  thaw_bind_int (store, statement, 7, thaw_now_ms ());
  return thaw_statement_run (store, statement, error);
}

gboolean
thaw_store_add_event (ThawStore *store,
                      const char *run_id,
                      int attempt,
                      int epoch,
                      gint64 step,
                      const char *kind,
                      const char *detail,
                      GError **error)
{
  ThawEventRow event = {
      .epoch = epoch, .step = step, .kind = (char *) kind, .detail = (char *) detail};

  g_return_val_if_fail (store != NULL && run_id != NULL && kind != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, insert_event (store, run_id, attempt, &event, error), error);
}

GArray *
thaw_store_events (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ThawEventRow));
  ThawSqlStep step;
  gint64 run;

  g_return_val_if_fail (store != NULL && run_id != NULL, NULL);

  g_array_set_clear_func (rows, (GDestroyNotify) thaw_event_row_clear);
  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return NULL;
  statement = thaw_statement_new (store,
                                  "SELECT seq, attempt, epoch, step, kind, detail, at_ms "
                                  "FROM event WHERE run = ?1 AND undone = 0 ORDER BY seq",
                                  error);
  if (statement == NULL)
    return NULL;
  thaw_bind_int (store, statement, 1, run);
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW) {
    ThawEventRow row = {.seq = sqlite3_column_int64 (statement, 0),
                        .attempt = sqlite3_column_int (statement, 1),
                        .epoch = sqlite3_column_int (statement, 2),
                        .step = sqlite3_column_int64 (statement, 3),
                        .kind = thaw_column_text (statement, 4),
                        .detail = thaw_column_text (statement, 5),
                        .at_ms = sqlite3_column_int64 (statement, 6)};

    g_array_append_val (rows, row);
  }
  if (step == THAW_STEP_FAILED && !thaw_trouble_forgive (store, run_id, error))
    return NULL;
  return g_steal_pointer (&rows);
}
