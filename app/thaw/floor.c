/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor of a step: what the header says, counted and timed. */
#include "floor.h"

#include <string.h>

#define DEAD_STEPS 8 /* weights without gradient are updated once in so many steps */

static const struct {
  const char *name, *text;
} terms[] = {
    [FLOOR_PRODUCTS] = {"products", N_ ("Convolutions and linear layers")},
    [FLOOR_NORMS] = {"norms", N_ ("Batch norm, activation, residual")},
    [FLOOR_GATES] = {"gates", N_ ("Channel gates")},
    [FLOOR_POOLS] = {"pools", N_ ("Pooling")},
    [FLOOR_TRANSPOSES] = {"transposes", N_ ("Transposed weights")},
    [FLOOR_OPTIMIZER] = {"optimizer", N_ ("Adam")},
};

const char *
floor_term_name (FloorTerm term)
{
  return terms[term].name;
}

const char *
floor_term_text (FloorTerm term)
{
  return _ (terms[term].text);
}

typedef struct {
  ThawNet *net;
  ThawMode mode;
  uint64_t n;
  bool below; /* something before this layer trains, so its input wants a gradient */
} Count;

static const ThawParam *
param_of (const Count *count, const ThawLayerInfo *info, const char *what)
{
  g_autofree char *name = g_strconcat (info->name, what, NULL);
  int i = thaw_net_find_param (count->net, name);

  return i >= 0 ? thaw_net_param (count->net, i) : NULL;
}

static uint64_t
elements (const ThawLayerInfo *info)
{
  return (uint64_t) info->channels * (uint64_t) info->height * (uint64_t) info->width;
}

static void
count_product (const Count *count, FloorLayer *layer)
{
  const ThawLayerInfo *info = layer->info;
  const ThawParam *weight = param_of (count, info, ".weight");
  bool trains = weight != NULL && weight->trainable;
  uint64_t passes = 1;

  if (count->mode == THAW_MODE_EVAL)
    layer->terms[FLOOR_PRODUCTS].bytes = 4 * info->live_parameters;
  else
    passes += (uint64_t) trains + (uint64_t) count->below;
  layer->terms[FLOOR_PRODUCTS].flop = 2 * info->live_macs * passes * count->n;
  /* OIHW: dense and with more than one tap */
  if (count->mode == THAW_MODE_TRAIN && count->below && weight != NULL && weight->ndim == 4 &&
      weight->shape[1] > 1 && weight->shape[2] * weight->shape[3] > 1)
    layer->terms[FLOOR_TRANSPOSES].bytes = 8 * info->live_parameters;
}

static void
count_norm (const Count *count, FloorLayer *layer)
{
  const ThawParam *weight = param_of (count, layer->info, ".weight");
  uint64_t bytes = 0;

  if (count->mode == THAW_MODE_TRAIN)
    bytes = count->below || (weight != NULL && weight->trainable) ? 44 : 20;
  layer->terms[FLOOR_NORMS].bytes = bytes * elements (layer->info) * count->n;
}

static void
count_pool (const Count *count, FloorLayer *layer, const ThawLayerInfo *input, bool gate)
{
  bool back = count->mode == THAW_MODE_TRAIN && count->below;
  bool max = strcmp (layer->info->kind, "MaxPool2d") == 0;
  uint64_t read = elements (input) * count->n, written = elements (layer->info) * count->n;
  uint64_t bytes = 4 * read + (max && count->mode == THAW_MODE_TRAIN ? 5 : 4) * written;

  layer->terms[FLOOR_POOLS].bytes = back ? 2 * bytes : bytes;
  if (gate)
    layer->terms[FLOOR_GATES].bytes = (back ? 20 : 8) * read;
}

static void
count_optimizer (const Count *count, FloorLayer *layer)
{
  const ThawLayerInfo *info = layer->info;
  const ThawParam *weight = param_of (count, info, ".weight");

  if (count->mode == THAW_MODE_TRAIN && weight != NULL && weight->trainable)
    layer->terms[FLOOR_OPTIMIZER].bytes =
        24 * info->live_parameters + 24 * (info->parameters - info->live_parameters) / DEAD_STEPS;
}

/* A pooled map that convolutions go on with is the gate of squeeze-and-excitation: its input is
 * multiplied by what they make of it. */
