/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a range test's curve suggests. All by the smoothed loss over the logarithm of the rate. */
#include "train-private.h"

#include <math.h>

#define LEAST_POINTS 10
#define SIDE 3 /* points on each side that a slope is taken over */

static const ThawRangePoint *
point_at (const GArray *points, guint i)
{
  return &g_array_index (points, ThawRangePoint, i);
}

/* How many points are worth looking at: up to the first that is not finite. */
static guint
count_finite (const GArray *points)
{
  guint n = 0;

  while (n < points->len && isfinite (point_at (points, n)->smooth))
    n++;
  return n;
}

static double
slope (const GArray *points, guint i)
{
  const ThawRangePoint *a = point_at (points, i - SIDE), *b = point_at (points, i + SIDE);

  return (b->smooth - a->smooth) / log (b->lr / a->lr);
}

static guint
find_least (const GArray *points, guint n)
{
  guint least = 0;

  for (guint i = 1; i < n; i++)
    if (point_at (points, i)->smooth < point_at (points, least)->smooth)
      least = i;
  return least;
}

/* Where the fall to the least begins: the last place before it at which the loss was the highest.
 */
static guint
find_brink (const GArray *points, guint least)
{
  guint brink = 0;

  for (guint i = 0; i <= least; i++)
    if (point_at (points, i)->smooth >= point_at (points, brink)->smooth)
      brink = i;
  return brink;
}

static void
set (ThawRangeHint *hint, double lr, char *reason)
{
  hint->lr = lr;
  hint->reason = reason;
}

static void
suggest_steepest (const GArray *points, guint least, ThawRangeHint *hint)
{
  guint at = SIDE;

  for (guint i = SIDE; i + SIDE <= least; i++)
    if (slope (points, i) < slope (points, at))
      at = i;
  double lr = point_at (points, at)->lr;
  set (hint, lr,
       g_strdup_printf (_ ("Here the loss falls fastest: from %.3f at %.2g to %.3f at %.2g."),
                        point_at (points, at - SIDE)->smooth, point_at (points, at - SIDE)->lr,
                        point_at (points, at + SIDE)->smooth, point_at (points, at + SIDE)->lr));
}

static void
suggest_tenth (const GArray *points, guint least, ThawRangeHint *hint)
{
  const ThawRangePoint *point = point_at (points, least);

  set (hint, point->lr / 10,
       g_strdup_printf (_ ("A tenth of the rate at which the loss is least (%.3f at %.2g): there "
                           "steps are already almost too large."),
                        point->smooth, point->lr));
}

static void
suggest_valley (const GArray *points, guint least, ThawRangeHint *hint)
{
  const ThawRangePoint *to = point_at (points, least), *from;
  double high = point_at (points, find_brink (points, least))->smooth;
  guint at = least;

  /* The last place at which nine tenths of the fall are still to come. */
  while (at > 0 && point_at (points, at)->smooth < high - 0.1 * (high - to->smooth))
    at--;
  from = point_at (points, at);

  set (hint, sqrt (from->lr * to->lr),
       g_strdup_printf (_ ("Half way, in factors, down the slope from %.2g, where the loss begins "
                           "to fall, to %.2g, where it is least."),
                        from->lr, to->lr));
}

/* What the smoothed loss may move by chance: three deviations of it, from the first third, where
 * steps are too small to teach anything. A mean that forgets by a twentieth a step has 0.16 of the
 * deviation of what it is taken of. */
static double
find_noise (const GArray *points, guint n)
{
  double sum = 0, squares = 0;
  guint third = n / 3;

  for (guint i = 0; i < third; i++)
    sum += point_at (points, i)->loss;
  for (guint i = 0; i < third; i++)
    squares += pow (point_at (points, i)->loss - sum / third, 2);
  return 3 * 0.16 * sqrt (squares / (third - 1));
}

static gboolean
check_falls (const GArray *points, guint n, guint least, GError **error)
{
  double fall, noise;

  if (n < LEAST_POINTS) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_RANGE,
                 _ ("only %u steps have a finite loss, at least %d are needed: begin with a lower "
                    "rate"),
                 n, LEAST_POINTS);
    return FALSE;
  }
  fall = point_at (points, find_brink (points, least))->smooth - point_at (points, least)->smooth;
  noise = find_noise (points, n);
  if (least >= 2 * SIDE && fall > noise)
    return TRUE;
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_RANGE,
               _ ("the loss fell by %.3f at most and moves by %.3f by chance: there is no slope to "
                  "read a rate from; more steps or other rates may show one"),
               fall, noise);
  return FALSE;
}

gboolean
thaw_range_suggest (const GArray *points, ThawRangeHint hints[THAW_N_RANGE_HINTS], GError **error)
{
  guint n = count_finite (points), least = find_least (points, n);

  for (int i = 0; i < THAW_N_RANGE_HINTS; i++)
    hints[i] = (ThawRangeHint){0};
  if (!check_falls (points, n, least, error))
    return FALSE;
  suggest_steepest (points, least, &hints[THAW_RANGE_STEEPEST]);
  suggest_tenth (points, least, &hints[THAW_RANGE_TENTH]);
  suggest_valley (points, least, &hints[THAW_RANGE_VALLEY]);
  return TRUE;
}

const char *
thaw_range_hint_name (ThawRangeHintKind kind)
{
  static const char *const names[] = {"steepest", "tenth", "valley"};

  g_return_val_if_fail ((size_t) kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}

void
thaw_range_hints_clear (ThawRangeHint hints[THAW_N_RANGE_HINTS])
{
  for (int i = 0; i < THAW_N_RANGE_HINTS; i++)
    g_clear_pointer (&hints[i].reason, g_free);
}
