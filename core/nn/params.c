/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters and buffers of a graph: names and shapes of torch's state_dict, values in one block,
 * gradients in another, and the conversion between nn's order and torch's. */
#include "net-private.h"
#include "panels.h"

typedef struct {
  GArray *params, *layouts;
  GPtrArray *names;
} Builder;

static void
add_param (Builder *b,
           const Node *node,
           const char *suffix,
           bool buffer,
           Layout layout,
           int ndim,
           const uint64_t *shape)
{
  ThawParam param = {.ndim = ndim, .count = 1, .buffer = buffer, .trainable = !buffer};

  for (int d = 0; d < ndim; d++) {
    param.shape[d] = shape[d];
    param.count *= shape[d];
  }
  g_ptr_array_add (b->names, g_strdup_printf ("%s.%s", node->name, suffix));
  g_array_append_val (b->params, param);
  g_array_append_val (b->layouts, layout);
}

static void
add_vector (Builder *b, const Node *node, const char *suffix, bool buffer)
{
  uint64_t shape[] = {(uint64_t) node->shape.c};

  add_param (b, node, suffix, buffer, (Layout){.order = ORDER_SAME}, 1, shape);
}

static void
add_conv (Builder *b, const Node *node, int cin)
{
  const ThawConv2d *conv = &node->conv;
  Layout layout = {.order = ORDER_CONV,
                   .groups = conv->groups,
                   .taps = conv->kernel * conv->kernel,
                   .cin_g = cin / conv->groups,
                   .cout_g = conv->out_channels / conv->groups};
  uint64_t shape[] = {(uint64_t) conv->out_channels, (uint64_t) layout.cin_g,
                      (uint64_t) conv->kernel, (uint64_t) conv->kernel};

  if (layout.cin_g == 1 && layout.cout_g == 1)
    layout.order = ORDER_DEPTHWISE;
  else if (panels_used (conv))
    layout.order = ORDER_PANELS;
  add_param (b, node, "weight", false, layout, 4, shape);
  if (conv->bias)
    add_vector (b, node, "bias", false);
}

static void
add_linear (Builder *b, const Node *node, int in)
{
  uint64_t shape[] = {(uint64_t) node->shape.c, (uint64_t) in};

  add_param (b, node, "weight", false, (Layout){.order = ORDER_SAME}, 2, shape);
  if (node->linear.bias)
    add_vector (b, node, "bias", false);
}

static void
add_norm (Builder *b, const Node *node)
{
  add_vector (b, node, "weight", false);
  add_vector (b, node, "bias", false);
  add_vector (b, node, "running_mean", true);
  add_vector (b, node, "running_var", true);
  add_param (b, node, "num_batches_tracked", true, (Layout){.order = ORDER_SAME}, 0,
             (uint64_t[]){0});
}

static void
add_node (Builder *b, const ThawGraph *graph, const Node *node)
{
  switch (node->kind) {
  case NODE_CONV2D:
    add_conv (b, node, graph_node (graph, node->in[0])->shape.c);
    break;
  case NODE_LINEAR:
    add_linear (b, node, graph_node (graph, node->in[0])->shape.c);
    break;
  case NODE_BATCH_NORM:
    add_norm (b, node);
    break;
  default:
    break;
  }
}

static size_t
padded (uint64_t count) /* parameters begin at multiples of 64 bytes */
{
  return ((size_t) count + 15) & ~(size_t) 15;
}

static gboolean
make_blocks (ThawNet *net, GError **error)
{
  size_t values = 0, grads = 0;

  for (int i = 0; i < net->n_params; i++) {
    values += padded (net->params[i].count);
    grads += net->params[i].buffer ? 0 : padded (net->params[i].count);
  }
  net->grad_floats = grads;
  /* Tiles read a narrow last panel's rows on; see ThawTile. */
  net->value_block = thaw_aligned_new0 ((values + THAW_TILE_COLUMNS) * sizeof (float));
  net->grad_block = thaw_aligned_new0 (grads * sizeof (float));
  if (net->value_block == NULL || net->grad_block == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY,
                 _ ("the network's parameters need %.1f MB of memory, which cannot be had"),
                 (double) (values + grads) * sizeof (float) / 1e6);
    return FALSE;
  }
  return TRUE;
}

