/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole charts beside pictures that people have looked at (tests/plots/pictures). Compared by means
 * of small blocks, so that another version of a font or of cairo may move an edge by a part of a
 * pixel; a line, label or colour out of its place is found. Where the fonts of the pictures are not
 * installed, nothing is compared. To make them anew: THAW_WRITE_PICTURES=folder, then look at them.
 */
#include "thaw-plots.h"

#include <glib/gstdio.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define W 560
#define H 260
#define BLOCK 8
#define MEAN_MOST 1.5 /* of 255 */
#define WORST_MOST 70

static bool
has_font (const char *family)
{
  PangoFontFamily **families;
  int n;
  bool found = false;

  pango_font_map_list_families (pango_cairo_font_map_get_default (), &families, &n);
  for (int i = 0; i < n; i++)
    found = found || strcmp (pango_font_family_get_name (families[i]), family) == 0;
  g_free (families);
  return found;
}

/* --- the charts --- */

static ThawSeries *
decay (int n, double x_step, double from, double to, double rate, double ripple)
{
  ThawSeries *series = thaw_series_new ();

  for (int i = 1; i <= n; i++) {
    double x = i * x_step, wave = ripple * sin (i * 12.9898) * sin (i * 0.7);
    ThawPoint p = {x, to + (from - to) * exp (-x * rate) + wave};
    if (!thaw_series_append (series, &p, 1))
      g_error ("a point was refused");
  }
  return series;
}

static ThawChart *
iterations (void)
{
  ThawChart *chart = thaw_chart_new ("Loss of every iteration", "epoch", "loss");

  for (int k = 0; k < 3; k++) {
    g_autoptr (ThawSeries) series = decay (20000, 0.002, 2.3, 0.3 + 0.2 * k, 0.12, 0.3);
    ThawPoint odd = {40.01, k == 1 ? NAN : 0.5};
    ThawLook look = {k == 0 ? "ResNet18" : k == 1 ? "MobileNetV3" : "frozen",
                     k,
                     k,
                     false,
                     0,
                     500,
                     "mean of 1 epoch"};
    g_assert_true (thaw_series_append (series, &odd, 1));
    thaw_chart_add_line (chart, series, &look);
  }
  thaw_chart_shade (chart, 0, 10, "frozen");
  thaw_chart_mark (chart, 10, "thaw");
  thaw_chart_add_mark (chart, THAW_MARK_SEAM, 12, NAN, -1, "resumed");
  return chart;
}

static ThawChart *
accuracy (void)
{
  ThawChart *chart = thaw_chart_new ("准确率", "轮次", "准确率");
  g_autoptr (ThawSeries) train = decay (30, 1, 0.2, 0.97, 0.25, 0.01);
  g_autoptr (ThawSeries) own = decay (30, 1, 0.25, 0.82, 0.3, 0.02);
  g_autoptr (ThawSeries) low = decay (30, 1, 0.2, 0.78, 0.3, 0);
  g_autoptr (ThawSeries) high = decay (30, 1, 0.3, 0.86, 0.3, 0);

  thaw_chart_set_percent (chart, true);
  thaw_chart_add_band (chart, low, high, 0, "偏差");
  thaw_chart_add_line (chart, train, &(ThawLook){.label = "训练", .hue = 1, .dash = 1});
  thaw_chart_add_line (chart, own, &(ThawLook){.label = "验证", .marker = true});
  thaw_chart_set_gap (chart, 0, 1);
  thaw_chart_add_mark (chart, THAW_MARK_BEST, 24, thaw_series_points (own)[23].y, 0, "最佳");
  return chart;
}

static ThawChart *
strip (void)
{
  const char *rows[] = {"head", "block 3", "block 2", "block 1", "stem"};
  ThawChart *chart = thaw_strip_new ("Thaw map", "epoch", rows, 5);
  g_autoptr (ThawSeries) rate = decay (200, 0.1, 1e-3, 0, 0.15, 0);

  for (size_t row = 0; row < 5; row++) {
    double thaw = row ? 3 + 3.0 * (double) row : 0;
    thaw_strip_add_cell (chart, row, 0, thaw, row > 3 ? THAW_CELL_STATISTICS : THAW_CELL_FROZEN, 0);
    thaw_strip_add_cell (chart, row, thaw, 20, THAW_CELL_TRAINING, 1e-3 * pow (0.5, (double) row));
  }
  thaw_strip_set_rate (chart, rate, false);
  thaw_strip_add_edge (chart, 6, 1, 4, 0, 20, 1);
  return chart;
}

