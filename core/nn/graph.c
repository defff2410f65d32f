/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building a graph: each call checks its arguments, infers the shape of its value and appends a
 * node. The first mistake is kept as a sentence; from then on the calls do nothing. */
#include "graph-private.h"

#include <math.h>

#define MAX_SIDE 16384 /* of a map, px */
#define MAX_CHANNELS (1 << 20)
#define MAX_KERNEL 15 /* a window has at most 225 taps */

G_GNUC_PRINTF (2, 3)
static ThawNode
mistake (ThawGraph *graph, const char *format, ...)
{
  va_list args;

  if (graph->error == NULL) {
    va_start (args, format);
    graph->error = g_strdup_vprintf (format, args);
    va_end (args);
  }
  return 0;
}

static void
node_clear (void *data)
{
  Node *node = data;
  g_free (node->name);
}

static void
tap_clear (void *data)
{
  Tap *tap = data;
  g_free (tap->module);
}

static ThawNode
append (ThawGraph *graph, Node node, const char *name)
{
  node.name = g_strdup (name);
  g_array_append_val (graph->nodes, node);
  return graph_size (graph) - 1;
}

/* Whether to go on: no mistake so far, and `x` is a node of this graph. */
static bool
valid (ThawGraph *graph, ThawNode x)
{
  g_return_val_if_fail (!graph->finished, false);
  g_return_val_if_fail (x >= 0 && x < graph_size (graph), false);
  return graph->error == NULL;
}

static bool
name_is_new (ThawGraph *graph, const char *name)
{
  for (int i = 0; i < graph_size (graph); i++) {
    if (g_strcmp0 (graph_node (graph, i)->name, name) == 0) {
      mistake (graph, _ ("two layers are called '%s'"), name);
      return false;
    }
  }
  return true;
}

ThawGraph *
thaw_graph_new (int channels, int height, int width)
{
  ThawGraph *graph = g_new0 (ThawGraph, 1);
  Node input = {.kind = NODE_INPUT, .in = {-1, -1}, .shape = {channels, height, width}};

  graph->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  g_array_set_clear_func (graph->nodes, node_clear);
  graph->taps = g_array_new (FALSE, FALSE, sizeof (Tap));
  g_array_set_clear_func (graph->taps, tap_clear);
  graph->output = -1;
  append (graph, input, NULL);
  if (channels < 1 || channels > MAX_CHANNELS || height < 1 || height > MAX_SIDE || width < 1 ||
      width > MAX_SIDE)
    mistake (graph, _ ("an input of %d x %d pixels with %d channels cannot be used"), width, height,
             channels);
  return graph;
}

void
thaw_graph_free (ThawGraph *graph)
{
  if (graph == NULL)
    return;
  g_array_unref (graph->nodes);
  g_array_unref (graph->taps);
  g_free (graph->error);
  g_free (graph);
}

/* Outputs of a window along one side; 0 when the input is too small. Ceil mode keeps a last window
 * only if it begins inside the input or its left padding. */
static int
window_outputs (int in, int kernel, int stride, int padding, bool ceil_mode)
{
  int room = in + 2 * padding - kernel, out;

  if (room < 0)
    return 0;
  out = (ceil_mode ? room + stride - 1 : room) / stride + 1;
  if (ceil_mode && (out - 1) * stride >= in + padding)
    out--;
  return out;
}

static bool
window_fits (ThawGraph *graph,
             const char *what,
             const Shape *in,
             int kernel,
             int stride,
             int padding,
             bool ceil_mode,
             Shape *out)
{
  if (kernel < 1 || kernel > MAX_KERNEL || stride < 1 || stride > MAX_KERNEL || padding < 0 ||
      padding > MAX_KERNEL) {
    mistake (graph,
             _ ("%s: kernel %d, stride %d, padding %d; expected a kernel and a stride from 1 to %d "
                "and a padding from 0 to %d"),
             what, kernel, stride, padding, MAX_KERNEL, MAX_KERNEL);
    return false;
  }
  out->h = window_outputs (in->h, kernel, stride, padding, ceil_mode);
  out->w = window_outputs (in->w, kernel, stride, padding, ceil_mode);
  if (out->h < 1 || out->w < 1) {
    mistake (graph,
             _ ("%s: a map of %d x %d is too small for a window of %d x %d with padding %d; use "
                "larger images"),
             what, in->w, in->h, kernel, kernel, padding);
    return false;
  }
  return true;
}

