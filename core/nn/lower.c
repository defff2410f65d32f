/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the graph to the schedule: an op for each node, and what runs as one: a batch norm takes in
 * the activation behind it, or an addition and the ReLU behind that, or a max pooling behind itself
 * or its ReLU, when nobody else reads what is in between; squeeze and excitation is one from the
 * average to the product; joining two halves and shuffling them is one. The fused step runs where
 * the last of its nodes stood. */
#include "net-private.h"
#include "panels.h"

#define FEW_CHANNELS 16 /* below, a convolution gathers windows instead of going tap by tap */

typedef struct {
  ThawNet *net;
  const ThawGraph *graph;
  bool *used;
  int *readers;     /* of each node, among the used */
  ThawNode *reader; /* one of them */
  bool *kept;       /* a tap whose value must exist */
  bool *absorbed;   /* runs in some batch norm's step */
} Lowering;

static ThawParam *
param (ThawNet *net, ThawNode id, int i)
{
  return &net->params[net->first_param[id] + i];
}

static const Op *
conv_op (const Node *node, const Shape *in)
{
  const ThawConv2d *conv = &node->conv;

  if (conv->groups == in->c && conv->groups == node->shape.c)
    return &thaw_op_depthwise;
  if (conv->groups == 1 && conv->kernel == 1 && conv->stride == 1 && conv->padding == 0)
    return &thaw_op_pointwise;
  if (!panels_used (conv))
    return &thaw_op_conv_taps;
  return conv->kernel > 1 && in->c < FEW_CHANNELS ? &thaw_op_conv_patches : &thaw_op_conv_dense;
}

static void
set_window (Step *step, int kernel, int stride, int padding)
{
  step->rows = (Axis){step->in_shape.h, step->out_shape.h, kernel, stride, padding};
  step->columns = (Axis){step->in_shape.w, step->out_shape.w, kernel, stride, padding};
}

static void
set_conv (Step *step, ThawNet *net)
{
  const ThawConv2d *conv = &step->node->conv;

  step->op = conv_op (step->node, &step->in_shape);
  step->groups = conv->groups;
  set_window (step, conv->kernel, conv->stride, conv->padding);
  step->tap_rows = step->tap_columns = (Range){0, conv->kernel};
  step->weight = param (net, step->id, 0);
  step->bias = conv->bias ? param (net, step->id, 1) : NULL;
}

static void
set_norm (Step *step, ThawNet *net)
{
  step->op = &thaw_op_batch_norm;
  step->held = thaw_norm_is_held (net, step->id);
  step->weight = param (net, step->id, 0);
  step->bias = param (net, step->id, 1);
  step->running_mean = param (net, step->id, 2);
  step->running_var = param (net, step->id, 3);
  step->batches = param (net, step->id, 4);
}

static ThawActKind
kernel_act (ThawActivation activation)
{
  static const ThawActKind kinds[] = {
      [THAW_ACT_RELU] = THAW_ACT_K_RELU,
      [THAW_ACT_RELU6] = THAW_ACT_K_RELU6,
      [THAW_ACT_HARDSIGMOID] = THAW_ACT_K_HARDSIGMOID,
      [THAW_ACT_HARDSWISH] = THAW_ACT_K_HARDSWISH,
      [THAW_ACT_SIGMOID] = THAW_ACT_K_SIGMOID,
      [THAW_ACT_SILU] = THAW_ACT_K_SILU,
  };
  return kinds[activation];
}

