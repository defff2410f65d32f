/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measurement that ends an epoch, and the one on the test set that ends a run. */
#include "train-private.h"

#include <math.h>

/* Several evaluations in a row, of which the progress line sees one. */
typedef struct {
  ThawTrainer *trainer;
  int epoch;
  uint64_t before, all; /* images */
} Progress;

static ThawFlow
tick (void *user, uint32_t done, GError **error)
{
  Progress *progress = user;
  ThawTrainer *trainer = progress->trainer;

  if (trainer->hooks.evaluating != NULL)
    trainer->hooks.evaluating (trainer->hooks.user, progress->epoch,
                               (double) (progress->before + done) / (double) progress->all);
  return thaw_control_poll (trainer, error);
}

static ThawFlow
measure_with (Progress *progress,
              const ThawPipeline *pipeline,
              const uint32_t *images,
              uint32_t n,
              ThawScore *score,
              GError **error)
{
  ThawTrainer *trainer = progress->trainer;
  ThawEvaluation evaluation = {.net = trainer->net,
                               .set = trainer->set,
                               .images = images,
                               .n = n,
                               .pipeline = pipeline,
                               .features = trainer->averaged ? NULL : trainer->features,
                               .batch_size = trainer->recipe->batch_size,
                               .mean = trainer->recipe->evaluate.loss_mean,
                               .loader_threads = trainer->loader_threads,
                               .flip = trainer->recipe->evaluate.flip,
                               .seed = trainer->recipe->seed,
                               .epoch = (uint64_t) progress->epoch,
                               .tick = tick,
                               .user = progress};
  ThawFlow flow = thaw_evaluation_run (&evaluation, score, error);

  progress->before += n;
  if (flow == THAW_FLOW_ON && n > 0 && !isfinite (score->loss)) {
    trainer->why = g_strdup_printf (_ ("the loss of the evaluation after epoch %d is %s"),
                                    progress->epoch + 1, thaw_train_not_finite (score->loss));
    return THAW_FLOW_NOT_FINITE;
  }
  return flow;
}

/* As the recipe wants to see validation and test images. */
static ThawFlow
measure (Progress *progress, const uint32_t *images, uint32_t n, ThawScore *score, GError **error)
{
  const ThawTrainer *trainer = progress->trainer;

  return measure_with (progress,
                       trainer->recipe->evaluate.augment ? trainer->train_pipeline
                                                         : trainer->plain_pipeline,
                       images, n, score, error);
}

/* The same with the average of the weights. */
static ThawFlow
measure_average (
    Progress *progress, const uint32_t *images, uint32_t n, ThawScore *score, GError **error)
{
  ThawFlow flow;

  *score = (ThawScore){NAN, NAN};
  if (progress->trainer->ema == NULL || thaw_ema_updates (progress->trainer->ema) == 0)
    return THAW_FLOW_ON;
  thaw_average_show (progress->trainer, true);
  flow = measure (progress, images, n, score, error);
  thaw_average_show (progress->trainer, false);
  return flow;
}

/* The lesson's way measures on the test set all along: said once, at the first time. */
static gboolean
say_if_test_steers (ThawTrainer *trainer, GError **error)
{
  if (trainer->recipe->evaluate.set != THAW_EVAL_TEST || trainer->at.epoch > 0)
    return TRUE;
  return thaw_train_emit (trainer, THAW_EVENT_TEST_OPENED, trainer->at.epoch,
                          _ ("the test set is measured after each epoch"), error);
}

ThawFlow
thaw_score_epoch (ThawTrainer *trainer, ThawScores *scores, GError **error)
{
  Progress progress = {.trainer = trainer,
                       .epoch = trainer->at.epoch,
                       .all = (uint64_t) trainer->n_evaluated * (trainer->ema != NULL ? 2 : 1) +
                              trainer->n_clean};
  ThawFlow flow;

  if (!say_if_test_steers (trainer, error))
    return THAW_FLOW_FAILED;
  flow = measure (&progress, trainer->evaluated, trainer->n_evaluated, &scores->raw, error);
  if (flow == THAW_FLOW_ON)
    flow =
        measure_average (&progress, trainer->evaluated, trainer->n_evaluated, &scores->ema, error);
  if (flow == THAW_FLOW_ON)
    flow = measure_with (&progress, trainer->plain_pipeline, trainer->clean, trainer->n_clean,
                         &scores->clean, error);
  return flow;
}

/* Puts the best epoch's weights into the net, after looking at the file's hash. */
static gboolean
take_best_weights (ThawTrainer *trainer, GError **error)
{
  g_autofree char *path = g_build_filename (trainer->folder, trainer->at.best_file, NULL);
  g_autofree char *sha256 = thaw_file_sha256 (path, NULL, error);
  g_autoptr (ThawStateDict) weights = NULL;

  if (sha256 == NULL)
    return FALSE;
  if (!g_str_equal (sha256, trainer->at.best_sha256)) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: the best weights have changed since they were written"), path);
    return FALSE;
  }
  if ((weights = thaw_checkpoint_weights (path, error)) == NULL)
    return FALSE;
  return thaw_net_load (trainer->net, weights, path, error);
}

ThawFlow
thaw_score_test (ThawTrainer *trainer, GError **error)
{
  const ThawSplit *split = trainer->split;
  bool best = trainer->at.best_file != NULL;
  int epoch = best ? trainer->at.best_epoch : trainer->at.epoch - 1;
  Progress progress = {.trainer = trainer, .epoch = trainer->at.epoch - 1, .all = split->n_test};
  g_autofree char *detail = NULL;
  ThawScore score;
  ThawFlow flow;

  if (!trainer->recipe->evaluate.test_at_end || split->n_test == 0)
    return THAW_FLOW_ON;
  g_assert (trainer->saved); /* from here on the net may hold other weights than the position's */
  if (best && !take_best_weights (trainer, error))
    return THAW_FLOW_FAILED;
  detail = g_strdup_printf (
      best && trainer->at.best_averaged
          ? _ ("the best weights, the average after epoch %d, are measured on the test set")
      : best ? _ ("the best weights, of epoch %d, are measured on the test set")
             : _ ("the weights of epoch %d are measured on the test set"),
      epoch + 1);
  if (!thaw_train_emit (trainer, THAW_EVENT_TEST_OPENED, trainer->at.epoch - 1, detail, error))
    return THAW_FLOW_FAILED;
  flow = measure (&progress, split->test, split->n_test, &score, error);
  if (flow == THAW_FLOW_ON && trainer->hooks.test != NULL &&
      !trainer->hooks.test (trainer->hooks.user, score.loss, score.accuracy, best ? "best" : "last",
                            error)) {
    thaw_train_hook_failed ("test", error);
    return THAW_FLOW_FAILED;
  }
  return flow;
}
