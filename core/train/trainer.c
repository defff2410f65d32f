/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run as a whole: epochs one after the other, then the test set. */
#include "train-private.h"

static ThawFlow
one_epoch (ThawTrainer *trainer, GError **error)
{
  ThawScores scores;
  ThawFlow flow = thaw_phase_enter (trainer, error);

  if (flow == THAW_FLOW_ON)
    flow = thaw_epoch_train (trainer, error);
  if (flow == THAW_FLOW_ON)
    flow = thaw_score_epoch (trainer, &scores, error);
  if (flow == THAW_FLOW_ON)
    flow = thaw_commit_epoch (trainer, &scores, error);
  return flow;
}

static ThawFlow
all_epochs (ThawTrainer *trainer, GError **error)
{
  ThawFlow flow = thaw_control_poll (trainer, error);

  while (flow == THAW_FLOW_ON && trainer->at.epoch < trainer->recipe->epochs &&
         !thaw_early_is_over (trainer)) {
    flow = one_epoch (trainer, error);
    if (flow == THAW_FLOW_ON)
      flow = thaw_control_poll (trainer, error);
    if (flow == THAW_FLOW_ON && trainer->stop_after_epoch &&
        trainer->at.epoch < trainer->recipe->epochs)
      flow = THAW_FLOW_STOP;
  }
  return flow;
}

static ThawFlow
whole_run (ThawTrainer *trainer, GError **error)
{
  ThawFlow flow;

  if (trainer->resumed &&
      !thaw_train_emit (trainer, THAW_EVENT_RESUMED, trainer->at.epoch, NULL, error))
    return THAW_FLOW_FAILED;
  flow = all_epochs (trainer, error);
  if (flow == THAW_FLOW_ON && !thaw_early_say (trainer, error))
    return THAW_FLOW_FAILED;
  if (flow == THAW_FLOW_ON)
    flow = thaw_score_test (trainer, error);
  return flow;
}

/* How the run ended, as an event and as an answer. */
static gboolean
conclude (ThawTrainer *trainer, ThawFlow flow, ThawTrainEnd *end, GError **error)
{
  switch (flow) {
  case THAW_FLOW_ON:
    *end = THAW_END_FINISHED;
    return thaw_train_emit (trainer, THAW_EVENT_FINISHED, trainer->at.epoch, NULL, error);
  case THAW_FLOW_STOP:
    *end = THAW_END_STOPPED;
    return thaw_train_emit (trainer, THAW_EVENT_STOPPED, trainer->at.epoch, NULL, error);
  case THAW_FLOW_NOT_FINITE:
    *end = THAW_END_NOT_FINITE;
    return thaw_train_emit (trainer, THAW_EVENT_NOT_FINITE, trainer->at.epoch, trainer->why, error);
  case THAW_FLOW_FAILED:
  default:
    return FALSE;
  }
}

gboolean
thaw_trainer_run (ThawTrainer *trainer, ThawTrainEnd *end, GError **error)
{
  ThawFlow flow;

  g_return_val_if_fail (!trainer->ran && trainer->folder != NULL, FALSE);
  trainer->ran = true;
  trainer->saved_at_us = g_get_monotonic_time ();
  flow = whole_run (trainer, error);
  return conclude (trainer, flow, end, error);
}