static Step
step_of (Lowering *l, ThawNode id)
{
  const Node *node = graph_node (l->graph, id);
  Step step = {.node = node,
               .id = id,
               .in = {node->in[0], node->in[1]},
               .out = id,
               .in_shape = graph_node (l->graph, node->in[0])->shape,
               .out_shape = node->shape};

  switch (node->kind) {
  case NODE_CONV2D:
    set_conv (&step, l->net);
    break;
  case NODE_BATCH_NORM:
    set_norm (&step, l->net);
    break;
  case NODE_LINEAR:
    step.op = &thaw_op_pointwise;
    step.weight = param (l->net, id, 0);
    step.bias = node->linear.bias ? param (l->net, id, 1) : NULL;
    break;
  case NODE_ACTIVATION:
    step.op = &thaw_op_activation;
    step.act = kernel_act (node->activation);
    break;
  case NODE_MAX_POOL:
    step.op = &thaw_op_max_pool;
    set_window (&step, node->pool.kernel, node->pool.stride, node->pool.padding);
    break;
  case NODE_GLOBAL_AVG_POOL:
    step.op = &thaw_op_global_avg_pool;
    break;
  case NODE_ADD:
    step.op = &thaw_op_add;
    break;
  case NODE_SCALE:
    step.op = &thaw_op_scale;
    break;
  case NODE_DROPOUT:
    step.op = &thaw_op_dropout;
    break;
  case NODE_STOCHASTIC_DEPTH:
    step.op = &thaw_op_stochastic_depth;
    break;
  case NODE_SLICE:
    step.op = &thaw_op_slice;
    break;
  case NODE_CONCAT:
    step.op = &thaw_op_concat;
    break;
  case NODE_SHUFFLE:
    step.op = &thaw_op_shuffle;
    break;
  case NODE_INPUT:
  default:
    g_assert_not_reached ();
  }
  return step;
}

/* The node that alone reads `id`, which no tap needs; -1 otherwise. */
static ThawNode
only_reader (const Lowering *l, ThawNode id)
{
  if (l->kept[id] || id == l->graph->output || l->readers[id] != 1)
    return -1;
  return l->reader[id];
}

/* What follows batch norm `id` in its step. */
static void
fuse (Lowering *l, ThawNode id, Step *step)
{
  ThawNode next = only_reader (l, id);
  const Node *node = next >= 0 ? graph_node (l->graph, next) : NULL;

  if (node != NULL && node->kind == NODE_ADD && !l->absorbed[next]) {
    ThawNode other = node->in[0] == id ? node->in[1] : node->in[0];
    if (other == step->in[0])
      return;
    step->in[1] = other;
    step->out = next;
    l->absorbed[next] = true;
    next = only_reader (l, next);
    node = next >= 0 ? graph_node (l->graph, next) : NULL;
    if (node == NULL || node->kind != NODE_ACTIVATION || node->activation != THAW_ACT_RELU)
      return;
  }
  if (node != NULL && node->kind == NODE_ACTIVATION) {
    step->act = kernel_act (node->activation);
    step->out = next;
    l->absorbed[next] = true;
  }
}

/* The node of this kind that alone reads `id`; -1 otherwise. */
static ThawNode
next_of_kind (const Lowering *l, ThawNode id, NodeKind kind)
{
  ThawNode next = id >= 0 ? only_reader (l, id) : -1;

  return next >= 0 && graph_node (l->graph, next)->kind == kind ? next : -1;
}

static void
pool (Lowering *l, Step *step)
{
  ThawNode next = next_of_kind (l, step->out, NODE_MAX_POOL);
  const Node *node = next >= 0 ? graph_node (l->graph, next) : NULL;

  if (node == NULL || step->in[1] >= 0 || !thaw_norm_pools (step->in_shape.c) ||
      (step->act != THAW_ACT_NONE && step->act != THAW_ACT_K_RELU))
    return;
  step->pooled = true;
  step->out = next;
  step->out_shape = node->shape;
  set_window (step, node->pool.kernel, node->pool.stride, node->pool.padding);
  l->absorbed[next] = true;
}

/* A 1x1 convolution with a bias that alone reads `id`; -1 otherwise. */
static ThawNode
next_layer (const Lowering *l, ThawNode id)
{
  ThawNode next = next_of_kind (l, id, NODE_CONV2D);
  const Node *node = next >= 0 ? graph_node (l->graph, next) : NULL;

  if (node == NULL || !node->conv.bias ||
      conv_op (node, &graph_node (l->graph, node->in[0])->shape) != &thaw_op_pointwise)
    return -1;
  return next;
}

/* Squeeze and excitation, if the global average `id` begins it: two layers, each with an
 * activation, and the product with what the average is of. */
