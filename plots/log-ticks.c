/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ticks of logarithmic axes. */
#include "axis.h"

#include <math.h>

static char *
label (const ThawAxis *axis, double value)
{
  if (axis->unit == THAW_UNIT_PERCENT)
    return thaw_number_percent (value < 1e-6 ? thaw_number_power (value * 100, 0)
                                             : g_strdup_printf ("%g", value * 100));
  if (axis->unit == THAW_UNIT_COUNT || axis->unit == THAW_UNIT_BYTES)
    return thaw_number_scaled (axis->unit, value, value, 0);
  if (axis->unit == THAW_UNIT_DURATION && value >= 1e-3)
    return thaw_number_duration (value, 0);
  if (axis->lo >= 0.9e-5 && axis->hi < 1.1e6) /* one way of writing for the whole axis */
    return g_strdup_printf ("%'.*f", MAX (0, (int) ceil (-log10 (value) - 1e-9)), value);
  return thaw_number_power (value, 0);
}

/* Powers of ten times the factors given, every `stride`-th power. */
static GArray *
powers (const ThawAxis *axis, int from, int to, int stride, int n_factors)
{
  static const double factors[] = {1, 2, 5};
  GArray *ticks = thaw_ticks_new ();

  for (int e = from; e <= to; e += stride)
    for (int k = 0; k < n_factors; k++) {
      ThawTick tick = {factors[k] * pow (10, e), NULL};
      double place = thaw_axis_place (axis, tick.value);
      if (place < -1e-9 || place > 1 + 1e-9)
        continue;
      tick.label = label (axis, tick.value);
      g_array_append_val (ticks, tick);
    }
  return ticks;
}

/* As many as fit: with 2- and 5-fold, then powers alone, then every second of them, and so on. Less
 * than three over less than a decade: as on a linear axis. */
GArray *
thaw_ticks_log (const ThawAxis *axis, int most)
{
  int from = (int) floor (log10 (axis->lo)), to = (int) ceil (log10 (axis->hi));
  GArray *ticks = powers (axis, from, to, 1, 3);
  ThawAxis linear = *axis;

  for (int stride = 1; (int) ticks->len > most + most / 3; stride++) {
    g_array_unref (ticks);
    ticks = powers (axis, from, to, stride, 1);
  }
  if (ticks->len >= 3 || axis->hi / axis->lo >= 10)
    return ticks;
  g_array_unref (ticks);
  linear.log = false;
  return thaw_axis_ticks (&linear, most);
}
