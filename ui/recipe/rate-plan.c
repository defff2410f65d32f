/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rate-plan.h"
#include "thaw-optim.h"

#include <glib/gi18n-lib.h>
#include <math.h>

void
thaw_rate_plan (const ThawRecipe *recipe, bool improves, double *rates)
{
  double first = thaw_choice_real (&recipe->optimizer, "lr");
  g_autoptr (ThawSchedule) schedule = thaw_schedule_new (&recipe->schedule, first, recipe->epochs);
  bool up = thaw_schedule_wants_accuracy (schedule);
  double metric = 1;

  for (int e = 0; e < recipe->epochs; e++) {
    if (e > 0 && e == recipe->freeze.epochs)
      thaw_schedule_set_lr (schedule, recipe->freeze.lr_after);
    rates[e] = thaw_schedule_lr (schedule);
    if (improves) /* by more than any threshold; beyond the range of numbers it has to stop */
      metric = up ? fmin (metric * 2, 1e300) : metric - fmax (fabs (metric), 1);
    thaw_schedule_epoch_end (schedule, metric);
  }
}

char *
thaw_rate_plan_note (const ThawRecipe *recipe)
{
  size_t n = (size_t) recipe->epochs;
  g_autofree double *best = g_new0 (double, n), *worst = g_new0 (double, n);
  bool up;

  thaw_rate_plan (recipe, true, best);
  thaw_rate_plan (recipe, false, worst);
  if (worst[n - 1] >= best[n - 1])
    return NULL;
  g_autoptr (ThawSchedule) schedule =
      thaw_schedule_new (&recipe->schedule, best[0], recipe->epochs);
  up = thaw_schedule_wants_accuracy (schedule);
  return g_strdup_printf (
      up ? _ ("Drawn as if accuracy kept rising. If it never does, the rate falls to %.2g.")
         : _ ("Drawn as if the loss kept falling. If it never does, the rate falls to %.2g."),
      worst[n - 1]);
}
