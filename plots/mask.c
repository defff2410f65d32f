/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines filled by columns. A pixel's column has SUB strips; of each strip the line's least and
 * greatest y are known; a round pen makes that wider by what it reaches from the strips beside; a
 * pixel's share is the mean of its strips' shares. */
#include "trace.h"

#include <math.h>
#include <string.h>

#define SUB 4
#define AIR 3 /* device pixels around the plot, and a line's width more */

static bool
target_pixels (cairo_t *cr, double scale[2], double move[2])
{
  cairo_surface_t *target = cairo_get_group_target (cr);
  cairo_matrix_t matrix;
  double device[2], offset[2];

  if (cairo_surface_get_type (target) != CAIRO_SURFACE_TYPE_IMAGE)
    return false;
  cairo_get_matrix (cr, &matrix);
  cairo_surface_get_device_scale (target, &device[0], &device[1]);
  cairo_surface_get_device_offset (target, &offset[0], &offset[1]);
  scale[0] = matrix.xx * device[0];
  scale[1] = matrix.yy * device[1];
  move[0] = matrix.x0 * device[0] + offset[0];
  move[1] = matrix.y0 * device[1] + offset[1];
  return matrix.xy == 0 && matrix.yx == 0 && scale[0] > 0 && scale[1] > 0 &&
         fabs (scale[0] - scale[1]) < 1e-9;
}

static void
forget (ThawMask *mask, int slab)
{
  mask->slabs[slab].top = G_MAXINT;
  mask->slabs[slab].bottom = -1;
}

ThawMask *
thaw_mask_new (const ThawFrame *frame)
{
  double scale[2], move[2], air;
  ThawMask *mask;
  gsize columns;

  if (!frame->cr || !target_pixels (frame->cr, scale, move))
    return NULL;
  mask = g_new0 (ThawMask, 1);
  air = AIR + 2 * frame->style->line_width_px * scale[0];
  mask->scale = scale[0];
  mask->x = (int) floor (frame->left * scale[0] + move[0] - air);
  mask->y = (int) floor (frame->top * scale[1] + move[1] - air);
  mask->width = (int) ceil (frame->width * scale[0] + 2 * air) + 1;
  mask->height = (int) ceil (frame->height * scale[1] + 2 * air) + 1;
  mask->scale_x = scale[0];
  mask->scale_y = scale[1];
  mask->move_x = move[0] - mask->x;
  mask->move_y = move[1] - mask->y;
  mask->stride = cairo_format_stride_for_width (CAIRO_FORMAT_A8, mask->width);
  mask->data = g_malloc0 ((gsize) mask->stride * (gsize) mask->height);
  mask->cover = g_new0 (float, mask->height + 2);
  mask->run = g_new0 (float, mask->height + 2);
  columns = (gsize) mask->width * SUB;
  mask->lo = g_new (double, columns);
  mask->hi = g_new (double, columns);
  mask->wide_lo = g_new (double, columns);
  mask->wide_hi = g_new (double, columns);
  mask->n_slabs = (mask->width + THAW_SLAB - 1) / THAW_SLAB;
  mask->slabs = g_malloc (sizeof *mask->slabs * (gsize) mask->n_slabs);
  for (int i = 0; i < mask->n_slabs; i++)
    forget (mask, i);
  return mask;
}

void
thaw_mask_free (ThawMask *mask)
{
  if (!mask)
    return;
  g_free (mask->data);
  g_free (mask->slabs);
  g_free (mask->cover);
  g_free (mask->run);
  g_free (mask->lo);
  g_free (mask->hi);
  g_free (mask->wide_lo);
  g_free (mask->wide_hi);
  g_free (mask);
}

/* --- least and greatest of strips --- */

static inline void
touch (ThawMask *mask, int strip, double y)
{
  mask->lo[strip] = y < mask->lo[strip] ? y : mask->lo[strip];
  mask->hi[strip] = y > mask->hi[strip] ? y : mask->hi[strip];
}

static int
strip_of (const ThawMask *mask, double x)
{
  return CLAMP ((int) floor (CLAMP (x, 0, mask->width) * SUB), 0, mask->width * SUB - 1);
}

/* From a to b, b.x >= a.x; pixels of the mask. Of each strip its middle counts, of steep lines all
 * of it: with the pen's reach in whole strips, both come out as wide as they should be. */
