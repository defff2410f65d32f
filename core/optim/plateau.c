/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ReduceLROnPlateau: lowers the rate when the metric has stopped getting better.
 *   better: m < best (1 - threshold) for min and rel; m < best - threshold for min and abs;
 *           m > best (1 + threshold), m > best + threshold for max. A NaN is never better.
 *   Not better for more than `patience` epochs: lr = max (lr factor, min_lr), unless that changes
 * it by no more than eps; then `cooldown` epochs in which bad ones do not count. Source:
 * torch.optim.lr_scheduler.ReduceLROnPlateau, whose order of steps this keeps. */
#include "schedule-rule.h"

#include <math.h>

static const char *const modes[] = {"min", "max", NULL};
static const char *const threshold_modes[] = {"rel", "abs", NULL};
enum { MODE_MIN, MODE_MAX };
enum { THRESHOLD_REL, THRESHOLD_ABS };

static const ThawParamSpec params[] = {
    {"mode", N_ ("min watches the loss, max the accuracy"), THAW_PARAM_CHOICE, .count = 1,
     .def = {MODE_MIN}, .choices = modes},
    {"factor", N_ ("What the rate is multiplied by"), THAW_PARAM_REAL, 0, 0.999999, true, 1, {0.1}},
    {"patience", N_ ("Epochs without improvement that are let pass"), THAW_PARAM_INT, 0, 100000,
     .count = 1, .def = {10}},
    {"threshold", N_ ("How much better counts as better"), THAW_PARAM_REAL, 0, 1000, .count = 1,
     .def = {1e-4}, .by_factor = true},
    {"threshold_mode", N_ ("The threshold is relative to the best value, or absolute"),
     THAW_PARAM_CHOICE, .count = 1, .def = {THRESHOLD_REL}, .choices = threshold_modes},
    {"cooldown", N_ ("Epochs after a cut before waiting begins again"), THAW_PARAM_INT, 0, 100000,
     .count = 1, .def = {0}},
    {"min_lr", N_ ("The rate never falls below this"), THAW_PARAM_REAL, 0, 10, .count = 1,
     .def = {0}, .by_factor = true},
    {"eps", N_ ("A cut by no more than this is left out"), THAW_PARAM_REAL, 0, 1, .count = 1,
     .def = {1e-8}, .by_factor = true},
};

static bool
wants_max (const ThawSchedule *schedule)
{
  return thaw_choice_int (&schedule->choice, "mode") == MODE_MAX;
}

static void
start (ThawSchedule *schedule)
{
  schedule->best = wants_max (schedule) ? -INFINITY : INFINITY;
}

static bool
is_better (const ThawSchedule *schedule, double metric)
{
  double threshold = thaw_choice_real (&schedule->choice, "threshold");
  bool relative = thaw_choice_int (&schedule->choice, "threshold_mode") == THRESHOLD_REL;

  if (wants_max (schedule))
    return metric > (relative ? schedule->best * (threshold + 1.) : schedule->best + threshold);
  return metric < (relative ? schedule->best * (1. - threshold) : schedule->best - threshold);
}

static void
cut (ThawSchedule *schedule)
{
  double lr = fmax (schedule->base * thaw_choice_real (&schedule->choice, "factor"),
                    thaw_choice_real (&schedule->choice, "min_lr"));

  if (schedule->base - lr > thaw_choice_real (&schedule->choice, "eps"))
    schedule->base = lr;
}

static void
epoch_end (ThawSchedule *schedule, double metric)
{
  if (is_better (schedule, metric)) {
    schedule->best = metric;
    schedule->bad = 0;
  } else {
    schedule->bad++;
  }
  if (schedule->cooldown > 0) {
    schedule->cooldown--;
    schedule->bad = 0;
  }
  if (schedule->bad > thaw_choice_int (&schedule->choice, "patience")) {
    cut (schedule);
    schedule->cooldown = thaw_choice_int (&schedule->choice, "cooldown");
    schedule->bad = 0;
  }
}

const ScheduleRule thaw_schedule_plateau = {
    .entry = {"ReduceLROnPlateau", N_ ("Lower on a plateau"),
              N_ ("Lowers the rate when loss or accuracy has stopped improving"), params,
              G_N_ELEMENTS (params)},
    .leaps = true,
    .start = start,
    .epoch_end = epoch_end,
    .wants_accuracy = wants_max,
};
