/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which parameters train, block by block from the head. By module, not by substring: "fc" is also
 * part of MobileNetV3's channel gates. */
#include "models-private.h"

#include <string.h>

/* A parameter, or a layer as "layer4.0.conv1.". */
typedef struct {
  const char *name;
  bool weights; /* not those of a norm, or a bias */
} Part;

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
has_weights (const Part *parts, int first, int n, size_t length)
{
  for (int i = first; i < n; i++)
    if (parts[i].weights && block_length (parts[i].name) == length &&
        strncmp (parts[i].name, parts[first].name, length) == 0)
      return true;
  return false;
}

/* block: of each part, overwritten. names: (nullable) takes those of the blocks, the first of the
 * net first. */
static int
number_blocks (const ThawModel *model, const Part *parts, int n, int *block, GPtrArray *names)
{
  const char *last = NULL;
  size_t length = 0;
  int blocks = 0;

  for (int i = 0; i < n; i++) {
    const char *name = parts[i].name;
    if (in_head (model, name)) {
      block[i] = -1;
      continue;
    }
    if (last == NULL || block_length (name) != length || strncmp (name, last, length) != 0) {
      bool begins = blocks == 0 || has_weights (parts, i, n, block_length (name));
      last = name;
      length = block_length (name);
      blocks += begins;
      if (begins && names != NULL)
        g_ptr_array_add (names, g_strndup (name, length));
    }
    block[i] = blocks; /* from the input, from 1 */
  }
  for (int i = 0; i < n; i++)
    block[i] = block[i] < 0 ? 0 : blocks + 1 - block[i];
  return blocks;
}

int
thaw_model_blocks (const ThawModel *model, ThawNet *net, int *block)
{
  int n = thaw_net_n_params (net);
  g_autofree Part *parts = g_new (Part, n);

  for (int i = 0; i < n; i++) {
    const ThawParam *param = thaw_net_param (net, i);
    parts[i] = (Part){param->name, param->ndim > 1};
  }
  return number_blocks (model, parts, n, block, NULL);
}

GPtrArray *
thaw_model_layer_blocks (const ThawModel *model, const GArray *layers, int *block)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *from_input = g_ptr_array_new (), *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree Part *parts = g_new (Part, layers->len + 1);
  g_autofree int *number = g_new (int, layers->len + 1);
  int n = 0;

  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    block[i] = -1;
    if (layer->parameters == 0)
      continue;
    g_ptr_array_add (texts, g_strconcat (layer->name, ".", NULL));
    parts[n++] = (Part){texts->pdata[texts->len - 1], strcmp (layer->kind, "BatchNorm2d") != 0};
  }
  number_blocks (model, parts, n, number, from_input);
  for (guint i = 0, k = 0; i < layers->len; i++)
    if (g_array_index (layers, ThawLayerInfo, i).parameters > 0)
      block[i] = number[k++];
  for (guint i = from_input->len; i > 0; i--)
    g_ptr_array_add (names, from_input->pdata[i - 1]);
  g_ptr_array_unref (from_input);
  return names;
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
