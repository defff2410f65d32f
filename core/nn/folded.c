/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch norms folded into the convolutions before them, for inference:
 *   ((w * x + b) - mean) * s + beta = (w s) * x + (beta + (b - mean) s),   s = gamma rstd
 * for each output channel, so that the norm is no pass of its own; the addition and the activation
 * behind it are done where the convolution has its sums in registers. A max pooling that ran with
 * the norm is a step by itself then. The folded weights are copies, of taps that data reaches
 * alone, and belong to a plan: thaw_net_fold () makes them anew. */
#include "net-private.h"
#include "panels.h"

#include <math.h>

/* What convolutions can do with their sums, see ThawTile. */
static bool
has_act (ThawActKind act)
{
  return act == THAW_ACT_NONE || act == THAW_ACT_K_RELU || act == THAW_ACT_K_RELU6 ||
         act == THAW_ACT_K_HARDSWISH;
}

static bool
folds (const Step *conv, const Step *norm)
{
  if (conv->node->kind != NODE_CONV2D || conv->norm.weight != NULL || !has_act (norm->act))
    return false;
  if (conv->op == &thaw_op_depthwise)
    return norm->in[1] < 0;
  return conv->op == &thaw_op_conv_dense || conv->op == &thaw_op_conv_patches ||
         conv->op == &thaw_op_pointwise;
}

/* The step that makes `node`, if only one reads it; -1 otherwise. */
static int
only_maker (const GArray *steps, ThawNode node, ThawNode output)
{
  int maker = -1, readers = node == output ? 2 : 0;

  for (guint i = 0; i < steps->len; i++) {
    const Step *step = &g_array_index (steps, Step, i);
    readers += (step->in[0] == node) + (step->in[1] == node);
    maker = step->out == node ? (int) i : maker;
  }
  return readers == 1 ? maker : -1;
}

/* Taps that data reaches, and what is between them. */
static Range
live_taps (const Axis *axis)
{
  Range live = {axis->kernel, 0};

  for (int tap = 0; tap < axis->kernel; tap++) {
    if (range_empty (axis_outputs (axis, tap)))
      continue;
    live.first = MIN (live.first, tap);
    live.end = tap + 1;
  }
  return live.first < live.end ? live : (Range){0, 1};
}

static void
fold (Step *conv, const Step *norm)
{
  conv->norm = (FoldedNorm){.weight = norm->weight,
                            .bias = norm->bias,
                            .mean = norm->running_mean,
                            .var = norm->running_var,
                            .eps = norm->node->norm.eps};
  conv->act = norm->act;
  conv->in[1] = norm->in[1];
  if (conv->op == &thaw_op_conv_dense) {
    conv->tap_rows = live_taps (&conv->rows);
    conv->tap_columns = live_taps (&conv->columns);
  }
}

/* A pooling norm leaves the pooling of what the convolution writes, in the place of its sums. */
static Step
pool_of (const ThawGraph *graph, const Step *norm)
{
  return (Step){.op = &thaw_op_max_pool,
                .node = graph_node (graph, norm->out),
                .id = norm->out,
                .in = {norm->in[0], -1},
                .out = norm->out,
                .in_shape = norm->in_shape,
                .out_shape = norm->out_shape,
                .rows = norm->rows,
                .columns = norm->columns};
}

int
thaw_fold_steps (GArray *steps, const ThawGraph *graph)
{
  int folded = 0;

  for (guint i = 0; i < steps->len; i++) {
    Step *norm = &g_array_index (steps, Step, i), *conv;
    int maker =
        norm->op == &thaw_op_batch_norm ? only_maker (steps, norm->in[0], graph->output) : -1;

    conv = maker >= 0 ? &g_array_index (steps, Step, maker) : NULL;
    if (conv == NULL || !folds (conv, norm))
      continue;
    folded++;
    fold (conv, norm);
    if (norm->pooled) {
      *norm = pool_of (graph, norm);
      continue;
    }
    conv->out = norm->out;
    *norm = *conv; /* runs where the norm stood: what is added is there by then */
    g_array_remove_index (steps, (guint) maker);
    i--;
  }
  return folded;
}

