/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listing of a graph: what each layer puts out, holds and costs. */
#include "graph-private.h"
#include "axis.h"

static void
info_clear (void *data)
{
  ThawLayerInfo *info = data;
  g_free (info->name);
}

static void
count_conv (const Node *node, const Shape *in, ThawLayerInfo *info)
{
  const ThawConv2d *conv = &node->conv;
  Axis rows = {in->h, node->shape.h, conv->kernel, conv->stride, conv->padding};
  Axis columns = {in->w, node->shape.w, conv->kernel, conv->stride, conv->padding};
  uint64_t matrix = (uint64_t) (in->c / conv->groups) * (uint64_t) node->shape.c;
  uint64_t taps = (uint64_t) conv->kernel * (uint64_t) conv->kernel;
  uint64_t live = (uint64_t) axis_live_taps (&rows) * (uint64_t) axis_live_taps (&columns);
  uint64_t bias = conv->bias ? (uint64_t) node->shape.c : 0;

  info->kind = "Conv2d";
  info->parameters = matrix * taps + bias;
  info->live_parameters = matrix * live + bias;
  info->macs = matrix * taps * (uint64_t) node->shape.h * (uint64_t) node->shape.w;
  info->live_macs = matrix * axis_live_pairs (&rows) * axis_live_pairs (&columns);
}

static void
count_linear (const Node *node, const Shape *in, ThawLayerInfo *info)
{
  uint64_t matrix = (uint64_t) in->c * (uint64_t) node->shape.c;

  info->kind = "Linear";
  info->parameters = matrix + (node->linear.bias ? (uint64_t) node->shape.c : 0);
  info->live_parameters = info->parameters;
  info->macs = info->live_macs = matrix;
}

/* FALSE for nodes that a listing leaves out: no weights, same shape. */
static bool
describe (const ThawGraph *graph, const Node *node, ThawLayerInfo *info)
{
  const Shape *in;

  if (node->kind == NODE_INPUT)
    return false;
  in = &graph_node (graph, node->in[0])->shape;
  switch (node->kind) {
  case NODE_CONV2D:
    count_conv (node, in, info);
    return true;
  case NODE_LINEAR:
    count_linear (node, in, info);
    return true;
  case NODE_BATCH_NORM:
    info->kind = "BatchNorm2d";
    info->parameters = info->live_parameters = 2 * (uint64_t) node->shape.c;
    return true;
  case NODE_MAX_POOL:
    info->kind = "MaxPool2d";
    return true;
  case NODE_GLOBAL_AVG_POOL:
    info->kind = "AdaptiveAvgPool2d";
    return true;
  default:
    return false;
  }
}

GArray *
thaw_graph_layers (const ThawGraph *graph)
{
  GArray *layers = g_array_new (FALSE, FALSE, sizeof (ThawLayerInfo));

  g_array_set_clear_func (layers, info_clear);
  for (int i = 0; i < graph_size (graph); i++) {
    const Node *node = graph_node (graph, i);
    ThawLayerInfo info = {
        .channels = node->shape.c, .height = node->shape.h, .width = node->shape.w};
    if (!describe (graph, node, &info))
      continue;
    info.name = g_strdup (node->name != NULL ? node->name : info.kind);
    g_array_append_val (layers, info);
  }
  return layers;
}
