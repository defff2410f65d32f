/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a checkpoint in the ways that app/thaw/best.c avoids, for tests of the tests; linked in
 * its place into thaw-wrong. THAW_WRONG chooses:
 *
 *   unchecked   the newest is taken without a look at its hash
 *   step-back   the one before the newest is taken, as if the newest were not sound
 *   (else)      the newest that is sound */
#include "best.h"

#include <string.h>

static bool
is_sound (const char *folder, const ThawArtifact *artifact)
{
  g_autofree char *path = g_build_filename (folder, artifact->file, NULL);
  g_autofree char *sha256 = thaw_file_sha256 (path, NULL, NULL);

  return g_strcmp0 (sha256, artifact->sha256) == 0;
}

static ThawArtifact *
choose (ThawStore *store, const ThawRun *run, const char *kind, bool check, int back)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (store, run->id, NULL);
  g_autofree char *folder = thaw_store_run_folder (store, run->id);

  for (guint i = 0; artifacts != NULL && i < artifacts->len; i++) {
    ThawArtifact *artifact = artifacts->pdata[i];
    if (strcmp (artifact->kind, kind) == 0 && (!check || is_sound (folder, artifact)) &&
        back-- == 0)
      return g_ptr_array_steal_index (artifacts, i);
  }
  return NULL;
}

char *
best_file (ThawStore *store, const ThawRun *run, const char *kind, GError **error)
{
  g_autoptr (ThawArtifact) found = choose (store, run, kind, true, 0);
  g_autofree char *folder = thaw_store_run_folder (store, run->id);

  if (found != NULL)
    return g_build_filename (folder, found->file, NULL);
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT, "no weights");
  return NULL;
}

ThawArtifact *
last_sound (ThawStore *store, const ThawRun *run, GError **error)
{
  const char *way = g_getenv ("THAW_WRONG");

  return choose (store, run, "last", g_strcmp0 (way, "unchecked") != 0,
                 g_strcmp0 (way, "step-back") == 0 ? 1 : 0);
}