/* --- Weights ------------------------------------------------------------------------------------
 */
static size_t
weight_floats (const Step *step)
{
  if (step->op != &thaw_op_conv_dense)
    return (size_t) step->weight->count;
  return (size_t) tap_count (step) * (size_t) step->in_shape.c * (size_t) step->out_shape.c;
}

static size_t
lines (size_t floats)
{
  return (floats + 15) & ~(size_t) 15;
}

/* Tiles look at a narrow last panel's rows on; see make_blocks () of params.c. */
size_t
thaw_folded_floats (const Step *step)
{
  if (step->norm.weight == NULL)
    return 0;
  return lines (weight_floats (step) + THAW_TILE_COLUMNS) + (size_t) step->out_shape.c;
}

void
thaw_folded_bind (Step *step, float *floats)
{
  step->norm.w = floats;
  step->norm.b = floats + lines (weight_floats (step) + THAW_TILE_COLUMNS);
}

/* to: rows x columns, overwritten. */
static void
scale_rows (const float *from, const float *scale, size_t rows, size_t columns, float *to)
{
  for (size_t i = 0; i < rows; i++, from += columns, to += columns)
    for (size_t j = 0; j < columns; j++)
      to[j] = from[j] * scale[j];
}

/* Of a convolution whose weights lie in panels. */
static void
fold_panel (const Step *step, int panel, const float *scale)
{
  int kernel = step->rows.kernel, cin = step->in_shape.c, cout = step->out_shape.c;
  int width = panels_width (cout, panel), columns = tap_columns (step);
  Range rows = step->tap_rows;

  if (step->op == &thaw_op_conv_patches) {
    size_t at = panels_at (kernel * kernel, cin, cout, panel, 0);
    scale_rows (step->weight->value + at, scale, (size_t) (kernel * kernel * cin), (size_t) width,
                step->norm.w + at);
    return;
  }
  for (int ky = rows.first; ky < rows.end; ky++)
    scale_rows (
        step->weight->value +
            panels_at (kernel * kernel, cin, cout, panel, ky * kernel + step->tap_columns.first),
        scale, (size_t) (columns * cin), (size_t) width,
        step->norm.w + panels_at (tap_count (step), cin, cout, panel, (ky - rows.first) * columns));
}

static void
fold_weights (const Step *step, const float *scale)
{
  size_t cout = (size_t) step->out_shape.c;

  if (step->op == &thaw_op_pointwise || step->op == &thaw_op_depthwise) {
    scale_rows (step->weight->value, scale, (size_t) step->weight->count / cout, cout,
                step->norm.w);
    return;
  }
  for (int panel = 0; panel < panels_count (step->out_shape.c); panel++)
    fold_panel (step, panel, scale + panel * THAW_TILE_COLUMNS);
}

static void
fold_piece (void *user, int piece, int worker)
{
  GArray *steps = user;
  const Step *step = &g_array_index (steps, Step, piece);
  const FoldedNorm *norm = &step->norm;
  float *scale = norm->b; /* until the weights are done */

  if (norm->weight == NULL)
    return;
  for (int j = 0; j < step->out_shape.c; j++)
    scale[j] = (float) (norm->weight->value[j] / sqrt ((double) norm->var->value[j] + norm->eps));
  fold_weights (step, scale);
  for (int j = 0; j < step->out_shape.c; j++) {
    double bias = step->bias != NULL ? step->bias->value[j] : 0;
    norm->b[j] = (float) ((bias - (double) norm->mean->value[j]) * scale[j] + norm->bias->value[j]);
  }
}

void
thaw_fold_weights (GArray *steps, ThawPool *pool)
{
  thaw_pool_run (pool, (int) steps->len, fold_piece, steps);
}
