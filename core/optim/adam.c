/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam, with weight decay as L2 in the gradient: g += wd p goes through both averages.
 * Formula: adam-step.h. Source: torch.optim.Adam. */
#include "adam-step.h"

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

  s.k[ADAM_STEP] = (float) -(lr / (1 - pow (betas[0], t)));
  s.k[ADAM_B1] = (float) betas[0];
  s.k[ADAM_A1] = (float) (1 - betas[0]);
  s.k[ADAM_B2] = (float) betas[1];
  s.k[ADAM_A2] = (float) (1 - betas[1]);
  s.k[ADAM_ROOT] = (float) sqrt (1 - pow (betas[1], t));
  s.k[ADAM_EPS] = (float) thaw_choice_real (choice, "eps");
  s.flags[ADAM_AMSGRAD] = thaw_choice_bool (choice, "amsgrad");
  return s;
}

static OptimScalars
scalars (const ThawChoice *choice, double lr, uint64_t step)
{
  OptimScalars s = thaw_adam_scalars (choice, lr, step);

  s.k[ADAM_DECAY] = (float) thaw_choice_real (choice, "weight_decay");
  return s;
}

static void
update (const OptimScalars *s,
        size_t n,
        float *restrict value,
        const float *restrict grad,
        float *const *buffers)
{
  if (s->flags[ADAM_AMSGRAD])
    adam_block (s->k, n, value, grad, buffers[0], buffers[1], buffers[2], false);
  else
    adam_block (s->k, n, value, grad, buffers[0], buffers[1], NULL, false);
}

const OptimRule thaw_optim_adam = {
    .entry = {"Adam", NULL, N_ ("Steps scaled by running averages of the gradient and its square"),
              params, G_N_ELEMENTS (params)},
    .buffer_names = thaw_adam_buffer_names,
    .n_buffers = thaw_adam_n_buffers,
    .scalars = scalars,
    .update = update,
};
