/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves with the pointer: a line across, a table of values, a ring around the focused point.
 */
#include "frame.h"
#include "values.h"

#include <math.h>

#define MAX_ROWS 16

typedef struct {
  const ThawLine *line;
  ThawPoint point;
  PangoLayout *name, *value;
} Row;

typedef struct {
  Row rows[MAX_ROWS];
  int n;
  PangoLayout *head;
  double names, values; /* widths of the columns */
} Table;

/* As many lines as fit into the plot. */
static void
fill_table (const ThawFrame *frame, double x, Table *table)
{
  const ThawChart *chart = frame->chart;
  const ThawPlotStyle *style = frame->style;
  double slack = (frame->x.hi - frame->x.lo) * 6 / frame->width;
  g_autofree char *where = thaw_chart_x_text (chart, x), *head = NULL;
  int most = MIN (MAX_ROWS, (int) (frame->height / thaw_text_line (style, THAW_SCALE_SMALL)) - 1);

  head = *chart->x_label ? g_strdup_printf ("%s %s", chart->x_label, where) : g_strdup (where);
  table->head = thaw_text_new (style, THAW_SCALE_SMALL, true, head);
  for (guint i = 0; i < chart->lines->len && table->n < most; i++) {
    Row *row = &table->rows[table->n];
    g_autofree char *value = NULL;
    row->line = thaw_chart_line (chart, i);
    if (!thaw_line_at (row->line, x, slack, &row->point))
      continue;
    value = thaw_unit_text (chart->y_unit, row->point.y);
    row->name =
        thaw_text_limit (thaw_text_new (style, THAW_SCALE_SMALL, false, thaw_line_name (row->line)),
                         MAX (frame->width * 0.4, 4 * style->font_px));
    row->value = thaw_text_new (style, THAW_SCALE_SMALL, true, value);
    table->names = MAX (table->names, thaw_text_width (row->name));
    table->values = MAX (table->values, thaw_text_width (row->value));
    table->n++;
  }
}

static void
draw_points (const ThawFrame *frame, const Table *table)
{
  for (int i = 0; i < table->n; i++) {
    const Row *row = &table->rows[i];
    double place = thaw_axis_place (&frame->x, row->point.x);
    if (thaw_edge_of (&frame->y, row->point.y) == 0 && place >= 0 && place <= 1)
      thaw_marker_draw (frame->cr, row->line->look.hue, thaw_frame_x (frame, row->point.x),
                        thaw_frame_y (frame, row->point.y), 2.2 * frame->style->line_width_px,
                        frame->style->background,
                        thaw_style_hue (frame->style, row->line->look.hue));
  }
}

static void
round_box (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  cairo_new_path (cr);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_arc (cr, x + width - radius, y + radius, radius, 1.5 * G_PI, 2 * G_PI);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, 0.5 * G_PI);
  cairo_arc (cr, x + radius, y + height - radius, radius, 0.5 * G_PI, G_PI);
  cairo_close_path (cr);
}

/* Right of the line where there is room, else left of it. Takes the texts. */
static void
draw_table (const ThawFrame *frame, double x_px, Table *table)
{
  const ThawPlotStyle *style = frame->style;
  double font = style->font_px, pad = 0.6 * font, line = thaw_text_line (style, THAW_SCALE_SMALL);
  double sample = 1.8 * font,
         inner = sample + 0.5 * font + table->names + 1.2 * font + table->values;
  double width = MAX (inner, thaw_text_width (table->head)) + 2 * pad;
  double height = (table->n + 1) * line + 1.6 * pad, x = x_px + 0.9 * font,
         y = frame->top + 0.4 * font;
  cairo_t *cr = frame->cr;

  if (x + width > frame->left + frame->width)
    x = MAX (x_px - 0.9 * font - width, frame->box[0] + 2);
  round_box (cr, x, y, width, height, 0.5 * font);
  thaw_set_color (cr, style->background, 0.94);
  cairo_fill_preserve (cr);
  thaw_set_color (cr, style->axis, 0.8);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  y += 0.8 * pad;
  thaw_text_draw (cr, table->head, style->text, x + pad, y, 0);
  for (int i = 0; i < table->n; i++) {
    Row *row = &table->rows[i];
    double box[] = {x + pad, y += line, sample, line};
    thaw_line_sample (cr, box, &row->line->look, style);
    thaw_text_draw (cr, row->name, style->text, x + pad + sample + 0.5 * font, y, 0);
    thaw_text_draw (cr, row->value, style->text, x + width - pad, y, 1);
  }
}

static void
draw_focus (const ThawFrame *frame, const ThawHit *hit)
{
  double radius = 0.55 * frame->style->font_px, place = thaw_axis_place (&frame->x, hit->point.x);
  double x = thaw_frame_x (frame, hit->point.x);
  double y =
      CLAMP (thaw_frame_y (frame, thaw_plottable (hit->point.y) ? hit->point.y : frame->y.lo),
             frame->top, frame->top + frame->height);

  if (hit->line < 0 || place < -1e-9 || place > 1 + 1e-9)
    return;
  cairo_new_path (frame->cr);
  cairo_arc (frame->cr, x, y, radius, 0, 2 * G_PI);
  thaw_set_color (frame->cr, frame->style->background, 1);
  cairo_set_line_width (frame->cr, 4.5);
  cairo_stroke_preserve (frame->cr);
  thaw_set_color (frame->cr, frame->style->text, 1);
  cairo_set_line_width (frame->cr, 2);
  cairo_stroke (frame->cr);
}

static void
draw_cross (const ThawFrame *frame, const ThawCursor *cursor)
{
  double x = thaw_frame_x (frame, cursor->x), place = thaw_axis_place (&frame->x, cursor->x);
  Table table = {.n = 0};

  if (isnan (cursor->x) || place < -1e-9 || place > 1 + 1e-9)
    return;
  thaw_set_color (frame->cr, frame->style->text, 0.6);
  cairo_set_line_width (frame->cr, 1);
  cairo_move_to (frame->cr, floor (x) + 0.5, frame->top);
  cairo_line_to (frame->cr, floor (x) + 0.5, frame->top + frame->height);
  cairo_stroke (frame->cr);
  if (!cursor->values || frame->chart->kind != THAW_CHART_LINES)
    return;
  fill_table (frame, cursor->x, &table);
  draw_points (frame, &table);
  if (table.n > 0)
    draw_table (frame, x, &table);
  else
    g_object_unref (table.head);
}

void
thaw_chart_draw_cursor (ThawChart *chart,
                        cairo_t *cr,
                        double x,
                        double y,
                        double width,
                        double height,
                        const ThawPlotStyle *style,
                        const ThawCursor *cursor)
{
  const double box[] = {x, y, width, height};
  ThawFrame frame;

  g_return_if_fail (chart && cr && style && cursor && width > 0 && height > 0);
  cairo_save (cr);
  thaw_frame_plan (&frame, chart, cr, box, style);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  if (frame.width >= 2 && frame.height >= 2) {
    draw_cross (&frame, cursor);
    if (cursor->hit)
      draw_focus (&frame, cursor->hit);
  }
  thaw_frame_clear (&frame);
  cairo_restore (cr);
}
