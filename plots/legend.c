/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The legend: rows between title and plot, so that it never covers data. Names lines and how they
 * were smoothed, bands, the cells of a strip, and the symbols at the edges when there are any. */
#include "frame.h"

#include <glib/gi18n-lib.h>

#define SAMPLE_EM 2.2 /* width of a line sample, in font sizes */

typedef struct {
  const ThawFrame *frame;
  double x, y, row; /* pen, height of a row */
  bool draw;
  int items;
} Pen;

/* What stands before a text; the first that is given. */
typedef struct {
  const ThawLook *look;
  int edges;
  bool is_band, is_cell;
  int hue;
  ThawCellKind cell;
} Sample;

static double
sample_width (const Sample *sample, double font)
{
  if (sample->edges)
    return 0.3 * font * 2.8 * __builtin_popcount ((unsigned) sample->edges);
  if (sample->look)
    return SAMPLE_EM * font;
  return sample->is_band ? 1.6 * font : sample->is_cell ? 1.1 * font : 0;
}

static void
draw_edges (const Pen *pen, int edges, double size)
{
  int n = 0;

  thaw_set_color (pen->frame->cr, pen->frame->style->text, 0.85);
  for (int edge = 1; edge <= THAW_EDGE_BELOW; edge *= 2)
    if (edges & edge)
      thaw_edge_symbol (pen->frame->cr, edge, pen->x + size * (1.2 + 2.8 * n++),
                        pen->y + pen->row * 0.47, size);
}

static void
draw_sample (const Pen *pen, const Sample *sample, double width)
{
  const ThawPlotStyle *style = pen->frame->style;
  double font = style->font_px, high = 0.8 * font;
  const double box[] = {pen->x, pen->y + pen->row * 0.47 - high / 2, width, high};

  if (sample->edges)
    draw_edges (pen, sample->edges, 0.3 * font);
  else if (sample->look)
    thaw_line_sample (pen->frame->cr, box, sample->look, style);
  else if (sample->is_cell)
    thaw_cell_fill (pen->frame->cr, style, sample->cell, 1, box);
  else if (sample->is_band) {
    thaw_set_color (pen->frame->cr, thaw_style_hue (style, sample->hue), 0.3);
    cairo_rectangle (pen->frame->cr, box[0], box[1], box[2], box[3]);
    cairo_fill (pen->frame->cr);
  }
}

/* Goes to the next row when the plot's width is used up. */
static void
put (Pen *pen, Sample sample, const char *text)
{
  const ThawFrame *frame = pen->frame;
  double font = frame->style->font_px, width, wide = sample_width (&sample, font);
  PangoLayout *layout = thaw_text_new (frame->style, THAW_SCALE_SMALL, false, text);

  layout = thaw_text_limit (layout, frame->width - wide - font);
  width = thaw_text_width (layout);
  if (pen->items > 0 && pen->x + wide + 0.5 * font + width > frame->left + frame->width) {
    pen->x = frame->left;
    pen->y += pen->row;
  }
  if (pen->draw)
    draw_sample (pen, &sample, wide);
  pen->x += wide > 0 ? wide + 0.5 * font : 0;
  if (pen->draw)
    thaw_text_draw (frame->cr, g_object_ref (layout), frame->style->text, pen->x, pen->y, 0);
  pen->x += width + 1.5 * font;
  pen->items++;
  g_object_unref (layout);
}

/* --- lines --- */

/* How a line was smoothed; "" when it was not. (transfer full) */
static char *
smooth_words (const ThawLook *look)
{
  if (look->smooth <= 1)
    return g_strdup ("");
  if (look->smooth_text)
    return g_strdup (look->smooth_text);
  /* Translators: how a curve was smoothed: a moving average of so many points. */
  return g_strdup_printf (ngettext ("mean of %d point", "mean of %d points", (gulong) look->smooth),
                          look->smooth);
}

/* The words for all lines when more than one of them has a name and all were smoothed alike; else
 * NULL. (transfer full) */