static void
squeeze (Lowering *l, ThawNode id, Step *step)
{
  ThawNode first = next_layer (l, id), act2 = next_of_kind (l, first, NODE_ACTIVATION);
  ThawNode second = next_layer (l, act2), act = next_of_kind (l, second, NODE_ACTIVATION);
  ThawNode scale = next_of_kind (l, act, NODE_SCALE), x = step->in[0];
  const ThawNode parts[] = {first, act2, second, act, scale};

  if (scale < 0 || graph_node (l->graph, scale)->in[0] != x)
    return;
  *step = (Step){.op = &thaw_op_squeeze,
                 .node = graph_node (l->graph, first),
                 .id = first,
                 .in = {x, -1},
                 .out = scale,
                 .in_shape = graph_node (l->graph, x)->shape,
                 .out_shape = graph_node (l->graph, scale)->shape,
                 .act = kernel_act (graph_node (l->graph, act)->activation),
                 .act2 = kernel_act (graph_node (l->graph, act2)->activation),
                 .weight = param (l->net, first, 0),
                 .bias = param (l->net, first, 1),
                 .weight2 = param (l->net, second, 0),
                 .bias2 = param (l->net, second, 1)};
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    l->absorbed[parts[i]] = true;
}

/* A shuffle behind two halves that are as wide weaves them into one another. */
static void
weave (Lowering *l, ThawNode id, Step *step)
{
  ThawNode shuffle = next_of_kind (l, id, NODE_SHUFFLE);

  if (shuffle < 0 || graph_node (l->graph, shuffle)->groups != 2 ||
      2 * step->in_shape.c != step->out_shape.c || step->in[0] == step->in[1])
    return;
  step->op = &thaw_op_interleave;
  step->out = shuffle;
  l->absorbed[shuffle] = true;
}

static void
count_readers (Lowering *l)
{
  for (int i = 0; i < graph_size (l->graph); i++) {
    const Node *node = graph_node (l->graph, i);
    for (int j = 0; l->used[i] && j < 2; j++) {
      if (node->in[j] < 0)
        continue;
      l->readers[node->in[j]]++;
      l->reader[node->in[j]] = i;
    }
  }
  for (guint i = 0; l->net->keep_taps && i < l->graph->taps->len; i++)
    l->kept[g_array_index (l->graph->taps, Tap, i).node] = true;
}

static int
by_place (const void *a, const void *b)
{
  const Step *left = a, *right = b;
  return left->out - right->out;
}

bool
thaw_norm_is_held (const ThawNet *net, ThawNode node)
{
  return net->hold && !net->params[net->first_param[node]].trainable;
}

GArray *
thaw_lower (ThawNet *net, bool folded)
{
  int n = graph_size (net->graph);
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (Step));
  Lowering l = {.net = net,
                .graph = net->graph,
                .used = thaw_graph_used (net->graph),
                .readers = g_new0 (int, n),
                .reader = g_new0 (ThawNode, n),
                .kept = g_new0 (bool, n),
                .absorbed = g_new0 (bool, n)};

  count_readers (&l);
  for (ThawNode id = 1; id < n; id++) {
    Step step;
    if (!l.used[id] || l.absorbed[id])
      continue;
    step = step_of (&l, id);
    if (graph_node (net->graph, id)->kind == NODE_BATCH_NORM) {
      fuse (&l, id, &step);
      pool (&l, &step);
    }
    if (graph_node (net->graph, id)->kind == NODE_GLOBAL_AVG_POOL)
      squeeze (&l, id, &step);
    if (graph_node (net->graph, id)->kind == NODE_CONCAT)
      weave (&l, id, &step);
    g_array_append_val (steps, step);
  }
  g_array_sort (steps, by_place);
  if (folded && (net->keep_taps || thaw_fold_steps (steps, net->graph) == 0))
    g_array_set_size (steps, 0);
  g_free (l.used);
  g_free (l.readers);
  g_free (l.reader);
  g_free (l.kept);
  g_free (l.absorbed);
  return steps;
}
