/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tiles of convolutions in vectors as wide as the variant's registers. A tile of up to
 * MOST_ROWS rows by WIDTH columns keeps its sums in registers over all terms; an element of x is
 * broadcast to the lanes of a vector of columns. Compiled once a variant, and here multiply and add
 * may fuse. Which rows share a tile does not show in the bits: each sum goes over terms, then
 * depth. */
#include "loops.h"

#if defined(__AVX512F__)
#define LANES 16
#define VECS 2
#define MOST_ROWS 13
#elif defined(__AVX2__)
#define LANES 8
#define VECS 2
#define MOST_ROWS 6
#elif defined(__aarch64__)
#define LANES 4
#define VECS 4
#define MOST_ROWS 6
#else
#define LANES 4
#define VECS 2
#define MOST_ROWS 6
#endif
#define WIDTH (LANES * VECS)
#define PREFETCH_ROWS 16 /* ahead */

typedef float Lane __attribute__ ((vector_size (LANES * sizeof (float)), aligned (4), may_alias));

/* Whether x's rows are its rows (FORWARD) or its columns (OUTER). */
typedef enum { FORWARD, OUTER } Kind;

ALWAYS_INLINE void
start_sums (const ThawTile *t, int rows, size_t row, int column, int columns, float *spare)
{
  for (int r = 0; r < rows; r++) {
    const float *from = t->add            ? t->y + (row + (size_t) r) * t->y_stride + column
                        : t->bias != NULL ? t->bias + column
                                          : NULL;
    if (from != NULL)
      memcpy (spare + r * WIDTH, from, (size_t) columns * sizeof *spare);
    else
      memset (spare + r * WIDTH, 0, (size_t) columns * sizeof *spare);
  }
}

/* `rows` is a constant in each caller, so that the loops over it vanish and the sums are registers.
 * One pointer for four rows: more would not fit into the registers. */
ALWAYS_INLINE void
tile_rows (const Kind kind, const int rows, const ThawTile *t, size_t row, int column)
{
  const size_t across = kind == FORWARD ? t->x_stride : 1;
  const size_t along = kind == FORWARD ? 1 : t->x_stride;
  const size_t w_stride = t->w_stride, y_stride = t->y_stride;
  const int columns = MIN (WIDTH, t->columns - column), depth = t->depth;
  float spare[MOST_ROWS * WIDTH];
  float *y = t->y + row * y_stride + column;
  Lane sums[MOST_ROWS][VECS];

  if (columns < WIDTH) {
    memset (spare, 0, sizeof spare);
    start_sums (t, rows, row, column, columns, spare);
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) {
      if (columns < WIDTH)
        sums[r][v] = *(const Lane *) (spare + r * WIDTH + v * LANES);
      else if (t->add)
        sums[r][v] = *(const Lane *) (y + (size_t) r * y_stride + v * LANES);
      else if (t->bias != NULL)
        sums[r][v] = *(const Lane *) (t->bias + column + v * LANES);
      else
        sums[r][v] = (Lane){0};
    }
  }
  for (int term = 0; term < t->terms; term++) {
    const float *x0 = t->x[term] + row * across, *w = t->w[term] + column;
    const float *x4 = x0 + 4 * across, *x8 = x4 + 4 * across, *x12 = x8 + 4 * across;
    for (int k = 0; k < depth; k++) {
      Lane b[VECS];
      if (kind == FORWARD) { /* weights are read once a tile, often from memory far away */
        __builtin_prefetch (w + PREFETCH_ROWS * w_stride);
        if (VECS * LANES > 16)
          __builtin_prefetch (w + PREFETCH_ROWS * w_stride + 16);
      }
#pragma GCC unroll 4
      for (int v = 0; v < VECS; v++)
        b[v] = *(const Lane *) (w + v * LANES);
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        const float *x = r < 4 ? x0 : r < 8 ? x4 : r < 12 ? x8 : x12;
        float a = x[(size_t) (r % 4) * across];
#pragma GCC unroll 4
        for (int v = 0; v < VECS; v++)
          sums[r][v] += a * b[v];
      }
      w += w_stride;
      x0 += along;
      x4 += along;
      x8 += along;
      x12 += along;
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) {
      if (columns < WIDTH)
        *(Lane *) (spare + r * WIDTH + v * LANES) = sums[r][v];
      else
        *(Lane *) (y + (size_t) r * y_stride + v * LANES) = sums[r][v];
    }
  }
  for (int r = 0; columns < WIDTH && r < rows; r++)
    memcpy (y + (size_t) r * y_stride, spare + r * WIDTH, (size_t) columns * sizeof *y);
}

#define TILE(kind, rows)                                                                           \
  static void tile_##kind##_##rows (const ThawTile *t, size_t row, int column)                     \
  {                                                                                                \
    tile_rows (kind, rows, t, row, column);                                                        \
  }
