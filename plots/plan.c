/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan of a chart's page: margins, and from the top: title, legend, notes, plot, ticks, label.
 */
#include "frame.h"

#include <math.h>

#define FAR 10 /* plots away */
#define LONGEST_ROW_EM 11
#define COMPACT_ROW_EM 4.2 /* little more than the numbers of other charts: names are cut then */

double
thaw_frame_x (const ThawFrame *frame, double value)
{
  return frame->left + frame->width * CLAMP (thaw_axis_place (&frame->x, value), -FAR, FAR);
}

double
thaw_frame_y (const ThawFrame *frame, double value)
{
  double place = CLAMP (thaw_axis_place (&frame->y, value), -FAR, FAR);

  return frame->top + frame->height * (1 - place);
}

/* As above, for many. */
static void
place_linear (const ThawFrame *frame, ThawPoint *points, size_t n)
{
  double x_lo = frame->x.lo, x_px = frame->width / (frame->x.hi - x_lo), x_far = FAR * frame->width;
  double y_lo = frame->y.lo, y_px = frame->height / (frame->y.hi - y_lo);
  double y_far = FAR * frame->height, bottom = frame->top + frame->height;

  for (size_t i = 0; i < n; i++) {
    double x = (points[i].x - x_lo) * x_px, y = (points[i].y - y_lo) * y_px;
    points[i].x = frame->left + CLAMP (x, -x_far, x_far);
    points[i].y = thaw_plottable (points[i].y) ? bottom - CLAMP (y, -y_far, y_far) : NAN;
  }
}

void
thaw_frame_place (const ThawFrame *frame, ThawPoint *points, size_t n)
{
  if (!frame->x.log && !frame->y.log) {
    place_linear (frame, points, n);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    ThawPoint *p = &points[i];
    bool placed = thaw_plottable (p->y) && !(frame->y.log && p->y <= 0);
    p->x = thaw_frame_x (frame, p->x);
    p->y = placed ? thaw_frame_y (frame, p->y) : NAN;
  }
}

/* Ticks do not wait for the exact height: a chart's furniture takes about seven lines. */
static GArray *
plan_y_ticks (const ThawAxis *axis, double height, const ThawPlotStyle *style)
{
  return thaw_axis_ticks (axis, (int) ((height - 7 * style->font_px) / (2.8 * style->font_px)));
}

static double
widest_label (const GArray *ticks, const ThawPlotStyle *style)
{
  double widest = 0;

  for (guint i = 0; i < ticks->len; i++)
    widest = MAX (widest, thaw_text_width_of (style, THAW_SCALE_SMALL,
                                              g_array_index (ticks, ThawTick, i).label));
  return widest;
}

GArray *
thaw_strip_rate_ticks (const ThawChart *strip, double height, const ThawPlotStyle *style)
{
  ThawAxis axis = thaw_strip_rate_axis (strip);

  return thaw_axis_ticks (&axis, (int) ((height - 7 * style->font_px) / (3 * style->font_px)));
}

static double
widest_row (const ThawStrip *strip, double longest_em, const ThawPlotStyle *style)
{
  double widest = 0;

  for (guint i = 0; i < strip->rows->len; i++)
    widest = MAX (widest, thaw_text_width_of (style, THAW_SCALE_SMALL, strip->rows->pdata[i]));
  return MIN (widest, longest_em * style->font_px);
}

double
thaw_chart_left_margin (const ThawChart *chart, double height, const ThawPlotStyle *style)
{
  bool labelled = *chart->y_label && !chart->compact;
  double label = labelled ? thaw_text_line (style, 1) + 0.5 * style->font_px : 0, widest;

  if (chart->strip) {
    widest = widest_row (chart->strip, chart->compact ? COMPACT_ROW_EM : LONGEST_ROW_EM, style);
  } else {
    ThawAxis axis = thaw_chart_y_axis (chart);
    g_autoptr (GArray) ticks = plan_y_ticks (&axis, height, style);
    widest = widest_label (ticks, style);
  }
  return ceil (style->font_px * 1.2 + label + widest);
}

