/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a checkpoint holds. "best": the model's state_dict, as PyTorch names it. "last": the same
 * under "model.", the optimiser's buffers as "optimizer.PARAMETER.BUFFER" in PyTorch's layouts, and
 * every scalar as text in the metadata; doubles with 17 digits, which read back exactly. */
#include "train-private.h"

#include <math.h>

static void
set_count (ThawStateDict *dict, const char *key, uint64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" PRIu64, value);

  thaw_state_dict_set_meta (dict, key, text);
}

static void
set_real (ThawStateDict *dict, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  thaw_state_dict_set_meta (dict, key, g_ascii_dtostr (text, sizeof text, value));
}

static gboolean
add_buffer (ThawTrainer *trainer, ThawStateDict *dict, int slot, int b, GError **error)
{
  int i = trainer->slots[slot];
  const ThawParam *param = thaw_net_param (trainer->net, i);
  g_autofree char *name = g_strconcat (THAW_CHECKPOINT_OPTIMIZER, param->name, ".",
                                       thaw_optimizer_buffer_name (trainer->optimizer, b), NULL);
  g_autoptr (ThawTensor) tensor = thaw_tensor_new (name, THAW_DTYPE_F32, param->ndim, param->shape);

  if (tensor == NULL) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("not enough memory to prepare a checkpoint ('%s')"), name);
    return FALSE;
  }
  thaw_net_to_torch (trainer->net, i, thaw_optimizer_buffer (trainer->optimizer, slot, b),
                     tensor->data);
  thaw_state_dict_add (dict, g_steal_pointer (&tensor));
  return TRUE;
}

static gboolean
add_optimizer (ThawTrainer *trainer, ThawStateDict *dict, GError **error)
{
  for (int s = 0; s < trainer->n_slots; s++) {
    uint64_t steps = thaw_optimizer_steps (trainer->optimizer, s);
    const ThawParam *param = thaw_net_param (trainer->net, trainer->slots[s]);
    g_autofree char *key = g_strconcat (THAW_CHECKPOINT_OPTIMIZER, param->name, ".steps", NULL);

    set_count (dict, key, steps);
    if (steps == 0)
      continue;
    for (int b = 0; b < thaw_optimizer_n_buffers (trainer->optimizer); b++)
      if (!add_buffer (trainer, dict, s, b, error))
        return FALSE;
  }
  return TRUE;
}

ThawStateDict *
thaw_checkpoint_last (ThawTrainer *trainer, GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_net_save (trainer->net);

  thaw_state_dict_add_prefix (dict, THAW_CHECKPOINT_MODEL);
  if (!add_optimizer (trainer, dict, error) || !thaw_average_save (trainer, dict, error))
    return NULL;
  return g_steal_pointer (&dict);
}

ThawStateDict *
thaw_checkpoint_best (ThawTrainer *trainer)
{
  return thaw_net_save (trainer->net);
}

const char *
thaw_checkpoint_not_finite (const ThawStateDict *dict)
{
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    if (thaw_tensor_count_nonfinite (tensor) > 0)
      return tensor->name;
  }
  return NULL;
}

/* What `predict` and a person need: classes, input, where it comes from. */
static void
describe_origin (const ThawTrainer *trainer, ThawStateDict *dict)
{
  const ThawRecipe *recipe = trainer->recipe;
  int classes = thaw_dataset_classes (trainer->set);

  thaw_state_dict_set_meta (dict, "recipe", trainer->recipe_json);
  thaw_state_dict_set_meta (dict, "recipe_hash", trainer->recipe_hash);
  thaw_state_dict_set_meta (dict, "data_fingerprint", thaw_dataset_fingerprint (trainer->set));
  thaw_state_dict_set_meta (dict, "model", trainer->model->entry.name);
  set_count (dict, "size", (uint64_t) recipe->data.size);
  set_count (dict, "classes", (uint64_t) classes);
  for (int c = 0; c < classes; c++) {
    g_autofree char *key = g_strdup_printf ("class.%d", c);
    g_autofree char *name = g_utf8_make_valid (thaw_dataset_class_name (trainer->set, c), -1);
    thaw_state_dict_set_meta (dict, key, name);
  }
  for (int c = 0; c < 3; c++) {
    g_autofree char *mean = g_strdup_printf ("mean.%d", c);
    g_autofree char *std = g_strdup_printf ("std.%d", c);
    set_real (dict, mean, recipe->mean[c]);
    set_real (dict, std, recipe->std[c]);
  }
}

static void
describe_position (const ThawTrainer *trainer, ThawStateDict *dict)
{
  const ThawPosition *at = &trainer->at;

  set_count (dict, "epoch", (uint64_t) at->epoch);
  set_count (dict, "batch", at->batch);
  set_count (dict, "step", at->step);
  if (at->best_epoch < 0)
    return;
  set_count (dict, "best_epoch", (uint64_t) at->best_epoch);
  set_real (dict, "best_accuracy", at->best_accuracy);
  if (trainer->ema != NULL)
    thaw_state_dict_set_meta (dict, "best_weights", at->best_averaged ? "averaged" : "raw");
}

/* The rest of the state, for going on. */
static void
describe_state (const ThawTrainer *trainer, ThawStateDict *dict)
{
  const ThawPosition *at = &trainer->at;
  g_autofree char *schedule = thaw_schedule_save (trainer->schedule);

  set_count (dict, "phase", at->phase);
  if (trainer->recipe->freeze.n_steps > 0)
    set_count (dict, "stage", (uint64_t) at->stage);
  set_real (dict, "loss_of_images", at->loss_of_images);
  set_real (dict, "loss_of_batches", at->loss_of_batches);
  set_count (dict, "correct", at->correct);
  set_count (dict, "seen", at->seen);
  set_real (dict, "seconds", at->seconds);
  thaw_state_dict_set_meta (dict, "schedule", schedule);
  if (trainer->recipe->early.patience > 0) {
    set_count (dict, "without_gain", (uint64_t) at->without_gain);
    if (!isnan (at->watched_best))
      set_real (dict, "watched_best", at->watched_best);
  }
  if (at->best_file == NULL)
    return;
  thaw_state_dict_set_meta (dict, "best_file", at->best_file);
  thaw_state_dict_set_meta (dict, "best_sha256", at->best_sha256);
}

void
thaw_checkpoint_describe (ThawTrainer *trainer, ThawStateDict *dict, const char *kind)
{
  thaw_state_dict_set_meta (dict, "thaw_format", THAW_CHECKPOINT_FORMAT);
  thaw_state_dict_set_meta (dict, "kind", kind);
  describe_origin (trainer, dict);
  describe_position (trainer, dict);
  if (g_str_equal (kind, "last"))
    describe_state (trainer, dict);
}
