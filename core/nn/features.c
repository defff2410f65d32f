/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features: the value that all which trains or draws depends on, and nothing else does. What comes
 * before it gives an image the same value each time, so that it can be computed once and kept. */
#include "net-private.h"

/* Whether a step's result may differ from one pass to the next. */
static bool
is_restless (const Step *step)
{
  return thaw_step_trains (step) || step->op == &thaw_op_dropout ||
         step->op == &thaw_op_stochastic_depth || (step->op == &thaw_op_batch_norm && !step->held);
}

/* The one value that steps from `cut` on read of what was made before; -1: there are several. */
static ThawNode
bridge (const Plan *plan, int cut, const int *made_by)
{
  ThawNode found = -1;

  for (int i = cut; i < (int) plan->steps->len; i++) {
    const Step *step = &g_array_index (plan->steps, Step, i);
    for (int j = 0; j < 2; j++) {
      ThawNode node = step->in[j];
      if (node < 0 || made_by[node] >= cut || node == found)
        continue;
      if (found >= 0)
        return -1;
      found = node;
    }
  }
  return found;
}

/* Whether all that has parameters from `cut` on trains: what is frozen there would not rest. */
static bool
all_train (const Plan *plan, int cut)
{
  for (int i = cut; i < (int) plan->steps->len; i++) {
    const Step *step = &g_array_index (plan->steps, Step, i);
    if (step->weight != NULL && !thaw_step_trains (step))
      return false;
  }
  return true;
}

void
thaw_plan_find_features (Plan *plan, int nodes)
{
  g_autofree int *made_by = g_new (int, nodes);
  int cut = 0;

  plan->features = 0;
  plan->features_from = 0;
  if (plan->mode != THAW_MODE_TRAIN)
    return;
  for (int i = 0; i < nodes; i++)
    made_by[i] = -1;
  for (int i = 0; i < (int) plan->steps->len; i++)
    made_by[g_array_index (plan->steps, Step, i).out] = i;
  while (cut < (int) plan->steps->len && !is_restless (&g_array_index (plan->steps, Step, cut)))
    cut++;
  for (; cut > 0 && cut < (int) plan->steps->len; cut--) {
    ThawNode node = bridge (plan, cut, made_by);
    if (!all_train (plan, cut))
      return;
    if (node <= 0)
      continue;
    plan->features = node;
    plan->features_from = cut;
    return;
  }
}

bool
thaw_net_features_shape (const ThawNet *net, size_t *pixels, size_t *channels)
{
  const Shape *shape;

  if (net->plan == NULL || net->plan->features == 0)
    return false;
  shape = &graph_node (net->graph, net->plan->features)->shape;
  *pixels = shape_pixels (shape);
  *channels = (size_t) shape->c;
  return true;
}

float *
thaw_net_features (ThawNet *net)
{
  g_return_val_if_fail (net->plan != NULL && net->plan->features > 0, NULL);
  net->folded = false;
  return net->plan->values[net->plan->features];
}

const float *
thaw_net_forward_to_features (ThawNet *net, int n)
{
  g_return_val_if_fail (net->plan != NULL && net->plan->features > 0, NULL);
  g_return_val_if_fail (n >= 1 && n <= net->plan->max_batch, NULL);
  thaw_net_run_steps (net, THAW_MODE_EVAL, n, 0, net->plan->features_from);
  net->forward_n = 0;
  return net->plan->values[net->plan->features];
}

const float *
thaw_net_forward_from_features (ThawNet *net, ThawMode mode, int n)
{
  g_return_val_if_fail (net->plan != NULL && net->plan->features > 0, NULL);
  g_return_val_if_fail (n >= 1 && n <= net->plan->max_batch, NULL);
  thaw_net_run_steps (net, mode, n, net->plan->features_from, (int) net->plan->steps->len);
  net->forward_n = mode == THAW_MODE_TRAIN ? n : 0;
  return net->plan->output;
}
