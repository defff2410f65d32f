/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Going on from a "last": everything it holds into a trainer that is otherwise ready. On failure
 * the trainer is of no more use. */
#include "train-private.h"

#include <math.h>

#include <string.h>

static gboolean
bad (GError **error, const char *path, const char *sentence)
{
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT, "%s: %s", path, sentence);
  return FALSE;
}

static gboolean
fits (const ThawTrainer *trainer, const char *path, const ThawCheckpointInfo *info, GError **error)
{
  const char *fingerprint = thaw_dataset_fingerprint (trainer->set);

  if (!g_str_equal (info->kind, "last"))
    return bad (error, path, _ ("holds weights alone ('best'); going on needs a 'last'"));
  if (!g_str_equal (info->recipe_hash, trainer->recipe_hash)) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: was written for another recipe (hash %.12s, this one has %.12s)"), path,
                 info->recipe_hash, trainer->recipe_hash);
    return FALSE;
  }
  if (!g_str_equal (info->data_fingerprint, fingerprint)) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: was written for other data (fingerprint %.12s, these have %.12s); going "
                    "on would mix the two"),
                 path, info->data_fingerprint, fingerprint);
    return FALSE;
  }
  return TRUE;
}

static gboolean
restore_position (ThawTrainer *trainer,
                  const ThawStateDict *dict,
                  const char *path,
                  const ThawCheckpointInfo *info,
                  GError **error)
{
  ThawPosition *at = &trainer->at;
  uint64_t phase, stage = 0;

  if (!thaw_meta_count (dict, path, "phase", THAW_PHASE_THAWED, &phase, error) ||
      !thaw_meta_real (dict, path, "loss_of_images", &at->loss_of_images, error) ||
      !thaw_meta_real (dict, path, "loss_of_batches", &at->loss_of_batches, error) ||
      !thaw_meta_count (dict, path, "correct", G_MAXUINT32, &at->correct, error) ||
      !thaw_meta_count (dict, path, "seen", G_MAXUINT32, &at->seen, error) ||
      !thaw_meta_real (dict, path, "seconds", &at->seconds, error))
    return FALSE;
  if (trainer->recipe->freeze.n_steps > 0 &&
      !thaw_meta_count (dict, path, "stage", (uint64_t) trainer->recipe->freeze.n_steps, &stage,
                        error))
    return FALSE;
  at->phase = (ThawPhase) phase;
  at->stage = (int) stage;
  at->epoch = info->epoch;
  at->batch = info->batch;
  at->step = info->step;
  at->best_epoch = info->best_epoch;
  at->best_accuracy = info->best_accuracy;
  at->best_averaged = info->best_averaged;
  if (at->epoch > trainer->recipe->epochs || at->batch > trainer->batches ||
      (at->epoch == trainer->recipe->epochs && at->batch > 0) || at->best_epoch >= at->epoch ||
      at->step != (uint64_t) at->epoch * trainer->batches + at->batch)
    return bad (error, path, _ ("epoch, batch and step do not fit together or to the recipe"));
  return TRUE;
}

static gboolean
restore_early (ThawTrainer *trainer, const ThawStateDict *dict, const char *path, GError **error)
{
  uint64_t without_gain;

  if (trainer->recipe->early.patience == 0)
    return TRUE;
  if (!thaw_meta_count (dict, path, "without_gain", (uint64_t) trainer->at.epoch, &without_gain,
                        error))
    return FALSE;
  trainer->at.without_gain = (int) without_gain;
  return thaw_state_dict_meta (dict, "watched_best") == NULL ||
         thaw_meta_real (dict, path, "watched_best", &trainer->at.watched_best, error);
}

/* NULL, or why the best weights so far are not what the checkpoint knows them as. (transfer full)
 */
static char *
why_best_is_lost (const char *best, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = thaw_file_sha256 (best, NULL, &error);

  if (found == NULL)
    return g_strdup (error->message);
  if (g_str_equal (found, expected))
    return NULL;
  return g_strdup_printf (_ ("%s: the best weights have changed since they were written"), best);
}

static void
forget_best (ThawTrainer *trainer, const char *why)
{
  ThawPosition *at = &trainer->at;

  g_free (trainer->note);
  trainer->note = g_strdup_printf (
      _ ("The best weights so far, of epoch %d, are lost: %s. Training goes on; the best from here "
         "on is kept."),
      at->best_epoch + 1, why);
  at->best_epoch = -1;
  at->best_accuracy = NAN;
  at->best_averaged = false;
}

