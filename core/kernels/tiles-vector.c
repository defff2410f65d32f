/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tiles of convolutions in vectors as wide as the variant's registers. A tile of up to
 * MOST_ROWS rows by WIDTH columns keeps its sums in registers over all terms; an element of x is
 * broadcast to the lanes of a vector of columns. Compiled once a variant, and here multiply and add
 * may fuse. Which rows share a tile does not show in the bits: each sum goes over terms, then
 * depth. */
#include "loops.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* DEPTHS: at once, where what is fetched for later and the counting would cost a share of the
 * instructions that two threads of a core can pass on. */
#if defined(__AVX512F__)
#define VECS 2
#define MOST_ROWS 13
#define DEPTHS 1
#elif defined(__AVX2__)
#define VECS 2
#define MOST_ROWS 6
#define DEPTHS 8
#elif defined(__aarch64__)
#define VECS 4
#define MOST_ROWS 6
#define DEPTHS 1
#else
#define VECS 2
#define MOST_ROWS 6
#define DEPTHS 1
#endif
#define WIDTH (VEC * VECS)
#define PREFETCH_ROWS 16 /* ahead */

/* Some of a vector's lanes, the first: what is beyond them is neither read nor written. */
#if defined(__AVX512F__)
typedef __mmask16 Some;

ALWAYS_INLINE Some
some_of (int count)
{
  return (Some) ((1u << count) - 1);
}

ALWAYS_INLINE Vec
load_some (const float *from, Some some)
{
  return (Vec) _mm512_maskz_loadu_ps (some, from);
}

ALWAYS_INLINE void
store_some (float *to, Some some, Vec v)
{
  _mm512_mask_storeu_ps (to, some, (__m512) v);
}
#elif defined(__AVX2__)
typedef __m256i Some;

ALWAYS_INLINE Some
some_of (int count)
{
  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 (count), _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7));
}

ALWAYS_INLINE Vec
load_some (const float *from, Some some)
{
  return (Vec) _mm256_maskload_ps (from, some);
}

ALWAYS_INLINE void
store_some (float *to, Some some, Vec v)
{
  _mm256_maskstore_ps (to, some, (__m256) v);
}
#else
typedef size_t Some; /* bytes */

ALWAYS_INLINE Some
some_of (int count)
{
  return (size_t) count * sizeof (float);
}

ALWAYS_INLINE Vec
load_some (const float *from, Some some)
{
  Vec v = {0};

  memcpy (&v, from, some);
  return v;
}

ALWAYS_INLINE void
store_some (float *to, Some some, Vec v)
{
  memcpy (to, &v, some);
}
#endif

/* The larger, or smaller, of both; v if it is NaN. */
#if defined(__AVX512F__)
#define AT_LEAST(least, v) ((Vec) _mm512_max_ps ((__m512) (least), (__m512) (v)))
#define AT_MOST(most, v) ((Vec) _mm512_min_ps ((__m512) (most), (__m512) (v)))
#elif defined(__AVX2__)
#define AT_LEAST(least, v) ((Vec) _mm256_max_ps ((__m256) (least), (__m256) (v)))
#define AT_MOST(most, v) ((Vec) _mm256_min_ps ((__m256) (most), (__m256) (v)))
#else
typedef int Mask __attribute__ ((vector_size (VEC * sizeof (int)), aligned (4), may_alias));
#define SELECT(m, a, b) ((Vec) (((m) & (Mask) (a)) | (~(m) & (Mask) (b))))
#define AT_LEAST(least, v) SELECT ((v) < (least), least, v)
#define AT_MOST(most, v) SELECT ((v) > (most), most, v)
#endif

ALWAYS_INLINE Vec
clipped (Vec z, Vec most)
{
  const Vec zero = {0};

  return AT_MOST (most, AT_LEAST (zero, z));
}

ALWAYS_INLINE Vec
hardswish (Vec z)
{
  const Vec three = (Vec){0} + 3;

  return z * clipped (z + three, three + three) * (1.0f / 6.0f);
}

/* Whether x's rows are its rows (FORWARD) or its columns (OUTER). */
typedef enum { FORWARD, OUTER } Kind;