ThawNode
thaw_graph_conv2d (ThawGraph *graph, ThawNode x, const char *name, const ThawConv2d *spec)
{
  Node node = {.kind = NODE_CONV2D, .in = {x, -1}, .conv = *spec};
  const Shape *in;

  if (!valid (graph, x) || !name_is_new (graph, name))
    return 0;
  in = &graph_node (graph, x)->shape;
  node.shape.c = spec->out_channels;
  if (spec->groups < 1 || spec->out_channels < 1 || spec->out_channels > MAX_CHANNELS ||
      in->c % spec->groups != 0 || spec->out_channels % spec->groups != 0)
    return mistake (graph, _ ("%s: %d input and %d output channels do not divide into %d groups"),
                    name, in->c, spec->out_channels, spec->groups);
  if (!window_fits (graph, name, in, spec->kernel, spec->stride, spec->padding, false, &node.shape))
    return 0;
  return append (graph, node, name);
}

ThawNode
thaw_graph_batch_norm (ThawGraph *graph, ThawNode x, const char *name, double eps, double momentum)
{
  Node node = {.kind = NODE_BATCH_NORM, .in = {x, -1}, .norm = {eps, momentum}};

  if (!valid (graph, x) || !name_is_new (graph, name))
    return 0;
  if (!(eps > 0) || !(momentum >= 0 && momentum <= 1))
    return mistake (graph,
                    _ ("%s: eps %g, momentum %g; expected eps above 0, momentum from 0 to 1"), name,
                    eps, momentum);
  node.shape = graph_node (graph, x)->shape;
  return append (graph, node, name);
}

