/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as pixels: what must be seen is there, in its colour and place. */
#include "frame.h"

#include <math.h>
#include <string.h>

#define W 600
#define H 300

typedef struct {
  cairo_surface_t *surface;
  cairo_t *cr;
} Canvas;

static Canvas
canvas_new (int width, int height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);

  return (Canvas){surface, cairo_create (surface)};
}

static void
canvas_clear (Canvas *canvas)
{
  g_assert_cmpint (cairo_status (canvas->cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (canvas->cr);
  cairo_surface_destroy (canvas->surface);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Canvas, canvas_clear)

static Canvas
draw (ThawChart *chart, const ThawPlotStyle *style)
{
  Canvas canvas = canvas_new (W, H);

  thaw_chart_draw (chart, canvas.cr, 0, 0, W, H, style);
  cairo_surface_flush (canvas.surface);
  return canvas;
}

/* Pixels of that colour within a box, and where they are. */
typedef struct {
  int n, x0, x1, y0, y1;
} Found;

static Found
find_within (const Canvas *canvas, ThawColor color, int tolerance, int x0, int y0, int x1, int y1)
{
  const unsigned char *data = cairo_image_surface_get_data (canvas->surface);
  int stride = cairo_image_surface_get_stride (canvas->surface);
  Found found = {0, G_MAXINT, -1, G_MAXINT, -1};

  for (int y = MAX (y0, 0); y < MIN (y1, H); y++)
    for (int x = MAX (x0, 0); x < MIN (x1, W); x++) {
      guint32 p;
      memcpy (&p, data + (gsize) y * stride + 4 * (gsize) x, 4);
      if (fabs ((p >> 16 & 255) - 255 * color.r) > tolerance ||
          fabs ((p >> 8 & 255) - 255 * color.g) > tolerance ||
          fabs ((p & 255) - 255 * color.b) > tolerance)
        continue;
      found = (Found){found.n + 1, MIN (found.x0, x), MAX (found.x1, x), MIN (found.y0, y),
                      MAX (found.y1, y)};
    }
  return found;
}

static Found
find (const Canvas *canvas, ThawColor color, int x0, int y0, int x1, int y1)
{
  return find_within (canvas, color, 3, x0, y0, x1, y1);
}

static Found
find_all (const Canvas *canvas, ThawColor color)
{
  return find (canvas, color, 0, 0, W, H);
}

static ThawChart *
ramp_chart (int n, int hue, int smooth)
{
  ThawChart *chart = thaw_chart_new ("Title", "Epoch", "Loss");
  g_autofree ThawPoint *points = g_new (ThawPoint, n);

  for (int i = 0; i < n; i++)
    points[i] = (ThawPoint){i, 1 + sin (i * 0.01)};
  thaw_chart_add_series (chart, "run", points, (size_t) n, hue, 0, false, smooth);
  return chart;
}

static void
series_in_its_hue (void)
{
  const ThawPlotStyle *styles[] = {thaw_plot_style_light (), thaw_plot_style_dark ()};

  for (int s = 0; s < 2; s++)
    for (int hue = 0; hue < THAW_N_HUES; hue++) {
      g_autoptr (ThawChart) chart = ramp_chart (300, hue, 0);
      g_auto (Canvas) canvas = draw (chart, styles[s]);
      Found line = find_all (&canvas, styles[s]->hues[hue]);
      g_assert_cmpint (line.n, >, 100);
      g_assert_cmpint (line.x1 - line.x0, >, 450);
      g_assert_cmpint (find_all (&canvas, styles[s]->background).n, >, W * H / 2);
      g_assert_cmpint (find_all (&canvas, styles[s]->hues[(hue + 1) % THAW_N_HUES]).n, <, 10);
    }
}

/* The shade covers its share of the x axis, and its label stands above the plot. */
static void
shade (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  g_autoptr (ThawChart) chart = ramp_chart (1000, 0, 0), plain = ramp_chart (1000, 0, 0);
  Found band;

  thaw_chart_shade (chart, 250, 500, "frozen");
  {
    g_auto (Canvas) canvas = draw (chart, style), other = draw (plain, style);
    band = find (&canvas, style->shade, 60, H - 52, W, H - 46);
    g_assert_cmpint (find_all (&other, style->shade).n, <, 50);
    g_assert_cmpint (find_all (&canvas, style->shade).n, >, 12000);
  }
  g_assert_cmpint (band.n, >, 6 * 110);
  g_assert_cmpint (band.x1 - band.x0, >, 110);
  g_assert_cmpint (band.x1 - band.x0, <, 150);
}

/* One spike among 100,000 points reaches its height on the page. */
static void
spike_is_seen (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();

  for (int smooth = 0; smooth <= 1000; smooth += 1000) {
    g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");
    g_autofree ThawPoint *points = g_new (ThawPoint, 100000);
    for (int i = 0; i < 100000; i++)
      points[i] = (ThawPoint){i, 1 + 0.1 * sin (i)};
    points[77777].y = 10;
    thaw_chart_add_series (chart, "", points, 100000, 1, 0, false, smooth);
    {
      g_auto (Canvas) canvas = draw (chart, style);
      ThawColor hue = style->hues[1], pale = hue;
      Found line;
      pale.r = 1 - 0.28 * (1 - hue.r); /* over the white page */
      pale.g = 1 - 0.28 * (1 - hue.g);
      pale.b = 1 - 0.28 * (1 - hue.b);
      line = find (&canvas, smooth ? pale : hue, W / 2, 0, W, H);
      g_assert_cmpint (line.y0, <, H / 5);
      line = find (&canvas, smooth ? pale : hue, 0, 0, W / 2, H);
      g_assert_cmpint (line.y0, >, H / 2);
    }
  }
}

/* Values without a place leave marks at the edges, in the series' hue and named in the legend. */
static void
marks_at_edges (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  const double values[] = {NAN, INFINITY, -INFINITY, 5, -5, 1e305};

  for (gsize k = 0; k < G_N_ELEMENTS (values); k++) {
    g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");
    ThawPoint points[101];
    for (int i = 0; i <= 100; i++)
      points[i] = (ThawPoint){i, 0.5};
    points[50].y = values[k];
    thaw_chart_set_y_range (chart, 0, 1);
    thaw_chart_add_series (chart, "", points, 101, 1, 0, false, 0);
    {
      g_auto (Canvas) canvas = draw (chart, style);
      bool up = values[k] > 0;
      Found mark = find_within (&canvas, style->hues[1], 60, 0, up ? 0 : H - 70, W, up ? 70 : H);
      g_assert_cmpint (mark.n, >, 5);
      g_assert_cmpint (abs ((mark.x0 + mark.x1) / 2 - (40 + W) / 2), <, 25);
    }
  }
}

/* A single point, and a point between gaps, are dots. */
static void
single_points (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  const ThawPoint points[] = {{0, NAN}, {1, 0.5}, {2, NAN}};
  g_autoptr (ThawChart) alone = thaw_chart_new ("", "", ""), between = thaw_chart_new ("", "", "");

  thaw_chart_add_series (alone, "", points + 1, 1, 2, 0, false, 0);
  thaw_chart_add_series (between, "", points, 3, 2, 0, false, 0);
  {
    g_auto (Canvas) a = draw (alone, style), b = draw (between, style);
    g_assert_cmpint (find_all (&a, style->hues[2]).n, >=, 4);
    g_assert_cmpint (find (&b, style->hues[2], 0, 0, W, H - 60).n, >=, 4);
  }
}

/* An empty chart says so in the middle; with a point it no longer does. */
static void
empty (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  const ThawPoint point = {0, 0};
  g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");

  for (int full = 0; full < 2; full++) {
    g_auto (Canvas) canvas = draw (chart, style);
    int dark = 0;
    for (int level = 0; level < 140; level += 4) {
      double v = level / 255.0;
      dark += find (&canvas, (ThawColor){v, v, v + 0.01, 1}, W / 2 - 40, H / 2 - 25, W / 2 + 60,
                    H / 2 + 5)
                  .n;
    }
    if (full)
      g_assert_cmpint (dark, ==, 0);
    else
      g_assert_cmpint (dark, >, 20);
    thaw_chart_add_series (chart, "", &point, 1, 3, 0, false, 0);
  }
}

/* --- anything --- */

static double
odd (GRand *rand)
{
  static const double values[] = {NAN,   INFINITY, -INFINITY, 0,     -1,  1e300, -1e300,
                                  1e305, 1e-310,   1e15,      1e-15, 0.5, 5};

  return values[g_rand_int_range (rand, 0, G_N_ELEMENTS (values))];
}

static ThawSeries *
odd_series (GRand *rand)
{
  ThawPoint points[40];
  int n = g_rand_int_range (rand, 0, 40);
  double x = 0;

  for (int i = 0; i < n; i++) {
    x += g_rand_int_range (rand, 0, 3);
    points[i] = (ThawPoint){x, odd (rand)};
  }
  return thaw_series_new_from (points, (size_t) n);
}

static ThawChart *
odd_lines (GRand *rand, int k)
{
  ThawChart *chart = thaw_chart_new ("标题 T", "轮次", "损失");

  for (int i = 0; i < 2; i++) {
    g_autoptr (ThawSeries) a = odd_series (rand), b = odd_series (rand);
    ThawLook look = {i ? "run" : NULL, k, k % 3, k % 2, odd (rand), k % 5, k % 2 ? "mean" : NULL};
    thaw_chart_add_line (chart, a, &look);
    thaw_chart_add_band (chart, a, b, k, k % 3 ? "band" : NULL);
  }
  thaw_chart_set_gap (chart, 0, k % 2);
  thaw_chart_set_y_log (chart, k % 4 == 0);
  thaw_chart_set_x_log (chart, k % 11 == 0);
  thaw_chart_set_y_follow (chart, k % 2);
  thaw_chart_set_percent (chart, k % 7 == 0);
  if (k % 3 == 0)
    thaw_chart_set_x_range (chart, 3, 3 + g_rand_double_range (rand, 1e-9, 40));
  return chart;
}

static ThawChart *
odd_strip (GRand *rand, int k)
{
  const char *rows[] = {"头", "block 2", NULL, "a long name of a block that does not end"};
  g_autoptr (ThawSeries) rate = odd_series (rand);
  ThawChart *chart = thaw_strip_new ("解冻图", "轮次", rows, (size_t) (k % 5 ? 4 : 1));

  for (size_t i = 0; i < 12; i++)
    thaw_strip_add_cell (chart, i % thaw_strip_n_rows (chart), (double) i, (double) i + 2,
                         (ThawCellKind) (i % 3), odd (rand));
  thaw_strip_set_rate (chart, rate, k % 2);
  thaw_strip_set_moved (chart, 0, odd (rand));
  thaw_strip_add_edge (chart, 3, 0, 0, 0, 9, 1);
  thaw_strip_set_active_edge (chart, k % 2);
  return chart;
}

static ThawChart *
odd_scatter (GRand *rand, int k)
{
  ThawChart *chart = thaw_scatter_new ("散点", "参数", "准确率");

  for (int i = 0; i < k % 9; i++) {
    ThawDot dot = {i % 2 ? "run" : NULL, odd (rand), odd (rand), odd (rand), odd (rand), i - 1, i};
    thaw_scatter_add_dot (chart, &dot);
  }
  thaw_scatter_set_frontier (chart, k % 2, "best");
  thaw_chart_set_x_log (chart, k % 3);
  thaw_chart_set_x_unit (chart, (ThawUnit) (k % 6));
  thaw_chart_set_y_unit (chart, (ThawUnit) (k % 5));
  return chart;
}

static void
ask_everything (ThawChart *chart, double width, double height, int k)
{
  g_autofree char *words = thaw_chart_describe (chart);
  g_autofree char *values = thaw_chart_values_text (chart, 3);
  g_autoptr (ThawTable) table = thaw_chart_table (chart, (size_t) (k % 20));
  ThawPlotArea area;
  ThawHit hit;

  g_assert_true (g_utf8_validate (words, -1, NULL) && g_utf8_validate (values, -1, NULL));
  for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
    g_assert_nonnull (table->cells[i]);
  thaw_chart_measure (chart, width, height, thaw_plot_style_light (), &area);
  thaw_chart_hit (chart, &area, width / 2, height / 2, 1000, &hit);
  for (int i = 0; i < 12; i++)
    if (thaw_chart_walk (chart, &area, (ThawWalk) (i % 6), &hit)) {
      g_autofree char *text = thaw_chart_point_text (chart, &hit);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

/* Any size, also one with no room for anything, any kind, any mixture of odd values: by the fast
 * way and by cairo alone. */
static void
any_size (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (int k = 0; k < 300; k++) {
    g_autoptr (ThawChart) chart = k % 3 == 0   ? odd_lines (rand, k / 3)
                                  : k % 3 == 1 ? odd_strip (rand, k / 3)
                                               : odd_scatter (rand, k / 3);
    g_auto (Canvas) canvas = canvas_new (400, 200);
    double width = g_rand_double_range (rand, 1, 400), height = g_rand_double_range (rand, 1, 200);
    const ThawPlotStyle *style = k % 2 ? thaw_plot_style_light () : thaw_plot_style_dark ();
    ThawHit hit = {0, 0, {3, odd (rand)}};
    ThawCursor cursor = {g_rand_double_range (rand, -5, 50), k % 2, &hit};
    thaw_chart_shade (chart, -3, 5, "frozen");
    thaw_chart_mark (chart, 5, "thawed");
    thaw_chart_mark (chart, 7, NULL);
    thaw_chart_add_mark (chart, THAW_MARK_BEST, 6, odd (rand), k - 1, "best");
    thaw_chart_set_compact (chart, k % 4 == 0);
    thaw_chart_set_legend (chart, k % 5);
    if (k % 7 == 0)
      cairo_rotate (canvas.cr, 0.01); /* by cairo */
    thaw_chart_draw (chart, canvas.cr, 0, 0, width, height, style);
    thaw_chart_draw_cursor (chart, canvas.cr, 0, 0, width, height, style, &cursor);
    ask_everything (chart, width, height, k);
  }
}

/* Labels of marks and shades meet neither each other nor a line that passes. */
static void
labels_apart (void)
{
  g_auto (Canvas) canvas = canvas_new (W, H);

  for (int n = 1; n <= 30; n++) {
    g_autoptr (ThawChart) chart = ramp_chart (100, 0, 0);
    ThawFrame frame = {.chart = chart,
                       .style = thaw_plot_style_light (),
                       .cr = canvas.cr,
                       .left = 50,
                       .width = 540,
                       .notes = g_array_new (FALSE, FALSE, sizeof (ThawNote))};
    int shown = 0;
    thaw_chart_shade (chart, 0, 9, "frozen");
    for (int i = 0; i < n; i++)
      thaw_chart_mark (chart, (i * 37) % 100, i % 2 ? "rate 5e-5" : "resumed");
    frame.x = thaw_chart_x_axis (chart);
    thaw_notes_place (&frame);
    g_assert_cmpuint (frame.notes->len, ==, (guint) n + 1);
    for (guint i = 0; i < frame.notes->len; i++) {
      const ThawNote *a = &g_array_index (frame.notes, ThawNote, i);
      shown += a->row >= 0;
      for (guint j = 0; j < frame.notes->len && a->row >= 0; j++) {
        const ThawNote *b = &g_array_index (frame.notes, ThawNote, j);
        if (i != j && a->row == b->row)
          g_assert_true (a->to < b->from || b->to < a->from);
        if (i != j && b->row >= 0 && b->row < a->row) /* b's line passes a's row */
          g_assert_false (b->line > a->from && b->line < a->to);
      }
    }
    g_assert_cmpint (shown, >=, MIN (n + 1, 6));
    g_array_unref (frame.notes);
  }
}

/* The gap is filled where both lines are, also after a break. */
static void
gap (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  const ThawPoint high[] = {{0, 0.9}, {10, 0.9}, {11, NAN}, {12, 0.9}, {20, 0.9}};
  const ThawPoint low[] = {{0, 0.1}, {20, 0.1}};
  g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");
  ThawPlotArea area;

  thaw_chart_add_series (chart, "", high, 5, 0, 0, false, 0);
  thaw_chart_add_series (chart, "", low, 2, 1, 0, false, 0);
  thaw_chart_set_gap (chart, 0, 1);
  thaw_chart_set_y_range (chart, 0, 1);
  thaw_chart_measure (chart, W, H, style, &area);
  {
    g_auto (Canvas) canvas = draw (chart, style);
    ThawColor grey = thaw_color_mix (style->background, style->text, 0.13);
    const double at[] = {3, 10.9, 11.1, 15, 19};
    const bool wanted[] = {true, false, false, true, true};
    for (gsize i = 0; i < G_N_ELEMENTS (at); i++) {
      int x = (int) thaw_plot_area_x_px (&area, at[i]), y = (int) thaw_plot_area_y_px (&area, 0.45);
      Found found = find (&canvas, grey, x - 1, y - 2, x + 1, y + 2);
      g_assert_cmpint (found.n > 0, ==, wanted[i]);
    }
  }
}

/* In a narrow chart the gap's size stands in the plot, beside the line and ring of the best epoch.
 */
static void
gap_beside_mark (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  const ThawPoint high[] = {{0, 0.9}, {20, 0.9}}, low[] = {{0, 0.5}, {20, 0.5}};

  for (int marked = 0; marked < 2; marked++) {
    g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");
    ThawPlotArea area;
    int best, top;
    Found text;
    thaw_chart_add_series (chart, "", high, 2, 0, 0, false, 0);
    thaw_chart_add_series (chart, "", low, 2, 1, 0, false, 0);
    thaw_chart_set_gap (chart, 0, 1);
    thaw_chart_set_y_range (chart, 0, 1);
    thaw_chart_set_compact (chart, true);
    if (marked)
      thaw_chart_add_mark (chart, THAW_MARK_BEST, 19, 0.5, 0, "best");
    thaw_chart_measure (chart, W, H, style, &area);
    g_auto (Canvas) canvas = draw (chart, style);
    best = (int) thaw_plot_area_x_px (&area, 19);
    top = (int) thaw_plot_area_y_px (&area, 0.5) + 6;
    text = find_within (&canvas, style->text, 90, (int) area.left + 2, top,
                        (int) (area.left + area.width) - 1, top + (int) (2 * style->font_px));
    g_assert_cmpint (text.n, >, 40);
    if (marked)
      g_assert_cmpint (text.x1, <, best - (int) (0.5 * style->font_px));
    else
      g_assert_cmpint (text.x1, >, best);
  }
}

/* Frozen, statistics only and training cells have their colours; a higher rate is brighter. */
static void
strip_cells (void)
{
  const ThawPlotStyle *style = thaw_plot_style_light ();
  const char *rows[] = {"head", "stem"};
  g_autoptr (ThawChart) strip = thaw_strip_new ("", "", rows, 2);
  ThawPlotArea area;

  thaw_strip_add_cell (strip, 0, 0, 10, THAW_CELL_TRAINING, 1e-2);
  thaw_strip_add_cell (strip, 1, 0, 5, THAW_CELL_FROZEN, 0);
  thaw_strip_add_cell (strip, 1, 5, 10, THAW_CELL_TRAINING, 1e-4);
  thaw_chart_measure (strip, W, H, style, &area);
  {
    g_auto (Canvas) canvas = draw (strip, style);
    int right = (int) (area.left + area.width), middle = (int) (area.top + area.height / 2);
    int bottom = (int) (area.top + area.height), half = (int) (area.left + area.width / 2);
    Found bright = find (&canvas, style->training, (int) area.left, (int) area.top, right, middle);
    Found frozen = find (&canvas, style->frozen, (int) area.left, middle, right, bottom);
    g_assert_cmpint (bright.n, >, (int) (area.width * area.height * 0.45));
    g_assert_cmpint (frozen.n, >, (int) (area.width * area.height * 0.2));
    g_assert_cmpint (abs (frozen.x1 - half), <=, 2);
    g_assert_cmpint (find (&canvas, style->training, half + 2, middle + 1, right, bottom).n, ==, 0);
  }
}

/* Pictures of one view, drawn as images at one and two device pixels, show the same; a flank of the
 * saw takes its whole column of either. */
static void
hidpi (void)
{
  g_autoptr (ThawChart) chart = ramp_chart (20000, 1, 500);
  const ThawPlotStyle *style = thaw_plot_style_light ();
  cairo_surface_t *big = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2 * W, 2 * H);
  cairo_t *cr;
  g_auto (Canvas) small = draw (chart, style);
  const guint8 *p, *q;
  double difference = 0;

  cairo_surface_set_device_scale (big, 2, 2);
  cr = cairo_create (big);
  thaw_chart_draw (chart, cr, 0, 0, W, H, style);
  cairo_destroy (cr);
  cairo_surface_flush (big);
  p = cairo_image_surface_get_data (small.surface);
  q = cairo_image_surface_get_data (big);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++) {
      int at = 2 * y * cairo_image_surface_get_stride (big) + 8 * x + 1;
      int below = at + cairo_image_surface_get_stride (big);
      difference += abs (p[y * cairo_image_surface_get_stride (small.surface) + 4 * x + 1] -
                         (q[at] + q[at + 4] + q[below] + q[below + 4]) / 4);
    }
  g_assert_cmpfloat (difference / (W * H), <, 3.5);
  cairo_surface_destroy (big);
}

/* Y of a percent chart stays within 0..100 %, zero joins in when near, ranges given are kept. */
static void
ranges (void)
{
  const ThawPoint points[] = {{0, 0.2}, {10, 0.99}};
  g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");
  ThawAxis axis;

  thaw_chart_add_series (chart, "", points, 2, 0, 0, false, 0);
  thaw_chart_set_percent (chart, true);
  axis = thaw_chart_y_axis (chart);
  g_assert_true (axis.lo == 0 && axis.hi == 1);
  thaw_chart_set_percent (chart, false);
  axis = thaw_chart_y_axis (chart);
  g_assert_true (axis.lo == 0 && axis.hi > 0.99 && axis.hi < 1.1);
  thaw_chart_set_y_range (chart, -1, 3);
  axis = thaw_chart_y_axis (chart);
  g_assert_true (axis.lo == -1 && axis.hi == 3);
  thaw_chart_shade (chart, -5, 2, NULL);
  axis = thaw_chart_x_axis (chart);
  g_assert_true (axis.lo == -5 && axis.hi == 10 && axis.unit == THAW_UNIT_WHOLE);
  thaw_chart_set_x_range (chart, 3, 4);
  axis = thaw_chart_x_axis (chart);
  g_assert_true (axis.lo == 3 && axis.hi == 4);
}

/* A private-use character is in no font. */
static void
missing_font (void)
{
  g_autoptr (ThawChart) chart = thaw_chart_new ("Plain", "x", "y");
  const ThawPoint point = {0, 0};

  g_assert_null (thaw_chart_missing_font (chart, thaw_plot_style_light ()));
  thaw_chart_add_series (chart, "\uE8F7\uF2A3", &point, 1, 0, 0, false, 0);
  g_assert_cmpstr (thaw_chart_missing_font (chart, thaw_plot_style_light ()), ==, "\uE8F7\uF2A3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/draw/series-in-its-hue", series_in_its_hue);
  g_test_add_func ("/plots/draw/shade", shade);
  g_test_add_func ("/plots/draw/spike-is-seen", spike_is_seen);
  g_test_add_func ("/plots/draw/marks-at-edges", marks_at_edges);
  g_test_add_func ("/plots/draw/single-points", single_points);
  g_test_add_func ("/plots/draw/empty", empty);
  g_test_add_func ("/plots/draw/gap", gap);
  g_test_add_func ("/plots/draw/gap-beside-mark", gap_beside_mark);
  g_test_add_func ("/plots/draw/strip-cells", strip_cells);
  g_test_add_func ("/plots/draw/hidpi", hidpi);
  g_test_add_func ("/plots/draw/any-size", any_size);
  g_test_add_func ("/plots/draw/labels-apart", labels_apart);
  g_test_add_func ("/plots/draw/ranges", ranges);
  g_test_add_func ("/plots/draw/missing-font", missing_font);
  return g_test_run ();
}
