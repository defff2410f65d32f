/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Epochs: a row each, and the pairs of loss and accuracy measured at its end, which are rows of
 * `metric`. */
#include "store-private.h"

#include <math.h>
#include <stddef.h>

enum { MOST_EPOCHS = 10000 };

typedef struct {
  const char *loss_name, *accuracy_name;
  size_t loss, accuracy; /* offsets in ThawEpochRow */
} MetricPair;

static const MetricPair pairs[] = {
    {"train_loss", "train_accuracy", offsetof (ThawEpochRow, train_loss),
     offsetof (ThawEpochRow, train_accuracy)},
    {"clean_loss", "clean_accuracy", offsetof (ThawEpochRow, clean_loss),
     offsetof (ThawEpochRow, clean_accuracy)},
    {"ema_loss", "ema_accuracy", offsetof (ThawEpochRow, ema_loss),
     offsetof (ThawEpochRow, ema_accuracy)},
    {"loss", "accuracy", offsetof (ThawEpochRow, loss), offsetof (ThawEpochRow, accuracy)},
};

static double *
field (ThawEpochRow *row, size_t offset)
{
  return (double *) (void *) ((char *) row + offset);
}

void
thaw_epoch_row_clear (ThawEpochRow *row)
{
  g_clear_pointer (&row->set, g_free);
}

static gboolean
insert_metric (
    ThawStore *store, sqlite3_stmt *statement, const char *name, double value, GError **error)
{
  thaw_bind_text (store, statement, 4, name);
  thaw_bind_measure (store, statement, 5, value);
  return thaw_statement_run (store, statement, error);
}

static gboolean
insert_metrics (
    ThawStore *store, gint64 run, int attempt, const ThawEpochRow *epoch, GError **error)
{
  ThawEpochRow row = *epoch;
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store,
      "INSERT INTO metric (run, attempt, step, name, value, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, attempt);
  thaw_bind_int (store, statement, 3, epoch->step);
  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++) {
    double loss = *field (&row, pairs[i].loss), accuracy = *field (&row, pairs[i].accuracy);

    if (isnan (accuracy) && isnan (loss))
      continue; /* not measured */
    if (!insert_metric (store, statement, pairs[i].loss_name, loss, error) ||
        !insert_metric (store, statement, pairs[i].accuracy_name, accuracy, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
thaw_epoch_insert (
    ThawStore *store, gint64 run, int attempt, const ThawEpochRow *epoch, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store,
      "INSERT INTO epoch (run, epoch, attempt, step, frozen, lr, evaluated, seconds, "
      "images_per_second, trainable, best, ended_ms) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, epoch->epoch);
  thaw_bind_int (store, statement, 3, attempt);
  thaw_bind_int (store, statement, 4, epoch->step);
  thaw_bind_int (store, statement, 5, epoch->frozen);
  thaw_bind_real (store, statement, 6, epoch->lr);
  thaw_bind_text_or_empty (store, statement, 7, epoch->set);
  thaw_bind_real (store, statement, 8, epoch->seconds);
  thaw_bind_real (store, statement, 9, epoch->images_per_second);
  thaw_bind_int (store, statement, 10, epoch->trainable);
  thaw_bind_int (store, statement, 11, epoch->best);
  thaw_bind_int (store, statement, 12, thaw_now_ms ());
  return thaw_statement_run (store, statement, error) &&
         insert_metrics (store, run, attempt, epoch, error);
}

static void
append_epoch (GArray *rows, sqlite3_stmt *statement)
{
  ThawEpochRow row = {.epoch = sqlite3_column_int (statement, 0),
                      .step = sqlite3_column_int64 (statement, 1),
                      .frozen = sqlite3_column_int (statement, 2) != 0,
                      .lr = thaw_column_real (statement, 3),
                      .set = thaw_column_text (statement, 4),
                      .seconds = thaw_column_real (statement, 5),
                      .images_per_second = thaw_column_real (statement, 6),
                      .trainable = sqlite3_column_int64 (statement, 7),
                      .best = sqlite3_column_int (statement, 8) != 0};

  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++)
    *field (&row, pairs[i].loss) = *field (&row, pairs[i].accuracy) = NAN;
  g_array_append_val (rows, row);
}

static void
set_metric (ThawEpochRow *row, const char *name, double value)
{
  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++) {
    if (g_strcmp0 (name, pairs[i].loss_name) == 0)
      *field (row, pairs[i].loss) = value;
    else if (g_strcmp0 (name, pairs[i].accuracy_name) == 0)
      *field (row, pairs[i].accuracy) = value;
  }
}

#define EPOCH_COLUMNS                                                                              \
  "e.epoch, e.step, e.frozen, e.lr, e.evaluated, e.seconds, e.images_per_second, e.trainable, "    \
  "e.best"
#define METRICS_OF_EPOCH                                                                           \
  " LEFT JOIN metric AS m ON m.run = e.run AND m.step = e.step AND m.name IN ('train_loss', "      \
  "'train_accuracy', 'clean_loss', 'clean_accuracy', 'ema_loss', 'ema_accuracy', 'loss', "         \
  "'accuracy')"

/* A line for each metric of each epoch. */
static ThawSqlStep
read_epochs (ThawStore *store, sqlite3_stmt *statement, GArray *rows, GError **error)
{
  ThawSqlStep step;

  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW) {
    ThawEpochRow *last = rows->len > 0 ? &g_array_index (rows, ThawEpochRow, rows->len - 1) : NULL;

    if (last == NULL || last->epoch != sqlite3_column_int (statement, 0))
      append_epoch (rows, statement);
    if (sqlite3_column_count (statement) > 9)
      set_metric (&g_array_index (rows, ThawEpochRow, rows->len - 1),
                  (const char *) sqlite3_column_text (statement, 9),
                  thaw_column_measure (statement, 10));
  }
  return step;
}

