/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules that multiply the rate by gamma: after every so many epochs, at given ones, at each.
 *   StepLR: base gamma^floor (e / step_size);  MultiStepLR: base gamma^(milestones <= e)
 *   ExponentialLR: base gamma^e
 * Source: torch.optim.lr_scheduler. */
#include "schedule-rule.h"

#include <math.h>

#define GAMMA(value, most)                                                                         \
  {                                                                                                \
    "gamma", N_ ("What the rate is multiplied by"), THAW_PARAM_REAL, 0, most, true, 1,             \
    {                                                                                              \
      value                                                                                        \
    }                                                                                              \
  }

static const ThawParamSpec step_params[] = {
    {"step_size", N_ ("Epochs between two cuts"), THAW_PARAM_INT, 1, 100000, .count = 1,
     .def = {30}},
    GAMMA (0.1, 10),
};
static const ThawParamSpec multi_step_params[] = {
    {"milestones", N_ ("Epochs that begin with a cut, counted from 0"), THAW_PARAM_INTS, 1, 100000,
     .count = THAW_PARAM_MAX_COUNT, .def = {20, 30}},
    GAMMA (0.1, 10),
};
static const ThawParamSpec exponential_params[] = {GAMMA (0.95, 10)};

static double
step_rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  int64_t cuts = at->epoch / thaw_choice_int (choice, "step_size");

  return base * pow (thaw_choice_real (choice, "gamma"), (double) cuts);
}

static double
multi_step_rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  const double *milestones = thaw_choice_reals (choice, "milestones");
  int cuts = 0;

  while (cuts < THAW_PARAM_MAX_COUNT && milestones[cuts] > 0 &&
         milestones[cuts] <= (double) at->epoch)
    cuts++;
  return base * pow (thaw_choice_real (choice, "gamma"), cuts);
}

static double
exponential_rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  return base * pow (thaw_choice_real (choice, "gamma"), (double) at->epoch);
}

const ScheduleRule thaw_schedule_step = {
    .entry = {"StepLR", N_ ("Steps"), N_ ("Cuts the rate after every so many epochs"), step_params,
              G_N_ELEMENTS (step_params)},
    .rate = step_rate,
    .leaps = true,
};
const ScheduleRule thaw_schedule_multi_step = {
    .entry = {"MultiStepLR", N_ ("Steps at given epochs"),
              N_ ("Cuts the rate at each of the epochs"), multi_step_params,
              G_N_ELEMENTS (multi_step_params)},
    .rate = multi_step_rate,
    .leaps = true,
};
const ScheduleRule thaw_schedule_exponential = {
    .entry = {"ExponentialLR", N_ ("Exponential"), N_ ("Multiplies the rate after each epoch"),
              exponential_params, G_N_ELEMENTS (exponential_params)},
    .rate = exponential_rate,
};
