/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges, ticks and numbers as text. */
#include "axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 60 /* never more ticks than this */

void
thaw_axis_fix (ThawAxis *axis)
{
  double middle = fabs (axis->lo / 2 + axis->hi / 2);

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

/* --- numbers as text --- */

static void
append_superscript (GString *text, int number)
{
  static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  g_autofree char *plain = g_strdup_printf ("%d", number);

  for (const char *p = plain; *p; p++)
    g_string_append (text, *p == '-' ? "⁻" : digits[*p - '0']);
}

/* "2.5×10⁻⁷", "10⁵": decimals digits after the point of the first factor. */
static char *
power_text (double value, int decimals)
{
  g_autofree char *plain = g_strdup_printf ("%.*e", CLAMP (decimals, 0, 12), value);
  char *e = strchr (plain, 'e');
  GString *text = g_string_new (NULL);

  *e = '\0';
  if (strcmp (plain, "1") != 0)
    g_string_append_printf (text, "%s×", plain);
  g_string_append (text, "10");
  append_superscript (text, atoi (e + 1));
  return g_string_free (text, FALSE);
}

/* A real minus instead of a hyphen; takes `text`. */
static char *
with_minus (char *text)
{
  g_autofree char *old = text;
  g_auto (GStrv) parts = g_strsplit (old, "-", -1);

  return g_strjoinv ("−", parts);
}

static char *
percent_text (char *number)
{
  g_autofree char *old = number;

  /* Translators: a share, e.g. "81.2%"; %s is the number. */
  return g_strdup_printf (_ ("%s%%"), old);
}

/* As many digits as the step between ticks needs. */
static char *
tick_text (const ThawAxis *axis, double value, double step, double greatest)
{
  double unit = axis->percent ? 100 : 1, size = step * unit;
  int exponent = (int) floor (log10 (size) + 1e-9), decimals;
  bool half = fabs (size / pow (10, exponent) - 2.5) < 0.01;
  char *text;

  value *= unit;
  if (value != 0 && (size < 1e-5 || greatest * unit >= 1e7)) {
    decimals = (int) floor (log10 (fabs (value)) + 1e-9) - exponent + (half ? 1 : 0);
    text = power_text (value, MAX (decimals, 0));
  } else {
    decimals = value == 0 && size < 1e-5 ? 0 : MAX (0, -exponent + (half ? 1 : 0));
    text = g_strdup_printf ("%'.*f", decimals, value);
  }
  text = with_minus (text);
  return axis->percent ? percent_text (text) : text;
}

char *
thaw_axis_text (const ThawAxis *axis, double value)
{
  double size = fabs (value);

  if (axis->percent)
    return percent_text (with_minus (g_strdup_printf ("%.1f", value * 100)));
  if (value == floor (value) && size < 1e9)
    return with_minus (g_strdup_printf ("%'.0f", value));
  if (size < 1e-4 || size >= 1e6)
    return with_minus (power_text (value, 3));
  return with_minus (g_strdup_printf (size < 1e3 ? "%.4g" : "%'.1f", value));
}

/* --- ticks --- */

static void
clear_tick (gpointer tick)
{
  g_free (((ThawTick *) tick)->label);
}

static GArray *
new_ticks (void)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (ThawTick));

  g_array_set_clear_func (ticks, clear_tick);
  return ticks;
}

/* The smallest round step that is not far below `least`; `unit` 100 for percent. */
static double
round_step (const ThawAxis *axis, double least)
{
  static const double steps[] = {1, 2, 2.5, 5, 10};
  double unit = axis->percent ? 100 : 1, wanted = 0.75 * least * unit;
  double power = pow (10, floor (log10 (wanted)));
  double step = 10 * power;

  for (int k = 4; k >= 0; k--)
    if (steps[k] * power >= wanted * (1 - 1e-9) && !(axis->whole && k == 2 && power < 10))
      step = steps[k] * power;
  if (axis->whole)
    step = MAX (1, step);
  return step / unit;
}

static GArray *
linear_ticks (const ThawAxis *axis, int most)
{
  GArray *ticks = new_ticks ();
  double step = round_step (axis, (axis->hi - axis->lo) / most);
  double first = ceil (axis->lo / step - 1e-6), last = floor (axis->hi / step + 1e-6);
  double greatest = MAX (fabs (axis->lo), fabs (axis->hi));

  for (int k = 0; k <= last - first && k < LONGEST; k++) {
    double value = (first + k) * step;
    ThawTick tick = {value + 0.0, NULL};
    if (fabs (value) < step * 1e-6)
      tick.value = 0;
    tick.label = tick_text (axis, tick.value, step, greatest);
    g_array_append_val (ticks, tick);
  }
  return ticks;
}

static char *
log_text (const ThawAxis *axis, double value)
{
  if (axis->percent)
    return percent_text (value < 1e-6 ? power_text (value * 100, 0)
                                      : g_strdup_printf ("%g", value * 100));
  if (axis->lo >= 0.9e-5 && axis->hi < 1.1e6) /* one way of writing for the whole axis */
    return g_strdup_printf ("%'.*f", MAX (0, (int) ceil (-log10 (value) - 1e-9)), value);
  return power_text (value, 0);
}

/* Powers of ten times the factors given, every `stride`-th power. */
static GArray *
power_ticks (const ThawAxis *axis, int from, int to, int stride, int n_factors)
{
  static const double factors[] = {1, 2, 5};
  GArray *ticks = new_ticks ();

  for (int e = from; e <= to; e += stride)
    for (int k = 0; k < n_factors; k++) {
      ThawTick tick = {factors[k] * pow (10, e), NULL};
      double place = thaw_axis_place (axis, tick.value);
      if (place < -1e-9 || place > 1 + 1e-9)
        continue;
      tick.label = log_text (axis, tick.value);
      g_array_append_val (ticks, tick);
    }
  return ticks;
}

/* As many as fit: with 2- and 5-fold, then powers alone, then every second of them, and so on. Less
 * than three over less than a decade: as on a linear axis. */
static GArray *
log_ticks (const ThawAxis *axis, int most)
{
  int from = (int) floor (log10 (axis->lo)), to = (int) ceil (log10 (axis->hi));
  GArray *ticks = power_ticks (axis, from, to, 1, 3);

  for (int stride = 1; (int) ticks->len > most + most / 3; stride++) {
    g_array_unref (ticks);
    ticks = power_ticks (axis, from, to, stride, 1);
  }
  if (ticks->len >= 3 || axis->hi / axis->lo >= 10)
    return ticks;
  g_array_unref (ticks);
  return linear_ticks (axis, most);
}

GArray *
thaw_axis_ticks (const ThawAxis *axis, int most)
{
  most = CLAMP (most, 2, LONGEST);
  return axis->log ? log_ticks (axis, most) : linear_ticks (axis, most);
}
