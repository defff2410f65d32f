/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The average of the weights: kept beside them, measured in their place, saved and restored. While
 * it stands in their place, trainer->averaged says so, and no checkpoint is made. */
#include "train-private.h"

#include <string.h>

gboolean
thaw_average_make (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  int n = thaw_net_n_params (trainer->net);
  g_autofree ThawEmaItem *items = g_new (ThawEmaItem, n);

  if (recipe->ema.decay == 0)
    return TRUE;
  for (int i = 0; i < n; i++) {
    const ThawParam *param = thaw_net_param (trainer->net, i);
    items[i] = (ThawEmaItem){param->value, param->count,
                             g_str_has_suffix (param->name, "num_batches_tracked")};
  }
  trainer->ema = thaw_ema_new (recipe->ema.decay, recipe->ema.start, items, n, error);
  return trainer->ema != NULL;
}

void
thaw_average_begin (ThawTrainer *trainer)
{
  if (trainer->ema != NULL)
    thaw_ema_begin (trainer->ema, trainer->pool);
}

void
thaw_average_step (ThawTrainer *trainer)
{
  if (trainer->ema != NULL && trainer->at.step % (uint64_t) trainer->recipe->ema.every == 0)
    thaw_ema_update (trainer->ema, trainer->pool);
}

void
thaw_average_show (ThawTrainer *trainer, bool averaged)
{
  if (trainer->ema == NULL || trainer->averaged == averaged)
    return;
  thaw_ema_swap (trainer->ema, trainer->pool);
  trainer->averaged = averaged;
}

static char *
tensor_name (ThawTrainer *trainer, int i)
{
  return g_strconcat (THAW_CHECKPOINT_AVERAGE, thaw_net_param (trainer->net, i)->name, NULL);
}

gboolean
thaw_average_save (ThawTrainer *trainer, ThawStateDict *dict, GError **error)
{
  g_autofree char *updates = NULL;

  if (trainer->ema == NULL)
    return TRUE;
  for (int i = 0; i < thaw_net_n_params (trainer->net); i++) {
    const ThawParam *param = thaw_net_param (trainer->net, i);
    g_autofree char *name = tensor_name (trainer, i);
    g_autoptr (ThawTensor) tensor =
        thaw_tensor_new (name, THAW_DTYPE_F32, param->ndim, param->shape);
    if (tensor == NULL) {
      g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                   _ ("not enough memory to prepare a checkpoint ('%s')"), name);
      return FALSE;
    }
    thaw_net_to_torch (trainer->net, i, thaw_ema_average (trainer->ema, i), tensor->data);
    thaw_state_dict_add (dict, g_steal_pointer (&tensor));
  }
  updates = g_strdup_printf ("%" PRIu64, thaw_ema_updates (trainer->ema));
  thaw_state_dict_set_meta (dict, "ema_updates", updates);
  return TRUE;
}

gboolean
thaw_average_restore (ThawTrainer *trainer,
                      const ThawStateDict *dict,
                      const char *path,
                      GError **error)
{
  uint64_t updates;

  if (trainer->ema == NULL)
    return TRUE;
  if (!thaw_meta_count (dict, path, "ema_updates", trainer->at.step, &updates, error))
    return FALSE;
  for (int i = 0; i < thaw_net_n_params (trainer->net); i++) {
    const ThawParam *param = thaw_net_param (trainer->net, i);
    g_autofree char *name = tensor_name (trainer, i);
    const ThawTensor *tensor = thaw_state_dict_find (dict, name);
    if (tensor == NULL || tensor->dtype != THAW_DTYPE_F32 || tensor->ndim != param->ndim ||
        memcmp (tensor->shape, param->shape, sizeof (uint64_t) * (size_t) param->ndim) != 0 ||
        thaw_tensor_count_nonfinite (tensor) > 0) {
      g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                   _ ("%s: tensor '%s' is missing or damaged, expected finite numbers of the "
                      "parameter's shape"),
                   path, name);
      return FALSE;
    }
    thaw_net_from_torch (trainer->net, i, tensor->data, thaw_ema_average (trainer->ema, i));
  }
  thaw_ema_restore (trainer->ema, updates);
  return TRUE;
}