double
thaw_chart_right_margin (const ThawChart *chart, double height, const ThawPlotStyle *style)
{
  double font = style->font_px, margin = 1.6 * font;
  ThawGapEnd end;

  if (chart->strip && chart->strip->rate) {
    g_autoptr (GArray) ticks = thaw_strip_rate_ticks (chart, height, style);
    margin = MAX (margin, widest_label (ticks, style) + 1.2 * font);
  }
  if (chart->strip && !chart->compact)
    for (guint i = 0; i < chart->strip->rows->len; i++)
      if (!isnan (chart->strip->moved[i]))
        return ceil (margin + 4 * font);
  if (!chart->compact && thaw_chart_gap_end (chart, &end)) {
    g_autofree char *text = thaw_gap_text (chart, &end);
    margin = MAX (margin, thaw_text_width_of (style, THAW_SCALE_SMALL, text) + 1.2 * font);
  }
  return ceil (margin);
}

void
thaw_charts_align (ThawChart *const *charts,
                   size_t n,
                   const double *heights,
                   const ThawPlotStyle *style)
{
  double left = 0, right = 0;

  for (size_t i = 0; i < n; i++) {
    left = MAX (left, thaw_chart_left_margin (charts[i], heights[i], style));
    right = MAX (right, thaw_chart_right_margin (charts[i], heights[i], style));
  }
  for (size_t i = 0; i < n; i++) {
    charts[i]->least_left = left;
    charts[i]->least_right = right;
  }
}

static GArray *
plan_x_ticks (const ThawFrame *frame)
{
  double font = frame->style->font_px;
  GArray *ticks = thaw_axis_ticks (&frame->x, (int) (frame->width / (6.5 * font)));

  for (int most = (int) ticks->len; most > 2; most--) {
    double widest = widest_label (ticks, frame->style);
    if ((double) ticks->len * (widest + font) <= frame->width + widest)
      break;
    g_array_unref (ticks);
    ticks = thaw_axis_ticks (&frame->x, most - 1);
  }
  return ticks;
}

static void
plan_heights (ThawFrame *frame)
{
  const ThawChart *chart = frame->chart;
  double font = frame->style->font_px, y = frame->box[1] + 0.7 * font, bottom = 0.9 * font;

  if (!chart->no_x_texts)
    bottom += thaw_text_line (frame->style, THAW_SCALE_SMALL);
  if (!chart->no_x_texts && !chart->no_x_label && *chart->x_label)
    bottom += thaw_text_line (frame->style, 1) + 0.2 * font;
  frame->title_top = y;
  if (*chart->title)
    y += thaw_text_line (frame->style, THAW_SCALE_TITLE) + 0.35 * font;
  frame->legend_top = y;
  y += thaw_legend_height (frame);
  frame->notes_top = y + 0.2 * font;
  thaw_notes_place (frame);
  frame->top = round (frame->notes_top + frame->note_rows * frame->note_height + 0.3 * font);
  frame->height = MAX (round (frame->box[1] + frame->box[3] - bottom) - frame->top, 1);
}

void
thaw_frame_plan (ThawFrame *frame,
                 const ThawChart *chart,
                 cairo_t *cr,
                 const double box[4],
                 const ThawPlotStyle *style)
{
  double left = MAX (chart->least_left, thaw_chart_left_margin (chart, box[3], style));
  double right = MAX (chart->least_right, thaw_chart_right_margin (chart, box[3], style));

  *frame = (ThawFrame){.chart = chart,
                       .style = style,
                       .cr = cr,
                       .x = thaw_chart_x_axis (chart),
                       .y = thaw_chart_y_axis (chart),
                       .box = {box[0], box[1], box[2], box[3]},
                       .left = box[0] + left,
                       .width = MAX (box[2] - left - right, 1),
                       .notes = g_array_new (FALSE, FALSE, sizeof (ThawNote))};
  plan_heights (frame);
  frame->x_ticks = plan_x_ticks (frame);
  frame->y_ticks = chart->strip ? thaw_ticks_new () : plan_y_ticks (&frame->y, box[3], style);
}

void
thaw_frame_clear (ThawFrame *frame)
{
  g_array_unref (frame->notes);
  g_array_unref (frame->x_ticks);
  g_array_unref (frame->y_ticks);
}
