/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of forward and backward goes, step by step of the schedule. */
#include "net-private.h"

#include <time.h>

int64_t
thaw_profile_now (const Plan *plan)
{
  struct timespec t;

  if (plan->times == NULL)
    return 0;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

void
thaw_profile_add (Plan *plan, guint step, bool backward, int64_t start)
{
  int64_t spent;

  if (plan->times == NULL)
    return;
  spent = thaw_profile_now (plan) - start;
  if (backward)
    plan->times[step].backward_ns += spent;
  else
    plan->times[step].forward_ns += spent;
}

static const char *
kind_of (NodeKind kind)
{
  static const char *const kinds[] = {
      [NODE_INPUT] = "Input",
      [NODE_CONV2D] = "Conv2d",
      [NODE_BATCH_NORM] = "BatchNorm2d",
      [NODE_ACTIVATION] = "Activation",
      [NODE_MAX_POOL] = "MaxPool2d",
      [NODE_GLOBAL_AVG_POOL] = "AdaptiveAvgPool2d",
      [NODE_LINEAR] = "Linear",
      [NODE_ADD] = "Add",
      [NODE_SCALE] = "Scale",
      [NODE_DROPOUT] = "Dropout",
      [NODE_STOCHASTIC_DEPTH] = "StochasticDepth",
      [NODE_SLICE] = "Slice",
      [NODE_CONCAT] = "Concat",
      [NODE_SHUFFLE] = "ChannelShuffle",
  };
  return kinds[kind];
}

void
thaw_net_profile (ThawNet *net, bool on)
{
  Plan *plan;

  g_return_if_fail (net->plan != NULL);
  plan = net_plan (net);
  g_clear_pointer (&plan->times, g_free);
  if (!on)
    return;
  plan->times = g_new0 (ThawStepTime, plan->steps->len);
  for (guint i = 0; i < plan->steps->len; i++) {
    const Node *node = g_array_index (plan->steps, Step, i).node;
    plan->times[i].kind = kind_of (node->kind);
    plan->times[i].name = node->name != NULL ? node->name : plan->times[i].kind;
  }
}

const ThawStepTime *
thaw_net_profile_times (const ThawNet *net, int *n_steps)
{
  const Plan *plan = net->plan != NULL ? net_plan (net) : NULL;

  *n_steps = plan != NULL && plan->times != NULL ? (int) plan->steps->len : 0;
  return *n_steps > 0 ? plan->times : NULL;
}
