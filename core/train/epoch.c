/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The training part of an epoch: batch after batch, from wherever it stands. */
#include "train-private.h"

#include <math.h>

/* Called from the loader's threads; all it reads stays as it is during an epoch. */
static void
fill (void *user, const uint32_t *images, int count, float *x, int sample, int n)
{
  const ThawTrainer *trainer = user;
  const uint8_t *in[THAW_FILL_MOST];

  for (int i = 0; i < count; i++)
    in[i] = thaw_dataset_image (trainer->set, images[i]);
  thaw_pipeline_apply_many (trainer->train_pipeline, in, images, count, trainer->recipe->seed,
                            (uint64_t) trainer->at.epoch, x, sample, n);
}

ThawLoaderSpec
thaw_epoch_batches (ThawTrainer *trainer)
{
  const ThawSplit *split = trainer->split;
  ThawLoaderSpec spec = {.set = trainer->set,
                         .order = trainer->order,
                         .n = split->n_train,
                         .batch_size = trainer->recipe->batch_size,
                         .first_batch = trainer->at.batch,
                         .channels = 3,
                         .fill = fill,
                         .user = trainer,
                         .threads = thaw_loader_threads (trainer->loader_threads),
                         .ahead = 4};

  thaw_epoch_order (split->train, split->n_train, trainer->recipe->seed,
                    (uint64_t) trainer->at.epoch, trainer->order);
  return spec;
}

static gboolean
report (ThawTrainer *trainer, const ThawIteration *iteration, GError **error)
{
  if (trainer->hooks.iteration == NULL ||
      trainer->hooks.iteration (trainer->hooks.user, iteration, error))
    return TRUE;
  return thaw_train_hook_failed ("iteration", error);
}

ThawIteration
thaw_epoch_forward (ThawTrainer *trainer, const ThawBatch *batch)
{
  ThawIteration it = {.step = trainer->at.step,
                      .epoch = trainer->at.epoch,
                      .batch = (int) trainer->at.batch,
                      .batches = (int) trainer->batches,
                      .images = batch->n,
                      .lr = thaw_schedule_lr_at (trainer->schedule, trainer->at.batch)};
  ThawMix mix = {.lambda = 1};
  const float *logits;

  thaw_net_set_noise (trainer->net, trainer->recipe->seed, trainer->at.step);
  if (batch->x == NULL) {
    thaw_features_enter (trainer->features, trainer->net, batch);
    logits = thaw_net_forward_from_features (trainer->net, THAW_MODE_TRAIN, batch->n);
  } else {
    mix = thaw_mixing_enter (trainer, batch);
    logits = thaw_net_forward (trainer->net, THAW_MODE_TRAIN, batch->n);
  }
  it.loss = thaw_mixing_loss (trainer, &mix, batch, logits, &it.correct);
  return it;
}

static void
advance (ThawTrainer *trainer, const ThawIteration *it, gint64 since_us)
{
  ThawPosition *at = &trainer->at;

  at->batch += 1;
  at->step += 1;
  at->loss_of_images += it->loss * it->images;
  at->loss_of_batches += it->loss;
  at->correct += (uint64_t) it->correct;
  at->seen += (uint64_t) it->images;
  at->seconds += (double) (g_get_monotonic_time () - since_us) / 1e6;
  trainer->saved = false;
  thaw_average_step (trainer);
}

/* One iteration. A loss that is not finite ends the run before anything is updated by it. */
static ThawFlow
step (ThawTrainer *trainer, const ThawBatch *batch, gint64 since_us, GError **error)
{
  ThawIteration it = thaw_epoch_forward (trainer, batch);
  ThawLearning learning = {.net = trainer->net,
                           .optimizer = trainer->optimizer,
                           .tasks = trainer->tasks,
                           .n_tasks = trainer->n_tasks,
                           .task_of = trainer->task_of,
                           .rates = trainer->rates,
                           .clip = {trainer->recipe->clip.norm, trainer->recipe->clip.value}};

  if (!isfinite (it.loss)) {
    trainer->why = g_strdup_printf (_ ("the loss of epoch %d, batch %d of %d is %s"), it.epoch + 1,
                                    it.batch + 1, it.batches, thaw_train_not_finite (it.loss));
    return report (trainer, &it, error) ? THAW_FLOW_NOT_FINITE : THAW_FLOW_FAILED;
  }
  thaw_optimizer_set_momentum (trainer->optimizer,
                               thaw_schedule_momentum_at (trainer->schedule, trainer->at.batch));
  if (!thaw_train_backward (&learning, trainer->dlogits, batch->n, it.lr, error))
    return THAW_FLOW_FAILED;
  advance (trainer, &it, since_us);
  return report (trainer, &it, error) ? THAW_FLOW_ON : THAW_FLOW_FAILED;
}

static ThawFlow
save_now_and_then (ThawTrainer *trainer, GError **error)
{
  if (g_get_monotonic_time () - trainer->saved_at_us < thaw_train_tuning.interval_us)
    return THAW_FLOW_ON;
  return thaw_commit_position (trainer, error);
}

ThawFlow
thaw_epoch_train (ThawTrainer *trainer, GError **error)
{
  gint64 since_us = g_get_monotonic_time ();
  g_auto (ThawFeed) feed = {0};
  ThawLoaderSpec spec;
  ThawFlow flow;

  if (trainer->at.batch >= trainer->batches)
    return THAW_FLOW_ON;
  flow = thaw_features_make (trainer, error);
  if (flow != THAW_FLOW_ON)
    return flow;
  spec = thaw_epoch_batches (trainer);
  if (!thaw_feed_open (&feed, &spec, trainer->features, error))
    return THAW_FLOW_FAILED;
  for (; trainer->at.batch < trainer->batches; since_us = g_get_monotonic_time ()) {
    flow = step (trainer, thaw_feed_next (&feed), since_us, error);
    if (flow == THAW_FLOW_ON)
      flow = thaw_control_poll (trainer, error);
    if (flow == THAW_FLOW_ON)
      flow = save_now_and_then (trainer, error);
    if (flow != THAW_FLOW_ON)
      return flow;
  }
  return THAW_FLOW_ON;
}
