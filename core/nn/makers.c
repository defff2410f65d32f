/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which values backward makes anew instead of keeping them from forward. A batch norm's input is
 * kept anyway, so that its output can be had again, the same bits, by one elementwise pass: just
 * before the first step of backward that reads it. Two reasons:
 *   small maps   where memory limits all that read it, the value is in a cache then; without an
 *                addition alone
 *   large maps   memory: of a residual block's four maps two are kept, in turn with three. With an
 *                addition only where what is added is kept, so that nothing has to be made anew for
 *                what is made anew.
 * By the shape of the largest batch, never by threads; bits do not depend on it. */
#include "net-private.h"

#define LARGE_BYTES ((size_t) 6 << 20) /* of a value */

typedef struct {
  const ThawNet *net;
  const GArray *steps; /* of Step */
  const Needs *needs;  /* [steps] */
  int max_batch;
  int *maker; /* [nodes] */
} Search;

static const Step *
step_at (const Search *s, guint i)
{
  return &g_array_index (s->steps, Step, i);
}

static bool
is_tap (const Search *s, ThawNode node)
{
  const GArray *taps = s->net->graph->taps;

  for (guint i = 0; s->net->keep_taps && i < taps->len; i++)
    if (g_array_index (taps, Tap, i).node == node)
      return true;
  return false;
}

/* All of these wait for memory more than they compute. */
static bool
is_light (const Step *step)
{
  return step->op == &thaw_op_depthwise || step->op == &thaw_op_pointwise ||
         step->op == &thaw_op_squeeze;
}

static bool
is_convolution (const Step *step)
{
  return step->op == &thaw_op_conv_dense || step->op == &thaw_op_conv_taps ||
         step->op == &thaw_op_conv_patches;
}

static bool
is_large (const Search *s, const Step *maker)
{
  return shape_count (&maker->out_shape, s->max_batch) * sizeof (float) >= LARGE_BYTES;
}

/* Whether a reader takes the value from where it was made anew, or reads it in forward alone. */
static bool
reader_agrees (const Search *s, guint i, ThawNode node, bool large)
{
  const Step *reader = step_at (s, i);

  if (!large)
    return reader->in[1] != node && is_light (reader);
  if (reader->in[1] == node)
    return reader->in[0] != node && !s->needs[i].x2_for_backward;
  return is_light (reader) || is_convolution (reader) || !s->needs[i].x_for_backward;
}

static bool
readers_agree (const Search *s, ThawNode node, bool large)
{
  for (guint i = 0; i < s->steps->len; i++) {
    const Step *reader = step_at (s, i);
    if ((reader->in[0] == node || reader->in[1] == node) && !reader_agrees (s, i, node, large))
      return false;
  }
  return true;
}

/* Whether backward reads a value that is not made anew: then it is there until then. */
static bool
is_kept (const Search *s, ThawNode node)
{
  if (s->maker[node] >= 0)
    return false;
  for (guint i = 0; i < s->steps->len; i++) {
    const Step *step = step_at (s, i);
    if (step->backward && ((step->in[0] == node && s->needs[i].x_for_backward) ||
                           (step->in[1] == node && s->needs[i].x2_for_backward) ||
                           (step->out == node && s->needs[i].y_for_backward)))
      return true;
  }
  return false;
}

static bool
is_made_anew (const Search *s, const Step *step)
{
  bool large = is_large (s, step);

  if (step->op != &thaw_op_batch_norm || step->pooled || !step->backward ||
      step->out == s->net->graph->output || is_tap (s, step->out))
    return false;
  if (step->in[1] >= 0 && !(large && is_kept (s, step->in[1])))
    return false;
  return readers_agree (s, step->out, large);
}

void
thaw_plan_makers (
    const ThawNet *net, const GArray *steps, const Needs *needs, int max_batch, int *maker)
{
  Search search = {net, steps, needs, max_batch, maker};

  for (int i = 0; i < graph_size (net->graph); i++)
    maker[i] = -1;
  for (guint i = 0; i < steps->len; i++)
    if (is_made_anew (&search, step_at (&search, i)))
      maker[step_at (&search, i)->out] = (int) i;
}
