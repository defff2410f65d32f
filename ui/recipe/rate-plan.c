/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rate-plan.h"
#include "thaw-optim.h"

#include <glib/gi18n-lib.h>

#define BATCHES 60 /* points of an epoch within which the rate changes */

void
thaw_rate_plan (const ThawRecipe *recipe, bool improves, double *rates)
{
  g_autoptr (GArray) course = thaw_rate_course (recipe, BATCHES, improves);

  for (guint i = 0; i < course->len; i++) {
    const ThawRatePoint *point = &g_array_index (course, ThawRatePoint, i);
    rates[(int) point->epoch] = point->lr;
  }
}

GArray *
thaw_rate_plan_line (const ThawRecipe *recipe)
{
  return thaw_rate_course (recipe, BATCHES, true);
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
  g_autoptr (ThawSchedule) schedule = thaw_schedule_of (recipe, 1);
  up = thaw_schedule_wants_accuracy (schedule);
  return g_strdup_printf (
      up ? _ ("Drawn as if accuracy kept rising. If it never does, the rate falls to %.2g.")
         : _ ("Drawn as if the loss kept falling. If it never does, the rate falls to %.2g."),
      worst[n - 1]);
}
