/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backbone.h"

#include <string.h>

#define MAX_KEPT 32

static void
block_clear (void *data)
{
  g_free (((ThawBlock *) data)->name);
}

/* "features.3.block.0.1" belongs to "features.3": up to the first part that is a number. */
static char *
block_name (const char *layer)
{
  for (const char *part = layer; *part != '\0';) {
    size_t n = strcspn (part, ".");
    if (n > 0 && strspn (part, "0123456789") == n)
      return g_strndup (layer, (gsize) (part + n - layer));
    part += n + (part[n] == '.');
  }
  return g_strdup (layer);
}

static bool
in_head (const ThawModel *model, const char *layer)
{
  for (int i = 0; model->head_modules[i] != NULL; i++) {
    size_t n = strlen (model->head_modules[i]);
    if (strncmp (layer, model->head_modules[i], n) == 0 && (layer[n] == '\0' || layer[n] == '.'))
      return true;
  }
  return false;
}

/* The block that a layer belongs to; the last one, or a new one. A batch norm whose name
 * tells of no block goes with the layer before it. */
static ThawBlock *
block_of (ThawBackbone *backbone, const ThawLayerInfo *layer)
{
  GArray *blocks = backbone->blocks;
  bool norm = strcmp (layer->kind, "BatchNorm2d") == 0;
  g_autofree char *name = block_name (layer->name);
  ThawBlock *last = blocks->len > 0 ? &g_array_index (blocks, ThawBlock, blocks->len - 1) : NULL;

  if (last == NULL ||
      (strcmp (last->name, name) != 0 && !(norm && strcmp (name, layer->name) == 0))) {
    ThawBlock block = {.name = g_steal_pointer (&name),
                       .head = in_head (backbone->model, layer->name)};
    g_array_append_val (blocks, block);
    last = &g_array_index (blocks, ThawBlock, blocks->len - 1);
  }
  last->batch_norm = last->batch_norm || norm;
  return last;
}

static void
add_layer (ThawBackbone *backbone, const ThawLayerInfo *layer, int number, int *map)
{
  ThawBlock *block;

  backbone->live_parameters += layer->live_parameters;
  backbone->parameters += layer->parameters;
  backbone->macs += layer->macs;
  backbone->live_macs += layer->live_macs;
  if (strcmp (layer->kind, "AdaptiveAvgPool2d") == 0)
    backbone->map = *map; /* of the last one that counts: those of channel gates come before */
  *map = layer->height;
  if (layer->parameters == 0)
    return;
  block = block_of (backbone, layer);
  block->number = number;
  block->parameters += layer->parameters;
  backbone->head_parameters += block->head ? layer->parameters : 0;
}

ThawBackbone *
thaw_backbone_new (const ThawModel *model, int classes, int size, GError **error)
{
  g_autoptr (ThawGraph) graph = thaw_model_graph (model, classes, size, -1, error);
  g_autoptr (GArray) layers = NULL;
  g_autofree int *number = NULL;
  ThawBackbone *backbone;
  int map = 0;

  if (graph == NULL)
    return NULL;
  layers = thaw_graph_layers (graph);
  backbone = g_new0 (ThawBackbone, 1);
  *backbone = (ThawBackbone){.model = model, .size = size, .classes = classes};
  backbone->blocks = g_array_new (FALSE, FALSE, sizeof (ThawBlock));
  g_array_set_clear_func (backbone->blocks, block_clear);
  number = g_new (int, layers->len);
  backbone->steps = thaw_model_layer_blocks (model, layers, number);
  for (guint i = 0; i < layers->len; i++)
    add_layer (backbone, &g_array_index (layers, ThawLayerInfo, i), number[i], &map);
  return backbone;
}

void
thaw_backbone_free (ThawBackbone *backbone)
{
  if (backbone == NULL)
    return;
  g_array_unref (backbone->blocks);
  g_ptr_array_unref (backbone->steps);
  g_free (backbone);
}

uint64_t
thaw_backbone_bytes (const ThawBackbone *backbone)
{
  return backbone->parameters * sizeof (float);
}

const ThawBackbone *
thaw_backbone_get (const ThawModel *model, int classes, int size)
{
  static GPtrArray *kept; /* the latest last */
  ThawBackbone *backbone;

  if (kept == NULL)
    kept = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_backbone_free);
  for (guint i = 0; i < kept->len; i++) {
    const ThawBackbone *old = kept->pdata[i];
    if (old->model == model && old->classes == classes && old->size == size)
      return old;
  }
  backbone = thaw_backbone_new (model, classes, size, NULL);
  if (backbone == NULL)
    return NULL;
  if (kept->len >= MAX_KEPT)
    g_ptr_array_remove_index (kept, 0);
  g_ptr_array_add (kept, backbone);
  return backbone;
}
