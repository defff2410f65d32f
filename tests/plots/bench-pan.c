/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a frame takes while ten runs of 100,000 points are panned at 1200 x 800, and what
 * happens beside it: points that come in, another strength of smoothing. Milliseconds of this
 * machine; no frame may hold 16 ms. meson test -C build --benchmark */
#include "thaw-plots.h"

#include <math.h>
#include <stdio.h>

#define RUNS 10
#define POINTS 100000
#define FRAMES 200
#define WIDTH 1200
#define HEIGHT 800
#define EPOCHS 40

static ThawSeries *
new_run (guint32 seed, size_t n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree ThawPoint *points = g_new (ThawPoint, n);

  for (size_t i = 0; i < n; i++) {
    double epoch = (double) (i + 1) * EPOCHS / POINTS;
    double noise = g_rand_double (rand) + g_rand_double (rand) + g_rand_double (rand) - 1.5;
    points[i] = (ThawPoint){epoch, 2.3 * exp (-epoch / (6 + seed)) + 0.4 + 0.3 * noise};
  }
  return thaw_series_new_from (points, n);
}

static ThawChart *
new_chart (ThawSeries **runs, int smooth)
{
  ThawChart *chart = thaw_chart_new ("Loss of every iteration", "epoch", "loss");

  for (int k = 0; k < RUNS; k++) {
    g_autofree char *name = g_strdup_printf ("run %d", k + 1);
    ThawLook look = {.label = name, .hue = k, .dash = k / THAW_N_HUES, .smooth = smooth};
    thaw_chart_add_line (chart, runs[k], &look);
  }
  thaw_chart_shade (chart, 0, 10, "frozen");
  thaw_chart_mark (chart, 10, "thaw");
  thaw_chart_mark (chart, 30, "rate drops");
  return chart;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double p = *(const double *) a, q = *(const double *) b;

  return (p > q) - (p < q);
}

static void
report (const char *what, double *ms, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += ms[i];
  qsort (ms, (size_t) n, sizeof *ms, compare);
  printf ("%-44s least %6.2f   mean %6.2f   p99 %6.2f   max %6.2f ms\n", what, ms[0], sum / n,
          ms[(n - 1) * 99 / 100], ms[n - 1]);
}

/* The view moves by a few px each frame. */
static void
pan (const char *what, ThawChart **charts, int n, double view)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  const ThawPlotStyle *style = thaw_plot_style_light ();
  double ms[FRAMES], heights[8], each = (double) HEIGHT / n;

  for (int frame = -2; frame < FRAMES; frame++) { /* two to warm up */
    double lo = (EPOCHS - view) * MAX (frame, 0) / FRAMES;
    gint64 from = g_get_monotonic_time ();
    for (int i = 0; i < n; i++) {
      thaw_chart_set_x_range (charts[i], lo, lo + view);
      heights[i] = each;
    }
    thaw_charts_align (charts, (size_t) n, heights, style);
    for (int i = 0; i < n; i++)
      thaw_chart_draw (charts[i], cr, 0, i * each, WIDTH, each, style);
    if (frame >= 0)
      ms[frame] = (double) (g_get_monotonic_time () - from) / 1e3;
  }
  report (what, ms, FRAMES);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Ten runs get 25 points each, as twice a second while they train, and are drawn. */
static void
grow (ThawSeries **runs, ThawChart *chart)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  double ms[FRAMES];

  thaw_chart_unset_x_range (chart);
  for (int frame = 0; frame < FRAMES; frame++) {
    gint64 from = g_get_monotonic_time ();
    for (int k = 0; k < RUNS; k++) {
      size_t n = thaw_series_length (runs[k]);
      double x = thaw_series_points (runs[k])[n - 1].x;
      ThawPoint points[25];
      for (int i = 0; i < 25; i++)
        points[i] = (ThawPoint){x + (i + 1) * 4e-4, 0.5 + 0.01 * i};
      if (!thaw_series_append (runs[k], points, 25))
        g_error ("points were refused");
    }
    thaw_chart_draw (chart, cr, 0, 0, WIDTH, HEIGHT, thaw_plot_style_light ());
    ms[frame] = (double) (g_get_monotonic_time () - from) / 1e3;
  }
  report ("ten runs grow, smoothed, and are drawn", ms, FRAMES);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
prepare (ThawSeries **runs)
{
  gint64 from = g_get_monotonic_time (), made;

  for (int k = 0; k < RUNS; k++)
    runs[k] = new_run ((guint32) k + 1, POINTS);
  made = g_get_monotonic_time ();
  for (int k = 0; k < RUNS; k++)
    thaw_series_smoothed (runs[k], 1250);
  printf ("make ten series of 100,000: %.1f ms; smooth them: %.1f ms\n",
          (double) (made - from) / 1e3, (double) (g_get_monotonic_time () - made) / 1e3);
}

static void
pointer (ThawChart *chart)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  const ThawPlotStyle *style = thaw_plot_style_light ();
  double ms[FRAMES];

  for (int frame = 0; frame < FRAMES; frame++) {
    gint64 from = g_get_monotonic_time ();
    ThawPlotArea area;
    ThawHit hit;
    ThawCursor cursor = {.values = true, .hit = &hit};
    thaw_chart_measure (chart, WIDTH, HEIGHT, style, &area);
    cursor.x = thaw_plot_area_x (&area, 100 + 5 * frame);
    thaw_chart_hit (chart, &area, 100 + 5 * frame, 500, 12, &hit);
    thaw_chart_draw_cursor (chart, cr, 0, 0, WIDTH, HEIGHT, style, &cursor);
    ms[frame] = (double) (g_get_monotonic_time () - from) / 1e3;
  }
  report ("crosshair with ten values, and a hit test", ms, FRAMES);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

int
main (void)
{
  ThawSeries *runs[RUNS];
  ThawChart *raw, *smoothed, *stack[4];

  prepare (runs);
  raw = new_chart (runs, 0);
  smoothed = new_chart (runs, 1250);
  pan ("pan 38 of 40 epochs, raw", &raw, 1, 38);
  pan ("pan 38 of 40 epochs, smoothed over raw", &smoothed, 1, 38);
  pan ("pan 8 of 40 epochs, smoothed over raw", &smoothed, 1, 8);
  pan ("pan half an epoch of 40, smoothed over raw", &smoothed, 1, 0.5);
  for (int i = 0; i < 4; i++)
    stack[i] = i % 2 ? raw : smoothed;
  pan ("pan four such charts below one another", stack, 4, 38);
  pointer (smoothed);
  grow (runs, smoothed);
  thaw_chart_free (raw);
  thaw_chart_free (smoothed);
  for (int k = 0; k < RUNS; k++)
    thaw_series_unref (runs[k]);
  return 0;
}