static void
place (ThawNet *net)
{
  float *value = net->value_block, *grad = net->grad_block;

  for (int i = 0; i < net->n_params; i++) {
    ThawParam *param = &net->params[i];
    param->name = net->names[i];
    param->value = value;
    value += padded (param->count);
    if (!param->buffer) {
      param->grad = grad;
      grad += padded (param->count);
    }
    if (g_str_has_suffix (param->name, ".running_var"))
      for (uint64_t j = 0; j < param->count; j++)
        param->value[j] = 1;
    g_hash_table_insert (net->by_name, (void *) param->name, GINT_TO_POINTER (i + 1));
  }
}

gboolean
thaw_params_new (ThawNet *net, GError **error)
{
  Builder b = {g_array_new (FALSE, FALSE, sizeof (ThawParam)),
               g_array_new (FALSE, FALSE, sizeof (Layout)), g_ptr_array_new ()};

  net->first_param = g_new (int, graph_size (net->graph));
  for (int i = 0; i < graph_size (net->graph); i++) {
    guint before = b.params->len;
    add_node (&b, net->graph, graph_node (net->graph, i));
    net->first_param[i] = b.params->len > before ? (int) before : -1;
  }
  net->n_params = (int) b.params->len;
  g_ptr_array_add (b.names, NULL);
  net->params = (ThawParam *) g_array_free (b.params, FALSE);
  net->layouts = (Layout *) g_array_free (b.layouts, FALSE);
  net->names = (char **) g_ptr_array_free (b.names, FALSE);
  net->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!make_blocks (net, error))
    return FALSE;
  place (net);
  return TRUE;
}

void
thaw_params_free (ThawNet *net)
{
  g_clear_pointer (&net->by_name, g_hash_table_unref);
  thaw_aligned_free (net->value_block);
  thaw_aligned_free (net->grad_block);
  g_free (net->params);
  g_free (net->layouts);
  g_strfreev (net->names);
  g_free (net->first_param);
}

/* --- Orders -------------------------------------------------------------------------------------
 */

/* Where torch's element (out, in of its group, tap) is in nn's own order. */
static size_t
own_index (const Layout *layout, size_t out, size_t in, size_t tap)
{
  size_t cout_g = (size_t) layout->cout_g, cin_g = (size_t) layout->cin_g;
  size_t group = out / cout_g;

  if (layout->order == ORDER_DEPTHWISE)
    return tap * (size_t) layout->groups + out;
  if (layout->order == ORDER_PANELS) {
    int panel = (int) out / THAW_TILE_COLUMNS;
    size_t width = (size_t) panels_width (layout->cout_g, panel);
    return panels_at (layout->taps, layout->cin_g, layout->cout_g, panel, (int) tap) + in * width +
           out % THAW_TILE_COLUMNS;
  }
  return ((group * (size_t) layout->taps + tap) * cin_g + in) * cout_g + out % cout_g;
}

static void
convert (const ThawNet *net, int i, const float *from, float *to, bool to_torch)
{
  const Layout *layout = &net->layouts[i];
  size_t outs = (size_t) layout->groups * (size_t) layout->cout_g, at = 0;

  if (layout->order == ORDER_SAME) {
    memcpy (to, from, net->params[i].count * sizeof *to);
    return;
  }
  for (size_t out = 0; out < outs; out++) {
    for (size_t in = 0; in < (size_t) layout->cin_g; in++) {
      for (size_t tap = 0; tap < (size_t) layout->taps; tap++, at++) {
        size_t own = own_index (layout, out, in, tap);
        if (to_torch)
          to[at] = from[own];
        else
          to[own] = from[at];
      }
    }
  }
}

void
thaw_net_to_torch (const ThawNet *net, int i, const float *own, float *torch)
{
  thaw_net_catch_up (net);
  convert (net, i, own, torch, true);
}

void
thaw_net_from_torch (const ThawNet *net, int i, const float *torch, float *own)
{
  thaw_net_catch_up (net);
  convert (net, i, torch, own, false);
}
