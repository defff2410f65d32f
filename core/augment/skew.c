/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shears about the upper left corner and shifts by whole pixels, through the matrix that
 * torchvision makes of them, rounding by rounding.
 * Source: torchvision.transforms.functional._get_inverse_affine_matrix for scale 1. */
#include "pixels.h"

#include <math.h>

typedef struct {
  double centre[2], shift[2], shear[2]; /* x, y; shears in degrees */
} Skew;

static double
radians (double degrees)
{
  return degrees * (G_PI / 180.0);
}

static void
skew (ThawPixel *src, int h, int w, const Skew *s, ThawPixel *dst)
{
  double sx = radians (s->shear[0]), sy = radians (s->shear[1]);
  double a = cos (0.0 - sy) / cos (sy), b = -cos (0.0 - sy) * tan (sx) / cos (sy) - sin (0.0);
  double c = sin (0.0 - sy) / cos (sy), d = -sin (0.0 - sy) * tan (sx) / cos (sy) + cos (0.0);
  double cx = s->centre[0], cy = s->centre[1];
  double m[6] = {d, -b, 0.0, -c, a, 0.0};

  m[2] += m[0] * (-cx - s->shift[0]) + m[1] * (-cy - s->shift[1]);
  m[5] += m[3] * (-cx - s->shift[0]) + m[4] * (-cy - s->shift[1]);
  m[2] += cx;
  m[5] += cy;
  thaw_px_affine (src, h, w, m, dst);
}

void
thaw_px_shear_x (ThawPixel *src, int h, int w, double level, ThawPixel *dst)
{
  skew (src, h, w, &(Skew){.shear = {atan (level) * (180.0 / G_PI), 0}}, dst);
}

void
thaw_px_shear_y (ThawPixel *src, int h, int w, double level, ThawPixel *dst)
{
  skew (src, h, w, &(Skew){.shear = {0, atan (level) * (180.0 / G_PI)}}, dst);
}

void
thaw_px_translate (ThawPixel *src, int h, int w, int right, int down, ThawPixel *dst)
{
  skew (src, h, w, &(Skew){.centre = {w * 0.5, h * 0.5}, .shift = {right, down}}, dst);
}
