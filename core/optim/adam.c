/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam, with weight decay as L2 in the gradient: g += wd p goes through both averages.
 * Formula: adam-step.h. Source: torch.optim.Adam. */
#include "adam-step.h"

#include <math.h>

static const ThawParamSpec params[] = {
    OPTIM_PARAM_LR (1e-3), ADAM_PARAM_BETAS,
    ADAM_PARAM_EPS,        OPTIM_PARAM_WEIGHT_DECAY (0, N_ ("L2 penalty, added to the gradient")),
    ADAM_PARAM_AMSGRAD,
};

const char *const thaw_adam_buffer_names[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", NULL};

int
thaw_adam_n_buffers (const ThawChoice *choice)
{
  return thaw_choice_bool (choice, "amsgrad") ? 3 : 2;
}

OptimScalars
thaw_adam_scalars (const ThawChoice *choice, double lr, uint64_t step)
{
  const double *betas = thaw_choice_reals (choice, "betas");
  double t = (double) step;
  OptimScalars s = {.first = step == 1};

  s.adam = (ThawAdam){.step = (float) -(lr / (1 - pow (betas[0], t))),
                      .b1 = (float) betas[0],
                      .a1 = (float) (1 - betas[0]),
                      .b2 = (float) betas[1],
                      .a2 = (float) (1 - betas[1]),
                      .root = (float) sqrt (1 - pow (betas[1], t)),
                      .eps = (float) thaw_choice_real (choice, "eps")};
  s.kernels = thaw_kernels ();
  return s;
}

static OptimScalars
scalars (const ThawChoice *choice, double lr, uint64_t step)
{
  OptimScalars s = thaw_adam_scalars (choice, lr, step);

  s.adam.decay = (float) thaw_choice_real (choice, "weight_decay");
  return s;
}

void
thaw_adam_update (const OptimScalars *s,
                  size_t n,
                  float *restrict value,
                  const float *restrict grad,
                  float *const *buffers)
{
  s->kernels->adam (&s->adam, n, value, grad, buffers[0], buffers[1], buffers[2]);
}

const OptimRule thaw_optim_adam = {
    .entry = {"Adam", NULL, N_ ("Steps scaled by running averages of the gradient and its square"),
              params, G_N_ELEMENTS (params)},
    .buffer_names = thaw_adam_buffer_names,
    .n_buffers = thaw_adam_n_buffers,
    .scalars = scalars,
    .update = thaw_adam_update,
};
