/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tiles of convolutions, each variant against the definition: awkward sizes, outputs poisoned
 * before and guarded around, nothing there beyond the last column. */
#include "runner.h"
#include "thaw-kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define GUARD 32
#define POISON 1234.5f
#define MOST_TERMS 3

static const int rows_of[] = {1, 2, 3, 5, 6, 7, 12, 13, 14, 25, 27, 64, 88};
static const int columns_of[] = {1, 3, 8, 10, 15, 16, 17, 24, 31, 32};
static const int depths_of[] = {1, 3, 10, 21, 40, 72, 100};

/* Products end with these. */
static const ThawActKind acts[] = {THAW_ACT_NONE, THAW_ACT_K_RELU, THAW_ACT_K_RELU6,
                                   THAW_ACT_K_HARDSWISH};

typedef enum { START_ZERO, START_BIAS, START_ADD, N_STARTS } Start;

typedef struct {
  const ThawTiles *variant;
  bool outer;
  ThawRng rng;
} Case;

/* [count] of noise and `behind` NaN that must not matter. (transfer full) */
static float *
noise (ThawRng *rng, size_t count, size_t behind)
{
  float *x = runner_noise (rng, count + behind, 1);

  for (size_t j = count; j < count + behind; j++)
    x[j] = NAN;
  return x;
}

static void
compare (const ThawTile *tile, const float *found, const float *expected, size_t count)
{
  /* Sums of terms * depth products below 1, in the same order: fused products round otherwise. */
  double most = (tile->terms * tile->depth + 1) * (double) FLT_EPSILON * 2;

  for (size_t j = 0; j < count; j++) {
    if (!(fabs ((double) found[j] - (double) expected[j]) <= most))
      g_error ("%zu rows, %d columns, depth %d: element %zu is %.9g, expected %.9g", tile->rows,
               tile->columns, tile->depth, j, (double) found[j], (double) expected[j]);
  }
}

static void
check (Case *c, size_t rows, int columns, int depth, int terms, Start start)
{
  size_t x_rows = c->outer ? (size_t) depth : rows, x_columns = c->outer ? rows : (size_t) depth;
  size_t x_stride = x_columns + 5, w_stride = (size_t) columns, y_stride = (size_t) columns + 3;
  size_t y_count = rows * y_stride;
  float *x[MOST_TERMS], *w[MOST_TERMS];
  g_autofree float *bias = noise (&c->rng, (size_t) columns, GUARD);
  g_autofree float *before = runner_noise (&c->rng, y_count + 2 * GUARD, 1);
  g_autofree float *residual = noise (&c->rng, y_count, 0);
  g_autofree float *found = g_memdup2 (before, (y_count + 2 * GUARD) * sizeof *before);
  ThawTile tile = {(const float *const *) x,
                   (const float *const *) w,
                   terms,
                   depth,
                   columns,
                   rows,
                   x_stride,
                   w_stride,
                   y_stride,
                   start == START_BIAS ? bias : NULL,
                   before + GUARD,
                   start == START_ADD,
                   .residual = (rows + (size_t) columns) % 2 == 0 ? residual : NULL,
                   .act = acts[(size_t) (depth + columns) % G_N_ELEMENTS (acts)]};
  const ThawTiles *plain = thaw_tiles_reference ();

  for (int t = 0; t < terms; t++) {
    x[t] = noise (&c->rng, (x_rows - 1) * x_stride + x_columns, 0);
    w[t] = noise (&c->rng, (size_t) depth * w_stride, 0);
  }
  if (start != START_ADD)
    for (size_t i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++)
        found[GUARD + i * y_stride + (size_t) j] = NAN;
  (c->outer ? plain->outer_products : plain->products) (&tile);
  tile.y = found + GUARD;
  (c->outer ? c->variant->outer_products : c->variant->products) (&tile);
  compare (&tile, found, before, y_count + 2 * GUARD); /* guards and gaps are as they were */
  for (int t = 0; t < terms; t++) {
    g_free (x[t]);
    g_free (w[t]);
  }
}

static void
check_sizes (Case *c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows_of); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (columns_of); j++)
      for (gsize k = 0; k < G_N_ELEMENTS (depths_of); k++)
        check (c, (size_t) rows_of[i], columns_of[j], depths_of[k], 1 + (int) (i + j + k) % 3,
               (Start) ((i + 2 * j + k) % N_STARTS));
}

/* No terms: the start alone. */
static void
check_empty (Case *c)
{
  for (Start start = 0; start < N_STARTS; start++)
    check (c, 14, 24, 10, 0, start);
}

