/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which parameters train, block by block from the head. By module, not by substring: "fc" is also
 * part of MobileNetV3's channel gates. */
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

/* How much of a parameter's name names its block: "layer4", but "features.12", a container's
 * numbered parts. */
static size_t
block_length (const char *name)
{
  static const char *const containers[] = {"features", "blocks", "stages", "layers"};
  size_t n = strcspn (name, ".");

  for (size_t i = 0; i < G_N_ELEMENTS (containers); i++)
    if (in_module (name, containers[i]) && g_ascii_isdigit (name[n + 1]))
      return n + 1 + strcspn (name + n + 1, ".");
  return n;
}

/* What has no weights of its own, a norm, belongs to the convolution before it. */
static bool
has_weights (ThawNet *net, int first, size_t length)
{
  const char *name = thaw_net_param (net, first)->name;

  for (int i = first; i < thaw_net_n_params (net); i++) {
    const ThawParam *param = thaw_net_param (net, i);
    if (block_length (param->name) == length && strncmp (param->name, name, length) == 0 &&
        param->ndim > 1)
      return true;
  }
  return false;
}

int
thaw_model_blocks (const ThawModel *model, ThawNet *net, int *block)
{
  const char *last = NULL;
  size_t length = 0;
  int n = 0, n_params = thaw_net_n_params (net);

  for (int i = 0; i < n_params; i++) {
    const char *name = thaw_net_param (net, i)->name;
    if (in_head (model, name)) {
      block[i] = -1;
      continue;
    }
    if (last == NULL || block_length (name) != length || strncmp (name, last, length) != 0) {
      last = name;
      length = block_length (name);
      n += n == 0 || has_weights (net, i, length);
    }
    block[i] = n; /* from the input, from 1 */
  }
  for (int i = 0; i < n_params; i++)
    block[i] = block[i] < 0 ? 0 : n + 1 - block[i];
  return n;
}

uint64_t
thaw_model_thaw_blocks (const ThawModel *model, ThawNet *net, int blocks)
{
  int n_params = thaw_net_n_params (net);
  g_autofree int *block = g_new0 (int, n_params);
  uint64_t trainable = 0;

  thaw_model_blocks (model, net, block);
  for (int i = 0; i < n_params; i++) {
    ThawParam *param = thaw_net_param (net, i);
    param->trainable = !param->buffer && (blocks < 0 || block[i] <= blocks);
    if (param->trainable)
      trainable += param->count;
  }
  return trainable;
}

uint64_t
thaw_model_freeze (const ThawModel *model, ThawNet *net, bool frozen)
{
  return thaw_model_thaw_blocks (model, net, frozen ? 0 : -1);
}

uint64_t
thaw_model_thaw_matching (ThawNet *net, const char *text)
{
  uint64_t trainable = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++) {
    ThawParam *param = thaw_net_param (net, i);
    param->trainable = !param->buffer && strstr (param->name, text) != NULL;
    if (param->trainable)
      trainable += param->count;
  }
  return trainable;
}
