/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the fonts of this machine have the characters that a chart needs. */
#include "chart-private.h"
#include "text.h"

static bool
is_drawable (const ThawPlotStyle *style, const char *text)
{
  g_autoptr (PangoLayout) layout = thaw_text_new (style, 1, false, text);

  return pango_layout_get_unknown_glyphs_count (layout) == 0;
}

static bool
give (const char *text, ThawTextFunc func, gpointer user)
{
  return !text || !*text || func (text, user);
}

void
thaw_chart_each_text (const ThawChart *chart, ThawTextFunc func, gpointer user)
{
  bool on = give (chart->title, func, user) && give (chart->x_label, func, user) &&
            give (chart->y_label, func, user);

  for (guint i = 0; on && i < chart->lines->len; i++)
    on = give (thaw_chart_line (chart, i)->look.label, func, user) &&
         give (thaw_chart_line (chart, i)->look.smooth_text, func, user);
  for (guint i = 0; on && i < chart->bands->len; i++)
    on = give (g_array_index (chart->bands, ThawBand, i).label, func, user);
  for (guint i = 0; on && i < chart->shades->len; i++)
    on = give (g_array_index (chart->shades, ThawShade, i).label, func, user);
  for (guint i = 0; on && i < chart->marks->len; i++)
    on = give (g_array_index (chart->marks, ThawMark, i).label, func, user);
  for (guint i = 0; on && chart->strip && i < chart->strip->rows->len; i++)
    on = give (chart->strip->rows->pdata[i], func, user);
  for (guint i = 0; on && chart->scatter && i < chart->scatter->dots->len; i++)
    on = give (thaw_scatter_dot (chart, i)->label, func, user);
}

typedef struct {
  const ThawPlotStyle *style;
  const char *missing;
} Search;

static bool
check (const char *text, gpointer user)
{
  Search *search = user;

  if (!is_drawable (search->style, text))
    search->missing = text;
  return search->missing == NULL;
}

const char *
thaw_chart_missing_font (const ThawChart *chart, const ThawPlotStyle *style)
{
  Search search = {style, NULL};

  g_return_val_if_fail (chart && style, NULL);
  thaw_chart_each_text (chart, check, &search);
  return search.missing;
}
