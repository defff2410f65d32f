/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixels from bytes, rows mirrored, rows sampled along a line. */
#include "pixel-loops.h"

/* Four pixels from the first twelve of sixteen bytes, where a byte shuffle is one instruction. */
#if defined(__AVX2__) || defined(__aarch64__)
#define BYTES __attribute__ ((vector_size (16), aligned (1), may_alias))
typedef uint8_t Bytes BYTES;

static size_t
unpack_fours (const uint8_t *bytes, size_t n, ThawPixel *px)
{
  size_t i = 0;

  for (; i + 6 <= n; i += 4) { /* six pixels are more than sixteen bytes */
    Bytes in = *(const Bytes *) (bytes + 3 * i), zero = {0};
    *(Bytes *) (px + i) =
        __builtin_shufflevector (in, zero, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, 16);
  }
  return i;
}
#else
static size_t
unpack_fours (const uint8_t *bytes, size_t n, ThawPixel *px)
{
  return 0;
}
#endif

void
LOOP (unpack) (const uint8_t *bytes, size_t n, ThawPixel *px)
{
  for (size_t i = unpack_fours (bytes, n, px); i < n; i++)
    px[i] = bytes[3 * i] | (ThawPixel) bytes[3 * i + 1] << 8 | (ThawPixel) bytes[3 * i + 2] << 16;
}

#if LANES == 16
#define BACKWARDS 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0
#define FORWARDS 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#elif LANES == 8
#define BACKWARDS 7, 6, 5, 4, 3, 2, 1, 0
#define FORWARDS 0, 1, 2, 3, 4, 5, 6, 7
#else
#define BACKWARDS 3, 2, 1, 0
#define FORWARDS 0, 1, 2, 3
#endif

void
LOOP (reverse) (ThawPixel *px, int w)
{
  ThawPixel *left = px, *right = px + w;

  for (; right - left >= 2 * LANES; left += LANES, right -= LANES) {
    Pixels a = *(Pixels *) left, b = *(Pixels *) (right - LANES);
    *(Pixels *) left = __builtin_shufflevector (b, b, BACKWARDS);
    *(Pixels *) (right - LANES) = __builtin_shufflevector (a, a, BACKWARDS);
  }
  for (right--; left < right; left++, right--) {
    ThawPixel t = *left;
    *left = *right;
    *right = t;
  }
}

#define STRETCH 64 /* pixels whose places are worked out before they are read */

typedef struct {
  int h, w;
  Pixels dx, dy; /* from pixel to pixel, for LANES of them */
} Ground;

/* Places of the next n pixels, in whole vectors, the first ones at (sx, sy), which move on. */
ALWAYS_INLINE void
find_places (const Ground *ground, int n, Pixels *sx, Pixels *sy, ThawPixel *places)
{
  const ThawPixel nowhere = (ThawPixel) ground->h * (ThawPixel) ground->w;

  for (int i = 0; i < n; i += LANES) {
    Ints x = (Ints) *sx >> 16, y = (Ints) *sy >> 16;
    Pixels outside = (Pixels) ((x | y | (ground->w - 1 - x) | (ground->h - 1 - y)) >> 31);
    Pixels place = (Pixels) y * (ThawPixel) ground->w + (Pixels) x;
    *(Pixels *) (places + i) = (place & ~outside) | (nowhere & outside);
    *sx += ground->dx;
    *sy += ground->dy;
  }
}

void
LOOP (sample) (const ThawPixel *src, int h, int w, const ThawWalk *walk, ThawPixel *out)
{
  const Pixels lanes = {FORWARDS}, none = {0};
  const Ground ground = {h, w, none + LANES * walk->dx_x, none + LANES * walk->dx_y};
  Pixels row_x = walk->x + lanes * walk->dx_x, row_y = walk->y + lanes * walk->dx_y;

  for (int y = 0; y < h; y++, row_x += walk->dy_x, row_y += walk->dy_y) {
    Pixels sx = row_x, sy = row_y;
    for (int i = 0; i < w; i += STRETCH) {
      ThawPixel places[STRETCH];
      int n = MIN (STRETCH, w - i);
      find_places (&ground, n, &sx, &sy, places);
      for (int k = 0; k < n; k++)
        *out++ = src[places[k]];
    }
  }
}
