/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers of the thaw strip: cells with the names of their rows, the learning rate, handles. */
#include "trace.h"

#include <math.h>

/* Slanting lines over a box. */
static void
hatch (cairo_t *cr, const double box[4], ThawColor color)
{
  double step = 6;

  cairo_save (cr);
  cairo_rectangle (cr, box[0], box[1], box[2], box[3]);
  cairo_clip (cr);
  thaw_set_color (cr, color, 0.75);
  cairo_set_line_width (cr, 1);
  for (double x = floor ((box[0] - box[3]) / step) * step; x < box[0] + box[2]; x += step) {
    cairo_move_to (cr, x, box[1] + box[3]);
    cairo_line_to (cr, x + box[3], box[1]);
  }
  cairo_stroke (cr);
  cairo_restore (cr);
}

void
thaw_cell_fill (cairo_t *cr,
                const ThawPlotStyle *style,
                ThawCellKind kind,
                double brightness,
                const double box[4])
{
  ThawColor color = style->frozen;

  if (kind == THAW_CELL_STATISTICS)
    color = thaw_color_mix (style->frozen, style->statistics, 0.35);
  if (kind == THAW_CELL_TRAINING)
    color = thaw_color_mix (style->training_least, style->training, CLAMP (brightness, 0, 1));
  thaw_set_color (cr, color, 1);
  cairo_rectangle (cr, box[0], box[1], box[2], box[3]);
  cairo_fill (cr);
  if (kind == THAW_CELL_STATISTICS)
    hatch (cr, box, style->statistics);
}

/* Rates from least to greatest, by their logarithms; one rate is as bright as can be. */
typedef struct {
  double lo, hi;
} Rates;

static Rates
rates_of (const ThawStrip *strip)
{
  Rates rates = {INFINITY, 0};

  for (guint i = 0; i < strip->cells->len; i++) {
    const ThawCell *cell = &g_array_index (strip->cells, ThawCell, i);
    if (cell->kind == THAW_CELL_TRAINING && cell->rate > 0) {
      rates.lo = MIN (rates.lo, cell->rate);
      rates.hi = MAX (rates.hi, cell->rate);
    }
  }
  return rates;
}

static double
brightness (const Rates *rates, double rate)
{
  if (!(rate > 0))
    return 0;
  return rates->hi > rates->lo ? log (rate / rates->lo) / log (rates->hi / rates->lo) : 1;
}

static double
row_top (const ThawFrame *frame, size_t row)
{
  return frame->top + frame->height * (double) row / frame->y.hi;
}

static void
draw_cell (const ThawFrame *frame, const ThawCell *cell, const Rates *rates)
{
  double right = frame->left + frame->width, gap = frame->height / frame->y.hi > 8 ? 1 : 0;
  double x0 = CLAMP (thaw_frame_x (frame, cell->x0), frame->left, right);
  double x1 = CLAMP (thaw_frame_x (frame, cell->x1), frame->left, right);
  double top = round (row_top (frame, cell->row)), bottom = round (row_top (frame, cell->row + 1));
  const double box[] = {x0, top, x1 - x0, bottom - top - gap};

  if (x1 > x0)
    thaw_cell_fill (frame->cr, frame->style, cell->kind, brightness (rates, cell->rate), box);
}

/* As many names as there is room for. */
static void
draw_names (const ThawFrame *frame)
{
  const ThawStrip *strip = frame->chart->strip;
  double font = frame->style->font_px, line = thaw_text_line (frame->style, THAW_SCALE_SMALL);
  guint every = (guint) MAX (1, ceil (0.85 * line * strip->rows->len / frame->height));
  double room = frame->left - frame->box[0] - 1.0 * font;

  for (guint i = 0; i < strip->rows->len; i += every) {
    PangoLayout *name =
        thaw_text_new (frame->style, THAW_SCALE_SMALL, false, strip->rows->pdata[i]);
    double middle = (row_top (frame, i) + row_top (frame, i + 1)) / 2;
    name =
        frame->chart->compact ? thaw_text_limit_start (name, room) : thaw_text_limit (name, room);
    thaw_text_draw (frame->cr, name, frame->style->text, frame->left - 0.5 * font,
                    middle - line / 2, 1);
  }
}

/* Bars right of the plot, the longest as long as there is room. */
static void
draw_moved (const ThawFrame *frame)
{
  const ThawStrip *strip = frame->chart->strip;
  double font = frame->style->font_px, greatest = 0;
  double right = frame->box[0] + frame->box[2] - 0.5 * font, x = right - 3.2 * font;

  for (guint i = 0; i < strip->rows->len; i++)
    greatest = isnan (strip->moved[i]) ? greatest : MAX (greatest, strip->moved[i]);
  thaw_set_color (frame->cr, frame->style->training, 0.8);
  for (guint i = 0; i < strip->rows->len && greatest > 0; i++) {
    double top = row_top (frame, i), high = row_top (frame, i + 1) - top;
    if (!isnan (strip->moved[i]))
      cairo_rectangle (frame->cr, x, top + high * 0.2, (right - x) * strip->moved[i] / greatest,
                       high * 0.6);
  }
  cairo_fill (frame->cr);
}

