/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Artifacts: rows about files in the run's folder. A file counts when its row is committed. */
#include "store-private.h"

void
thaw_artifact_free (ThawArtifact *artifact)
{
  if (artifact == NULL)
    return;
  g_free (artifact->file);
  g_free (artifact->kind);
  g_free (artifact->sha256);
  g_free (artifact);
}

gboolean
thaw_artifact_insert (
    ThawStore *store, gint64 run, int attempt, const ThawArtifact *artifact, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store,
                          "INSERT INTO artifact (run, attempt, file, kind, epoch, step, bytes, "
                          "sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                          error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, attempt);
  thaw_bind_text (store, statement, 3, artifact->file);
  thaw_bind_text (store, statement, 4, artifact->kind);
  thaw_bind_int (store, statement, 5, artifact->epoch);
  thaw_bind_int (store, statement, 6, artifact->step);
  thaw_bind_int (store, statement, 7, artifact->bytes);
  thaw_bind_text (store, statement, 8, artifact->sha256);
  return thaw_statement_run (store, statement, error);
}

static gboolean
insert_alone (
    ThawStore *store, const char *run_id, int attempt, const ThawArtifact *artifact, GError **error)
{
  gint64 run;

  return thaw_run_key_for_attempt (store, run_id, attempt, &run, error) &&
         thaw_artifact_insert (store, run, attempt, artifact, error);
}

gboolean
thaw_store_add_artifact (
    ThawStore *store, const char *run_id, int attempt, const ThawArtifact *artifact, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL && artifact != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, insert_alone (store, run_id, attempt, artifact, error),
                               error);
}

static gboolean
delete_artifact (ThawStore *store, const char *run_id, const char *file, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 run;

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return FALSE;
  statement =
      thaw_statement_new (store, "DELETE FROM artifact WHERE run = ?1 AND file = ?2", error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_text (store, statement, 2, file);
  return thaw_statement_run (store, statement, error);
}

gboolean
thaw_store_drop_artifact (ThawStore *store, const char *run_id, const char *file, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL && file != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, delete_artifact (store, run_id, file, error), error);
}

static ThawArtifact *
read_artifact (sqlite3_stmt *row)
{
  ThawArtifact *artifact = g_new0 (ThawArtifact, 1);

  artifact->file = thaw_column_text (row, 0);
  artifact->kind = thaw_column_text (row, 1);
  artifact->epoch = sqlite3_column_int (row, 2);
  artifact->step = sqlite3_column_int64 (row, 3);
  artifact->bytes = sqlite3_column_int64 (row, 4);
  artifact->sha256 = thaw_column_text (row, 5);
  return artifact;
}

GPtrArray *
thaw_store_artifacts (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (GPtrArray) artifacts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_artifact_free);
  g_autoptr (sqlite3_stmt) statement = NULL;
  ThawSqlStep step;
  gint64 run;

  g_return_val_if_fail (store != NULL && run_id != NULL, NULL);

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return NULL;
  statement = thaw_statement_new (store,
                                  "SELECT file, kind, epoch, step, bytes, sha256 FROM artifact "
                                  "WHERE run = ?1 ORDER BY seq DESC",
                                  error);
  if (statement == NULL)
    return NULL;
  thaw_bind_int (store, statement, 1, run);
  while ((step = thaw_statement_step (store, statement, error)) == THAW_STEP_ROW)
    g_ptr_array_add (artifacts, read_artifact (statement));
  if (step == THAW_STEP_FAILED && !thaw_trouble_forgive (store, run_id, error))
    return NULL;
  return g_steal_pointer (&artifacts);
}