ThawNode
thaw_graph_activation (ThawGraph *graph, ThawNode x, ThawActivation activation)
{
  Node node = {.kind = NODE_ACTIVATION, .in = {x, -1}, .activation = activation};

  if (!valid (graph, x))
    return 0;
  node.shape = graph_node (graph, x)->shape;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_max_pool (
    ThawGraph *graph, ThawNode x, int kernel, int stride, int padding, bool ceil_mode)
{
  Node node = {.kind = NODE_MAX_POOL, .in = {x, -1}, .pool = {kernel, stride, padding}};
  const Shape *in;

  if (!valid (graph, x))
    return 0;
  in = &graph_node (graph, x)->shape;
  node.shape.c = in->c;
  if (padding > kernel / 2) /* a window must not lie on padding alone */
    return mistake (graph, _ ("max pooling: padding %d is more than half of the kernel %d"),
                    padding, kernel);
  if (!window_fits (graph, _ ("max pooling"), in, kernel, stride, padding, ceil_mode, &node.shape))
    return 0;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_global_avg_pool (ThawGraph *graph, ThawNode x)
{
  Node node = {.kind = NODE_GLOBAL_AVG_POOL, .in = {x, -1}};

  if (!valid (graph, x))
    return 0;
  node.shape = (Shape){graph_node (graph, x)->shape.c, 1, 1};
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_linear (ThawGraph *graph, ThawNode x, const char *name, int out_features, bool bias)
{
  Node node = {.kind = NODE_LINEAR,
               .in = {x, -1},
               .shape = {out_features, 1, 1},
               .linear = {out_features, bias}};
  const Shape *in;

  if (!valid (graph, x) || !name_is_new (graph, name))
    return 0;
  in = &graph_node (graph, x)->shape;
  if (in->h != 1 || in->w != 1)
    return mistake (graph, _ ("%s: a linear layer on a map of %d x %d, expected 1 x 1"), name,
                    in->w, in->h);
  if (out_features < 1 || out_features > MAX_CHANNELS)
    return mistake (graph, _ ("%s: %d outputs, expected at least 1"), name, out_features);
  return append (graph, node, name);
}

static bool
same_shape (const Shape *a, const Shape *b)
{
  return a->c == b->c && a->h == b->h && a->w == b->w;
}

ThawNode
thaw_graph_add (ThawGraph *graph, ThawNode a, ThawNode b)
{
  Node node = {.kind = NODE_ADD, .in = {a, b}};
  const Shape *left, *right;

  if (!valid (graph, a) || !valid (graph, b))
    return 0;
  left = &graph_node (graph, a)->shape;
  right = &graph_node (graph, b)->shape;
  if (!same_shape (left, right))
    return mistake (graph, _ ("adding maps of %d x %d x %d and %d x %d x %d"), left->c, left->h,
                    left->w, right->c, right->h, right->w);
  node.shape = *left;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_scale (ThawGraph *graph, ThawNode x, ThawNode gate)
{
  Node node = {.kind = NODE_SCALE, .in = {x, gate}};
  const Shape *map, *factors;

  if (!valid (graph, x) || !valid (graph, gate))
    return 0;
  map = &graph_node (graph, x)->shape;
  factors = &graph_node (graph, gate)->shape;
  if (factors->c != map->c || factors->h != 1 || factors->w != 1)
    return mistake (graph, _ ("scaling a map of %d channels by a gate of %d x %d x %d"), map->c,
                    factors->c, factors->h, factors->w);
  node.shape = *map;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_dropout (ThawGraph *graph, ThawNode x, double p)
{
  Node node = {.kind = NODE_DROPOUT, .in = {x, -1}, .dropout = p};

  if (!valid (graph, x))
    return 0;
  if (!(p >= 0 && p <= 1))
    return mistake (graph, _ ("dropout with p = %g, expected 0 to 1"), p);
  node.shape = graph_node (graph, x)->shape;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_stochastic_depth (ThawGraph *graph, ThawNode x, double p)
{
  Node node = {.kind = NODE_STOCHASTIC_DEPTH, .in = {x, -1}, .dropout = p};

  if (!valid (graph, x))
    return 0;
  if (!(p >= 0 && p <= 1))
    return mistake (graph, _ ("stochastic depth with p = %g, expected 0 to 1"), p);
  node.shape = graph_node (graph, x)->shape;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_slice (ThawGraph *graph, ThawNode x, int first, int channels)
{
  Node node = {.kind = NODE_SLICE, .in = {x, -1}, .first = first};

  if (!valid (graph, x))
    return 0;
  node.shape = graph_node (graph, x)->shape;
  if (first < 0 || channels < 1 || channels > node.shape.c - first)
    return mistake (graph, _ ("channels from %d on, %d of them, of a map that has %d"), first,
                    channels, node.shape.c);
  node.shape.c = channels;
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_concat (ThawGraph *graph, ThawNode a, ThawNode b)
{
  Node node = {.kind = NODE_CONCAT, .in = {a, b}};
  const Shape *left, *right;

  if (!valid (graph, a) || !valid (graph, b))
    return 0;
  left = &graph_node (graph, a)->shape;
  right = &graph_node (graph, b)->shape;
  if (left->h != right->h || left->w != right->w || left->c > MAX_CHANNELS - right->c)
    return mistake (graph, _ ("joining maps of %d x %d x %d and %d x %d x %d"), left->c, left->h,
                    left->w, right->c, right->h, right->w);
  node.shape = (Shape){left->c + right->c, left->h, left->w};
  return append (graph, node, NULL);
}

ThawNode
thaw_graph_shuffle (ThawGraph *graph, ThawNode x, int groups)
{
  Node node = {.kind = NODE_SHUFFLE, .in = {x, -1}, .groups = groups};

  if (!valid (graph, x))
    return 0;
  node.shape = graph_node (graph, x)->shape;
  if (groups < 1 || node.shape.c % groups != 0)
    return mistake (graph, _ ("shuffling %d channels in %d groups, which do not divide them"),
                    node.shape.c, groups);
  return append (graph, node, NULL);
}

void
thaw_graph_tap (ThawGraph *graph, ThawNode node, const char *module)
{
  Tap tap = {node, NULL};

  if (!valid (graph, node))
    return;
  tap.module = g_strdup (module);
  g_array_append_val (graph->taps, tap);
}

gboolean
thaw_graph_finish (ThawGraph *graph, ThawNode output, GError **error)
{
  g_return_val_if_fail (!graph->finished, FALSE);
  g_return_val_if_fail (output >= 0 && output < graph_size (graph), FALSE);
  if (graph->error == NULL && output == 0)
    mistake (graph, _ ("the network has no layer"));
  if (graph->error != NULL) {
    g_set_error_literal (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE, graph->error);
    return FALSE;
  }
  graph->output = output;
  graph->finished = true;
  return TRUE;
}

bool *
thaw_graph_used (const ThawGraph *graph)
{
  bool *used = g_new0 (bool, graph_size (graph));

  used[graph->output] = true;
  for (int i = graph_size (graph) - 1; i >= 0; i--) {
    const Node *node = graph_node (graph, i);
    for (int j = 0; used[i] && j < 2; j++)
      if (node->in[j] >= 0)
        used[node->in[j]] = true;
  }
  return used;
}
