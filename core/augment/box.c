/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "box.h"

#include <math.h>

void
thaw_box_sides (double area, double ratio, int *along, int *across)
{
  *along = (int) rint (sqrt (area * ratio));
  *across = (int) rint (sqrt (area / ratio));
}

ThawBox
thaw_box_draw_size (
    ThawRng *rng, int h, int w, const double scale[2], const double ratio[2], bool wide)
{
  double area = (double) h * w * thaw_rng_uniform (rng, scale[0], scale[1]);
  double r = exp (thaw_rng_uniform (rng, log (ratio[0]), log (ratio[1])));
  ThawBox box = {0};

  thaw_box_sides (area, r, wide ? &box.w : &box.h, wide ? &box.h : &box.w);
  return box;
}

void
thaw_box_draw_place (ThawRng *rng, int h, int w, ThawBox *box)
{
  box->top = (int) thaw_rng_below (rng, (uint64_t) (h - box->h + 1));
  box->left = (int) thaw_rng_below (rng, (uint64_t) (w - box->w + 1));
}

ThawBox
thaw_box_around (int h, int w, int y, int x, int half_h, int half_w)
{
  int top = MAX (y - half_h, 0), left = MAX (x - half_w, 0);

  return (ThawBox){top, left, MIN (y + half_h, h) - top, MIN (x + half_w, w) - left};
}
