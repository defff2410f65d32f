/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tiles of convolutions are, written to be read, and which variant runs here. */
#include "thaw-kernels.h"

extern const ThawTiles thaw_tiles_c;
#ifdef THAW_HAVE_X86_VARIANTS
extern const ThawTiles thaw_tiles_avx2, thaw_tiles_avx512;
#endif

static float
start_of (const ThawTile *t, size_t i, int j)
{
  if (t->add)
    return t->y[i * t->y_stride + (size_t) j];
  return t->bias != NULL ? t->bias[j] : 0;
}

static float
end_of (const ThawTile *t, size_t i, int j, float sum)
{
  float z = t->residual != NULL ? sum + t->residual[i * t->y_stride + (size_t) j] : sum;
  float from_zero = z < 0 ? 0 : z, gate = z + 3 < 0 ? 0 : z + 3;

  switch (t->act) {
  case THAW_ACT_K_RELU:
    return from_zero;
  case THAW_ACT_K_RELU6:
    return from_zero > 6 ? 6 : from_zero;
  case THAW_ACT_K_HARDSWISH:
    return z * (gate > 6 ? 6 : gate) * (1.0f / 6.0f);
  default:
    return z;
  }
}

static void
sum_products (const ThawTile *t, size_t x_across, size_t x_along, bool ends)
{
  for (size_t i = 0; i < t->rows; i++) {
    for (int j = 0; j < t->columns; j++) {
      float sum = start_of (t, i, j);
      for (int term = 0; term < t->terms; term++)
        for (size_t k = 0; k < (size_t) t->depth; k++)
          sum += t->x[term][i * x_across + k * x_along] * t->w[term][k * t->w_stride + (size_t) j];
      t->y[i * t->y_stride + (size_t) j] = ends ? end_of (t, i, j, sum) : sum;
    }
  }
}

static void
products (const ThawTile *tile)
{
  sum_products (tile, tile->x_stride, 1, true);
}

static void
outer_products (const ThawTile *tile)
{
  sum_products (tile, 1, tile->x_stride, false);
}

static void
transpose (const float *x, size_t x_stride, int rows, int columns, float *y, size_t y_stride)
{
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      y[(size_t) j * y_stride + (size_t) i] = x[(size_t) i * x_stride + (size_t) j];
}

const ThawTiles *
thaw_tiles_reference (void)
{
  static const ThawTiles reference = {"reference", products, outer_products, transpose};

  return &reference;
}

const ThawTiles *
thaw_tiles (void)
{
  const ThawTiles *best = &thaw_tiles_c;

#ifdef THAW_HAVE_X86_VARIANTS
  unsigned int flags = thaw_cpu_flags ();

  if ((flags & THAW_CPU_AVX2) == 0)
    return best;
  best = &thaw_tiles_avx2;
  if ((flags & THAW_CPU_AVX512) == 0)
    return best;
  best = &thaw_tiles_avx512;
#endif
  return best;
}
