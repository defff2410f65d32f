/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The freeze plan: what trains, and the moment of the thaw. */
#include "train-private.h"

gboolean
thaw_phase_check (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;

  trainer->block = g_new0 (int, thaw_net_n_params (trainer->net));
  trainer->n_blocks = thaw_model_blocks (trainer->model, trainer->net, trainer->block);
  for (int i = 0; i < recipe->freeze.n_steps; i++) {
    int blocks = thaw_choice_int (&recipe->freeze.steps[i], "blocks");
    if (blocks <= trainer->n_blocks)
      continue;
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("freeze.steps.%d.blocks is %d, but %s has %d blocks before its head"), i,
                 blocks, trainer->model->entry.name, trainer->n_blocks);
    return FALSE;
  }
  return TRUE;
}

static void
list_tasks (ThawTrainer *trainer)
{
  const ThawRecipe *recipe = trainer->recipe;

  trainer->n_tasks = 0;
  for (int i = 0; i < thaw_net_n_params (trainer->net); i++)
    trainer->task_of[i] = -1;
  for (int s = 0; s < trainer->n_slots; s++) {
    const ThawParam *param = thaw_net_param (trainer->net, trainer->slots[s]);
    if (!param->trainable)
      continue;
    trainer->task_of[trainer->slots[s]] = trainer->n_tasks;
    trainer->rates[trainer->n_tasks] = thaw_plan_share (recipe, trainer->block[trainer->slots[s]]);
    trainer->tasks[trainer->n_tasks++] = (ThawOptimizerTask){s, param->value, param->grad};
  }
}

gboolean
thaw_phase_set (ThawTrainer *trainer, int epoch, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  bool frozen = epoch < recipe->freeze.epochs;
  int blocks = thaw_plan_blocks (recipe, epoch);

  trainer->trainable = blocks == 0 && *recipe->freeze.match != '\0'
                           ? thaw_model_thaw_matching (trainer->net, recipe->freeze.match)
                           : thaw_model_thaw_blocks (trainer->model, trainer->net, blocks);
  if (trainer->trainable == 0) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("freeze.match is '%s', but no parameter of %s has that in its name: nothing "
                    "would train"),
                 recipe->freeze.match, trainer->model->entry.name);
    return FALSE;
  }
  thaw_net_hold_batch_norm (trainer->net, frozen && recipe->freeze.batch_norm == THAW_BN_HOLD);
  if (!thaw_net_plan (trainer->net, THAW_MODE_TRAIN, recipe->batch_size, error))
    return FALSE;
  list_tasks (trainer);
  return TRUE;
}

/* detail: (transfer full), also the answer. */
static char *
add_features (const ThawTrainer *trainer, char *detail)
{
  g_autofree char *said = detail, *size = g_format_size (thaw_features_bytes (trainer));

  if (!thaw_features_due (trainer, trainer->at.epoch))
    return g_steal_pointer (&said);
  return g_strdup_printf (
      ngettext ("%s; the backbone's features of %u image are computed once and kept (%s)",
                "%s; the backbone's features of %u images are computed once and kept (%s)",
                trainer->split->n_train + trainer->n_evaluated),
      said, trainer->split->n_train + trainer->n_evaluated, size);
}

static gboolean
say_frozen (ThawTrainer *trainer, GError **error)
{
  g_autofree char *detail = g_strdup_printf (
      trainer->recipe->freeze.batch_norm == THAW_BN_HOLD
          ? _ ("%" PRIu64 " of %" PRIu64 " parameters train; batch-norm statistics are held")
          : _ ("%" PRIu64 " of %" PRIu64 " parameters train; batch-norm statistics are updated"),
      trainer->trainable, trainer->parameters);

  detail = add_features (trainer, g_steal_pointer (&detail));
  return thaw_train_emit (trainer, THAW_EVENT_FROZEN, trainer->at.epoch, detail, error);
}

/* "all 1,000 parameters train", or which blocks do. (transfer full) */
static char *
what_trains (const ThawTrainer *trainer)
{
  int blocks = thaw_plan_blocks (trainer->recipe, trainer->at.epoch);

  if (blocks < 0)
    return g_strdup_printf (_ ("all %" PRIu64 " parameters train"), trainer->trainable);
  return g_strdup_printf (
      _ ("the head and the last %d of %d blocks train, %" PRIu64 " of %" PRIu64 " parameters"),
      blocks, trainer->n_blocks, trainer->trainable, trainer->parameters);
}

/* The group's rate becomes what the plan says whatever the schedule has done, and the schedule goes
 * on from there, as in the lesson. */
static gboolean
thaw (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  bool reset = recipe->freeze.optimizer_state == THAW_STATE_RESET;
  double before = thaw_schedule_lr (trainer->schedule),
         after = thaw_plan_rate (recipe, trainer->at.epoch);
  g_autofree char *what = what_trains (trainer), *detail = NULL;

  thaw_schedule_set_lr (trainer->schedule, after);
  if (reset)
    thaw_optimizer_reset (trainer->optimizer);
  detail = g_strdup_printf (reset ? _ ("%s; learning rate from %g to %g; optimizer state reset")
                                  : _ ("%s; learning rate from %g to %g; optimizer state carried"),
                            what, before, after);
  return thaw_train_emit (trainer, THAW_EVENT_THAWED, trainer->at.epoch, detail, error);
}

ThawFlow
thaw_phase_enter (ThawTrainer *trainer, GError **error)
{
  ThawPosition *at = &trainer->at;
  bool began = at->phase == THAW_PHASE_START, frozen = at->epoch < trainer->recipe->freeze.epochs;
  ThawPhase wanted = frozen ? THAW_PHASE_FROZEN : THAW_PHASE_THAWED;
  int stage = frozen ? thaw_plan_step (trainer->recipe, at->epoch) : 0;

  if (at->phase == wanted && at->stage == stage)
    return THAW_FLOW_ON;
  if (!thaw_phase_set (trainer, at->epoch, error))
    return THAW_FLOW_FAILED;
  if (!thaw_features_due (trainer, at->epoch))
    g_clear_pointer (&trainer->features, thaw_features_free);
  at->phase = wanted;
  at->stage = stage;
  trainer->saved = false;
  if (began && frozen && !say_frozen (trainer, error))
    return THAW_FLOW_FAILED;
  if (!began && !thaw (trainer, error))
    return THAW_FLOW_FAILED;
  return THAW_FLOW_ON;
}
