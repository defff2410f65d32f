/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines filled by columns look as cairo's strokes do, on plain images, on dense screens, moved. */
#include "trace.h"

#include <math.h>
#include <string.h>

#define W 300
#define H 200

static GRand *
seeded (void)
{
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  return g_rand_new_with_seed (seed);
}

static cairo_surface_t *
new_image (int scale)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, W * scale, H * scale);

  cairo_surface_set_device_scale (surface, scale, scale);
  return surface;
}

/* The line in black on white, by the mask or by cairo. */
static cairo_surface_t *
draw_as (const ThawPoint *points,
         guint n,
         double width,
         int dash,
         int scale,
         double move,
         bool masked,
         bool dense)
{
  cairo_surface_t *surface = new_image (scale);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (ThawPoint));
  ThawFrame frame = {.style = thaw_plot_style_light (),
                     .cr = cr,
                     .left = 10,
                     .top = 10,
                     .width = W - 20,
                     .height = H - 20};
  ThawMask *mask;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_translate (cr, move, move);
  g_array_append_vals (trace, points, n);
  mask = masked ? thaw_mask_new (&frame) : NULL;
  g_assert_true (!masked || mask);
  thaw_trace_draw (&frame, mask, trace, (ThawColor){0, 0, 0, 1}, 1, width, dash, dense);
  thaw_mask_free (mask);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static cairo_surface_t *
draw (const ThawPoint *points, guint n, double width, int dash, int scale, double move, bool masked)
{
  return draw_as (points, n, width, dash, scale, move, masked, false);
}

/* Differences of grey: of the picture in the mean, and of 4 x 4 pixels at most. */
static void
differences (cairo_surface_t *a, cairo_surface_t *b, double *mean, double *worst)
{
  int width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);
  int stride = cairo_image_surface_get_stride (a);
  const guint8 *p = cairo_image_surface_get_data (a), *q = cairo_image_surface_get_data (b);

  *mean = *worst = 0;
  for (int y = 0; y + 4 <= height; y += 4)
    for (int x = 0; x + 4 <= width; x += 4) {
      double sum = 0;
      for (int k = 0; k < 16; k++) {
        int at = (y + k / 4) * stride + (x + k % 4) * 4;
        sum += (p[at] - q[at]) / 16.0;
      }
      *mean += fabs (sum) / (width * height / 16.0);
      *worst = MAX (*worst, fabs (sum));
    }
  cairo_surface_destroy (a);
  cairo_surface_destroy (b);
}

static void
compare (const ThawPoint *points,
         guint n,
         double width,
         int dash,
         int scale,
         double move,
         double most_in_mean,
         double most)
{
  double mean, worst;

  differences (draw (points, n, width, dash, scale, move, true),
               draw (points, n, width, dash, scale, move, false), &mean, &worst);
  g_test_message ("mean %.3f worst %.1f of 255", mean, worst);
  g_assert_cmpfloat (mean, <, most_in_mean);
  g_assert_cmpfloat (worst, <, most);
}

static void
smooth_lines (void)
{
  ThawPoint points[281];

  for (int shape = 0; shape < 4; shape++)
    for (int scale = 1; scale <= 2; scale++) {
      for (int i = 0; i <= 280; i++)
        points[i] = (ThawPoint){10 + i, shape == 0   ? 100.3
                                        : shape == 1 ? 10 + i * 0.6
                                        : shape == 2 ? 100 + 80 * sin (i * 0.05)
                                                     : 190 - 180 * exp (-i * 0.1)};
      compare (points, 281, 1.84, 0, scale, 0, 0.5, 35);
      compare (points, 281, 0.8, 0, scale, 0.37, 0.5, 35);
      compare (points, 281, 3, 0, scale, 0.5, 0.5, 35);
    }
}

/* Corners, steep flanks, spikes, breaks, lone points. */
static void
wild_lines (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int round = 0; round < 40; round++) {
    ThawPoint points[400];
    double x = 10;
    guint n = 0;
    for (; n < 400 && x < W - 10; n++) {
      points[n] = (ThawPoint){x, g_rand_double_range (rand, 12, H - 12)};
      if (g_rand_int_range (rand, 0, 9) == 0)
        points[n].y = NAN;
      x += round % 2 ? g_rand_double_range (rand, 0, 3) : g_rand_double_range (rand, 4, 30);
    }
    /* A stroke's mitred or round ends lie between the strips of a pixel. */
    compare (points, n, g_rand_double_range (rand, 0.8, 2.5), 0, 1 + round % 2, 0, 4, 60);
  }
}

