/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened at a place of a run: values on both sides, moments near it. */
#include "rows.h"

#include <math.h>

static double
mean_loss (const ThawRunRows *rows, double from, double to)
{
  guint first = thaw_rows_find_step (rows, (gint64) ceil (MAX (from, 0)));
  guint end = thaw_rows_find_step (rows, (gint64) ceil (MAX (to, 0)));
  double sum = 0;
  guint n = 0;

  for (guint i = first; i < end; i++) {
    double loss = thaw_rows_iteration (rows, i)->loss;
    if (isfinite (loss))
      sum += loss, n++;
  }
  return n > 0 ? sum / n : NAN;
}

static void
find_rates (const ThawRunRows *rows, ThawAround *around)
{
  guint at = thaw_rows_find_step (rows, (gint64) ceil (MAX (around->steps, 0)));

  if (at > 0)
    around->lr_before = thaw_rows_iteration (rows, at - 1)->lr;
  if (at < thaw_rows_n_iterations (rows))
    around->lr_after = thaw_rows_iteration (rows, at)->lr;
}

static void
find_accuracies (const ThawRunRows *rows, ThawAround *around)
{
  for (guint i = 0; i < thaw_rows_n_epochs (rows); i++) {
    const ThawEpochRow *row = thaw_rows_epoch (rows, i);
    if ((double) row->step <= around->steps)
      around->accuracy_before = row->accuracy;
    else {
      around->accuracy_after = row->accuracy;
      return;
    }
  }
}

/* A click near a moment means the moment. */
static double
nearest_moment (const GPtrArray *moments, double steps, double reach)
{
  double found = steps, distance = reach;

  for (guint i = 0; i < moments->len; i++) {
    const ThawMoment *moment = moments->pdata[i];
    if (moment->marked && fabs (moment->steps - steps) <= distance) {
      found = moment->steps;
      distance = fabs (moment->steps - steps);
    }
  }
  return found;
}

ThawAround *
thaw_around (const ThawRunRows *rows, double steps, double reach)
{
  ThawAround *around = g_new0 (ThawAround, 1);

  around->moments = thaw_moments (rows);
  around->steps = steps = nearest_moment (around->moments, steps, reach);
  around->lr_before = around->lr_after = around->accuracy_before = around->accuracy_after = NAN;
  around->loss_before = mean_loss (rows, steps - reach, steps);
  around->loss_after = mean_loss (rows, steps, steps + reach);
  find_rates (rows, around);
  find_accuracies (rows, around);
  for (guint i = around->moments->len; i-- > 0;) {
    const ThawMoment *moment = around->moments->pdata[i];
    if (fabs (moment->steps - steps) > reach)
      g_ptr_array_remove_index (around->moments, i);
  }
  return around;
}

void
thaw_around_free (ThawAround *around)
{
  if (around == NULL)
    return;
  g_ptr_array_unref (around->moments);
  g_free (around);
}
