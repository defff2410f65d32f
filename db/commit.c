/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's two large commits: an epoch, and a checkpoint within one. What is measured, the
 * files that belong to it and the run's position become visible together or not at all. */
#include "store-private.h"

#include <math.h>

static gboolean
move_to_epoch (ThawStore *store, gint64 run, const ThawEpochRow *epoch, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store,
      "UPDATE run SET epochs_done = ?2, steps_done = ?3, test_opened = test_opened + ?4, "
      "best_epoch = iif (?5, ?6, best_epoch), best_accuracy = iif (?5, ?7, best_accuracy), "
      "ticked_ms = ?8 WHERE seq = ?1",
      error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, epoch->epoch + 1);
  thaw_bind_int (store, statement, 3, epoch->step);
  thaw_bind_int (store, statement, 4, g_strcmp0 (epoch->set, "test") == 0);
  thaw_bind_int (store, statement, 5, epoch->best);
  thaw_bind_int (store, statement, 6, epoch->epoch);
  thaw_bind_real (store, statement, 7, fmax (epoch->accuracy, epoch->ema_accuracy));
  thaw_bind_int (store, statement, 8, thaw_now_ms ());
  return thaw_statement_run (store, statement, error);
}

static gboolean
move_to_step (ThawStore *store, gint64 run, gint64 step, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (
      store, "UPDATE run SET steps_done = ?2, ticked_ms = ?3 WHERE seq = ?1", error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, step);
  thaw_bind_int (store, statement, 3, thaw_now_ms ());
  return thaw_statement_run (store, statement, error);
}

static gboolean
write_epoch (ThawStore *store,
             const char *run_id,
             int attempt,
             const ThawIterationRow *rows,
             size_t n,
             const ThawEpochRow *epoch,
             const ThawArtifact *const *artifacts,
             size_t n_artifacts,
             GError **error)
{
  gint64 run;

  if (!thaw_run_key_for_attempt (store, run_id, attempt, &run, error) ||
      !thaw_iterations_insert (store, run, attempt, rows, n, error) ||
      !thaw_epoch_insert (store, run, attempt, epoch, error))
    return FALSE;
  for (size_t i = 0; i < n_artifacts; i++)
    if (!thaw_artifact_insert (store, run, attempt, artifacts[i], error))
      return FALSE;
  return move_to_epoch (store, run, epoch, error);
}

gboolean
thaw_store_commit_epoch (ThawStore *store,
                         const char *run_id,
                         int attempt,
                         const ThawIterationRow *rows,
                         size_t n,
                         const ThawEpochRow *epoch,
                         const ThawArtifact *const *artifacts,
                         size_t n_artifacts,
                         GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL && epoch != NULL, FALSE);

  if (!thaw_transaction_begin (store, error))
    return FALSE;
  return thaw_transaction_end (
      store, write_epoch (store, run_id, attempt, rows, n, epoch, artifacts, n_artifacts, error),
      error);
}

static gboolean
write_checkpoint (ThawStore *store,
                  const char *run_id,
                  int attempt,
                  const ThawIterationRow *rows,
                  size_t n,
                  const ThawArtifact *artifact,
                  GError **error)
{
  gint64 run;

  return thaw_run_key_for_attempt (store, run_id, attempt, &run, error) &&
         thaw_iterations_insert (store, run, attempt, rows, n, error) &&
         thaw_artifact_insert (store, run, attempt, artifact, error) &&
         move_to_step (store, run, artifact->step, error);
}

gboolean
thaw_store_commit_checkpoint (ThawStore *store,
                              const char *run_id,
                              int attempt,
                              const ThawIterationRow *rows,
                              size_t n,
                              const ThawArtifact *artifact,
                              GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL && artifact != NULL, FALSE);

  if (!thaw_transaction_begin (store, error))
    return FALSE;
  return thaw_transaction_end (
      store, write_checkpoint (store, run_id, attempt, rows, n, artifact, error), error);
}