#define TILES(kind)                                                                                \
  TILE (kind, 1)                                                                                   \
  TILE (kind, 2) TILE (kind, 3) TILE (kind, 4) TILE (kind, 5) TILE (kind, 6)
#define MORE_TILES(kind)                                                                           \
  TILE (kind, 7)                                                                                   \
  TILE (kind, 8)                                                                                   \
  TILE (kind, 9) TILE (kind, 10) TILE (kind, 11) TILE (kind, 12) TILE (kind, 13)
#define NAMES(kind)                                                                                \
  tile_##kind##_1, tile_##kind##_2, tile_##kind##_3, tile_##kind##_4, tile_##kind##_5,             \
      tile_##kind##_6
#define MORE_NAMES(kind)                                                                           \
  tile_##kind##_7, tile_##kind##_8, tile_##kind##_9, tile_##kind##_10, tile_##kind##_11,           \
      tile_##kind##_12, tile_##kind##_13

typedef void (*TileFunc) (const ThawTile *t, size_t row, int column);

TILES (FORWARD)
TILES (OUTER)
#if MOST_ROWS > 6
MORE_TILES (FORWARD)
MORE_TILES (OUTER)
static const TileFunc forward_tiles[] = {NAMES (FORWARD), MORE_NAMES (FORWARD)};
static const TileFunc outer_tiles[] = {NAMES (OUTER), MORE_NAMES (OUTER)};
#else
static const TileFunc forward_tiles[] = {NAMES (FORWARD)};
static const TileFunc outer_tiles[] = {NAMES (OUTER)};
#endif

/* Tiles of rows as even as can be: 64 rows are 13, 13, 13, 13 and 12. */
static void
run_tiles (const TileFunc *tiles, const ThawTile *t)
{
  size_t count = (t->rows + MOST_ROWS - 1) / MOST_ROWS;

  if (count == 0)
    return;
  for (int column = 0; column < t->columns; column += WIDTH) {
    size_t least = t->rows / count, more = t->rows % count, row = 0;
    for (size_t i = 0; i < count; i++) {
      size_t rows = least + (i < more);
      tiles[rows - 1](t, row, column);
      row += rows;
    }
  }
}

static void
products (const ThawTile *tile)
{
  run_tiles (forward_tiles, tile);
}

static void
outer_products (const ThawTile *tile)
{
  run_tiles (outer_tiles, tile);
}

/* One round of Eklundh's transposition: blocks of `side` beside the diagonal change places. */
typedef int Pick __attribute__ ((vector_size (LANES * sizeof (int))));

ALWAYS_INLINE void
exchange (Lane *rows, const int side)
{
  Pick upper, lower;

#pragma GCC unroll 16
  for (int l = 0; l < LANES; l++) {
    upper[l] = (l & side) != 0 ? LANES + l - side : l;
    lower[l] = (l & side) != 0 ? LANES + l : l + side;
  }
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) {
    if ((i & side) == 0) {
      Lane a = rows[i], b = rows[i + side];
#if defined(__clang__)
      for (int l = 0; l < LANES; l++) {
        rows[i][l] = upper[l] < LANES ? a[upper[l]] : b[upper[l] - LANES];
        rows[i + side][l] = lower[l] < LANES ? a[lower[l]] : b[lower[l] - LANES];
      }
#else
      rows[i] = __builtin_shuffle (a, b, upper);
      rows[i + side] = __builtin_shuffle (a, b, lower);
#endif
    }
  }
}

static void
transpose_block (const float *x, size_t x_stride, float *y, size_t y_stride)
{
  Lane rows[LANES];

#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    rows[i] = *(const Lane *) (x + (size_t) i * x_stride);
  exchange (rows, 1);
  exchange (rows, 2);
#if LANES >= 8
  exchange (rows, 4);
#endif
#if LANES >= 16
  exchange (rows, 8);
#endif
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    *(Lane *) (y + (size_t) i * y_stride) = rows[i];
}

static void
transpose (const float *x, size_t x_stride, int rows, int columns, float *y, size_t y_stride)
{
  for (int i = 0; i < rows; i += LANES) {
    for (int j = 0; j < columns; j += LANES) {
      const float *from = x + (size_t) i * x_stride + j;
      float *to = y + (size_t) j * y_stride + i;
      if (rows - i >= LANES && columns - j >= LANES) {
        transpose_block (from, x_stride, to, y_stride);
        continue;
      }
      for (int a = 0; a < MIN (LANES, rows - i); a++)
        for (int b = 0; b < MIN (LANES, columns - j); b++)
          to[(size_t) b * y_stride + (size_t) a] = from[(size_t) a * x_stride + (size_t) b];
    }
  }
}

const ThawTiles LOOP (tiles) = {
    .name = LOOP_TEXT (THAW_VARIANT),
    .products = products,
    .outer_products = outer_products,
    .transpose = transpose,
};
