/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A colour onto the pixels of an image, as cairo would mix it with a mask, in one pass over them:
 * there is no mask to be written, read and cleared. */
#include "trace.h"

#include <math.h>
#include <string.h>

/* The clip as one rectangle of whole pixels of the image. */
static bool
find_clip (cairo_t *cr, const double device[2], const double offset[2], ThawPixels *pixels)
{
  cairo_rectangle_list_t *clip = cairo_copy_clip_rectangle_list (cr);
  bool one = clip->status == CAIRO_STATUS_SUCCESS && clip->num_rectangles == 1;

  if (one) {
    const cairo_rectangle_t *box = clip->rectangles;
    pixels->x0 = MAX ((int) lround (box->x * device[0] + offset[0]), 0);
    pixels->y0 = MAX ((int) lround (box->y * device[1] + offset[1]), 0);
    pixels->x1 = MIN ((int) lround ((box->x + box->width) * device[0] + offset[0]),
                      cairo_image_surface_get_width (pixels->surface));
    pixels->y1 = MIN ((int) lround ((box->y + box->height) * device[1] + offset[1]),
                      cairo_image_surface_get_height (pixels->surface));
  }
  cairo_rectangle_list_destroy (clip);
  return one;
}

ThawPixels
thaw_pixels_of (cairo_t *cr)
{
  ThawPixels pixels = {.surface = cairo_get_group_target (cr)};
  double device[2], offset[2];
  cairo_format_t format;
  bool found;

  if (cairo_surface_get_type (pixels.surface) != CAIRO_SURFACE_TYPE_IMAGE ||
      cairo_get_operator (cr) != CAIRO_OPERATOR_OVER)
    return pixels;
  format = cairo_image_surface_get_format (pixels.surface);
  if (format != CAIRO_FORMAT_RGB24 && format != CAIRO_FORMAT_ARGB32)
    return pixels;
  cairo_surface_get_device_scale (pixels.surface, &device[0], &device[1]);
  cairo_surface_get_device_offset (pixels.surface, &offset[0], &offset[1]);
  cairo_save (cr);
  cairo_identity_matrix (cr);
  found = find_clip (cr, device, offset, &pixels);
  cairo_restore (cr);
  if (!found)
    return pixels;
  cairo_surface_flush (pixels.surface);
  pixels.stride = cairo_image_surface_get_stride (pixels.surface);
  pixels.pixels = cairo_image_surface_get_data (pixels.surface);
  return pixels;
}

static guint32
byte_of (double share)
{
  return (guint32) lround (CLAMP (share, 0, 1) * 255);
}

/* Eight numbers of 16 bits, four pixels; as they lie in memory. */
typedef guint16 Eight __attribute__ ((vector_size (16), aligned (2), may_alias));
typedef guint32 Four __attribute__ ((vector_size (16), aligned (4), may_alias));

#define APART 0x00FF00FFu /* every second byte */

ThawTint
thaw_tint_of (ThawColor color, double alpha)
{
  guint32 pixel =
      0xFF000000u | byte_of (color.r) << 16 | byte_of (color.g) << 8 | byte_of (color.b);
  Four all = {pixel, pixel, pixel, pixel};

  return (ThawTint){.even = (Eight) (all & APART),
                    .odd = (Eight) (all >> 8 & APART),
                    .strength = (int) lround (CLAMP (color.a * alpha, 0, 1) * THAW_SHARE)};
}

/* Shares stand twice each, for two bytes of a pixel at a time. 255 * THAW_SHARE and half a share
 * fit into 16 bits. */
static inline Four
mix (Four pixels, const ThawTint *tint, Eight share)
{
  Eight rest = THAW_SHARE - share;
  Four even = (Four) (((Eight) (pixels & APART) * rest + tint->even * share + THAW_SHARE / 2) >> 8);
  Four odd = (Four) ((Eight) (pixels >> 8 & APART) * rest + tint->odd * share + THAW_SHARE / 2);

  return even | (odd & ~APART);
}

static inline void
mix_slab (guint8 *row, const ThawTint *tint, const gint16 *shares)
{
  for (int k = 0; k < THAW_SLAB; k += 8) {
    Eight share = *(const Eight *) (const void *) (shares + k);
    Eight over = (Eight) (share > THAW_SHARE);
    Four *at = (Four *) (void *) (row + 4 * k);
    share = (share & ~over) | (over & THAW_SHARE);
    if (tint->strength < THAW_SHARE)
      share = share * (guint16) tint->strength >> 8;
    at[0] = mix (at[0], tint, __builtin_shufflevector (share, share, 0, 0, 1, 1, 2, 2, 3, 3));
    at[1] = mix (at[1], tint, __builtin_shufflevector (share, share, 4, 4, 5, 5, 6, 6, 7, 7));
  }
}

void
thaw_pixels_blend (
    const ThawPixels *pixels, const ThawTint *tint, int x, int y, const gint16 *shares)
{
  int from = MAX (pixels->x0 - x, 0), to = MIN (pixels->x1 - x, THAW_SLAB);
  gsize n = 4 * (gsize) MAX (to - from, 0);
  guint8 *row, part[4 * THAW_SLAB] = {0};

  if (y < pixels->y0 || y >= pixels->y1 || n == 0)
    return;
  row = pixels->pixels + (gsize) y * (gsize) pixels->stride;
  if (n == sizeof part) {
    mix_slab (row + 4 * x, tint, shares);
    return;
  }
  memcpy (part + 4 * from, row + 4 * (x + from), n);
  mix_slab (part, tint, shares);
  memcpy (row + 4 * (x + from), part + 4 * from, n);
}

void
thaw_pixels_done (const ThawPixels *pixels)
{
  if (pixels->x1 > pixels->x0 && pixels->y1 > pixels->y0)
    cairo_surface_mark_dirty (pixels->surface);
}
