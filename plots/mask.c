/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines filled by columns. A pixel's column has SUB strips; of each strip the line's least and
 * greatest y are known; a round pen makes that wider by what it reaches from the strips beside; a
 * pixel's share is the mean of its strips' shares. A strip's stretch is kept as four changes on its
 * way down, so that it costs the same however long it is; adding them up, row after row, gives the
 * shares of all columns. Where the image allows it they are mixed into its pixels on the way. */
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
forget (ThawSlab *slab)
{
  *slab = (ThawSlab){.top = G_MAXINT, .bottom = -1};
}

/* Painting leaves all changes zero: the next mask of the thread takes them as they are. */
typedef struct {
  gint16 *changes;
  gsize n;
} Spare;

static void
free_spare (gpointer data)
{
  g_free (((Spare *) data)->changes);
  g_free (data);
}

static GPrivate spare = G_PRIVATE_INIT (free_spare);

static gint16 *
take_changes (gsize n)
{
  Spare *kept = g_private_get (&spare);

  if (kept && kept->changes && kept->n >= n)
    return g_steal_pointer (&kept->changes);
  return g_new0 (gint16, n);
}

static void
keep_changes (ThawMask *mask)
{
  Spare *kept = g_private_get (&spare);
  bool clean = true;

  for (int i = 0; i < mask->n_slabs; i++)
    clean = clean && mask->slabs[i].lines == 0;
  if (!clean) {
    g_free (mask->changes);
    return;
  }
  if (!kept) {
    kept = g_new0 (Spare, 1);
    g_private_set (&spare, kept);
  }
  g_free (kept->changes);
  *kept = (Spare){mask->changes, (gsize) mask->change_stride * (gsize) (mask->height + 2)};
}

ThawMask *
thaw_mask_new (const ThawFrame *frame)
{
  double scale[2], move[2], air;
  ThawMask *mask;

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
  mask->n_slabs = (mask->width + THAW_SLAB - 1) / THAW_SLAB;
  mask->change_stride = mask->n_slabs * THAW_SLAB;
  mask->changes = take_changes ((gsize) mask->change_stride * (gsize) (mask->height + 2));
  mask->lo = g_new (float, mask->width *SUB);
  mask->hi = g_new (float, mask->width *SUB);
  mask->slabs = g_new (ThawSlab, mask->n_slabs);
  for (int i = 0; i < mask->n_slabs; i++)
    forget (&mask->slabs[i]);
  return mask;
}

void
thaw_mask_free (ThawMask *mask)
{
  if (!mask)
    return;
  keep_changes (mask);
  g_free (mask->data);
  g_free (mask->slabs);
  g_free (mask->lo);
  g_free (mask->hi);
  g_free (mask);
}

/* --- least and greatest of strips --- */

/* Goes along a line from strip to strip and never back. */
typedef struct {
  ThawMask *mask;
  int strip; /* where it is          */
  float lo, hi;
} Pen;

static int
strip_of (const ThawMask *mask, double x)
{
  return (int) (CLAMP (x, 0, mask->width - 0.5 / SUB) * SUB);
}

/* The strip is done. */
static inline void
leave (Pen *pen)
{
  pen->mask->lo[pen->strip] = pen->lo;
  pen->mask->hi[pen->strip] = pen->hi;
  pen->strip++;
  pen->lo = INFINITY;
  pen->hi = -INFINITY;
}

static inline void
touch (Pen *pen, float y)
{
  pen->lo = y < pen->lo ? y : pen->lo;
  pen->hi = y > pen->hi ? y : pen->hi;
}

/* From a to b, b.x >= a.x; pixels of the mask. Of each strip its middle counts, of steep lines all
 * of it: with the pen's reach in whole strips, both come out as wide as they should be. */
static inline void
add_segment (Pen *pen, ThawPoint a, ThawPoint b)
{
  double slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0;
  double inset = (0.5 - 0.5 * CLAMP ((fabs (slope) - 0.5) / 3.5, 0, 1)) / SUB;
  int last;

  if (b.x < 0 || a.x > pen->mask->width)
    return;
  last = strip_of (pen->mask, b.x);
  for (;; leave (pen)) {
    double left = MAX ((double) pen->strip / SUB + inset, a.x);
    double right = MIN ((double) (pen->strip + 1) / SUB - inset, b.x);
    if (left <= right) {
      touch (pen, (float) (a.y + slope * (left - a.x)));
      touch (pen, (float) (a.y + slope * (right - a.x)));
    }
    if (pen->strip >= last)
      return;
  }
}

/* Points where the line turns, and its ends, count wherever they lie. */
static inline void
add_point (Pen *pen, ThawPoint p)
{
  if (p.x >= 0 && p.x <= pen->mask->width)
    touch (pen, (float) p.y);
}

