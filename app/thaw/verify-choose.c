/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which epoch can be done again: one that is recorded, and before whose end a checkpoint was kept.
 * The first one needs none: it begins where the run began. */
#include "verify.h"

#include <string.h>

static bool
holds_state (const ThawArtifact *artifact)
{
  return strcmp (artifact->kind, "last") == 0 || strcmp (artifact->kind, "saved") == 0;
}

/* The earliest kept position within an epoch; NULL: none, or the beginning of the run. */
static const ThawArtifact *
find_start (const Verify *verify, int epoch)
{
  const ThawArtifact *found = NULL;

  for (guint i = 0; epoch > 0 && i < verify->artifacts->len; i++) {
    const ThawArtifact *artifact = verify->artifacts->pdata[i];
    if (holds_state (artifact) && artifact->epoch == epoch &&
        (found == NULL || artifact->step < found->step))
      found = artifact;
  }
  return found;
}

/* The kept file of a position: all of the state, else the best weights. */
static const ThawArtifact *
find_at (const Verify *verify, int epochs, gint64 step)
{
  const ThawArtifact *best = NULL;

  for (guint i = 0; i < verify->artifacts->len; i++) {
    const ThawArtifact *artifact = verify->artifacts->pdata[i];
    if (artifact->epoch != epochs || artifact->step != step)
      continue;
    if (holds_state (artifact))
      return artifact;
    best = artifact;
  }
  return best;
}

static const ThawEpochRow *
find_row (const Verify *verify, int epoch)
{
  for (guint i = 0; i < verify->epochs->len; i++) {
    const ThawEpochRow *row = &g_array_index (verify->epochs, ThawEpochRow, i);
    if (row->epoch == epoch)
      return row;
  }
  return NULL;
}

/* The latest kept position within an epoch that did not end. */
static const ThawArtifact *
find_latest (const Verify *verify, int epoch)
{
  const ThawArtifact *found = NULL;

  for (guint i = 0; i < verify->artifacts->len; i++) {
    const ThawArtifact *artifact = verify->artifacts->pdata[i];
    if (holds_state (artifact) && artifact->epoch == epoch &&
        (found == NULL || artifact->step > found->step))
      found = artifact;
  }
  return found;
}

static bool
take (Verify *verify, int epoch)
{
  const ThawArtifact *from = find_start (verify, epoch);
  const ThawEpochRow *row = find_row (verify, epoch);
  const ThawArtifact *to =
      row != NULL ? find_at (verify, epoch + 1, row->step) : find_latest (verify, epoch);
  gint64 from_step = from != NULL ? from->step : 0;

  if ((from == NULL && epoch > 0) || (row == NULL && (to == NULL || to->step <= from_step)))
    return false;
  verify->epoch = epoch;
  verify->from = from;
  verify->to = to;
  verify->row = row;
  verify->from_step = from_step;
  verify->to_step = row != NULL ? row->step : to->step;
  return true;
}

static bool
take_newest (Verify *verify)
{
  for (int epoch = verify->session->run->epochs_done - 1; epoch >= 0; epoch--)
    if (find_row (verify, epoch) != NULL && take (verify, epoch))
      return true;
  return take (verify, verify->session->run->epochs_done);
}

/* "1, 39, 40": (transfer full) */
static char *
list_possible (Verify *verify)
{
  GString *text = g_string_new (NULL);

  for (int epoch = 0; epoch <= verify->session->run->epochs_done; epoch++)
    if (take (verify, epoch))
      g_string_append_printf (text, text->len > 0 ? ", %d" : "%d", epoch + 1);
  return g_string_free (text, FALSE);
}

static bool
refuse (Verify *verify, int epoch, GError **error)
{
  const ThawRun *run = verify->session->run;
  g_autofree char *possible = list_possible (verify);

  if (possible[0] == '\0')
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("run %.8s '%s': nothing of it can be verified yet: no epoch has ended, and no "
                    "checkpoint was kept"),
                 run->id, run->name);
  else
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("run %.8s '%s': epoch %d cannot be verified: no checkpoint from before its end "
                    "was kept, or it was not trained; possible: %s"),
                 run->id, run->name, epoch, possible);
  return false;
}

bool
verify_choose (Verify *verify, int epoch, GError **error)
{
  const ThawRun *run = verify->session->run;
  ThawStore *store = verify->session->store;

  verify->artifacts = thaw_store_artifacts (store, run->id, error);
  verify->epochs = verify->artifacts != NULL ? thaw_store_epochs (store, run->id, error) : NULL;
  if (verify->epochs == NULL)
    return false;
  if (!(epoch > 0 ? take (verify, epoch - 1) : take_newest (verify)))
    return refuse (verify, epoch, error);
  verify->iterations = thaw_store_iterations (store, run->id, verify->from_step - 1, error);
  return verify->iterations != NULL;
}
