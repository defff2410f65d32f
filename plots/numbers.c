/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as text. */
#include "axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
append_superscript (GString *text, int number)
{
  static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  g_autofree char *plain = g_strdup_printf ("%d", number);

  for (const char *p = plain; *p; p++)
    g_string_append (text, *p == '-' ? "⁻" : digits[*p - '0']);
}

char *
thaw_number_power (double value, int decimals)
{
  g_autofree char *plain = g_strdup_printf ("%.*e", CLAMP (decimals, 0, 12), value);
  char *e = strchr (plain, 'e');
  GString *text = g_string_new (NULL);

  if (!e) { /* not a number that has one */
    g_string_free (text, TRUE);
    return g_steal_pointer (&plain);
  }
  *e = '\0';
  if (strcmp (plain, "1") != 0)
    g_string_append_printf (text, "%s×", plain);
  g_string_append (text, "10");
  append_superscript (text, atoi (e + 1));
  return g_string_free (text, FALSE);
}

char *
thaw_number_minus (char *text)
{
  g_autofree char *old = text;
  g_auto (GStrv) parts = g_strsplit (old, "-", -1);

  return g_strjoinv ("−", parts);
}

char *
thaw_number_percent (char *text)
{
  g_autofree char *old = text;

  /* Translators: a share, e.g. "81.2%"; %s is the number. */
  return g_strdup_printf (_ ("%s%%"), old);
}

char *
thaw_number_plain (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    return g_strdup (isnan (value) ? "nan" : value > 0 ? "inf" : "-inf");
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.9g", value));
}

/* --- with a prefix: parameters, images, bytes --- */

static const char *
scaled_format (ThawUnit unit, int prefix)
{
  /* Translators: a number with the prefix of a thousand, a million, a thousand million, ... */
  static const char *const counts[] = {"%s", N_ ("%s k"), N_ ("%s M"), N_ ("%s G"), N_ ("%s T")};
  static const char *const bytes[] = {N_ ("%s B"), N_ ("%s kB"), N_ ("%s MB"), N_ ("%s GB"),
                                      N_ ("%s TB")};
  const char *format = unit == THAW_UNIT_BYTES ? bytes[prefix] : counts[prefix];

  return unit != THAW_UNIT_BYTES && prefix == 0 ? format : _ (format);
}

/* Counts below 10,000 are written out. step 0: three digits. */
char *
thaw_number_scaled (ThawUnit unit, double value, double step, double greatest)
{
  double size = MAX (fabs (greatest), fabs (value)), divisor;
  int prefix = 0, decimals;
  g_autofree char *number = NULL;

  while (prefix < 4 &&
         size >= (prefix == 0 && unit == THAW_UNIT_COUNT ? 1e4 : 1e3) * pow (1000, prefix))
    prefix++;
  divisor = pow (1000, prefix);
  if (value == 0)
    prefix = unit == THAW_UNIT_BYTES ? prefix : 0;
  if (step > 0 && (step / divisor < 1e-5 || size >= 1e16)) {
    number = thaw_number_tick (THAW_UNIT_NUMBER, value / divisor, step / divisor, size / divisor);
    return g_strdup_printf (scaled_format (unit, prefix), number);
  }
  size = step > 0 ? step / divisor : MAX (fabs (value) / divisor, 1e-3) / 100;
  decimals = CLAMP ((int) -floor (log10 (size) + 1e-9), 0, 9);
  if (step > 0 && fabs (size / pow (10, floor (log10 (size) + 1e-9)) - 2.5) < 0.01 && size < 10)
    decimals++;
  if (value == 0 || (step == 0 && prefix == 0 && value == floor (value)))
    decimals = 0;
  number = thaw_number_minus (g_strdup_printf ("%'.*f", decimals, value / divisor));
  return g_strdup_printf (scaled_format (unit, prefix), number);
}

/* --- ticks and words --- */

char *
thaw_number_tick (ThawUnit unit, double value, double step, double greatest)
{
  double factor = unit == THAW_UNIT_PERCENT ? 100 : 1, size = step * factor;
  int exponent = (int) floor (log10 (size) + 1e-9), decimals;
  bool half = fabs (size / pow (10, exponent) - 2.5) < 0.01;
  char *text;

  if (unit == THAW_UNIT_COUNT || unit == THAW_UNIT_BYTES)
    return thaw_number_scaled (unit, value, step, greatest);
  value *= factor;
  if (value != 0 && (size < 1e-5 || greatest * factor >= 1e7)) {
    decimals = (int) floor (log10 (fabs (value)) + 1e-9) - exponent + (half ? 1 : 0);
    text = thaw_number_power (value, MAX (decimals, 0));
  } else {
    decimals = value == 0 && size < 1e-5 ? 0 : MAX (0, -exponent + (half ? 1 : 0));
    text = g_strdup_printf ("%'.*f", decimals, value);
  }
  text = thaw_number_minus (text);
  return unit == THAW_UNIT_PERCENT ? thaw_number_percent (text) : text;
}

/* At most three digits after the point, without zeros at the end. */
static char *
short_power (double value)
{
  for (int decimals = 0; decimals < 3; decimals++) {
    g_autofree char *text = g_strdup_printf ("%.*e", decimals, value);
    if (fabs (strtod (text, NULL) - value) < fabs (value) * 1e-4)
      return thaw_number_power (value, decimals);
  }
  return thaw_number_power (value, 3);
}

char *
thaw_unit_text (ThawUnit unit, double value)
{
  double size = fabs (value);

  if (isnan (value))
    return g_strdup (_ ("not a number"));
  if (!isfinite (value))
    return g_strdup (value > 0 ? _ ("infinite") : _ ("minus infinite"));
  if (unit == THAW_UNIT_PERCENT)
    return thaw_number_percent (thaw_number_minus (g_strdup_printf ("%.1f", value * 100)));
  if (unit == THAW_UNIT_DURATION)
    return thaw_number_duration (value, 0);
  if (unit == THAW_UNIT_COUNT || unit == THAW_UNIT_BYTES)
    return thaw_number_scaled (unit, value, 0, 0);
  if (value == floor (value) && size < 1e9)
    return thaw_number_minus (g_strdup_printf ("%'.0f", value));
  if (size < 1e-4 || size >= 1e6)
    return thaw_number_minus (short_power (value));
  return thaw_number_minus (g_strdup_printf (size < 1e3 ? "%.4g" : "%'.1f", value));
}
