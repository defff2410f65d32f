/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where completed iterations lie on an axis of epochs, seconds, images or percent. Time and images
 * are straight lines between the ends of epochs. */
#include "rows.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct {
  double steps, seconds, images;
} Knot;

struct _ThawTimeline {
  GArray *knots;    /* of Knot; the first is the start */
  double per_epoch; /* NaN: not known                  */
  double planned;   /* steps of the whole run, or NaN  */
  bool timed;       /* at least one epoch was measured */
};

const char *
thaw_x_name (ThawXKind kind)
{
  static const char *const names[THAW_N_X] = {N_ ("Step"), N_ ("Epoch"), N_ ("Time"), N_ ("Images"),
                                              N_ ("Percent")};

  g_return_val_if_fail (kind < THAW_N_X, "");
  return _ (names[kind]);
}

const char *
thaw_x_label (ThawXKind kind)
{
  static const char *const labels[THAW_N_X] = {N_ ("iterations"), N_ ("epochs"),
                                               N_ ("seconds of training"), N_ ("images seen"),
                                               N_ ("share of the planned training")};

  g_return_val_if_fail (kind < THAW_N_X, "");
  return _ (labels[kind]);
}

ThawTimeline *
thaw_timeline_new (const ThawRunRows *rows)
{
  ThawTimeline *timeline = g_new0 (ThawTimeline, 1);
  gint64 batch = thaw_rows_recipe_int (rows->run, NULL, "batch_size", 1);
  Knot knot = {0};

  timeline->knots = g_array_new (FALSE, FALSE, sizeof (Knot));
  g_array_append_val (timeline->knots, knot);
  timeline->per_epoch = NAN;
  if (rows->run->steps_planned > 0 && rows->run->epochs > 0)
    timeline->per_epoch = (double) rows->run->steps_planned / rows->run->epochs;
  for (guint i = 0; i < thaw_rows_n_epochs (rows); i++) {
    const ThawEpochRow *row = thaw_rows_epoch (rows, i);
    double seen = row->seconds * row->images_per_second;
    if ((double) row->step <= knot.steps)
      continue;
    knot.images +=
        isfinite (seen) && seen > 0 ? seen : ((double) row->step - knot.steps) * (double) batch;
    knot.seconds += isfinite (row->seconds) && row->seconds > 0 ? row->seconds : 0;
    knot.steps = (double) row->step;
    g_array_append_val (timeline->knots, knot);
    if (rows->run->steps_planned <= 0)
      timeline->per_epoch = knot.steps / (row->epoch + 1);
  }
  timeline->timed = timeline->knots->len > 1;
  if (!timeline->timed) { /* images alone can be told */
    knot = (Knot){1, NAN, (double) batch};
    g_array_append_val (timeline->knots, knot);
  }
  timeline->planned = timeline->per_epoch * rows->run->epochs;
  return timeline;
}

void
thaw_timeline_free (ThawTimeline *timeline)
{
  if (timeline == NULL)
    return;
  g_array_unref (timeline->knots);
  g_free (timeline);
}

bool
thaw_timeline_knows (const ThawTimeline *timeline, ThawXKind kind)
{
  if (kind == THAW_X_TIME)
    return timeline->timed;
  return kind == THAW_X_STEP || kind == THAW_X_IMAGES || isfinite (timeline->per_epoch);
}

double
thaw_timeline_steps_per_epoch (const ThawTimeline *timeline)
{
  return timeline->per_epoch;
}

static double
value_of (const Knot *knot, ThawXKind kind)
{
  return kind == THAW_X_TIME ? knot->seconds : kind == THAW_X_IMAGES ? knot->images : knot->steps;
}

/* The line through the knots at `at`, from one of their values to another; the last piece goes on.
 */
static double
follow (const ThawTimeline *timeline, ThawXKind from, ThawXKind to, double at)
{
  const Knot *knots = (const Knot *) timeline->knots->data;
  guint low = 1, high = timeline->knots->len - 1;
  double x0, x1, y0, y1;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (value_of (&knots[middle], from) < at)
      low = middle + 1;
    else
      high = middle;
  }
  x0 = value_of (&knots[low - 1], from), x1 = value_of (&knots[low], from);
  y0 = value_of (&knots[low - 1], to), y1 = value_of (&knots[low], to);
  return x1 > x0 ? y0 + (y1 - y0) * ((at - x0) / (x1 - x0)) : y1;
}

double
thaw_timeline_x (const ThawTimeline *timeline, ThawXKind kind, double steps)
{
  switch (kind) {
  case THAW_X_STEP:
    return steps;
  case THAW_X_EPOCH:
    return steps / timeline->per_epoch;
  case THAW_X_PERCENT:
    return steps / timeline->planned;
  case THAW_X_TIME:
  case THAW_X_IMAGES:
    return follow (timeline, THAW_X_STEP, kind, steps);
  case THAW_N_X:
  default:
    g_return_val_if_reached (NAN);
  }
}

double
thaw_timeline_steps (const ThawTimeline *timeline, ThawXKind kind, double x)
{
  switch (kind) {
  case THAW_X_STEP:
    return x;
  case THAW_X_EPOCH:
    return x * timeline->per_epoch;
  case THAW_X_PERCENT:
    return x * timeline->planned;
  case THAW_X_TIME:
  case THAW_X_IMAGES:
    return follow (timeline, kind, THAW_X_STEP, x);
  case THAW_N_X:
  default:
    g_return_val_if_reached (NAN);
  }
}