/* Whether the last vector of columns is whole. */
typedef enum { WHOLE, PARTIAL } Last;

/* What a tile fetches for later: `step` bytes on with each depth. */
typedef struct {
  const char *from;
  size_t step;
} Ahead;

/* One pointer for four rows: more would not fit into the registers. */
typedef struct {
  const float *of[4];
} Rows;

ALWAYS_INLINE void
rows_along (Rows *x, size_t along)
{
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    x->of[i] += along;
}

/* Of one depth. */
ALWAYS_INLINE void
add_products (const int rows,
              const int vecs,
              const Last last,
              const Some some,
              const Rows *x,
              size_t across,
              const float *w,
              Vec sums[MOST_ROWS][VECS])
{
  Vec b[VECS];

#pragma GCC unroll 4
  for (int v = 0; v < vecs; v++)
    b[v] = last == PARTIAL && v == vecs - 1 ? load_some (w + v * VEC, some)
                                            : *(const Vec *) (w + v * VEC);
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    float a = x->of[r / 4][(size_t) (r % 4) * across];
#pragma GCC unroll 4
    for (int v = 0; v < vecs; v++)
      sums[r][v] += a * b[v];
  }
}

/* `rows` and `vecs` are constants in each caller, so that the loops over them vanish and the sums
 * are registers. */
ALWAYS_INLINE void
tile_rows (const Kind kind,
           const int rows,
           const int vecs,
           const Last last,
           const ThawTile *t,
           size_t row,
           int column,
           const Ahead ahead)
{
  const char *fetch = ahead.from;
  const size_t across = kind == FORWARD ? t->x_stride : 1;
  const size_t along = kind == FORWARD ? 1 : t->x_stride;
  const size_t w_stride = t->w_stride, y_stride = t->y_stride;
  const int depth = t->depth, at_once = DEPTHS;
  const int lines = (rows * at_once + 15) / 16;
  const Some some = some_of (last == PARTIAL ? t->columns - column - (vecs - 1) * VEC : VEC);
  float *y = t->y + row * y_stride + column;
  Vec sums[MOST_ROWS][VECS];

#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vecs; v++) {
      const float *from;
      if (!t->add && t->bias == NULL) {
        sums[r][v] = (Vec){0};
        continue;
      }
      from = t->add ? y + (size_t) r * y_stride + v * VEC : t->bias + column + v * VEC;
      sums[r][v] = last == PARTIAL && v == vecs - 1 ? load_some (from, some) : *(const Vec *) from;
    }
  }
  for (int term = 0; term < t->terms; term++) {
    const float *x0 = t->x[term] + row * across, *w = t->w[term] + column;
    Rows x = {{x0, x0 + 4 * across, x0 + 8 * across, x0 + 12 * across}};
    const float *next =
        term + 1 < t->terms ? t->x[term + 1] + row * across : x0 + (size_t) rows * across;
    int k = 0;
    for (; k + at_once <= depth; k += at_once) {
      if (kind == FORWARD) {
        /* The next term's rows, which lie elsewhere; mostly they are neighbours. */
#pragma GCC unroll 4
        for (int i = 0; i < lines; i++, next += 16)
          __builtin_prefetch (next);
      }
      if (kind == FORWARD && at_once == 1) {
        /* Weights are read once a tile, often from memory far away. */
        __builtin_prefetch (w + PREFETCH_ROWS * w_stride);
        if (vecs * VEC > 16)
          __builtin_prefetch (w + PREFETCH_ROWS * w_stride + 16);
      }
      __builtin_prefetch (fetch, 0, 2);
      fetch += ahead.step * (size_t) at_once;
#pragma GCC unroll 8
      for (int i = 0; i < at_once; i++) {
        add_products (rows, vecs, last, some, &x, across, w, sums);
        rows_along (&x, along);
        w += w_stride;
      }
    }
    for (; at_once > 1 && k < depth; k++) {
      add_products (rows, vecs, last, some, &x, across, w, sums);
      rows_along (&x, along);
      w += w_stride;
    }
  }
  if (kind == FORWARD && t->residual != NULL) {
    const float *residual = t->residual + row * y_stride + column;
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < vecs; v++) {
        const float *from = residual + (size_t) r * y_stride + v * VEC;
        sums[r][v] +=
            last == PARTIAL && v == vecs - 1 ? load_some (from, some) : *(const Vec *) from;
      }
    }
  }
  if (kind == FORWARD && t->act == THAW_ACT_K_HARDSWISH) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < vecs; v++)
        sums[r][v] = hardswish (sums[r][v]);
    }
  } else if (kind == FORWARD && t->act != THAW_ACT_NONE) {
    const Vec most = (Vec){0} + (t->act == THAW_ACT_K_RELU ? INFINITY : 6);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < vecs; v++)
        sums[r][v] = clipped (sums[r][v], most);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vecs; v++) {
      float *to = y + (size_t) r * y_stride + v * VEC;
      if (last == PARTIAL && v == vecs - 1)
        store_some (to, some, sums[r][v]);
      else
        *(Vec *) to = sums[r][v];
    }
  }
}

