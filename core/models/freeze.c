/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which parameters train. By module, not by substring: "fc" is also part of MobileNetV3's channel
 * gates. */
#include "models-private.h"

#include <string.h>

static bool
in_module (const char *name, const char *module)
{
  size_t n = strlen (module);

  return strncmp (name, module, n) == 0 && name[n] == '.';
}

static bool
in_head (const ThawModel *model, const char *name)
{
  for (int i = 0; model->head_modules[i] != NULL; i++)
    if (in_module (name, model->head_modules[i]))
      return true;
  return false;
}

uint64_t
thaw_model_freeze (const ThawModel *model, ThawNet *net, bool frozen)
{
  uint64_t trainable = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++) {
    ThawParam *param = thaw_net_param (net, i);
    param->trainable = !param->buffer && (!frozen || in_head (model, param->name));
    if (param->trainable)
      trainable += param->count;
  }
  return trainable;
}