/* The best weights so far are a file of their own. Losing it must not cost the weights that train.
 */
static gboolean
restore_best (ThawTrainer *trainer,
              const ThawStateDict *dict,
              const char *path,
              const ThawCheckpointInfo *info,
              GError **error)
{
  g_autofree char *best = NULL, *why = NULL;
  const char *expected;

  if (info->best_file == NULL)
    return info->best_epoch < 0 ||
           bad (error, path, _ ("names a best epoch, but not the file with its weights"));
  if (!thaw_meta_text (dict, path, "best_sha256", &expected, error))
    return FALSE;
  best = g_build_filename (trainer->folder, info->best_file, NULL);
  why = why_best_is_lost (best, expected);
  if (why != NULL) {
    forget_best (trainer, why);
    return TRUE;
  }
  trainer->at.best_file = g_strdup (info->best_file);
  trainer->at.best_sha256 = g_strdup (expected);
  return TRUE;
}

static gboolean
restore_buffer (ThawTrainer *trainer,
                const ThawStateDict *dict,
                const char *path,
                int slot,
                int b,
                GError **error)
{
  int i = trainer->slots[slot];
  const ThawParam *param = thaw_net_param (trainer->net, i);
  g_autofree char *name = g_strconcat (THAW_CHECKPOINT_OPTIMIZER, param->name, ".",
                                       thaw_optimizer_buffer_name (trainer->optimizer, b), NULL);
  const ThawTensor *tensor = thaw_state_dict_find (dict, name);

  if (tensor == NULL || tensor->dtype != THAW_DTYPE_F32 || tensor->ndim != param->ndim ||
      memcmp (tensor->shape, param->shape, sizeof (uint64_t) * (size_t) param->ndim) != 0) {
    g_autofree char *found = tensor ? thaw_tensor_shape_text (tensor) : g_strdup (_ ("missing"));
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: tensor '%s' is %s, expected F32 of the parameter's shape"), path, name,
                 found);
    return FALSE;
  }
  if (thaw_tensor_count_nonfinite (tensor) > 0) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: tensor '%s' holds values that are not finite"), path, name);
    return FALSE;
  }
  thaw_net_from_torch (trainer->net, i, tensor->data,
                       thaw_optimizer_buffer (trainer->optimizer, slot, b));
  return TRUE;
}

static gboolean
restore_optimizer (ThawTrainer *trainer,
                   const ThawStateDict *dict,
                   const char *path,
                   GError **error)
{
  for (int s = 0; s < trainer->n_slots; s++) {
    const ThawParam *param = thaw_net_param (trainer->net, trainer->slots[s]);
    g_autofree char *key = g_strconcat (THAW_CHECKPOINT_OPTIMIZER, param->name, ".steps", NULL);
    uint64_t steps;

    if (!thaw_meta_count (dict, path, key, trainer->at.step, &steps, error))
      return FALSE;
    if (steps == 0)
      continue;
    if (!thaw_optimizer_restore (trainer->optimizer, s, steps, error))
      return FALSE;
    for (int b = 0; b < thaw_optimizer_n_buffers (trainer->optimizer); b++)
      if (!restore_buffer (trainer, dict, path, s, b, error))
        return FALSE;
  }
  return TRUE;
}

static gboolean
restore_schedule (ThawTrainer *trainer, const ThawStateDict *dict, const char *path, GError **error)
{
  const char *text;

  if (!thaw_meta_text (dict, path, "schedule", &text, error))
    return FALSE;
  if (thaw_schedule_restore (trainer->schedule, text, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

gboolean
thaw_restore (ThawTrainer *trainer, const char *path, GError **error)
{
  g_auto (ThawCheckpointInfo) info = {0};
  g_autoptr (ThawStateDict) dict = thaw_checkpoint_read (path, &info, error);
  g_autoptr (ThawStateDict) model = NULL;

  if (dict == NULL || !fits (trainer, path, &info, error) ||
      !restore_position (trainer, dict, path, &info, error) ||
      !restore_best (trainer, dict, path, &info, error) ||
      !restore_schedule (trainer, dict, path, error) ||
      !restore_early (trainer, dict, path, error) ||
      !thaw_average_restore (trainer, dict, path, error) ||
      !restore_optimizer (trainer, dict, path, error))
    return FALSE;
  model = thaw_state_dict_take (dict, THAW_CHECKPOINT_MODEL);
  if (!thaw_net_load (trainer->net, model, path, error))
    return FALSE;
  trainer->saved = trainer->resumed = true;
  return TRUE;
}
