/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, times and states for people. */
#include "thaw-analysis.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define HUGE_NUMBER 1e7 /* from here on a row of digits says nothing */

char *
thaw_text_count (gint64 n)
{
  g_autofree char *digits = g_strdup_printf ("%" PRIu64, n < 0 ? -(guint64) n : (guint64) n);
  GString *text = g_string_new (n < 0 ? "-" : "");
  size_t length = strlen (digits);

  for (size_t i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0)
      g_string_append_c (text, ',');
    g_string_append_c (text, digits[i]);
  }
  return g_string_free (text, FALSE);
}

char *
thaw_text_duration (double seconds)
{
  int whole = isfinite (seconds) && seconds > 0 ? (int) lround (MIN (seconds, 359999999.0)) : 0;

  if (whole >= 3600)
    return g_strdup_printf (_ ("%d h %d min"), whole / 3600, whole / 60 % 60);
  if (whole >= 60)
    return g_strdup_printf (_ ("%d min %d s"), whole / 60, whole % 60);
  if (whole >= 10 || !isfinite (seconds) || seconds <= 0)
    return g_strdup_printf (_ ("%d s"), whole);
  return g_strdup_printf (_ ("%.1f s"), seconds);
}

char *
thaw_text_percent (double share)
{
  return isfinite (share) ? g_strdup_printf ("%.2f %%", 100 * share) : g_strdup ("–");
}

char *
thaw_text_number (double value, int digits)
{
  if (isfinite (value) && fabs (value) >= HUGE_NUMBER)
    return g_strdup_printf ("%.3g", value);
  if (isfinite (value))
    return g_strdup_printf ("%.*f", digits, value);
  return g_strdup (isnan (value) ? "–" : value > 0 ? "∞" : "-∞");
}

char *
thaw_text_rate (double rate)
{
  return isfinite (rate) ? g_strdup_printf ("%.4g", rate) : thaw_text_number (rate, 0);
}

char *
thaw_text_points (double share)
{
  return isfinite (share) ? g_strdup_printf (_ ("%+.2f points"), 100 * share) : g_strdup ("–");
}

const char *
thaw_text_state (ThawRunState state)
{
  switch (state) {
  case THAW_RUN_QUEUED:
    return _ ("queued");
  case THAW_RUN_STARTING:
    return _ ("starting");
  case THAW_RUN_RUNNING:
    return _ ("running");
  case THAW_RUN_PAUSED:
    return _ ("paused");
  case THAW_RUN_INTERRUPTED:
    return _ ("interrupted");
  case THAW_RUN_STOPPED:
    return _ ("stopped");
  case THAW_RUN_FINISHED:
    return _ ("finished");
  case THAW_RUN_FAILED:
    return _ ("failed");
  case THAW_RUN_DIVERGED:
    return _ ("diverged");
  default:
    g_return_val_if_reached ("");
  }
}

int
thaw_text_columns (const char *text)
{
  int width = 0;

  for (const char *p = text; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}
