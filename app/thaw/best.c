/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding a run's weights, verified. */
#include "best.h"

#include <string.h>

char *
best_file (ThawStore *store, const ThawRun *run, const char *kind, GError **error)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (store, run->id, error);
  g_autofree char *folder = thaw_store_run_folder (store, run->id);

  if (artifacts == NULL)
    return NULL;
  for (guint i = 0; i < artifacts->len; i++) {
    const ThawArtifact *artifact = artifacts->pdata[i];
    g_autofree char *path = g_build_filename (folder, artifact->file, NULL);
    g_autofree char *sha256 = NULL;
    g_autoptr (GError) damage = NULL;
    if (strcmp (artifact->kind, kind) != 0)
      continue;
    sha256 = thaw_file_sha256 (path, NULL, &damage);
    if (sha256 != NULL && strcmp (sha256, artifact->sha256) == 0)
      return g_steal_pointer (&path);
    if (damage != NULL)
      cli_note (_ ("Weights are lost: %s"), damage->message);
    else
      cli_note (_ ("%s is damaged: its SHA-256 is not the recorded one."), path);
  }
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
               _ ("run %.8s '%s' has no sound weights of the kind '%s'; they are written after the "
                  "first epoch"),
               run->id, run->name, kind);
  return NULL;
}

static const ThawArtifact *
named (const GPtrArray *artifacts, const char *file)
{
  for (guint i = 0; i < artifacts->len; i++)
    if (strcmp (((const ThawArtifact *) artifacts->pdata[i])->file, file) == 0)
      return artifacts->pdata[i];
  return NULL;
}

/* Whether the best weights that a checkpoint refers to are still what was recorded of them. */
static bool
best_is_there (const GPtrArray *artifacts, const char *folder, const char *checkpoint)
{
  g_auto (ThawCheckpointInfo) info = {0};
  g_autofree char *path = NULL, *sha256 = NULL;
  const ThawArtifact *best;

  if (!thaw_checkpoint_info (checkpoint, &info, NULL) || info.best_file == NULL)
    return true; /* none, or reading it will tell */
  best = named (artifacts, info.best_file);
  path = g_build_filename (folder, info.best_file, NULL);
  sha256 = best != NULL ? thaw_file_sha256 (path, NULL, NULL) : NULL;
  if (sha256 != NULL && strcmp (sha256, best->sha256) == 0)
    return true;
  cli_note (_ ("The best weights %s are damaged or lost."), path);
  return false;
}

ThawArtifact *
last_sound (ThawStore *store, const ThawRun *run, GError **error)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (store, run->id, error);
  g_autofree char *folder = thaw_store_run_folder (store, run->id);
  int without_best = -1; /* the newest that is sound but for the best weights so far */

  if (artifacts == NULL)
    return NULL;
  for (guint i = 0; i < artifacts->len; i++) {
    ThawArtifact *artifact = artifacts->pdata[i];
    g_autofree char *path = g_build_filename (folder, artifact->file, NULL);
    g_autoptr (GError) damage = NULL;
    uint64_t bytes = 0;
    g_autofree char *sha256 = NULL;
    if (strcmp (artifact->kind, "last") != 0)
      continue;
    sha256 = thaw_file_sha256 (path, &bytes, &damage);
    if (sha256 != NULL && bytes == (uint64_t) artifact->bytes &&
        strcmp (sha256, artifact->sha256) == 0) {
      if (best_is_there (artifacts, folder, path))
        return g_ptr_array_steal_index (artifacts, i);
      without_best = without_best < 0 ? (int) i : without_best;
      continue;
    }
    if (damage != NULL)
      cli_note (_ ("Checkpoint is lost: %s. An earlier one is used."), damage->message);
    else
      cli_note (_ ("Checkpoint %s is damaged (its SHA-256 is not the recorded one). An earlier one "
                   "is used."),
                path);
  }
  return without_best >= 0 ? g_ptr_array_steal_index (artifacts, (guint) without_best) : NULL;
}
