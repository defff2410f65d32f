/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch mixed with itself, rolled by one sample. In [h][w][n][3] the sample before is three
 * floats back, but for the first, whose partner is the last. */
#include "mix.h"

#include "pixel-loops.h"

#include <math.h>

static bool
in_box (const ThawBox *box, int y, int x)
{
  return y >= box->top && y < box->top + box->h && x >= box->left && x < box->left + box->w;
}

/* One pixel of all samples. */
static void
roll (const float *x, size_t floats, float *out)
{
  memcpy (out, x + floats - 3, 3 * sizeof *out);
  memcpy (out + 3, x, (floats - 3) * sizeof *out);
}

static void
blend_all (const ThawMix *mix, size_t pixels, size_t floats, const float *x, float *out)
{
  const ThawPixelLoops *loops = thaw_pixel_loops ();
  float own = (float) mix->lambda, other = (float) (1.0 - mix->lambda);

  for (size_t i = 0; i < pixels; i++, x += floats, out += floats) {
    loops->mix (x, x + floats - 3, 3, own, other, out);
    loops->mix (x + 3, x, floats - 3, own, other, out + 3);
  }
}

void
thaw_mix_batch (const ThawMix *mix, int side, int n, const float *x, float *out)
{
  size_t floats = 3 * (size_t) n, pixels = (size_t) side * side;

  if (mix->lambda < 1.0 && mix->box.h == 0) {
    blend_all (mix, pixels, floats, x, out);
    return;
  }
  memcpy (out, x, pixels * floats * sizeof *out);
  for (int i = 0; i < mix->box.h; i++)
    for (int j = 0; j < mix->box.w; j++) {
      size_t at = ((size_t) (mix->box.top + i) * side + (size_t) (mix->box.left + j)) * floats;
      roll (x + at, floats, out + at);
    }
}

int
thaw_mix_partner (int i, int n)
{
  return i > 0 ? i - 1 : n - 1;
}

void
thaw_mix_pictures (const ThawMix *mix, int side, uint8_t *const *pictures, int n)
{
  size_t pixels = (size_t) side * side;
  g_autofree uint8_t *was = g_malloc (pixels * 3 * (size_t) MAX (n, 1));

  for (int i = 0; i < n; i++)
    memcpy (was + pixels * 3 * (size_t) i, pictures[i], pixels * 3);
  for (int i = 0; i < n; i++) {
    const uint8_t *own = was + pixels * 3 * (size_t) i;
    const uint8_t *other = was + pixels * 3 * (size_t) thaw_mix_partner (i, n);
    for (size_t k = 0; k < pixels * 3; k++) {
      int y = (int) (k / 3 / (size_t) side), x = (int) (k / 3 % (size_t) side);
      double share = mix->box.h == 0 ? mix->lambda : in_box (&mix->box, y, x) ? 0.0 : 1.0;
      pictures[i][k] = (uint8_t) (share * own[k] + (1.0 - share) * other[k] + 0.5);
    }
  }
}