static const ThawTiles *
variant_of (unsigned int mask)
{
  const ThawTiles *variant;

  thaw_cpu_set_mask (mask);
  variant = thaw_tiles ();
  thaw_cpu_set_mask (UINT32_MAX);
  return variant;
}

static void
test_products (const void *data)
{
  Case c = {.variant = variant_of (GPOINTER_TO_UINT (data))};

  for (int outer = 0; outer < 2; outer++) {
    c.outer = outer != 0;
    c.rng = thaw_rng (31, THAW_RNG_TEST, (uint64_t) outer, 0, 0);
    check_sizes (&c);
    check_empty (&c);
  }
}

/* The bits of an element depend neither on the tile it falls into nor on its neighbours. */
static void
test_cuts (const void *data)
{
  enum { ROWS = 29, DEPTH = 37, COLUMNS = 32 };
  const ThawTiles *variant = variant_of (GPOINTER_TO_UINT (data));
  ThawRng rng = thaw_rng (32, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, ROWS * DEPTH, 1);
  g_autofree float *w = runner_noise (&rng, DEPTH * COLUMNS, 1);
  float whole[ROWS * COLUMNS], part[ROWS * COLUMNS];
  const float *xs[] = {x}, *ws[] = {w};
  ThawTile tile = {.x = xs,
                   .w = ws,
                   .terms = 1,
                   .depth = DEPTH,
                   .columns = COLUMNS,
                   .rows = ROWS,
                   .x_stride = DEPTH,
                   .w_stride = COLUMNS,
                   .y_stride = COLUMNS,
                   .y = whole};

  variant->products (&tile);
  for (int first = 0; first < ROWS; first++) {
    xs[0] = x + first * DEPTH;
    tile.rows = 1;
    tile.columns = first + 1;
    tile.y = part;
    variant->products (&tile);
    g_assert_cmpmem (part, (size_t) (first + 1) * sizeof *part, whole + first * COLUMNS,
                     (size_t) (first + 1) * sizeof *part);
  }
}

static void
test_transpose (const void *data)
{
  const ThawTiles *variant = variant_of (GPOINTER_TO_UINT (data));
  ThawRng rng = thaw_rng (33, THAW_RNG_TEST, 0, 0, 0);
  enum { MOST = 40, STRIDE = 43 };
  g_autofree float *x = runner_noise (&rng, MOST * STRIDE, 1);
  float y[MOST * STRIDE];

  for (int rows = 1; rows <= MOST; rows++) {
    for (int columns = 1; columns <= MOST; columns++) {
      for (int j = 0; j < MOST * STRIDE; j++)
        y[j] = POISON;
      variant->transpose (x, STRIDE, rows, columns, y, STRIDE);
      for (int j = 0; j < MOST; j++)
        for (int i = 0; i < STRIDE; i++)
          g_assert_cmpfloat (y[j * STRIDE + i], ==,
                             i < rows && j < columns ? x[i * STRIDE + j] : POISON);
    }
  }
}

static void
test_names (void)
{
  g_assert_cmpstr (variant_of (0)->name, ==, "c");
  g_assert_cmpstr (thaw_tiles_reference ()->name, ==, "reference");
  if ((thaw_cpu_flags () & THAW_CPU_AVX2) != 0)
    g_assert_cmpstr (variant_of (THAW_CPU_AVX2)->name, ==, "avx2");
}

static void
add_tests (const char *name, unsigned int mask)
{
  g_autofree char *products = g_strdup_printf ("/tiles/%s/products", name);
  g_autofree char *cuts = g_strdup_printf ("/tiles/%s/cuts", name);
  g_autofree char *transpose = g_strdup_printf ("/tiles/%s/transpose", name);

  g_test_add_data_func (products, GUINT_TO_POINTER (mask), test_products);
  g_test_add_data_func (cuts, GUINT_TO_POINTER (mask), test_cuts);
  g_test_add_data_func (transpose, GUINT_TO_POINTER (mask), test_transpose);
}

int
main (int argc, char **argv)
{
  unsigned int flags;

  g_test_init (&argc, &argv, NULL);
  flags = thaw_cpu_flags ();
  add_tests ("c", 0);
  if ((flags & THAW_CPU_AVX2) != 0)
    add_tests ("avx2", THAW_CPU_AVX2);
  if ((flags & THAW_CPU_AVX512) != 0)
    add_tests ("avx512", THAW_CPU_AVX2 | THAW_CPU_AVX512);
  g_test_add_func ("/tiles/names", test_names);
  return g_test_run ();
}