static void
add_segment (ThawMask *mask, ThawPoint a, ThawPoint b)
{
  double slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0;
  double inset = (0.5 - 0.5 * CLAMP ((fabs (slope) - 0.5) / 3.5, 0, 1)) / SUB;
  int first, last;

  if (b.x < 0 || a.x > mask->width)
    return;
  first = strip_of (mask, a.x);
  last = strip_of (mask, b.x);
  for (int strip = first; strip <= last; strip++) {
    double left = MAX ((double) strip / SUB + inset, a.x);
    double right = MIN ((double) (strip + 1) / SUB - inset, b.x);
    if (left > right)
      continue;
    touch (mask, strip, a.y + slope * (left - a.x));
    touch (mask, strip, a.y + slope * (right - a.x));
  }
}

/* Points where the line turns, and its ends, count wherever they lie. */
static void
add_point (ThawMask *mask, ThawPoint p)
{
  if (p.x >= 0 && p.x <= mask->width)
    touch (mask, strip_of (mask, p.x), p.y);
}

/* What the pen reaches from one strip to those `far` beside it. */
static void
reach (ThawMask *mask, int first, int last, int far, double by)
{
  int from = MAX (first, -far), to = MIN (last, mask->width * SUB - 1 - far);
  const double *restrict lo = mask->lo + far, *restrict hi = mask->hi + far;
  double *restrict wide_lo = mask->wide_lo, *restrict wide_hi = mask->wide_hi;

  for (int strip = from; strip <= to; strip++) {
    double a = lo[strip] - by, b = hi[strip] + by;
    wide_lo[strip] = a < wide_lo[strip] ? a : wide_lo[strip];
    wide_hi[strip] = b > wide_hi[strip] ? b : wide_hi[strip];
  }
}

/* --- shares of pixels --- */

static void
cover_strip (ThawMask *mask, double from, double to, int *top, int *bottom)
{
  const float part = 1.0f / SUB;
  int a, b;

  from = MAX (from, 0);
  to = MIN (to, mask->height);
  if (!(to > from))
    return;
  a = (int) from;
  b = (int) to;
  *top = MIN (*top, a);
  *bottom = MAX (*bottom, MIN (b, mask->height - 1));
  if (a == b) {
    mask->cover[a] += (float) (to - from) * part;
    return;
  }
  mask->cover[a] += (float) (a + 1 - from) * part;
  mask->cover[b] += (float) (to - b) * part;
  mask->run[a + 1] += part;
  mask->run[b] -= part;
}

/* Rows that all strips cover from edge to edge: from .. to-1. */
static void
whole_rows (const ThawMask *mask, int column, int *from, int *to)
{
  double top = 0, bottom = mask->height;

  for (int strip = column * SUB; strip < (column + 1) * SUB; strip++) {
    top = MAX (top, mask->wide_lo[strip]);
    bottom = MIN (bottom, mask->wide_hi[strip]);
  }
  *from = (int) ceil (CLAMP (top, 0, mask->height)) + 1; /* where `run` counts in full */
  *to = MAX (*from, (int) floor (CLAMP (bottom, 0, mask->height)));
}

/* What pixels of the rows have already stays, at most all of it. Returns the run after them. */
static float
cover_rows (ThawMask *mask, int column, int from, int to, float run)
{
  guint8 *pixel = mask->data + (gsize) from * (gsize) mask->stride + column;

  for (int y = from; y < to; y++, pixel += mask->stride) {
    int share;
    run += mask->run[y];
    share = *pixel + (int) ((mask->cover[y] + run) * 255 + 0.5f);
    *pixel = (guint8) MIN (share, 255);
    mask->run[y] = mask->cover[y] = 0;
  }
  return run;
}

static void
cover_column (ThawMask *mask, int column)
{
  int top = G_MAXINT, bottom = -1, from, to, slab = column / THAW_SLAB;
  guint8 *pixel;
  float run;

  for (int strip = column * SUB; strip < (column + 1) * SUB; strip++)
    cover_strip (mask, mask->wide_lo[strip], mask->wide_hi[strip], &top, &bottom);
  if (bottom < 0)
    return;
  whole_rows (mask, column, &from, &to);
  from = MIN (from, bottom + 1);
  to = CLAMP (to, from, bottom + 1);
  run = cover_rows (mask, column, top, from, 0);
  pixel = mask->data + (gsize) from * (gsize) mask->stride + column;
  for (int y = from; y < to; y++, pixel += mask->stride)
    *pixel = 255;
  cover_rows (mask, column, to, bottom + 1, run);
  mask->run[bottom + 1] = mask->cover[bottom + 1] = 0;
  mask->slabs[slab].top = MIN (mask->slabs[slab].top, top);
  mask->slabs[slab].bottom = MAX (mask->slabs[slab].bottom, bottom);
}

