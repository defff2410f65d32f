/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations: as text, and ticks at whole parts of minutes, hours and days. */
#include "axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MINUTE 60.0
#define HOUR 3600.0
#define DAY 86400.0

/* Less than a minute, or to be told apart by less than a second. */
static char *
seconds_text (double seconds, double step)
{
  double size = step > 0 ? step : fabs (seconds) < 10 ? 0.1 : 1;
  int decimals = seconds == 0 ? 0 : CLAMP ((int) -floor (log10 (size) + 1e-9), 0, 9);
  g_autofree char *number = NULL;

  if (step == 0 && seconds != 0 && fabs (seconds) < 0.1) {
    g_autofree char *ms = g_strdup_printf ("%.3g", seconds * 1e3);
    /* Translators: a duration in milliseconds. */
    return g_strdup_printf (_ ("%s ms"), ms);
  }
  if (step == 0 && seconds == floor (seconds))
    decimals = 0;
  number = step > 0 && step < 1e-3 ? thaw_number_tick (THAW_UNIT_NUMBER, seconds, step, seconds)
                                   : g_strdup_printf ("%.*f", decimals, seconds);
  /* Translators: a duration in seconds; %s is a number, perhaps with a fraction. */
  return g_strdup_printf (_ ("%s s"), number);
}

/* A number of days too great for parts. */
static char *
days_text (double seconds, double step)
{
  double days = seconds / DAY;
  g_autofree char *number = step > 0 ? thaw_number_tick (THAW_UNIT_NUMBER, days, step / DAY, days)
                                     : thaw_unit_text (THAW_UNIT_NUMBER, round (days));

  /* Translators: a very long duration in days. */
  return g_strdup_printf (_ ("%s d"), number);
}

/* From the greatest part that is not zero to the smallest that is not. */
static char *
parts_text (double seconds)
{
  /* Translators: durations in days, hours, minutes, seconds, as short as can be. */
  static const char *const formats[4][4] = {
      {N_ ("%d d"), N_ ("%d d %d h"), N_ ("%d d %d h %d min"), N_ ("%d d %d h %d min %d s")},
      {NULL, N_ ("%d h"), N_ ("%d h %d min"), N_ ("%d h %d min %d s")},
      {NULL, NULL, N_ ("%d min"), N_ ("%d min %d s")},
      {NULL, NULL, NULL, N_ ("%d s")},
  };
  int part[4 + 3] = {(int) (seconds / DAY), (int) (fmod (seconds, DAY) / HOUR),
                     (int) (fmod (seconds, HOUR) / MINUTE), (int) fmod (seconds, MINUTE)};
  int first = 0, last = 3;

  while (first < 3 && part[first] == 0)
    first++;
  while (last > first && part[last] == 0)
    last--;
  return g_strdup_printf (_ (formats[first][last]), part[first], part[first + 1], part[first + 2],
                          part[first + 3]);
}

char *
thaw_number_duration (double seconds, double step)
{
  double size = fabs (seconds);
  char *text;

  /* Rounded to what is shown, so that 59.99 s is a minute. */
  if (step == 0 && size >= MINUTE - 0.5)
    size = size >= DAY         ? round (size / HOUR) * HOUR
           : size >= HOUR - 30 ? round (size / MINUTE) * MINUTE
                               : round (size);
  else if (step >= 1)
    size = round (size);
  if (size >= 10000 * DAY)
    text = days_text (size, step);
  else if (size < MINUTE || (step > 0 && step < 1))
    text = seconds_text (size, step);
  else
    text = parts_text (size);
  if (seconds < 0) {
    g_autofree char *positive = text;
    text = g_strconcat ("−", positive, NULL);
  }
  return text;
}

GArray *
thaw_ticks_duration (const ThawAxis *axis, int most)
{
  static const double steps[] = {1,           2,           5,          10,         15,
                                 30,          MINUTE,      2 * MINUTE, 5 * MINUTE, 10 * MINUTE,
                                 15 * MINUTE, 30 * MINUTE, HOUR,       2 * HOUR,   3 * HOUR,
                                 6 * HOUR,    12 * HOUR,   DAY};
  double wanted = 0.75 * (axis->hi - axis->lo) / most;

  if (wanted < 0.5 || wanted > DAY) {
    double unit = wanted > DAY ? DAY : 1, power = pow (10, floor (log10 (wanted / unit)));
    for (int k = 1; k <= 10; k = k == 1 ? 2 : k == 2 ? 5 : k + 5)
      if (k * power * unit >= wanted * (1 - 1e-9))
        return thaw_ticks_every (axis, k * power * unit);
  }
  for (gsize k = 0; k < G_N_ELEMENTS (steps); k++)
    if (steps[k] >= wanted * (1 - 1e-9))
      return thaw_ticks_every (axis, steps[k]);
  return thaw_ticks_every (axis, 2 * DAY);
}
