/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bands between two series: mean and deviation of a group, and the gap between two lines with its
 * size at the right edge. */
#include "frame.h"

#include <math.h>

#define MANY 3000 /* points in view; more are thinned */
#define BAND_ALPHA 0.18
#define GAP_ALPHA 0.13

/* --- what lies between, as two rows of px --- */

typedef struct {
  GArray *x, *one, *other; /* of double; NaN in `one` where the band breaks */
} Between;

static void
between_clear (Between *b)
{
  g_array_unref (b->x);
  g_array_unref (b->one);
  g_array_unref (b->other);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Between, between_clear)

static Between
between_new (void)
{
  return (Between){g_array_new (FALSE, FALSE, sizeof (double)),
                   g_array_new (FALSE, FALSE, sizeof (double)),
                   g_array_new (FALSE, FALSE, sizeof (double))};
}

static double
y_px (const ThawFrame *frame, double y)
{
  return thaw_plottable (y) && !(frame->y.log && y <= 0) ? thaw_frame_y (frame, y) : NAN;
}

static void
add (Between *b, double x, double one, double other)
{
  if (isnan (other))
    one = NAN;
  g_array_append_val (b->x, x);
  g_array_append_val (b->one, one);
  g_array_append_val (b->other, other);
}

/* At every x of the one and of the other where both have a value. */
typedef struct {
  const ThawSeries *series;
  size_t next;
} Reader;

/* px of the series at x, between neighbours; the reader stands at the first point at x or later. */
static double
read_at (const ThawFrame *frame, const Reader *r, double x)
{
  ThawPoint a, b;
  double ya, yb;

  if (r->next >= thaw_series_length (r->series))
    return NAN;
  b = *thaw_series_at (r->series, r->next);
  yb = y_px (frame, b.y);
  if (b.x == x || r->next == 0)
    return b.x == x ? yb : NAN;
  a = *thaw_series_at (r->series, r->next - 1);
  ya = y_px (frame, a.y);
  return ya + (yb - ya) * ((x - a.x) / (b.x - a.x));
}

static void
merge (const ThawFrame *frame, const ThawSeries *one, const ThawSeries *other, Between *out)
{
  Reader r[2] = {{one, 0}, {other, 0}};
  size_t end[2];

  for (int k = 0; k < 2; k++) {
    thaw_series_within (r[k].series, frame->x.lo, frame->x.hi, &r[k].next, &end[k]);
    r[k].next = r[k].next > 0 ? r[k].next - 1 : 0;
    end[k] = MIN (end[k] + 1, thaw_series_length (r[k].series));
  }
  while (r[0].next < end[0] || r[1].next < end[1]) {
    double x = INFINITY;
    for (int k = 0; k < 2; k++)
      if (r[k].next < end[k])
        x = MIN (x, thaw_series_at (r[k].series, r[k].next)->x);
    add (out, thaw_frame_x (frame, x), read_at (frame, &r[0], x), read_at (frame, &r[1], x));
    for (int k = 0; k < 2; k++)
      while (r[k].next < end[k] && thaw_series_at (r[k].series, r[k].next)->x <= x)
        r[k].next++;
  }
}

/* Column by column: as far as either reaches. */
static void
columns (const ThawFrame *frame, const ThawSeries *one, const ThawSeries *other, Between *out)
{
  int n = MAX ((int) frame->width, 1);

  for (int c = 0; c < n; c++) {
    double lo = thaw_axis_value (&frame->x, (double) c / n);
    double hi = thaw_axis_value (&frame->x, (double) (c + 1) / n);
    size_t first[2], end[2];
    ThawSpan a, b;
    thaw_series_within (one, lo, hi, &first[0], &end[0]);
    thaw_series_within (other, lo, hi, &first[1], &end[1]);
    a = thaw_series_span (one, first[0], end[0]);
    b = thaw_series_span (other, first[1], end[1]);
    add (out, frame->left + (c + 0.5) * frame->width / n,
         a.lo <= a.hi ? y_px (frame, MIN (a.lo, b.lo)) : NAN,
         b.lo <= b.hi ? y_px (frame, MAX (a.hi, b.hi)) : NAN);
  }
}

static void
fill (const ThawFrame *frame,
      const ThawSeries *one,
      const ThawSeries *other,
      ThawColor color,
      double alpha)
{
  g_auto (Between) b = between_new ();
  size_t first, end;
  cairo_t *cr = frame->cr;

  thaw_series_within (one, frame->x.lo, frame->x.hi, &first, &end);
  if (end - first > MANY)
    columns (frame, one, other, &b);
  else
    merge (frame, one, other, &b);
  cairo_new_path (cr);
  for (guint i = 0, stop; i < b.x->len; i = MAX (stop, i + 1)) {
    for (stop = i; stop < b.x->len && !isnan (g_array_index (b.one, double, stop));)
      stop++;
    cairo_new_sub_path (cr);
    for (guint k = i; k < stop; k++)
      cairo_line_to (cr, g_array_index (b.x, double, k), g_array_index (b.one, double, k));
    for (guint k = stop; k-- > i;)
      cairo_line_to (cr, g_array_index (b.x, double, k), g_array_index (b.other, double, k));
    if (stop > i)
      cairo_close_path (cr);
  }
  thaw_set_color (cr, color, alpha);
  cairo_fill (cr);
}