/* Tiles of `rows` rows: [whole or partial][vectors - 1]. */
typedef void (*TileFunc) (const ThawTile *t, size_t row, int column, Ahead ahead);
typedef TileFunc TileFuncs[2][VECS];

#define TILE(kind, rows, vecs, last)                                                               \
  static void tile_##kind##_##rows##_##vecs##_##last (const ThawTile *t, size_t row, int column,   \
                                                      Ahead ahead)                                 \
  {                                                                                                \
    tile_rows (kind, rows, vecs, last, t, row, column, ahead);                                     \
  }
#if VECS > 2
#define TILES(kind, rows)                                                                          \
  TILE (kind, rows, 1, WHOLE)                                                                      \
  TILE (kind, rows, 2, WHOLE)                                                                      \
  TILE (kind, rows, 3, WHOLE)                                                                      \
  TILE (kind, rows, 4, WHOLE)                                                                      \
  TILE (kind, rows, 1, PARTIAL)                                                                    \
  TILE (kind, rows, 2, PARTIAL) TILE (kind, rows, 3, PARTIAL) TILE (kind, rows, 4, PARTIAL)
#define NAMES(kind, rows)                                                                          \
  {                                                                                                \
    {tile_##kind##_##rows##_1_WHOLE, tile_##kind##_##rows##_2_WHOLE,                               \
     tile_##kind##_##rows##_3_WHOLE, tile_##kind##_##rows##_4_WHOLE},                              \
        {tile_##kind##_##rows##_1_PARTIAL, tile_##kind##_##rows##_2_PARTIAL,                       \
         tile_##kind##_##rows##_3_PARTIAL, tile_##kind##_##rows##_4_PARTIAL},                      \
  }
#else
#define TILES(kind, rows)                                                                          \
  TILE (kind, rows, 1, WHOLE)                                                                      \
  TILE (kind, rows, 2, WHOLE)                                                                      \
  TILE (kind, rows, 1, PARTIAL) TILE (kind, rows, 2, PARTIAL)
#define NAMES(kind, rows)                                                                          \
  {                                                                                                \
    {tile_##kind##_##rows##_1_WHOLE, tile_##kind##_##rows##_2_WHOLE},                              \
        {tile_##kind##_##rows##_1_PARTIAL, tile_##kind##_##rows##_2_PARTIAL},                      \
  }
#endif
#define SIX_TILES(kind)                                                                            \
  TILES (kind, 1)                                                                                  \
  TILES (kind, 2) TILES (kind, 3) TILES (kind, 4) TILES (kind, 5) TILES (kind, 6)
#define SEVEN_TILES(kind)                                                                          \
  TILES (kind, 7)                                                                                  \
  TILES (kind, 8)                                                                                  \
  TILES (kind, 9) TILES (kind, 10) TILES (kind, 11) TILES (kind, 12) TILES (kind, 13)
#define SIX_NAMES(kind)                                                                            \
  NAMES (kind, 1)                                                                                  \
  , NAMES (kind, 2), NAMES (kind, 3), NAMES (kind, 4), NAMES (kind, 5), NAMES (kind, 6)
#define SEVEN_NAMES(kind)                                                                          \
  NAMES (kind, 7)                                                                                  \
  , NAMES (kind, 8), NAMES (kind, 9), NAMES (kind, 10), NAMES (kind, 11), NAMES (kind, 12),        \
      NAMES (kind, 13)

SIX_TILES (FORWARD)
SIX_TILES (OUTER)
#if MOST_ROWS > 6
SEVEN_TILES (FORWARD)
SEVEN_TILES (OUTER)
static const TileFuncs forward_tiles[] = {SIX_NAMES (FORWARD), SEVEN_NAMES (FORWARD)};
static const TileFuncs outer_tiles[] = {SIX_NAMES (OUTER), SEVEN_NAMES (OUTER)};
#else
static const TileFuncs forward_tiles[] = {SIX_NAMES (FORWARD)};
static const TileFuncs outer_tiles[] = {SIX_NAMES (OUTER)};
#endif

/* Tiles of rows as even as can be: 64 rows are 13, 13, 13, 13 and 12. */
static void
run_tiles (const TileFuncs *tiles, const ThawTile *t)
{
  size_t count = (t->rows + MOST_ROWS - 1) / MOST_ROWS;

  size_t depth = (size_t) t->terms * (size_t) t->depth;
  Ahead ahead = {(const char *) t->y, 0};

  if (count == 0)
    return;
  if (t->ahead_bytes > 0 && depth > 0)
    ahead = (Ahead){t->ahead, t->ahead_bytes / (count * depth) + 1};
  for (int column = 0; column < t->columns; column += WIDTH) {
    size_t least = t->rows / count, more = t->rows % count, row = 0;
    int columns = MIN (WIDTH, t->columns - column);
    int last = columns % VEC == 0 ? WHOLE : PARTIAL, vecs = (columns + VEC - 1) / VEC;
    for (size_t i = 0; i < count; i++) {
      size_t rows = least + (i < more);
      tiles[rows - 1][last][vecs - 1](t, row, column, ahead);
      row += rows;
      ahead.from += ahead.step * depth;
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
typedef int Pick __attribute__ ((vector_size (VEC * sizeof (int))));

ALWAYS_INLINE void
exchange (Vec *rows, const int side)
{
  Pick upper, lower;

#pragma GCC unroll 16
  for (int l = 0; l < VEC; l++) {
    upper[l] = (l & side) != 0 ? VEC + l - side : l;
    lower[l] = (l & side) != 0 ? VEC + l : l + side;
  }
#pragma GCC unroll 16
  for (int i = 0; i < VEC; i++) {
    if ((i & side) == 0) {
      Vec a = rows[i], b = rows[i + side];
#if defined(__clang__)
      for (int l = 0; l < VEC; l++) {
        rows[i][l] = upper[l] < VEC ? a[upper[l]] : b[upper[l] - VEC];
        rows[i + side][l] = lower[l] < VEC ? a[lower[l]] : b[lower[l] - VEC];
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
  Vec rows[VEC];

#pragma GCC unroll 16
  for (int i = 0; i < VEC; i++)
    rows[i] = *(const Vec *) (x + (size_t) i * x_stride);
  exchange (rows, 1);
  exchange (rows, 2);
#if VEC >= 8
  exchange (rows, 4);
#endif
#if VEC >= 16
  exchange (rows, 8);
#endif
#pragma GCC unroll 16
  for (int i = 0; i < VEC; i++)
    *(Vec *) (y + (size_t) i * y_stride) = rows[i];
}

static void
transpose (const float *x, size_t x_stride, int rows, int columns, float *y, size_t y_stride)
{
  for (int i = 0; i < rows; i += VEC) {
    for (int j = 0; j < columns; j += VEC) {
      const float *from = x + (size_t) i * x_stride + j;
      float *to = y + (size_t) j * y_stride + i;
      if (rows - i >= VEC && columns - j >= VEC) {
        transpose_block (from, x_stride, to, y_stride);
        continue;
      }
      for (int a = 0; a < MIN (VEC, rows - i); a++)
        for (int b = 0; b < MIN (VEC, columns - j); b++)
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