void
thaw_layer_cells (const ThawFrame *frame)
{
  const ThawStrip *strip = frame->chart->strip;
  Rates rates = rates_of (strip);

  for (guint i = 0; i < strip->cells->len; i++)
    draw_cell (frame, &g_array_index (strip->cells, ThawCell, i), &rates);
  draw_names (frame);
  if (!frame->chart->compact)
    draw_moved (frame);
}

/* --- the learning rate --- */

static void
draw_rate_ticks (const ThawFrame *frame, const ThawFrame *over)
{
  double font = frame->style->font_px, x = frame->left + frame->width;
  double half = thaw_text_line (frame->style, THAW_SCALE_SMALL) / 2;
  g_autoptr (GArray) ticks = thaw_strip_rate_ticks (frame->chart, frame->box[3], frame->style);

  thaw_set_color (frame->cr, frame->style->axis, 1);
  cairo_set_line_width (frame->cr, 1);
  for (guint i = 0; i < ticks->len; i++) {
    const ThawTick *tick = &g_array_index (ticks, ThawTick, i);
    double y = thaw_frame_y (over, tick->value);
    thaw_set_color (frame->cr, frame->style->axis, 1);
    cairo_move_to (frame->cr, x, floor (y) + 0.5);
    cairo_line_to (frame->cr, x + 0.3 * font, floor (y) + 0.5);
    cairo_stroke (frame->cr);
    thaw_text_draw (frame->cr, thaw_text_new (frame->style, THAW_SCALE_SMALL, false, tick->label),
                    frame->style->text, x + 0.5 * font,
                    CLAMP (y - half, frame->top - half, frame->top + frame->height - half), 0);
  }
}

/* The line has an outline in the background's colour, to be seen on any cell. */
void
thaw_layer_rate (const ThawFrame *frame)
{
  const ThawStrip *strip = frame->chart->strip;
  g_autoptr (GArray) trace = NULL;
  ThawFrame over = *frame;
  ThawMask *mask;
  double width = frame->style->line_width_px;

  if (!strip->rate || thaw_series_length (strip->rate) == 0)
    return;
  over.y = thaw_strip_rate_axis (frame->chart);
  mask = thaw_mask_new (&over);
  trace = thaw_trace_of (&over, strip->rate, 2);
  cairo_save (frame->cr);
  cairo_rectangle (frame->cr, frame->left, frame->top - 1, frame->width, frame->height + 2);
  cairo_clip (frame->cr);
  thaw_trace_draw (&over, mask, trace, frame->style->background, 0.85, width * 3, 0, false);
  thaw_trace_draw (&over, mask, trace, frame->style->text, 1, width * 1.2, 0, false);
  cairo_restore (frame->cr);
  thaw_mask_free (mask);
  draw_rate_ticks (frame, &over);
}

/* --- edges --- */

static void
draw_handle (const ThawFrame *frame, const ThawEdgeHandle *edge, bool active)
{
  double x = round (thaw_frame_x (frame, edge->x)), top = row_top (frame, edge->first);
  double bottom = row_top (frame, edge->last + 1), y = (top + bottom) / 2;
  double wide = 0.5 * frame->style->font_px,
         high = MIN (2 * frame->style->font_px, bottom - top - 2);
  cairo_t *cr = frame->cr;

  if (x < frame->left - 1 || x > frame->left + frame->width + 1)
    return;
  thaw_set_color (cr, frame->style->background, 1);
  cairo_rectangle (cr, x - (active ? 3 : 2), top, active ? 6 : 4, bottom - top);
  cairo_fill (cr);
  thaw_set_color (cr, active ? thaw_style_hue (frame->style, 0) : frame->style->text, 1);
  cairo_rectangle (cr, x - (active ? 2 : 1), top, active ? 4 : 2, bottom - top);
  cairo_fill (cr);
  cairo_new_path (cr); /* a grip with round ends */
  cairo_arc (cr, x, y - high / 2 + wide, wide, G_PI, 2 * G_PI);
  cairo_arc (cr, x, y + high / 2 - wide, wide, 0, G_PI);
  cairo_close_path (cr);
  cairo_fill_preserve (cr);
  thaw_set_color (cr, frame->style->background, 1);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

void
thaw_layer_handles (const ThawFrame *frame)
{
  const ThawStrip *strip = frame->chart->strip;

  for (guint i = 0; i < strip->edges->len; i++)
    draw_handle (frame, &g_array_index (strip->edges, ThawEdgeHandle, i), (int) i == strip->active);
}
