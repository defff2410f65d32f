/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making progress count: files first, then the keeper's transaction, then old files go. */
#include "train-private.h"

#include <math.h>

static ThawFlow
refuse_if_not_finite (ThawTrainer *trainer, const ThawStateDict *dict)
{
  const char *name = thaw_checkpoint_not_finite (dict);

  if (name == NULL)
    return THAW_FLOW_ON;
  trainer->why = g_strdup_printf (_ ("after %" PRIu64 " iterations '%s' holds values that are not "
                                     "finite; no checkpoint was written"),
                                  trainer->at.step, name);
  return THAW_FLOW_NOT_FINITE;
}

static ThawCheckpointFile
file_of (const ThawTrainer *trainer, const ThawWritten *written, const char *kind)
{
  return (ThawCheckpointFile){.path = written->path,
                              .kind = kind,
                              .sha256 = written->sha256,
                              .bytes = written->bytes,
                              .epoch = trainer->at.epoch,
                              .step = trainer->at.step};
}

static gboolean
settle (ThawTrainer *trainer, const ThawWritten *last, GError **error)
{
  trainer->saved = true;
  trainer->saved_at_us = g_get_monotonic_time ();
  return thaw_keeper_keep (trainer, last->path, error);
}

ThawFlow
thaw_commit_position (ThawTrainer *trainer, GError **error)
{
  g_autoptr (ThawStateDict) dict = NULL;
  g_auto (ThawWritten) last = {0};
  ThawCheckpointFile file;
  ThawFlow flow;

  bool averaged = trainer->averaged;

  if (trainer->saved)
    return THAW_FLOW_ON;
  thaw_average_show (trainer, false);
  dict = thaw_checkpoint_last (trainer, error);
  thaw_average_show (trainer, averaged);
  if (dict == NULL)
    return THAW_FLOW_FAILED;
  if ((flow = refuse_if_not_finite (trainer, dict)) != THAW_FLOW_ON)
    return flow;
  thaw_checkpoint_describe (trainer, dict, "last");
  if ((flow = thaw_keeper_write (trainer, dict, "last", &last, error)) != THAW_FLOW_ON)
    return flow;
  file = file_of (trainer, &last, "last");
  if (trainer->hooks.checkpoint != NULL &&
      !trainer->hooks.checkpoint (trainer->hooks.user, &file, error)) {
    thaw_train_hook_failed ("checkpoint", error);
    return THAW_FLOW_FAILED;
  }
  return settle (trainer, &last, error) ? THAW_FLOW_ON : THAW_FLOW_FAILED;
}

/* What the epoch under way has come to, before the position moves on. */
static ThawEpoch
sum_up (const ThawTrainer *trainer, const ThawScores *scores)
{
  const ThawPosition *at = &trainer->at;
  const ThawRecipe *recipe = trainer->recipe;
  const ThawScore *score = &scores->raw, *clean = &scores->clean, *ema = &scores->ema;
  bool averaged =
      isfinite (ema->loss) && (!isfinite (score->loss) || ema->accuracy > score->accuracy);
  double accuracy = averaged ? ema->accuracy : score->accuracy;

  return (ThawEpoch){.epoch = at->epoch,
                     .step = at->step,
                     .frozen = at->phase == THAW_PHASE_FROZEN,
                     .lr = thaw_schedule_lr_at (trainer->schedule, trainer->batches - 1),
                     .train_loss = recipe->evaluate.loss_mean == THAW_MEAN_IMAGES
                                       ? at->loss_of_images / (double) at->seen
                                       : at->loss_of_batches / (double) trainer->batches,
                     .train_accuracy = (double) at->correct / (double) at->seen,
                     .clean_loss = clean->loss,
                     .clean_accuracy = clean->accuracy,
                     .loss = score->loss,
                     .accuracy = score->accuracy,
                     .ema_loss = ema->loss,
                     .ema_accuracy = ema->accuracy,
                     .set = recipe->evaluate.set,
                     .seconds = at->seconds,
                     .images_per_second = at->seconds > 0 ? (double) at->seen / at->seconds : 0,
                     .trainable = trainer->trainable,
                     .best = isfinite (averaged ? ema->loss : score->loss) &&
                             (isnan (at->best_accuracy) || accuracy > at->best_accuracy),
                     .best_averaged = averaged};
}

