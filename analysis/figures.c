/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run in figures: accuracies, spread of the loss, gap, speed; where it was frozen; what is left.
 */
#include "rows.h"
#include "thaw-base.h"

#include <math.h>
#include <string.h>

/* A thawed step also goes backward through the backbone: about twice the work of forward, against
 * almost none. Used only until the first thawed epoch is measured. */
#define THAWED_TO_FROZEN_TIME 2.5

gint64
thaw_frozen_steps (const ThawRunRows *rows, bool *still)
{
  gint64 frozen = 0;
  bool now = false;

  for (guint i = 0; i < thaw_rows_n_epochs (rows); i++) {
    const ThawEpochRow *row = thaw_rows_epoch (rows, i);
    now = row->frozen;
    if (row->frozen)
      frozen = row->step;
  }
  for (guint i = 0; i < thaw_rows_n_events (rows); i++) {
    const ThawEventRow *row = thaw_rows_event (rows, i);
    if (strcmp (row->kind, "frozen") == 0 && row->step >= frozen)
      now = true;
    if (strcmp (row->kind, "thawed") == 0 && row->step >= frozen) {
      now = false;
      frozen = row->step;
    }
  }
  if (still != NULL)
    *still = now;
  return now ? thaw_rows_steps (rows) : frozen;
}

static double
volatility_of (const ThawRunRows *rows, gint64 first, gint64 end)
{
  guint from = thaw_rows_find_step (rows, first), to = thaw_rows_find_step (rows, end);
  g_autofree double *losses = NULL;

  if (to < from + 3)
    return NAN;
  losses = g_new (double, to - from);
  for (guint i = from; i < to; i++)
    losses[i - from] = thaw_rows_iteration (rows, i)->loss;
  return thaw_volatility (losses, to - from, 0);
}

static void
read_epochs (const ThawRunRows *rows, ThawFigures *figures)
{
  double seconds[2] = {0}, images[2] = {0};

  for (guint i = 0; i < thaw_rows_n_epochs (rows); i++) {
    const ThawEpochRow *row = thaw_rows_epoch (rows, i);
    figures->final = row->accuracy;
    figures->on_test = strcmp (row->set, "test") == 0;
    figures->frozen_epochs += row->frozen;
    figures->seconds += row->seconds;
    figures->trainable = row->trainable;
    seconds[row->frozen] += row->seconds;
    images[row->frozen] += row->seconds * row->images_per_second;
    if (row->epoch == rows->run->best_epoch) {
      figures->best = row->accuracy;
      figures->gap_clean = isfinite (row->clean_accuracy);
      figures->gap =
          (figures->gap_clean ? row->clean_accuracy : row->train_accuracy) - row->accuracy;
    }
  }
  for (int frozen = 1; frozen >= 0; frozen--)
    if (seconds[frozen] > 0)
      figures->images_per_second = images[frozen] / seconds[frozen];
  figures->images_per_second_frozen = seconds[1] > 0 ? images[1] / seconds[1] : NAN;
}

void
thaw_figures_compute (const ThawRunRows *rows, ThawFigures *figures)
{
  gint64 frozen = thaw_frozen_steps (rows, NULL);

  *figures = (ThawFigures){.best = NAN,
                           .final = NAN,
                           .test = rows->run->test_accuracy,
                           .gap = NAN,
                           .images_per_second = NAN};
  read_epochs (rows, figures);
  figures->volatility_frozen = volatility_of (rows, 0, frozen);
  figures->volatility = volatility_of (rows, frozen, G_MAXINT64);
  for (guint i = 0; rows->artifacts != NULL && i < rows->artifacts->len; i++) {
    const ThawArtifact *artifact = rows->artifacts->pdata[i];
    if (strcmp (artifact->kind, "best") == 0)
      figures->bytes = MAX (figures->bytes, artifact->bytes);
  }
  if (figures->trainable == 0)
    figures->trainable = frozen > 0 ? rows->run->trainable_frozen : rows->run->parameters;
}

/* Seconds of the last epoch of the kind; NaN without one. */
static double
epoch_seconds (const ThawRunRows *rows, bool frozen)
{
  for (guint i = thaw_rows_n_epochs (rows); i-- > 0;)
    if (thaw_rows_epoch (rows, i)->frozen == frozen)
      return thaw_rows_epoch (rows, i)->seconds;
  return NAN;
}

double
thaw_seconds_left (const ThawRunRows *rows)
{
  double thawed = epoch_seconds (rows, false), frozen = epoch_seconds (rows, true);
  guint n = thaw_rows_n_epochs (rows);
  gint64 plan = thaw_rows_recipe_int (rows->run, "freeze", "epochs", 0);
  double per_epoch, into, left_frozen, left;

  if (n == 0)
    return NAN;
  if (!isfinite (frozen))
    frozen = thawed / THAWED_TO_FROZEN_TIME;
  if (!isfinite (thawed))
    thawed = frozen * THAWED_TO_FROZEN_TIME;
  per_epoch =
      (double) thaw_rows_epoch (rows, n - 1)->step / (thaw_rows_epoch (rows, n - 1)->epoch + 1);
  into = per_epoch > 0 ? (double) thaw_rows_steps (rows) / per_epoch : (double) n;
  left = MAX (0, rows->run->epochs - into);
  left_frozen = CLAMP ((double) plan - into, 0, left);
  return left_frozen * frozen + (left - left_frozen) * thawed;
}