/* A page of it is gone: each epoch by itself, without its measures where those are gone. */
static void
read_epochs_singly (ThawStore *store, gint64 run, GArray *rows)
{
  static const char *const ways[] = {
      "SELECT " EPOCH_COLUMNS ", m.name, m.value, m.kind FROM epoch AS e" METRICS_OF_EPOCH
      " WHERE e.run = ?1 AND e.epoch = ?2",
      "SELECT " EPOCH_COLUMNS " FROM epoch AS e WHERE e.run = ?1 AND e.epoch = ?2",
  };
  g_autoptr (sqlite3_stmt) whole = thaw_statement_new (store, ways[0], NULL);
  g_autoptr (sqlite3_stmt) bare = thaw_statement_new (store, ways[1], NULL);

  g_array_set_size (rows, 0);
  for (int epoch = 0; whole != NULL && bare != NULL && epoch < MOST_EPOCHS; epoch++) {
    guint before = rows->len;
    ThawSqlStep step;

    thaw_bind_int (store, whole, 1, run);
    thaw_bind_int (store, whole, 2, epoch);
    step = read_epochs (store, whole, rows, NULL);
    sqlite3_reset (whole);
    if (step == THAW_STEP_DONE && rows->len == before)
      break; /* the last one is behind us */
    if (step != THAW_STEP_FAILED || rows->len > before)
      continue;
    thaw_bind_int (store, bare, 1, run);
    thaw_bind_int (store, bare, 2, epoch);
    read_epochs (store, bare, rows, NULL);
    sqlite3_reset (bare);
  }
}

/* One statement, so that rows of one moment are read. */
GArray *
thaw_store_epochs (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ThawEpochRow));
  ThawSqlStep step;
  gint64 key;

  g_return_val_if_fail (store != NULL && run_id != NULL, NULL);

  g_array_set_clear_func (rows, (GDestroyNotify) thaw_epoch_row_clear);
  if (!thaw_run_key (store, run_id, &key, NULL, error))
    return NULL;
  statement = thaw_statement_new (store,
                                  "SELECT " EPOCH_COLUMNS
                                  ", m.name, m.value, m.kind FROM epoch AS e" METRICS_OF_EPOCH
                                  " WHERE e.run = ?1 ORDER BY e.epoch",
                                  error);
  if (statement == NULL)
    return NULL;
  thaw_bind_int (store, statement, 1, key);
  step = read_epochs (store, statement, rows, error);
  if (step == THAW_STEP_FAILED && !thaw_trouble_forgive (store, run_id, error))
    return NULL;
  if (step == THAW_STEP_FAILED)
    read_epochs_singly (store, key, rows);
  return g_steal_pointer (&rows);
}
