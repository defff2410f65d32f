/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules that follow a smooth curve, epoch by epoch.
 *   CosineAnnealingLR: min + (base - min) (1 + cos (pi e / T)) / 2, past T it rises again
 *   LinearLR: base (f0 + (f1 - f0) min (e, n) / n);  PolynomialLR: base (1 - min (e, n) / n)^q
 * Source: torch.optim.lr_scheduler. */
#include "schedule-rule.h"

#include <math.h>

static const ThawParamSpec cosine_params[] = {
    {"T_max", N_ ("Epochs of half a wave; 0: all that the warm-up leaves"), THAW_PARAM_INT, 0,
     100000, .count = 1, .def = {0}},
    {"eta_min", N_ ("The rate at the bottom of the wave"), THAW_PARAM_REAL, 0, 10, .count = 1,
     .def = {0}, .by_factor = true},
};
static const ThawParamSpec linear_params[] = {
    {"start_factor",
     N_ ("Share of the rate to begin with"),
     THAW_PARAM_REAL,
     0,
     1,
     true,
     1,
     {1.0 / 3}},
    {"end_factor", N_ ("Share of the rate to end with"), THAW_PARAM_REAL, 0, 1, .count = 1,
     .def = {1}},
    {"total_iters", N_ ("Epochs from the one to the other"), THAW_PARAM_INT, 1, 100000, .count = 1,
     .def = {5}},
};
static const ThawParamSpec polynomial_params[] = {
    {"total_iters", N_ ("Epochs until the rate is zero; 0: all that the warm-up leaves"),
     THAW_PARAM_INT, 0, 100000, .count = 1, .def = {0}},
    {"power",
     N_ ("1 is a straight line; more falls faster at first"),
     THAW_PARAM_REAL,
     0,
     100,
     true,
     1,
     {1}},
};

static double
cosine_rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  int T = thaw_choice_int (choice, "T_max");
  double min = thaw_choice_real (choice, "eta_min");
  double wave = (double) at->epoch / (double) (T > 0 ? T : MAX (at->epochs, 1));

  return min + (base - min) * (1 + cos (G_PI * wave)) / 2;
}

static double
linear_rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  double first = thaw_choice_real (choice, "start_factor"),
         last = thaw_choice_real (choice, "end_factor");
  int n = thaw_choice_int (choice, "total_iters");

  return base * (first + (last - first) * (double) MIN (at->epoch, n) / n);
}

static double
polynomial_rate (const ThawChoice *choice, double base, const SchedulePlace *at)
{
  int total = thaw_choice_int (choice, "total_iters");
  int64_t n = total > 0 ? total : MAX (at->epochs, 1);

  return base *
         pow (1 - (double) MIN (at->epoch, n) / (double) n, thaw_choice_real (choice, "power"));
}

const ScheduleRule thaw_schedule_cosine = {
    .entry = {"CosineAnnealingLR", N_ ("Cosine"), N_ ("Lowers the rate along half a cosine wave"),
              cosine_params, G_N_ELEMENTS (cosine_params)},
    .rate = cosine_rate,
};
const ScheduleRule thaw_schedule_linear = {
    .entry = {"LinearLR", N_ ("Linear"), N_ ("Leads the rate along a line, then holds it"),
              linear_params, G_N_ELEMENTS (linear_params)},
    .rate = linear_rate,
};
const ScheduleRule thaw_schedule_polynomial = {
    .entry = {"PolynomialLR", N_ ("Polynomial"), N_ ("Lowers the rate to zero along a power"),
              polynomial_params, G_N_ELEMENTS (polynomial_params)},
    .rate = polynomial_rate,
};