static ThawChart *
scatter (void)
{
  const ThawDot dots[] = {{"ResNet18", 11.2e6, 0.91, 0, 0.012, 3, 0},
                          {"MobileNetV3 small", 1.5e6, 0.86, 0, 0, 1, 1},
                          {"MobileNetV3 large", 4.2e6, 0.885, 0, 0.01, 5, 2},
                          {"ResNet18, frozen", 11.2e6, 0.83, 0, 0, 1, 3}};
  ThawChart *chart = thaw_scatter_new ("Accuracy against cost", "parameters", "accuracy");

  thaw_chart_set_percent (chart, true);
  thaw_chart_set_x_unit (chart, THAW_UNIT_COUNT);
  thaw_chart_set_x_log (chart, true);
  for (gsize i = 0; i < G_N_ELEMENTS (dots); i++)
    thaw_scatter_add_dot (chart, &dots[i]);
  thaw_scatter_set_frontier (chart, true, "best value");
  return chart;
}

/* --- beside the pictures --- */

static double
block (cairo_surface_t *surface, int x0, int y0, int channel)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  double sum = 0;

  for (int y = y0; y < y0 + BLOCK; y++)
    for (int x = x0; x < x0 + BLOCK; x++)
      sum += data[y * stride + 4 * x + channel];
  return sum / (BLOCK * BLOCK);
}

static void
compare (cairo_surface_t *drawn, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "plots", "pictures", name, NULL);
  cairo_surface_t *known = cairo_image_surface_create_from_png (path);
  double mean = 0, worst = 0;

  g_assert_cmpint (cairo_surface_status (known), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (known), ==, W);
  g_assert_cmpint (cairo_image_surface_get_height (known), ==, H);
  for (int y = 0; y + BLOCK <= H; y += BLOCK)
    for (int x = 0; x + BLOCK <= W; x += BLOCK)
      for (int channel = 0; channel < 3; channel++) {
        double difference = fabs (block (drawn, x, y, channel) - block (known, x, y, channel));
        mean += difference / (3.0 * (W / BLOCK) * (H / BLOCK));
        worst = MAX (worst, difference);
      }
  g_test_message ("%s: mean %.3f, worst %.1f of 255", name, mean, worst);
  g_assert_cmpfloat (mean, <, MEAN_MOST);
  g_assert_cmpfloat (worst, <, WORST_MOST);
  cairo_surface_destroy (known);
}

typedef struct {
  const char *name, *font;
  ThawChart *(*make) (void);
  bool dark, contrast;
  double cursor; /* 0: none */
} Picture;

static const Picture pictures[] = {
    {"iterations-light.png", NULL, iterations, false, false, 0},
    {"iterations-dark.png", NULL, iterations, true, false, 0},
    {"accuracy-zh.png", "Noto Sans CJK SC", accuracy, false, false, 12.2},
    {"accuracy-zh-contrast.png", "Noto Sans CJK SC", accuracy, true, true, 0},
    {"strip-light.png", NULL, strip, false, false, 0},
    {"strip-dark.png", NULL, strip, true, false, 0},
    {"scatter-light.png", NULL, scatter, false, false, 0},
    {"scatter-contrast.png", NULL, scatter, false, true, 0},
};

static void
picture (gconstpointer data)
{
  const Picture *p = data;
  ThawPlotStyle style = *(p->contrast ? thaw_plot_style_high_contrast (p->dark)
                          : p->dark   ? thaw_plot_style_dark ()
                                      : thaw_plot_style_light ());
  g_autoptr (ThawChart) chart = p->make ();
  const char *folder = g_getenv ("THAW_WRITE_PICTURES");
  cairo_surface_t *surface;
  cairo_t *cr;

  style.font = p->font ? p->font : "DejaVu Sans";
  if (!has_font (style.font)) {
    g_test_skip_printf ("the font %s is not installed", style.font);
    return;
  }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, W, H);
  cr = cairo_create (surface);
  thaw_chart_draw (chart, cr, 0, 0, W, H, &style);
  if (p->cursor > 0) {
    ThawHit hit = {1, 23, {24, 0.82}};
    thaw_chart_draw_cursor (chart, cr, 0, 0, W, H, &style, &(ThawCursor){p->cursor, true, &hit});
  }
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  if (folder) {
    g_autofree char *path = g_build_filename (folder, p->name, NULL);
    g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  } else {
    compare (surface, p->name);
  }
  cairo_surface_destroy (surface);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++) {
    g_autofree char *path = g_strconcat ("/plots/picture/", pictures[i].name, NULL);
    g_test_add_data_func (path, &pictures[i], picture);
  }
  return g_test_run ();
}