static inline ThawPoint
pixel_of (const ThawMask *mask, ThawPoint p)
{
  return (ThawPoint){p.x * mask->scale_x + mask->move_x, p.y * mask->scale_y + mask->move_y};
}

/* Fills lo and hi of the strips from the line's first to its last. */
static void
follow (ThawMask *mask, const ThawPoint *points, size_t n, int first, int last)
{
  ThawPoint a = pixel_of (mask, points[0]), b = n > 1 ? pixel_of (mask, points[1]) : a;
  Pen pen = {mask, first, INFINITY, -INFINITY};

  add_point (&pen, a);
  for (size_t i = 1; i < n; i++) {
    ThawPoint c = i + 1 < n ? pixel_of (mask, points[i + 1]) : b;
    add_segment (&pen, a, b);
    if (a.x == b.x || (b.y - a.y) * (c.y - b.y) <= 0)
      add_point (&pen, b);
    a = b;
    b = c;
  }
  add_point (&pen, a);
  while (pen.strip <= last)
    leave (&pen);
}

/* --- what the pen covers --- */

typedef struct {
  float lo[THAW_SLAB * SUB], hi[THAW_SLAB * SUB];
} Stretches;

/* What the pen reaches from one strip to those `far` beside it. */
static inline void
reach (Stretches *wide, const float *lo, const float *hi, int from, int to, float by)
{
  for (int strip = from; strip < to; strip++) {
    float a = lo[strip] - by, b = hi[strip] + by;
    wide->lo[strip] = a < wide->lo[strip] ? a : wide->lo[strip];
    wide->hi[strip] = b > wide->hi[strip] ? b : wide->hi[strip];
  }
}

/* The stretches of a slab's strips `first` .. end-1 of the mask, counted from the slab's first; the
 * line has strips `from` .. to-1. */
static void
widen (const ThawMask *mask, Stretches *wide, int slab, int from, int to, float half)
{
  int begin = slab * THAW_SLAB * SUB, n = MIN (THAW_SLAB * SUB, mask->width * SUB - begin);
  int far = MAX ((int) (half * SUB + 1e-4f), 1);

  for (int strip = 0; strip < n; strip++) {
    wide->lo[strip] = INFINITY;
    wide->hi[strip] = -INFINITY;
  }
  for (int d = -far; d <= far; d++) {
    float beside = (float) d / SUB;
    int shift = begin + d, first = MAX (from - shift, 0), end = MIN (to - shift, n);
    if (end > first)
      reach (wide, mask->lo + shift, mask->hi + shift, first, end,
             sqrtf (MAX (half * half - beside * beside, 0)));
  }
}

/* --- shares of pixels --- */

#define WHOLE 256 /* of a row of a strip; SUB of them are a pixel */
#define MOST 30   /* lines in a slab before its changes are added up: 16 bits hold so many */

/* The way down is covered from y on (strips 1 or more), or up to there (-1 or less). */
static inline void
change (gint16 *column, int stride, float y, int strips)
{
  int row = (int) y, part = (int) ((y - (float) row) * WHOLE);
  gint16 *at = column + (gsize) row * (gsize) stride;

  at[0] = (gint16) (at[0] + strips * (WHOLE - part));
  at[stride] = (gint16) (at[stride] + strips * part);
}

static inline void
touched (ThawMask *mask, int slab, float top, float bottom)
{
  mask->slabs[slab].top = MIN (mask->slabs[slab].top, (int) top);
  mask->slabs[slab].bottom = MAX (mask->slabs[slab].bottom, MIN ((int) bottom, mask->height - 1));
}

static void
cover (ThawMask *mask, int slab, const Stretches *wide, int first, int end)
{
  gint16 *changes = mask->changes + (gsize) slab * THAW_SLAB;
  float height = (float) mask->height, top = height, bottom = 0;

  for (int strip = first; strip < end; strip++) {
    float from = MAX (wide->lo[strip], 0), to = MIN (wide->hi[strip], height);
    if (!(to > from))
      continue;
    top = MIN (top, from);
    bottom = MAX (bottom, to);
    change (changes + strip / SUB, mask->change_stride, from, 1);
    change (changes + strip / SUB, mask->change_stride, to, -1);
  }
  if (!(bottom > top))
    return;
  touched (mask, slab, top, bottom);
  mask->slabs[slab].lines++;
}

