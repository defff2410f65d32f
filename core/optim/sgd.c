/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stochastic gradient descent with momentum, dampening, Nesterov's look-ahead and L2 in the
 * gradient.
 *   g += wd p;  buf = g at the slot's first step, later buf = mu buf + (1 - dampening) g;
 *   d = nesterov ? g + mu buf : buf;  p -= lr d
 * Without momentum no state is kept and d = g. Source: torch.optim.SGD. */
#include "rule.h"

enum { LR, DECAY, MOMENTUM, KEEP };
enum { HAS_MOMENTUM, NESTEROV };

static const ThawParamSpec params[] = {
    OPTIM_PARAM_LR (1e-3),
    {"momentum", N_ ("Share of the last step that is kept"), THAW_PARAM_REAL, 0, 0.999999,
     .count = 1},
    {"dampening", N_ ("Share of the gradient left out of the momentum"), THAW_PARAM_REAL, 0, 1,
     .count = 1},
    OPTIM_PARAM_WEIGHT_DECAY (0, N_ ("L2 penalty, added to the gradient")),
    {"nesterov", N_ ("Look ahead along the momentum; needs momentum and no dampening"),
     THAW_PARAM_BOOL, 0, 1, .count = 1},
};

static const char *const buffer_names[] = {"momentum_buffer", NULL};

static int
n_buffers (const ThawChoice *choice)
{
  return thaw_choice_real (choice, "momentum") != 0 ? 1 : 0;
}

static OptimScalars
scalars (const ThawChoice *choice, double lr, uint64_t step)
{
  double momentum = thaw_choice_real (choice, "momentum");
  OptimScalars s = {.first = step == 1};

  s.k[LR] = (float) -lr;
  s.k[DECAY] = (float) thaw_choice_real (choice, "weight_decay");
  s.k[MOMENTUM] = (float) momentum;
  s.k[KEEP] = (float) (1 - thaw_choice_real (choice, "dampening"));
  s.flags[HAS_MOMENTUM] = momentum != 0;
  s.flags[NESTEROV] = thaw_choice_bool (choice, "nesterov");
  return s;
}

static void
update_plain (const OptimScalars *s, size_t n, float *restrict value, const float *restrict grad)
{
  const float lr = s->k[LR], decay = s->k[DECAY];

  for (size_t i = 0; i < n; i++)
    value[i] += lr * (grad[i] + decay * value[i]);
}

static void
update_momentum (const OptimScalars *s,
                 size_t n,
                 float *restrict value,
                 const float *restrict grad,
                 float *restrict buffer)
{
  const float lr = s->k[LR], decay = s->k[DECAY], mu = s->k[MOMENTUM];
  const bool nesterov = s->flags[NESTEROV];
  /* the first step takes the whole gradient and finds nothing to keep */
  const float old = s->first ? 0 : mu, fresh = s->first ? 1 : s->k[KEEP];

  for (size_t i = 0; i < n; i++) {
    float g = grad[i] + decay * value[i];
    float b = old * buffer[i] + fresh * g;
    buffer[i] = b;
    value[i] += lr * (nesterov ? g + mu * b : b);
  }
}

static void
update (const OptimScalars *s,
        size_t n,
        float *restrict value,
        const float *restrict grad,
        float *const *buffers)
{
  if (s->flags[HAS_MOMENTUM])
    update_momentum (s, n, value, grad, buffers[0]);
  else
    update_plain (s, n, value, grad);
}

const OptimRule thaw_optim_sgd = {
    .entry = {"SGD", N_ ("Stochastic gradient descent"),
              N_ ("Steps along the gradient, optionally with momentum"), params,
              G_N_ELEMENTS (params)},
    .buffer_names = buffer_names,
    .n_buffers = n_buffers,
    .scalars = scalars,
    .update = update,
};
