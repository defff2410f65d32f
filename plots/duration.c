/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations: as text, and ticks at whole parts of minutes, hours and days. */
#include "axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MINUTE 60.0
#define HOUR 3600.0
#define DAY 86400.0

/* Less than a minute. */
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
  number = g_strdup_printf ("%.*f", decimals, seconds);
  /* Translators: a duration in seconds; %s is a number, perhaps with a fraction. */
  return g_strdup_printf (_ ("%s s"), number);
}

static char *
two_parts (int first, int second, const char *one, const char *both)
{
  return second == 0 ? g_strdup_printf (one, first) : g_strdup_printf (both, first, second);
}

/* A minute and more: two parts. */
static char *
parts_text (double seconds)
{
  double days = floor (seconds / DAY);

  if (days >= 10000) {
    g_autofree char *number = g_strdup_printf ("%.3g", days);
    /* Translators: a very long duration in days. */
    return g_strdup_printf (_ ("%s d"), number);
  }
  /* Translators: durations in days, hours, minutes, seconds, as short as can be. */
  if (days >= 1)
    return two_parts ((int) days, (int) ((seconds - days * DAY) / HOUR), _ ("%d d"),
                      _ ("%d d %d h"));
  if (seconds >= HOUR)
    return two_parts ((int) (seconds / HOUR), (int) (fmod (seconds, HOUR) / MINUTE), _ ("%d h"),
                      _ ("%d h %d min"));
  return two_parts ((int) (seconds / MINUTE), (int) fmod (seconds, MINUTE), _ ("%d min"),
                    _ ("%d min %d s"));
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
  text = size < MINUTE ? seconds_text (size, step) : parts_text (size);
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