/* Adds the changes up; what pixels have already stays, at most all of them. */
static void
add_up (ThawMask *mask, int slab)
{
  int x = slab * THAW_SLAB, width = MIN (THAW_SLAB, mask->width - x);
  gint16 run[THAW_SLAB] = {0};

  if (!mask->data)
    mask->data = g_malloc0 ((gsize) mask->stride * (gsize) mask->height);
  mask->slabs[slab].kept = true;
  for (int y = mask->slabs[slab].top; y <= mask->slabs[slab].bottom + 2; y++) {
    gint16 *restrict changes = mask->changes + (gsize) y * (gsize) mask->change_stride + x;
    guint8 *restrict pixels = mask->data + (gsize) y * (gsize) mask->stride + x;
    for (int k = 0; k < THAW_SLAB; k++) {
      run[k] = (gint16) (run[k] + changes[k]);
      changes[k] = 0;
    }
    if (y <= mask->slabs[slab].bottom)
      for (int k = 0; k < width; k++) {
        gint16 share = (gint16) (pixels[k] + (run[k] >> 2));
        pixels[k] = (guint8) (share > 255 ? 255 : share);
      }
  }
  mask->slabs[slab].lines = 0;
}

void
thaw_mask_line (ThawMask *mask, const ThawPoint *points, size_t n, double width_px)
{
  double half = width_px * mask->scale / 2;
  int far = MAX ((int) (half * SUB + 1e-4), 1), first, last;
  ThawPoint a = pixel_of (mask, points[0]), b = pixel_of (mask, points[n - 1]);

  if (b.x < -half || a.x > mask->width + half)
    return;
  first = strip_of (mask, a.x);
  last = strip_of (mask, b.x);
  follow (mask, points, n, first, last);
  for (int slab = MAX (first - far, 0) / (THAW_SLAB * SUB);
       slab <= MIN (last + far, mask->width * SUB - 1) / (THAW_SLAB * SUB); slab++) {
    int begin = slab * THAW_SLAB * SUB;
    Stretches wide = {{0}, {0}};
    if (mask->slabs[slab].lines >= MOST)
      add_up (mask, slab);
    widen (mask, &wide, slab, first, last + 1, (float) half);
    cover (mask, slab, &wide, MAX (first - far - begin, 0),
           MIN (MIN (last + 1 + far, mask->width * SUB) - begin, THAW_SLAB * SUB));
  }
}

/* --- lines with many points a column --- */

static inline void
cover_column (ThawMask *mask, int column, float lo, float hi)
{
  int slab = column / THAW_SLAB;
  float from = MAX (lo, 0), to = MIN (hi, (float) mask->height);

  if (!(to > from))
    return;
  change (mask->changes + column, mask->change_stride, from, SUB);
  change (mask->changes + column, mask->change_stride, to, -SUB);
  touched (mask, slab, from, to);
}

/* y where the line from a to b passes x. */
static inline double
passing (ThawPoint a, ThawPoint b, double x)
{
  return b.x > a.x ? a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) : b.y;
}

static void
begin_columns (ThawMask *mask, double x0, double x1)
{
  int first = (int) (CLAMP (x0, 0, mask->width - 1)), last = (int) CLAMP (x1, 0, mask->width - 1);

  for (int slab = first / THAW_SLAB; slab <= last / THAW_SLAB; slab++) {
    if (mask->slabs[slab].lines >= MOST)
      add_up (mask, slab);
    mask->slabs[slab].lines++;
  }
}

void
thaw_mask_columns (ThawMask *mask, const ThawPoint *points, size_t n, double width_px)
{
  float half = (float) (width_px * mask->scale / 2), lo, hi;
  ThawPoint a = pixel_of (mask, points[0]);
  int column = (int) floor (a.x);

  if (pixel_of (mask, points[n - 1]).x < 0 || a.x >= mask->width)
    return;
  begin_columns (mask, a.x, pixel_of (mask, points[n - 1]).x);
  lo = hi = (float) a.y;
  for (size_t i = 1; i < n; i++) {
    ThawPoint b = pixel_of (mask, points[i]);
    while (b.x >= column + 1) { /* the line leaves a column and enters the next */
      float y = (float) passing (a, b, column + 1);
      if (column >= mask->width)
        return;
      if (column >= 0)
        cover_column (mask, column, MIN (lo, y) - half, MAX (hi, y) + half);
      column++;
      lo = hi = y;
    }
    lo = MIN (lo, (float) b.y);
    hi = MAX (hi, (float) b.y);
    a = b;
  }
  if (column >= 0 && column < mask->width)
    cover_column (mask, column, lo - half, hi + half);
}

/* --- painting --- */

typedef gint16 Eight __attribute__ ((vector_size (16), aligned (2), may_alias));