/* --- layers --- */

static void
clip (const ThawFrame *frame)
{
  cairo_save (frame->cr);
  cairo_rectangle (frame->cr, frame->left, frame->top, frame->width, frame->height);
  cairo_clip (frame->cr);
}

void
thaw_layer_bands (const ThawFrame *frame)
{
  clip (frame);
  for (guint i = 0; i < frame->chart->bands->len; i++) {
    const ThawBand *band = &g_array_index (frame->chart->bands, ThawBand, i);
    fill (frame, band->lower, band->upper, thaw_style_hue (frame->style, band->hue), BAND_ALPHA);
  }
  cairo_restore (frame->cr);
}

/* The right edge for a text that no mark's line and ring may cross: at the plot's, else left of
 * them; at the plot's again where there is no room left. */
static double
right_beside_marks (const ThawFrame *frame, double width, double right)
{
  const double apart = 0.8 * frame->style->font_px;
  double at = right;

  for (bool moved = true; moved;) {
    moved = false;
    for (guint i = 0; i < frame->chart->marks->len; i++) {
      const ThawMark *mark = &g_array_index (frame->chart->marks, ThawMark, i);
      double x = thaw_frame_x (frame, mark->x);
      if (x <= at - width - apart || x >= at + apart)
        continue;
      at = x - apart;
      moved = true;
    }
  }
  return at - width >= frame->left ? at : right;
}

/* Below the lower end where there is room, on a ground of its own: curves may go where it stands.
 */
static void
draw_size_within (const ThawFrame *frame, PangoLayout *layout, double lower)
{
  const double font = frame->style->font_px, line = thaw_text_line (frame->style, THAW_SCALE_SMALL);
  double width = thaw_text_width (layout);
  double right = right_beside_marks (frame, width, frame->left + frame->width - 0.4 * font);
  double y = MAX (MIN (lower + 0.7 * font, frame->top + frame->height - 1.3 * line), frame->top);

  thaw_set_color (frame->cr, frame->style->background, 0.8);
  cairo_rectangle (frame->cr, right - width - 0.2 * font, y, width + 0.4 * font, line);
  cairo_fill (frame->cr);
  thaw_text_draw (frame->cr, layout, frame->style->text, right, y, 1);
}

/* A bracket between the two ends, and the size right of the plot; or the size alone within it. */
static void
draw_size (const ThawFrame *frame, const ThawGapEnd *end)
{
  g_autofree char *text = thaw_gap_text (frame->chart, end);
  const double font = frame->style->font_px, low = frame->top, high = low + frame->height;
  double x = MAX (thaw_frame_x (frame, end->x), frame->left) + 0.15 * font;
  double right = frame->left + frame->width + 0.4 * font;
  double a = CLAMP (thaw_frame_y (frame, end->first), low, high);
  double b = CLAMP (thaw_frame_y (frame, end->second), low, high);
  double half = thaw_text_line (frame->style, THAW_SCALE_SMALL) / 2;
  double y = CLAMP ((a + b) / 2 - half, low, high - 2 * half);
  PangoLayout *layout = thaw_text_new (frame->style, THAW_SCALE_SMALL, false, text);

  if (frame->chart->compact) {
    draw_size_within (frame, layout, MAX (a, b));
    return;
  }
  thaw_set_color (frame->cr, frame->style->text, 0.7);
  cairo_set_line_width (frame->cr, 1);
  cairo_move_to (frame->cr, x, a);
  cairo_line_to (frame->cr, right, a);
  cairo_line_to (frame->cr, right, b);
  cairo_line_to (frame->cr, x, b);
  cairo_stroke (frame->cr);
  thaw_text_draw (frame->cr, layout, frame->style->text, right + 0.35 * font, y, 0);
}

void
thaw_layer_gap (const ThawFrame *frame)
{
  const ThawChart *chart = frame->chart;
  ThawGapEnd end;

  if (!thaw_chart_gap_end (chart, &end))
    return;
  clip (frame);
  fill (frame, thaw_line_shown (thaw_chart_line (chart, (guint) chart->gap[0])),
        thaw_line_shown (thaw_chart_line (chart, (guint) chart->gap[1])), frame->style->text,
        GAP_ALPHA);
  cairo_restore (frame->cr);
}

void
thaw_layer_gap_size (const ThawFrame *frame)
{
  ThawGapEnd end;

  if (thaw_chart_gap_end (frame->chart, &end))
    draw_size (frame, &end);
}