/* Many points a column: as dark as strokes are, from the least to the greatest of each. */
static void
dense_lines (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int scale = 1; scale <= 2; scale++) {
    ThawPoint points[8 * 280];
    double mean, worst;
    for (int i = 0; i < 8 * 280; i++)
      points[i] = (ThawPoint){10 + i / 8.0,
                              100 + 40 * sin (i * 0.004) + g_rand_double_range (rand, -30, 30)};
    differences (draw_as (points, 8 * 280, 0.8, 0, scale, 0, true, true),
                 draw (points, 8 * 280, 0.8, 0, scale, 0, false), &mean, &worst);
    g_test_message ("mean %.3f worst %.1f of 255", mean, worst);
    g_assert_cmpfloat (mean, <, 10); /* tips take their whole column */
  }
}

/* What is mixed into the pixels of an image at once is what cairo mixes through a mask, which it
 * does where the clip is no rectangle. */
static void
blended (void)
{
  static const ThawColor color = {0.8, 0.3, 0.1, 0.9};
  const ThawPoint points[] = {{12, 30}, {90, 170}, {91, 20}, {200, 120}, {289, 15}};
  cairo_surface_t *images[2];
  double mean, worst;

  for (int k = 0; k < 2; k++) {
    cairo_t *cr;
    g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (ThawPoint));
    ThawFrame frame = {.style = thaw_plot_style_light (), .width = W, .height = H};
    ThawMask *mask;
    images[k] = new_image (1);
    frame.cr = cr = cairo_create (images[k]);
    cairo_set_source_rgb (cr, 0.2, 0.9, 0.6);
    cairo_paint (cr);
    cairo_rectangle (cr, 20, 10, W - 37, H - 20);
    cairo_clip (cr);
    if (k) {
      cairo_arc (cr, W / 2.0, H / 2.0, W, 0, 2 * G_PI);
      cairo_clip (cr);
    }
    g_array_append_vals (trace, points, G_N_ELEMENTS (points));
    mask = thaw_mask_new (&frame);
    thaw_trace_draw (&frame, mask, trace, color, 0.7, 2.2, 0, false);
    thaw_trace_draw (&frame, mask, trace, color, 1, 3, 2, false);
    thaw_mask_free (mask);
    cairo_destroy (cr);
    cairo_surface_flush (images[k]);
  }
  differences (images[0], images[1], &mean, &worst);
  g_test_message ("mean %.3f worst %.1f of 255", mean, worst);
  g_assert_cmpfloat (mean, <, 0.2);
  g_assert_cmpfloat (worst, <, 3);
}

/* What lies far outside costs nothing and harms nothing. */
static void
outside (void)
{
  const ThawPoint points[] = {{-3e3, -2e3}, {20, 50},   {150, 1e4},
                              {200, -1e4},  {280, 100}, {9e3, 100}};

  compare (points, G_N_ELEMENTS (points), 1.6, 0, 1, 0, 1, 130);
}

/* Dashes: as much ink as cairo's, and gaps. */
static void
dashed (void)
{
  const ThawPoint points[] = {{10, 20}, {150, 180}, {290, 100}};

  for (int dash = 1; dash <= 2; dash++) {
    cairo_surface_t *s = draw (points, 3, 1.6, dash, 1, 0, true);
    cairo_surface_t *whole = draw (points, 3, 1.6, 0, 1, 0, true);
    double ink[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
      const guint8 *p = cairo_image_surface_get_data (k ? whole : s);
      for (int i = 0; i < W * H; i++)
        ink[k] += 255 - p[4 * i];
    }
    g_assert_cmpfloat (ink[0] / ink[1], >, 0.3);
    g_assert_cmpfloat (ink[0] / ink[1], <, 0.8);
    cairo_surface_destroy (s);
    cairo_surface_destroy (whole);
  }
}

/* Turned, or not on an image: cairo draws. */
static void
refused (void)
{
  cairo_surface_t *image = new_image (1);
  cairo_surface_t *recording = cairo_recording_surface_create (CAIRO_CONTENT_COLOR, NULL);

  for (int k = 0; k < 2; k++) {
    cairo_t *cr = cairo_create (k ? image : recording);
    ThawFrame frame = {.style = thaw_plot_style_light (), .cr = cr, .width = 10, .height = 10};
    if (k)
      cairo_rotate (cr, 0.1);
    g_assert_null (thaw_mask_new (&frame));
    cairo_destroy (cr);
  }
  cairo_surface_destroy (image);
  cairo_surface_destroy (recording);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/mask/smooth-lines", smooth_lines);
  g_test_add_func ("/plots/mask/wild-lines", wild_lines);
  g_test_add_func ("/plots/mask/dense-lines", dense_lines);
  g_test_add_func ("/plots/mask/blended", blended);
  g_test_add_func ("/plots/mask/outside", outside);
  g_test_add_func ("/plots/mask/dashed", dashed);
  g_test_add_func ("/plots/mask/refused", refused);
  return g_test_run ();
}
