/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The freeze plan: what trains, and the moment of the thaw. */
#include "train-private.h"

static void
list_tasks (ThawTrainer *trainer)
{
  trainer->n_tasks = 0;
  for (int i = 0; i < thaw_net_n_params (trainer->net); i++)
    trainer->task_of[i] = -1;
  for (int s = 0; s < trainer->n_slots; s++) {
    const ThawParam *param = thaw_net_param (trainer->net, trainer->slots[s]);
    if (!param->trainable)
      continue;
    trainer->task_of[trainer->slots[s]] = trainer->n_tasks;
    trainer->tasks[trainer->n_tasks++] = (ThawOptimizerTask){s, param->value, param->grad};
  }
}

gboolean
thaw_phase_set (ThawTrainer *trainer, ThawPhase phase, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  bool frozen = phase == THAW_PHASE_FROZEN;

  trainer->trainable = thaw_model_freeze (trainer->model, trainer->net, frozen);
  thaw_net_hold_batch_norm (trainer->net, frozen && recipe->freeze.batch_norm == THAW_BN_HOLD);
  if (!thaw_net_plan (trainer->net, THAW_MODE_TRAIN, recipe->batch_size, error))
    return FALSE;
  list_tasks (trainer);
  return TRUE;
}

static gboolean
say_frozen (ThawTrainer *trainer, GError **error)
{
  g_autofree char *detail = g_strdup_printf (
      trainer->recipe->freeze.batch_norm == THAW_BN_HOLD
          ? _ ("%" PRIu64 " of %" PRIu64 " parameters train; batch-norm statistics are held")
          : _ ("%" PRIu64 " of %" PRIu64 " parameters train; batch-norm statistics are updated"),
      trainer->trainable, trainer->parameters);

  return thaw_train_emit (trainer, THAW_EVENT_FROZEN, trainer->at.epoch, detail, error);
}

/* The group's rate becomes lr_after whatever the schedule has done, and the schedule goes on from
 * there, as in the lesson. */
static gboolean
thaw (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  bool reset = recipe->freeze.optimizer_state == THAW_STATE_RESET;
  double before = thaw_schedule_lr (trainer->schedule);
  g_autofree char *detail = NULL;

  thaw_schedule_set_lr (trainer->schedule, recipe->freeze.lr_after);
  if (reset)
    thaw_optimizer_reset (trainer->optimizer);
  detail = g_strdup_printf (
      reset ? _ ("all %" PRIu64
                 " parameters train; learning rate from %g to %g; optimizer state reset")
            : _ ("all %" PRIu64
                 " parameters train; learning rate from %g to %g; optimizer state carried"),
      trainer->trainable, before, recipe->freeze.lr_after);
  return thaw_train_emit (trainer, THAW_EVENT_THAWED, trainer->at.epoch, detail, error);
}

ThawFlow
thaw_phase_enter (ThawTrainer *trainer, GError **error)
{
  ThawPhase was = trainer->at.phase;
  ThawPhase wanted =
      trainer->at.epoch < trainer->recipe->freeze.epochs ? THAW_PHASE_FROZEN : THAW_PHASE_THAWED;

  if (was == wanted)
    return THAW_FLOW_ON;
  if (!thaw_phase_set (trainer, wanted, error))
    return THAW_FLOW_FAILED;
  trainer->at.phase = wanted;
  trainer->saved = false;
  if (wanted == THAW_PHASE_FROZEN && !say_frozen (trainer, error))
    return THAW_FLOW_FAILED;
  if (was == THAW_PHASE_FROZEN && !thaw (trainer, error))
    return THAW_FLOW_FAILED;
  return THAW_FLOW_ON;
}
