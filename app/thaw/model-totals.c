/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model-totals.h"

#include <string.h>

static bool
is_head (const ThawModel *model, const char *layer)
{
  for (const char *const *module = model->head_modules; *module != NULL; module++) {
    size_t length = strlen (*module);
    if (strncmp (layer, *module, length) == 0 && (layer[length] == '\0' || layer[length] == '.'))
      return true;
  }
  return false;
}

ModelTotals
model_totals (const ThawModel *model, GArray *layers)
{
  ModelTotals totals = {0};
  int map = 0;

  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    bool norm = strcmp (layer->kind, "BatchNorm2d") == 0;
    totals.parameters += layer->parameters;
    totals.live_parameters += layer->live_parameters;
    totals.macs += layer->macs;
    totals.live_macs += layer->live_macs;
    totals.head += is_head (model, layer->name) ? layer->parameters : 0;
    /* Running mean and variance, as many as weights and biases; and a counter of 8 bytes. */
    totals.file_bytes += 4 * layer->parameters * (norm ? 2 : 1) + (norm ? 8 : 0);
    if (strcmp (layer->kind, "AdaptiveAvgPool2d") == 0)
      totals.map = map; /* of the last one that counts: those of channel gates come before */
    map = layer->height;
  }
  return totals;
}