static bool
is_gate (const GArray *infos, int i)
{
  const ThawLayerInfo *info = &g_array_index (infos, ThawLayerInfo, i);

  return strcmp (info->kind, "AdaptiveAvgPool2d") == 0 && i + 1 < (int) infos->len &&
         strcmp (g_array_index (infos, ThawLayerInfo, i + 1).kind, "Conv2d") == 0;
}

static void
count_layer (Count *count, const GArray *infos, int i, FloorLayer *layer)
{
  const ThawLayerInfo *info = layer->info;
  const ThawParam *weight = param_of (count, info, ".weight");
  const ThawLayerInfo *before = i > 0 ? info - 1 : info;

  layer->map_bytes = 4 * MAX (elements (info), elements (before)) * count->n;
  if (strcmp (info->kind, "BatchNorm2d") == 0)
    count_norm (count, layer);
  else if (info->macs > 0)
    count_product (count, layer);
  else
    count_pool (count, layer, before, is_gate (infos, i));
  count_optimizer (count, layer);
  count->below = count->below || (weight != NULL && weight->trainable);
}

Floor *
floor_count (ThawNet *net, ThawMode mode, int n)
{
  Floor *floor = g_new0 (Floor, 1);
  Count count = {.net = net, .mode = mode, .n = (uint64_t) n};

  floor->infos = thaw_graph_layers (thaw_net_graph (net));
  floor->n_layers = (int) floor->infos->len;
  floor->layers = g_new0 (FloorLayer, floor->n_layers);
  for (int i = 0; i < floor->n_layers; i++) {
    FloorLayer *layer = &floor->layers[i];
    layer->info = &g_array_index (floor->infos, ThawLayerInfo, i);
    count_layer (&count, floor->infos, i, layer);
    for (int t = 0; t < FLOOR_N_TERMS; t++) {
      floor->terms[t].flop += layer->terms[t].flop;
      floor->terms[t].bytes += layer->terms[t].bytes;
    }
  }
  return floor;
}

static double
bandwidth_of (FloorTerm term, const FloorLayer *layer, const FloorLimits *limits, bool ideal)
{
  double cached_gbs = ideal ? limits->cached_gbs : limits->pass_gbs;

  switch (term) {
  case FLOOR_PRODUCTS:
    return limits->model_read_gbs;
  case FLOOR_OPTIMIZER:
    return limits->model_update_gbs;
  case FLOOR_TRANSPOSES:
    return cached_gbs;
  case FLOOR_NORMS:
  case FLOOR_GATES:
  case FLOOR_POOLS:
  case FLOOR_N_TERMS:
  default:
    return layer->map_bytes > limits->cache_bytes ? limits->memory_gbs : cached_gbs;
  }
}

static void
time_cost (FloorTerm term, FloorLayer *layer, const FloorLimits *limits)
{
  FloorCost *cost = &layer->terms[term];
  double compute = (double) cost->flop / limits->gflops / 1e6;
  double move = (double) cost->bytes / bandwidth_of (term, layer, limits, false) / 1e6;
  double ideal = (double) cost->bytes / bandwidth_of (term, layer, limits, true) / 1e6;

  cost->ms = MAX (compute, move);
  cost->ideal_ms = MAX (compute, ideal);
}

void
floor_time (Floor *floor, const FloorLimits *limits)
{
  floor->ms = floor->ideal_ms = 0;
  for (int t = 0; t < FLOOR_N_TERMS; t++)
    floor->terms[t].ms = floor->terms[t].ideal_ms = 0;
  for (int i = 0; i < floor->n_layers; i++) {
    FloorLayer *layer = &floor->layers[i];
    layer->ms = 0;
    for (int t = 0; t < FLOOR_N_TERMS; t++) {
      const FloorCost *cost = &layer->terms[t];
      time_cost ((FloorTerm) t, layer, limits);
      floor->terms[t].ms += cost->ms;
      floor->terms[t].ideal_ms += cost->ideal_ms;
      floor->ideal_ms += cost->ideal_ms;
      layer->ms += cost->ms;
    }
    floor->ms += layer->ms;
  }
}

void
floor_free (Floor *floor)
{
  if (floor == NULL)
    return;
  g_array_unref (floor->infos);
  g_free (floor->layers);
  g_free (floor);
}
