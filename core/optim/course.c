/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a recipe's schedule will do, before anything is trained: the rate over all epochs with what
 * each thaw sets. A plateau's answer depends on how training goes: it is shown for two courses. */
#include "thaw-optim.h"

#include <math.h>

static void
add_points (GArray *course, const ThawSchedule *schedule, int epoch, uint32_t batches)
{
  uint32_t n = thaw_schedule_by_batch (schedule) ? batches : 1;

  for (uint32_t i = 0; i < n; i++) {
    uint32_t batch = n == 1 ? 0 : i;
    ThawRatePoint point = {epoch + (double) i / n, thaw_schedule_lr_at (schedule, batch),
                           thaw_schedule_momentum_at (schedule, batch)};
    g_array_append_val (course, point);
  }
}

GArray *
thaw_rate_course (const ThawRecipe *recipe, uint32_t batches, bool improves)
{
  GArray *course = g_array_new (FALSE, FALSE, sizeof (ThawRatePoint));
  g_autoptr (ThawSchedule) schedule = thaw_schedule_of (recipe, batches);
  bool up = thaw_schedule_wants_accuracy (schedule);
  double metric = 1;

  for (int e = 0; e < recipe->epochs; e++) {
    double set = thaw_plan_rate (recipe, e);
    if (set > 0)
      thaw_schedule_set_lr (schedule, set);
    add_points (course, schedule, e, batches);
    if (improves) /* by more than any threshold; beyond the range of numbers it has to stop */
      metric = up ? fmin (metric * 2, 1e300) : metric - fmax (fabs (metric), 1);
    thaw_schedule_epoch_end (schedule, metric);
  }
  return course;
}
