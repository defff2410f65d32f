/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OneCycleLR: up to the highest rate and down to nearly none, iteration by iteration; momentum goes
 * the other way. Phases end at real numbers of iterations, as in torch: pct total - 1, with three
 * phases 2 pct total - 2, total - 1.
 * Source: torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, 2018. */
#include "schedule-rule.h"

#include <math.h>

static const char *const strategies[] = {"cos", "linear", NULL};

static const ThawParamSpec params[] = {
    {"max_lr", N_ ("The highest rate; 0: that of the optimiser"), THAW_PARAM_REAL, 0, 1e6,
     .count = 1, .def = {0}, .by_factor = true},
    {"pct_start", N_ ("Share of all iterations in which the rate rises"), THAW_PARAM_REAL, 0, 1,
     .count = 1, .def = {0.3}},
    {"anneal_strategy", N_ ("Along a cosine or a line"), THAW_PARAM_CHOICE, .count = 1,
     .choices = strategies},
    {"cycle_momentum", N_ ("Momentum, or Adam's first beta, falls while the rate rises"),
     THAW_PARAM_BOOL, 0, 1, .count = 1, .def = {1}},
    {"base_momentum", N_ ("Momentum at the highest rate"), THAW_PARAM_REAL, 0, 0.999999, .count = 1,
     .def = {0.85}},
    {"max_momentum", N_ ("Momentum at the lowest rates"), THAW_PARAM_REAL, 0, 0.999999, .count = 1,
     .def = {0.95}},
    {"div_factor", N_ ("The first rate is the highest divided by this"), THAW_PARAM_REAL, 1, 1e9,
     .count = 1, .def = {25}, .by_factor = true},
    {"final_div_factor", N_ ("The last rate is the first divided by this"), THAW_PARAM_REAL, 1, 1e9,
     .count = 1, .def = {1e4}, .by_factor = true},
    {"three_phase", N_ ("Falls as fast as it rose, then fades out in a third phase"),
     THAW_PARAM_BOOL, 0, 1, .count = 1, .def = {0}},
};

static double
between (bool cosine, double from, double to, double share)
{
  return cosine ? to + (from - to) / 2 * (1 + cos (G_PI * share)) : from + (to - from) * share;
}

/* values: at the ends of the phases, the first being where it begins. */
static double
follow (const ThawChoice *choice, const SchedulePlace *at, const double values[4])
{
  bool three = thaw_choice_bool (choice, "three_phase");
  bool cosine = thaw_choice_int (choice, "anneal_strategy") == 0;
  double up = thaw_choice_real (choice, "pct_start") * (double) at->steps;
  const double ends[] = {up - 1, three ? 2 * up - 2 : (double) at->steps - 1,
                         (double) at->steps - 1};
  int phase = 0, last = three ? 2 : 1;
  double start, step = (double) MIN (at->step, at->steps - 1);

  while (phase < last && step > ends[phase])
    phase++;
  start = phase == 0 ? 0 : ends[phase - 1];
  return between (cosine, values[phase], values[phase + 1],
                  ends[phase] > start ? (step - start) / (ends[phase] - start) : 1);
}

static double
rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  double first = base / thaw_choice_real (choice, "div_factor");
  double last = first / thaw_choice_real (choice, "final_div_factor");
  bool three = thaw_choice_bool (choice, "three_phase");
  const double values[] = {first, base, three ? first : last, last};

  return follow (choice, at, values);
}

static double
momentum (const ThawChoice *choice, const SchedulePlace *at)
{
  double low = thaw_choice_real (choice, "base_momentum"),
         high = thaw_choice_real (choice, "max_momentum");
  const double values[] = {high, low, high, high};

  return thaw_choice_bool (choice, "cycle_momentum") ? follow (choice, at, values) : NAN;
}

const ScheduleRule thaw_schedule_one_cycle = {
    .entry = {"OneCycleLR", N_ ("One cycle"),
              N_ ("Raises the rate, then lowers it to nearly nothing, batch by batch"), params,
              G_N_ELEMENTS (params)},
    .rate = rate,
    .momentum = momentum,
    .warms_up = true,
    .by_batch = true,
    .base = "max_lr",
};