static inline bool
is_nothing (Eight numbers)
{
  guint64 halves[2];

  memcpy (halves, &numbers, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

/* As add_up (), into the picture itself. */
static void
blend (ThawMask *mask, int slab, const ThawPixels *pixels, const ThawTint *tint)
{
  int x = slab * THAW_SLAB;
  Eight run[THAW_SLAB / 8] = {{0}}, shares[THAW_SLAB / 8];

  for (int y = mask->slabs[slab].top; y <= mask->slabs[slab].bottom + 2; y++) {
    gint16 *changes = mask->changes + (gsize) y * (gsize) mask->change_stride + x;
    Eight any = {0};
    for (int k = 0; k < THAW_SLAB / 8; k++) {
      run[k] += *(Eight *) (void *) (changes + 8 * k);
      shares[k] = run[k] >> 2; /* SUB */
      any |= run[k];
      *(Eight *) (void *) (changes + 8 * k) = (Eight){0};
    }
    if (y <= mask->slabs[slab].bottom && !is_nothing (any))
      thaw_pixels_blend (pixels, tint, mask->x + x, mask->y + y, (const gint16 *) shares);
  }
  forget (&mask->slabs[slab]);
}

/* What can be drawn so is, and forgotten. */
static void
blend_all (ThawMask *mask, cairo_t *cr, ThawColor color, double alpha)
{
  ThawPixels pixels = thaw_pixels_of (cr);
  ThawTint tint;

  if (!pixels.pixels)
    return;
  tint = thaw_tint_of (color, alpha);
  for (int slab = 0; slab < mask->n_slabs; slab++)
    if (mask->slabs[slab].lines > 0 && !mask->slabs[slab].kept)
      blend (mask, slab, &pixels, &tint);
  thaw_pixels_done (&pixels);
}

typedef struct {
  int x, width, top, bottom;
} Piece;

/* Slabs side by side whose rows are much the same are painted at once: calls cost as well. */
static Piece
next_piece (const ThawMask *mask, int *slab)
{
  Piece piece = {.top = G_MAXINT, .bottom = -1};
  int rows = 0;

  for (; *slab < mask->n_slabs; ++*slab) {
    const ThawSlab *s = &mask->slabs[*slab];
    int top = MIN (piece.top, s->top), bottom = MAX (piece.bottom, s->bottom), n = piece.width + 1;
    if (s->bottom < s->top || 4 * n * (bottom - top + 1) > 5 * (rows + s->bottom - s->top + 9)) {
      if (piece.width > 0)
        break;
      if (s->bottom < s->top)
        continue;
    }
    if (piece.width == 0)
      piece.x = *slab;
    rows += s->bottom - s->top + 1;
    piece = (Piece){piece.x, n, top, bottom};
  }
  piece.x *= THAW_SLAB;
  piece.width = MIN (piece.width * THAW_SLAB, mask->width - piece.x);
  return piece;
}

/* Through the part of the image that lines touched. */
static void
paint_piece (
    ThawMask *mask, cairo_t *cr, const Piece *piece, const double device[2], const double offset[2])
{
  int rows = piece->bottom - piece->top + 1;
  guint8 *from = mask->data + (gsize) piece->top * (gsize) mask->stride + piece->x;
  cairo_surface_t *image =
      cairo_image_surface_create_for_data (from, CAIRO_FORMAT_A8, piece->width, rows, mask->stride);

  cairo_surface_set_device_scale (image, device[0], device[1]);
  cairo_mask_surface (cr, image, (mask->x + piece->x - offset[0]) / device[0],
                      (mask->y + piece->top - offset[1]) / device[1]);
  cairo_surface_destroy (image);
  for (int y = 0; y < rows; y++)
    memset (from + (gsize) y * (gsize) mask->stride, 0, (gsize) piece->width);
}

void
thaw_mask_paint (ThawMask *mask, cairo_t *cr, ThawColor color, double alpha)
{
  cairo_surface_t *target = cairo_get_group_target (cr);
  double device[2], offset[2];

  blend_all (mask, cr, color, alpha);
  cairo_surface_get_device_scale (target, &device[0], &device[1]);
  cairo_surface_get_device_offset (target, &offset[0], &offset[1]);
  for (int slab = 0; slab < mask->n_slabs; slab++)
    if (mask->slabs[slab].lines > 0)
      add_up (mask, slab);
  cairo_save (cr);
  cairo_identity_matrix (cr);
  thaw_set_color (cr, color, alpha);
  for (int slab = 0; slab < mask->n_slabs;) {
    Piece piece = next_piece (mask, &slab);
    if (piece.width > 0)
      paint_piece (mask, cr, &piece, device, offset);
  }
  cairo_restore (cr);
  for (int slab = 0; slab < mask->n_slabs; slab++)
    forget (&mask->slabs[slab]);
}
