/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges, places and ticks. */
#include "axis.h"

#include <math.h>

#define LONGEST 60 /* never more ticks than this */
#define LOG_LEAST 1e-305
#define LOG_GREATEST 1e305

void
thaw_axis_fix (ThawAxis *axis)
{
  double middle;

  if (axis->log) { /* far from where powers of ten end */
    axis->lo = CLAMP (axis->lo, LOG_LEAST, LOG_GREATEST);
    axis->hi = CLAMP (axis->hi, LOG_LEAST, LOG_GREATEST);
  }
  middle = fabs (axis->lo / 2 + axis->hi / 2);
  if (axis->hi - axis->lo > middle * 1e-9 && axis->hi - axis->lo > 1e-300)
    return;
  if (axis->log) {
    axis->lo /= 2;
    axis->hi *= 2;
  } else {
    double pad = middle > 1e-290 ? middle * 0.1 : 0.5;
    axis->lo -= pad;
    axis->hi += pad;
  }
}

double
thaw_axis_place (const ThawAxis *axis, double value)
{
  if (!axis->log)
    return (value - axis->lo) / (axis->hi - axis->lo);
  if (!(value > 0))
    return -INFINITY;
  return (log (value) - log (axis->lo)) / (log (axis->hi) - log (axis->lo));
}

double
thaw_axis_value (const ThawAxis *axis, double place)
{
  if (!axis->log)
    return axis->lo + (axis->hi - axis->lo) * place;
  return exp (log (axis->lo) + (log (axis->hi) - log (axis->lo)) * place);
}

static void
clear_tick (gpointer tick)
{
  g_free (((ThawTick *) tick)->label);
}

GArray *
thaw_ticks_new (void)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (ThawTick));

  g_array_set_clear_func (ticks, clear_tick);
  return ticks;
}

/* The smallest round step that is not far below `least`; percent counts in hundredths. Whole
 * numbers stay whole unless the range is smaller than two of them. */
static double
round_step (const ThawAxis *axis, double least)
{
  static const double steps[] = {1, 2, 2.5, 5, 10};
  double unit = axis->unit == THAW_UNIT_PERCENT ? 100 : 1, wanted = 0.75 * least * unit;
  double power = pow (10, floor (log10 (wanted)));
  double step = 10 * power;
  bool whole = axis->unit == THAW_UNIT_WHOLE && axis->hi - axis->lo >= 2;

  for (int k = 4; k >= 0; k--)
    if (steps[k] * power >= wanted * (1 - 1e-9) && !(whole && k == 2 && power < 10))
      step = steps[k] * power;
  return (whole ? MAX (1, step) : step) / unit;
}

GArray *
thaw_ticks_every (const ThawAxis *axis, double step)
{
  GArray *ticks = thaw_ticks_new ();
  double first = ceil (axis->lo / step - 1e-6), last = floor (axis->hi / step + 1e-6);
  double greatest = MAX (fabs (axis->lo), fabs (axis->hi));

  for (int k = 0; k <= last - first && k < LONGEST; k++) {
    double value = (first + k) * step;
    ThawTick tick = {value + 0.0, NULL};
    if (fabs (value) < step * 1e-6)
      tick.value = 0;
    tick.label = axis->unit == THAW_UNIT_DURATION
                     ? thaw_number_duration (tick.value, step)
                     : thaw_number_tick (axis->unit, tick.value, step, greatest);
    g_array_append_val (ticks, tick);
  }
  return ticks;
}

GArray *
thaw_axis_ticks (const ThawAxis *axis, int most)
{
  most = CLAMP (most, 2, LONGEST);
  if (axis->log)
    return thaw_ticks_log (axis, most);
  if (axis->unit == THAW_UNIT_DURATION)
    return thaw_ticks_duration (axis, most);
  return thaw_ticks_every (axis, round_step (axis, (axis->hi - axis->lo) / most));
}