static void
move_on (ThawTrainer *trainer)
{
  ThawPosition *at = &trainer->at;

  at->epoch += 1;
  at->batch = 0;
  at->loss_of_images = at->loss_of_batches = at->seconds = 0;
  at->correct = at->seen = 0;
  trainer->saved = false;
}

static ThawFlow
write_best (ThawTrainer *trainer, const ThawEpoch *epoch, ThawWritten *best, GError **error)
{
  g_autoptr (ThawStateDict) dict = NULL;
  ThawFlow flow;

  thaw_average_show (trainer, epoch->best_averaged);
  dict = thaw_checkpoint_best (trainer);
  thaw_average_show (trainer, false);
  trainer->at.best_epoch = epoch->epoch;
  trainer->at.best_accuracy = epoch->best_averaged ? epoch->ema_accuracy : epoch->accuracy;
  trainer->at.best_averaged = epoch->best_averaged;
  thaw_checkpoint_describe (trainer, dict, "best");
  flow = thaw_keeper_write (trainer, dict, "best", best, error);
  if (flow != THAW_FLOW_ON)
    return flow;
  g_free (trainer->at.best_file);
  g_free (trainer->at.best_sha256);
  trainer->at.best_file = g_path_get_basename (best->path);
  trainer->at.best_sha256 = g_strdup (best->sha256);
  g_ptr_array_add (trainer->bests, g_strdup (trainer->at.best_file));
  return THAW_FLOW_ON;
}

/* Best first: the "last" refers to it. dict: the tensors of the "last". */
static ThawFlow
write_files (ThawTrainer *trainer,
             const ThawEpoch *epoch,
             ThawStateDict *dict,
             ThawWritten *last,
             ThawWritten *best,
             GError **error)
{
  ThawFlow flow = THAW_FLOW_ON;

  if (epoch->best)
    flow = write_best (trainer, epoch, best, error);
  if (flow != THAW_FLOW_ON)
    return flow;
  thaw_checkpoint_describe (trainer, dict, "last");
  return thaw_keeper_write (trainer, dict, "last", last, error);
}

static gboolean
offer (ThawTrainer *trainer,
       const ThawEpoch *epoch,
       const ThawWritten *last,
       const ThawWritten *best,
       GError **error)
{
  ThawCheckpointFile last_file = file_of (trainer, last, "last");
  ThawCheckpointFile best_file = file_of (trainer, best, "best");

  if (trainer->hooks.epoch == NULL || trainer->hooks.epoch (trainer->hooks.user, epoch, &last_file,
                                                            epoch->best ? &best_file : NULL, error))
    return TRUE;
  return thaw_train_hook_failed ("epoch", error);
}

static gboolean
say_rate_dropped (ThawTrainer *trainer, const ThawEpoch *epoch, GError **error)
{
  g_autofree char *detail = g_strdup_printf (_ ("learning rate from %g to %g"), epoch->lr,
                                             thaw_schedule_lr (trainer->schedule));

  return thaw_train_emit (trainer, THAW_EVENT_RATE_DROPPED, epoch->epoch, detail, error);
}

ThawFlow
thaw_commit_epoch (ThawTrainer *trainer, const ThawScores *scores, GError **error)
{
  ThawEpoch epoch = sum_up (trainer, scores);
  g_autoptr (ThawStateDict) dict = thaw_checkpoint_last (trainer, error);
  g_auto (ThawWritten) last = {0}, best = {0};
  bool dropped;
  ThawFlow flow;

  if (dict == NULL)
    return THAW_FLOW_FAILED;
  if ((flow = refuse_if_not_finite (trainer, dict)) != THAW_FLOW_ON)
    return flow;
  dropped = thaw_schedule_epoch_end (
      trainer->schedule,
      thaw_schedule_wants_accuracy (trainer->schedule) ? scores->raw.accuracy : scores->raw.loss);
  thaw_early_look (trainer, &scores->raw);
  move_on (trainer);
  flow = write_files (trainer, &epoch, dict, &last, &best, error);
  if (flow != THAW_FLOW_ON)
    return flow;
  if (!offer (trainer, &epoch, &last, &best, error) || !settle (trainer, &last, error))
    return THAW_FLOW_FAILED;
  if (dropped && !say_rate_dropped (trainer, &epoch, error))
    return THAW_FLOW_FAILED;
  return THAW_FLOW_ON;
}
