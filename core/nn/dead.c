/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no data can reach: taps of convolutions that lie on padding for every output. Nobody here
 * reads their values, so whoever updates them may take its time. */
#include "net-private.h"
#include "panels.h"

static const Node *
conv_of (const ThawNet *net, int i, Shape *in)
{
  for (int id = 0; id < graph_size (net->graph); id++) {
    const Node *node = graph_node (net->graph, id);
    if (net->first_param[id] != i || node->kind != NODE_CONV2D)
      continue;
    *in = graph_node (net->graph, node->in[0])->shape;
    return node;
  }
  return NULL;
}

static void
add_span (GArray *spans, uint64_t start, uint64_t count)
{
  ThawSpan span = {start, count};
  ThawSpan *last = spans->len > 0 ? &g_array_index (spans, ThawSpan, spans->len - 1) : NULL;

  if (last != NULL && last->start + last->count == start)
    last->count += count;
  else
    g_array_append_val (spans, span);
}

/* A tap of a block of channels: a panel's, or a group's. */
static void
add_tap (const Layout *layout, int block, int tap, GArray *spans)
{
  uint64_t cin = (uint64_t) layout->cin_g, cout = (uint64_t) layout->cout_g;

  if (layout->order == ORDER_DEPTHWISE)
    add_span (spans, (uint64_t) (tap * layout->groups), (uint64_t) layout->groups);
  else if (layout->order == ORDER_PANELS)
    add_span (spans, panels_at (layout->taps, layout->cin_g, layout->cout_g, block, tap),
              cin * (uint64_t) panels_width (layout->cout_g, block));
  else
    add_span (spans, (uint64_t) (block * layout->taps + tap) * cin * cout, cin * cout);
}

GArray *
thaw_net_dead_spans (const ThawNet *net, int i)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (ThawSpan));
  const Layout *layout = &net->layouts[i];
  Shape in;
  const Node *node = conv_of (net, i, &in);
  int blocks;

  if (node == NULL)
    return spans;
  blocks = layout->order == ORDER_DEPTHWISE ? 1
           : layout->order == ORDER_PANELS  ? panels_count (layout->cout_g)
                                            : layout->groups;
  for (int block = 0; block < blocks; block++) {
    for (int tap = 0; tap < layout->taps; tap++) {
      const ThawConv2d *conv = &node->conv;
      Axis rows = {in.h, node->shape.h, conv->kernel, conv->stride, conv->padding};
      Axis columns = {in.w, node->shape.w, conv->kernel, conv->stride, conv->padding};
      if (range_empty (axis_outputs (&rows, tap / conv->kernel)) ||
          range_empty (axis_outputs (&columns, tap % conv->kernel)))
        add_tap (layout, block, tap, spans);
    }
  }
  return spans;
}

void
thaw_net_catch_up (const ThawNet *net)
{
  if (net->catch_up != NULL)
    net->catch_up (net->catch_up_user);
}

void
thaw_net_set_catch_up (ThawNet *net, void (*catch_up) (void *user), void *user)
{
  thaw_net_catch_up (net);
  net->catch_up = catch_up;
  net->catch_up_user = user;
}
