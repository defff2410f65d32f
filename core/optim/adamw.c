/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AdamW: Adam whose weight decay shrinks the weight itself, p *= 1 - lr wd, before the step.
 * Formula: adam-step.h. Source: torch.optim.AdamW. */
#include "adam-step.h"

static const ThawParamSpec params[] = {
    OPTIM_PARAM_LR (1e-3),
    ADAM_PARAM_BETAS,
    ADAM_PARAM_EPS,
    OPTIM_PARAM_WEIGHT_DECAY (
        0.01, N_ ("Share, times the learning rate, by which a weight shrinks each step")),
    ADAM_PARAM_AMSGRAD,
};

static OptimScalars
scalars (const ThawChoice *choice, double lr, uint64_t step)
{
  OptimScalars s = thaw_adam_scalars (choice, lr, step);

  s.adam.decoupled = true;
  s.adam.decay = (float) (1 - lr * thaw_choice_real (choice, "weight_decay"));
  return s;
}

const OptimRule thaw_optim_adamw = {
    .entry = {"AdamW", NULL, N_ ("Adam with weight decay apart from the gradient"), params,
              G_N_ELEMENTS (params)},
    .buffer_names = thaw_adam_buffer_names,
    .n_buffers = thaw_adam_n_buffers,
    .scalars = scalars,
    .update = thaw_adam_update,
};