static ThawPoint
pixel_of (const ThawMask *mask, ThawPoint p)
{
  return (ThawPoint){p.x * mask->scale_x + mask->move_x, p.y * mask->scale_y + mask->move_y};
}

void
thaw_mask_line (ThawMask *mask, const ThawPoint *points, size_t n, double width_px)
{
  double half = width_px * mask->scale / 2;
  int far = MAX ((int) (half * SUB + 1e-6), 1), first, last;
  ThawPoint a = pixel_of (mask, points[0]), b = pixel_of (mask, points[n - 1]);

  if (b.x < -half || a.x > mask->width + half)
    return;
  first = MAX (strip_of (mask, a.x) - far, 0);
  last = MIN (strip_of (mask, b.x) + far, mask->width * SUB - 1);
  for (int strip = first; strip <= last; strip++) {
    mask->lo[strip] = mask->wide_lo[strip] = INFINITY;
    mask->hi[strip] = mask->wide_hi[strip] = -INFINITY;
  }
  add_point (mask, a);
  add_point (mask, b);
  b = n > 1 ? pixel_of (mask, points[1]) : a;
  for (size_t i = 1; i < n; i++) {
    ThawPoint c = i + 1 < n ? pixel_of (mask, points[i + 1]) : b;
    add_segment (mask, a, b);
    if (a.x == b.x || (b.y - a.y) * (c.y - b.y) <= 0)
      add_point (mask, b);
    a = b;
    b = c;
  }
  for (int d = -far; d <= far; d++) {
    double beside = (double) d / SUB;
    int from = first - MIN (d, 0), to = last - MAX (d, 0);
    reach (mask, from, to, d, sqrt (MAX (half * half - beside * beside, 0)));
  }
  for (int column = first / SUB; column <= last / SUB; column++) {
    for (int strip = column * SUB; strip < (column + 1) * SUB; strip++)
      if (strip < first || strip > last) {
        mask->wide_lo[strip] = INFINITY;
        mask->wide_hi[strip] = -INFINITY;
      }
    cover_column (mask, column);
  }
}

/* Through the part of the image that the slab's lines touched. */
static void
paint_slab (ThawMask *mask, cairo_t *cr, int slab, const double device[2], const double offset[2])
{
  int x = slab * THAW_SLAB, width = MIN (THAW_SLAB, mask->width - x);
  int top = mask->slabs[slab].top, rows = mask->slabs[slab].bottom - top + 1;
  guint8 *from = mask->data + (gsize) top * (gsize) mask->stride + x;
  cairo_surface_t *image =
      cairo_image_surface_create_for_data (from, CAIRO_FORMAT_A8, width, rows, mask->stride);

  cairo_surface_set_device_scale (image, device[0], device[1]);
  cairo_mask_surface (cr, image, (mask->x + x - offset[0]) / device[0],
                      (mask->y + top - offset[1]) / device[1]);
  cairo_surface_destroy (image);
  for (int y = 0; y < rows; y++)
    memset (from + (gsize) y * (gsize) mask->stride, 0, (gsize) width);
  forget (mask, slab);
}

void
thaw_mask_paint (ThawMask *mask, cairo_t *cr, ThawColor color, double alpha)
{
  cairo_surface_t *target = cairo_get_group_target (cr);
  double device[2], offset[2];

  cairo_surface_get_device_scale (target, &device[0], &device[1]);
  cairo_surface_get_device_offset (target, &offset[0], &offset[1]);
  cairo_save (cr);
  cairo_identity_matrix (cr);
  thaw_set_color (cr, color, alpha);
  for (int slab = 0; slab < mask->n_slabs; slab++)
    if (mask->slabs[slab].bottom >= mask->slabs[slab].top)
      paint_slab (mask, cr, slab, device, offset);
  cairo_restore (cr);
}