static char *
common_words (const ThawChart *chart)
{
  g_autofree char *words = NULL;
  int named = 0;

  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawLook *look = &thaw_chart_line (chart, i)->look;
    g_autofree char *mine = smooth_words (look);
    if (!*look->label)
      continue;
    if (!*mine || (words && !g_str_equal (words, mine)))
      return NULL;
    if (!words)
      words = g_steal_pointer (&mine);
    named++;
  }
  return named > 1 ? g_steal_pointer (&words) : NULL;
}

static void
put_lines (Pen *pen, const ThawChart *chart)
{
  g_autofree char *common = common_words (chart);

  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawLook *look = &thaw_chart_line (chart, i)->look;
    g_autofree char *words = smooth_words (look), *full = NULL;
    if (!*look->label)
      continue;
    if (*words && !common)
      /* Translators: a legend: name of a curve, and how it was smoothed. */
      full = g_strdup_printf (_ ("%s (%s)"), look->label, words);
    put (pen, (Sample){.look = look}, full ? full : look->label);
  }
  if (common) {
    /* Translators: ends a legend; %s is e.g. "mean of 0.5 epochs". */
    g_autofree char *all = g_strdup_printf (_ ("lines: %s; pale: every value"), common);
    put (pen, (Sample){0}, all);
  }
}

static void
put_edges (Pen *pen, const ThawFrame *frame)
{
  int edges = thaw_edges_used (frame);
  int infinite = edges & (THAW_EDGE_INFINITE_UP | THAW_EDGE_INFINITE_DOWN);
  int outside = edges & (THAW_EDGE_ABOVE | THAW_EDGE_BELOW);

  if (edges & THAW_EDGE_NAN)
    put (pen, (Sample){.edges = THAW_EDGE_NAN}, _ ("not a number"));
  if (infinite)
    put (pen, (Sample){.edges = infinite}, _ ("infinite"));
  if (outside)
    put (pen, (Sample){.edges = outside}, _ ("outside the axis"));
}

/* --- strips and scatters --- */

static void
put_cells (Pen *pen, const ThawStrip *strip)
{
  static const char *const names[] = {N_ ("frozen"), N_ ("statistics only"), N_ ("training")};
  static const ThawLook rate = {.hue = -1};
  bool used[G_N_ELEMENTS (names)] = {false};

  for (guint i = 0; i < strip->cells->len; i++)
    used[g_array_index (strip->cells, ThawCell, i).kind] = true;
  for (int kind = 0; kind < (int) G_N_ELEMENTS (names); kind++)
    if (used[kind])
      put (pen, (Sample){.is_cell = true, .cell = (ThawCellKind) kind}, _ (names[kind]));
  if (strip->rate)
    put (pen, (Sample){.look = &rate}, _ ("learning rate"));
}

static void
put_dots (Pen *pen, const ThawScatter *scatter)
{
  static const ThawLook frontier = {.hue = -1, .dash = 1};

  if (scatter->frontier && *scatter->frontier_label)
    put (pen, (Sample){.look = &frontier}, scatter->frontier_label);
}

/* Returns the height. */
static double
walk (const ThawFrame *frame, bool draw)
{
  const ThawChart *chart = frame->chart;
  Pen pen = {.frame = frame,
             .x = frame->left,
             .y = frame->legend_top,
             .row = thaw_text_line (frame->style, THAW_SCALE_SMALL) * 1.12,
             .draw = draw};

  if (chart->no_legend)
    return 0;
  put_lines (&pen, chart);
  for (guint i = 0; i < chart->bands->len; i++) {
    const ThawBand *band = &g_array_index (chart->bands, ThawBand, i);
    if (*band->label)
      put (&pen, (Sample){.is_band = true, .hue = band->hue}, band->label);
  }
  if (chart->strip)
    put_cells (&pen, chart->strip);
  if (chart->scatter)
    put_dots (&pen, chart->scatter);
  put_edges (&pen, frame);
  return pen.items ? pen.y + pen.row - frame->legend_top : 0;
}

double
thaw_legend_height (const ThawFrame *frame)
{
  return walk (frame, false);
}

void
thaw_layer_legend (const ThawFrame *frame)
{
  walk (frame, true);
}
