/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and bands of a chart: series with a look. */
#include "chart-private.h"

/* Takes copies of the strings. */
static ThawLook
look_copy (const ThawLook *look)
{
  ThawLook copy = *look;

  copy.label = g_strdup (look->label ? look->label : "");
  copy.smooth_text = g_strdup (look->smooth_text);
  copy.hue = ABS (look->hue);
  copy.dash = ABS (look->dash);
  return copy;
}

int
thaw_chart_add_line (ThawChart *chart, ThawSeries *series, const ThawLook *look)
{
  ThawLine line;

  g_return_val_if_fail (chart && series && look, -1);
  line = (ThawLine){thaw_series_ref (series), look_copy (look)};
  g_array_append_val (chart->lines, line);
  return (int) chart->lines->len - 1;
}

void
thaw_chart_add_series (ThawChart *chart,
                       const char *label,
                       const ThawPoint *points,
                       size_t n,
                       int hue,
                       int dash,
                       bool marker,
                       int smooth)
{
  g_autoptr (ThawSeries) series = NULL;
  ThawLook look = {.label = label, .hue = hue, .dash = dash, .marker = marker, .smooth = smooth};

  g_return_if_fail (chart && (points || n == 0) && hue >= 0 && dash >= 0);
  series = thaw_series_new_from (points, n);
  thaw_chart_add_line (chart, series, &look);
}

int
thaw_chart_n_lines (const ThawChart *chart)
{
  return (int) chart->lines->len;
}

static bool
has_line (const ThawChart *chart, int line)
{
  return chart && line >= 0 && line < (int) chart->lines->len;
}

ThawSeries *
thaw_chart_line_series (const ThawChart *chart, int line)
{
  g_return_val_if_fail (has_line (chart, line), NULL);
  return thaw_chart_line (chart, (guint) line)->series;
}

const ThawLook *
thaw_chart_line_look (const ThawChart *chart, int line)
{
  g_return_val_if_fail (has_line (chart, line), NULL);
  return &thaw_chart_line (chart, (guint) line)->look;
}

void
thaw_chart_set_line_look (ThawChart *chart, int line, const ThawLook *look)
{
  ThawLook *mine, old;

  g_return_if_fail (has_line (chart, line) && look);
  mine = &g_array_index (chart->lines, ThawLine, line).look;
  old = *mine;
  *mine = look_copy (look);
  g_free ((char *) old.label);
  g_free ((char *) old.smooth_text);
}

void
thaw_chart_add_band (
    ThawChart *chart, ThawSeries *lower, ThawSeries *upper, int hue, const char *label)
{
  ThawBand band;

  g_return_if_fail (chart && lower && upper);
  band = (ThawBand){thaw_series_ref (lower), thaw_series_ref (upper), ABS (hue),
                    g_strdup (label ? label : "")};
  g_array_append_val (chart->bands, band);
}

void
thaw_chart_set_gap (ThawChart *chart, int first, int second)
{
  g_return_if_fail (has_line (chart, first) && has_line (chart, second));
  chart->gap[0] = first;
  chart->gap[1] = second;
}

const ThawSeries *
thaw_line_shown (const ThawLine *line)
{
  return thaw_series_smoothed (line->series, line->look.smooth);
}
