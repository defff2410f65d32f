/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each loop in each variant: sizes with tails and 1, outputs poisoned before and guarded behind,
 * in place and apart; every variant gives the bits of the plain C one. */
#include "runner.h"
#include "thaw-kernels.h"

#include <math.h>
#include <string.h>

#define GUARD 16
#define POISON 1234.5f

static const int widths[] = {1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 72, 100, 257};
static const int depths[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 21};
#define MOST (257 * 21)

typedef struct {
  float a[MOST + GUARD], b[MOST + GUARD], dy[MOST + GUARD];
  float row[4][257];
  uint8_t mask[MOST + GUARD];
} Inputs;

/* What a round of all loops writes. */
typedef struct {
  float f[26][MOST + GUARD];
  double d[4][257 + GUARD];
  uint8_t u[MOST + GUARD];
  int used;
} Outputs;

static float *
next_output (Outputs *out, const float *start, size_t count)
{
  float *y = out->f[out->used++];

  g_assert_cmpint (out->used, <=, (int) G_N_ELEMENTS (out->f));
  for (size_t j = 0; j < MOST + GUARD; j++)
    y[j] = POISON;
  if (start != NULL)
    memcpy (y, start, count * sizeof *y);
  return y;
}

static void
assert_guards (const Outputs *out, size_t count, int c)
{
  for (int i = 0; i < out->used; i++)
    for (size_t j = count; j < count + GUARD; j++)
      g_assert_cmpfloat (out->f[i][j], ==, POISON);
  for (int i = 0; i < 4; i++)
    for (int j = c; j < c + GUARD; j++)
      g_assert_cmpfloat (out->d[i][j], ==, 0);
  for (size_t j = count; j < count + GUARD; j++)
    g_assert_cmpint (out->u[j], ==, 0);
}

static void
run_norm (const ThawKernels *k, const Inputs *in, ThawActKind act, size_t rows, int c, Outputs *out)
{
  size_t count = rows * (size_t) c;
  ThawNorm norm = {in->row[0], in->row[1], in->row[2], in->row[3], act};
  ThawNormGrad grad = {.x = in->a, .dy = in->dy, .k1 = in->row[2], .k2 = in->row[0]};
  bool residual = act == THAW_ACT_NONE || act == THAW_ACT_K_RELU;
  const float *x[3] = {in->a, in->b, in->dy};
  const uint8_t tap[3] = {4, 0, 7};
  float *y = next_output (out, in->a, count);

  k->normalize (&norm, y, NULL, rows, (size_t) c, c, y);
  k->normalize_sums (&norm, &grad, rows, (size_t) c, c, out->d[0], out->d[1]);
  grad.dx = next_output (out, in->b, count);
  grad.add_dx = true;
  k->normalize_grad (&norm, &grad, rows, (size_t) c, c);
  grad.dy = grad.dx = next_output (out, in->dy, count); /* in place */
  grad.add_dx = false;
  k->normalize_grad (&norm, &grad, rows, (size_t) c, c);
  if (!residual)
    return;
  k->normalize_max_pool (&norm, x, tap, 3, rows, c, next_output (out, NULL, 0), out->u);
  y = next_output (out, NULL, 0);
  k->normalize (&norm, in->a, in->b, rows, (size_t) c, c, y);
  grad = (ThawNormGrad){.x = in->a,
                        .dy = in->dy,
                        .y = y,
                        .dx = next_output (out, NULL, 0),
                        .dr = next_output (out, in->b, count),
                        .add_dr = true,
                        .k1 = in->row[2],
                        .k2 = in->row[0]};
  k->normalize_sums (&norm, &grad, rows, (size_t) c, c, out->d[2], out->d[3]);
  k->normalize_grad (&norm, &grad, rows, (size_t) c, c);
}

static void
run_elementwise (const ThawKernels *k, const Inputs *in, size_t count, Outputs *out)
{
  float *y;

  k->add (in->a, in->b, count, next_output (out, NULL, 0));
  k->accumulate (in->a, count, next_output (out, in->b, count));
  y = next_output (out, in->a, count);
  k->multiply (y, in->b, count, y, false);
  k->multiply (in->a, in->b, count, next_output (out, in->dy, count), true);
  k->rescale (0.37f, count, next_output (out, in->a, count));
  y = next_output (out, in->a, count);
  k->mask (y, in->mask, 1.25f, count, y, false);
  k->mask (in->a, in->mask, 1.25f, count, next_output (out, in->b, count), true);
}

static void
run_rows (const ThawKernels *k, const Inputs *in, size_t rows, int c, Outputs *out)
{
  const float *x[5], *w[5];
  const uint8_t *from[3];
  uint8_t tap[5] = {0, 3, 1, 7, 8};
  size_t count = rows * (size_t) c;
  float *y, *one = next_output (out, NULL, 0), *sums[7];
  const float *xs[14], *ws[14];

  for (int t = 0; t < 14; t++) {
    xs[t] = t % 3 ? in->dy : in->a;
    ws[t] = in->row[(t + 1) % 4];
  }
  for (int t = 0; t < 5; t++) {
    x[t] = t % 2 ? in->a : in->b;
    w[t] = in->row[t % 4];
  }
  k->column_sums (in->a, rows, (size_t) c, c, out->d[0]);
  k->column_squares (in->a, rows, (size_t) c, c, in->row[0], out->d[1]);
  k->sum_parts (in->a, (int) rows, (size_t) c, (size_t) c, one);
  for (size_t j = (size_t) c; j < count; j++)
    one[j] = POISON;
  k->fill_rows (in->row[0], rows, (size_t) c, c, next_output (out, NULL, 0));
  k->fill_rows (NULL, rows, (size_t) c, c, next_output (out, NULL, 0));
  k->depthwise (x, w, 5, rows, (size_t) c, c, in->row[1], next_output (out, NULL, 0), false,
                THAW_ACT_NONE);
  k->depthwise (x, w, 2, rows, (size_t) c, c, NULL, next_output (out, in->dy, count), true,
                THAW_ACT_K_RELU6);
  k->depthwise (x, w, 0, rows, (size_t) c, c, NULL, next_output (out, NULL, 0), false,
                THAW_ACT_NONE);
  k->depthwise (x, w, 5, rows, (size_t) c, c, in->row[0], next_output (out, NULL, 0), false,
                THAW_ACT_K_RELU);
  k->depthwise (xs, ws, 14, rows, (size_t) c, c, in->row[2], next_output (out, NULL, 0), false,
                THAW_ACT_K_HARDSWISH);
  for (int t = 0; t < 7; t++)
    sums[t] = next_output (out, in->b, count);
  k->depthwise_weights (xs, in->dy, 7, rows, (size_t) c, c, sums);
  x[2] = in->dy;
  y = next_output (out, NULL, 0);
  k->max_pool (x, tap, 5, count, y, out->u);
  k->max_pool (x, tap, 5, count, next_output (out, NULL, 0), NULL);
  g_assert_cmpmem (out->f[out->used - 1], count * sizeof *y, y, count * sizeof *y);
  for (int t = 0; t < 3; t++)
    from[t] = out->u;
  k->max_pool_grad (x, from, tap, 3, count, next_output (out, in->a, count), true);
  k->max_pool_grad (x, from, tap, 3, count, next_output (out, NULL, 0), false);
}

static void
run_adam (const ThawKernels *k, const Inputs *in, size_t count, Outputs *out)
{
  for (int variety = 0; variety < 4; variety++) {
    ThawAdam adam = {-1e-3f, 0.01f, 0.9f, 0.1f, 0.999f, 0.001f, 0.03f, 1e-8f, variety / 2};
    float *p = next_output (out, in->a, count), *m = next_output (out, in->b, count);
    float *v = next_output (out, NULL, 0), *u = next_output (out, in->a, count);
    for (size_t j = 0; j < count; j++)
      v[j] = in->b[j] * in->b[j];
    k->adam (&adam, count, p, in->dy, m, v, variety % 2 ? u : NULL);
  }
}

static void
run_all (const ThawKernels *k, const Inputs *in, size_t rows, int c, int part, Outputs *out)
{
  size_t count = rows * (size_t) c;

  memset (out, 0, sizeof *out);
  if (part <= THAW_ACT_K_SILU) {
    float *y;
    run_norm (k, in, (ThawActKind) part, rows, c, out);
    y = next_output (out, in->a, count);
    k->activate ((ThawActKind) part, y, count, y);
    y = next_output (out, in->dy, count);
    k->activate_grad ((ThawActKind) part, in->a, y, count, y, false);
    y = next_output (out, in->b, count);
    k->activate_grad ((ThawActKind) part, in->a, in->dy, count, y, true);
  } else if (part == THAW_ACT_K_SILU + 1) {
    run_elementwise (k, in, count, out);
  } else if (part == THAW_ACT_K_SILU + 2) {
    run_rows (k, in, rows, c, out);
  } else {
    run_adam (k, in, count, out);
  }
  assert_guards (out, count, c);
}

static void
fill (Inputs *in, uint64_t seed)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, 1, 2, 3);

  for (size_t j = 0; j < MOST + GUARD; j++) {
    in->a[j] = (float) (floor (thaw_rng_uniform (&rng, -50, 50)) / 8); /* meets every kink */
    in->b[j] = (float) thaw_rng_uniform (&rng, -2, 2);
    in->dy[j] = (float) thaw_rng_uniform (&rng, -2, 2);
    in->mask[j] = thaw_rng_below (&rng, 2) != 0;
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 257; j++)
      in->row[i][j] = (float) thaw_rng_uniform (&rng, -1, 1);
}

static void
test_variants (const void *data)
{
  const ThawKernels *plain, *variant;
  g_autofree Inputs *in = g_new0 (Inputs, 1);
  g_autofree Outputs *expected = g_new0 (Outputs, 1), *found = g_new0 (Outputs, 1);

  thaw_cpu_set_mask (0);
  plain = thaw_kernels ();
  thaw_cpu_set_mask ((unsigned int) GPOINTER_TO_INT (data));
  variant = thaw_kernels ();
  thaw_cpu_set_mask (UINT32_MAX);
  g_assert_cmpstr (plain->name, ==, "c");
  g_test_message ("seed 31, %s against c", variant->name);
  fill (in, 31);
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++) {
    for (gsize j = 0; j < G_N_ELEMENTS (depths); j++) {
      for (int part = 0; part <= THAW_ACT_K_SILU + 3; part++) {
        run_all (plain, in, (size_t) depths[j], widths[i], part, expected);
        run_all (variant, in, (size_t) depths[j], widths[i], part, found);
        g_assert_cmpmem (expected, sizeof *expected, found, sizeof *found);
      }
    }
  }
}

/* Masks against the generator itself, in every variant. */
static void
test_masks (void)
{
  const unsigned int sets[] = {0, THAW_CPU_AVX2, UINT32_MAX};
  const double chances[] = {0, 0.1, 0.2, 0.5, 1};
  uint8_t mask[100];

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++) {
    thaw_cpu_set_mask (sets[i]);
    for (gsize p = 0; p < G_N_ELEMENTS (chances); p++) {
      for (size_t count = 1; count < sizeof mask; count++) {
        ThawRng rng = thaw_rng (7, THAW_RNG_TEST, p, count, 0);
        memset (mask, 77, sizeof mask);
        thaw_kernels ()->draw_mask (rng, (uint64_t) ceil (chances[p] * 0x1p53), count, mask);
        for (size_t j = 0; j < count; j++)
          g_assert_cmpint (mask[j], ==, thaw_rng_unit (&rng) >= chances[p]);
        g_assert_cmpint (mask[count], ==, 77);
      }
    }
  }
  thaw_cpu_set_mask (UINT32_MAX);
}

/* The plain loops against arithmetic written down once more, in double. */
static void
test_sums (void)
{
  enum { ROWS = 1003, COLUMNS = 5 };
  ThawRng rng = thaw_rng (4, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, ROWS * COLUMNS, 1);
  const float centre[COLUMNS] = {0.5f, -0.25f, 0, 1, 2};
  double sums[COLUMNS] = {1}, squares[COLUMNS] = {0}, sum = 1, square = 0;

  thaw_kernels ()->column_sums (x, ROWS, COLUMNS, COLUMNS, sums);
  thaw_kernels ()->column_squares (x, ROWS, COLUMNS, COLUMNS, centre, squares);
  for (int i = 0; i < ROWS; i++) {
    sum += x[i * COLUMNS];
    square += pow ((double) x[i * COLUMNS] - centre[0], 2);
  }
  g_assert_cmpfloat_with_epsilon (sums[0], sum, 1e-5);
  g_assert_cmpfloat_with_epsilon (squares[0], square, 1e-4);
}

static void
test_nan (void)
{
  const float x[3] = {NAN, -1, 2};
  float y[3];

  for (int act = THAW_ACT_NONE; act <= THAW_ACT_K_SILU; act++) {
    thaw_kernels ()->activate ((ThawActKind) act, x, 3, y);
    g_assert_true (isnan (y[0])); /* a lost NaN would hide that a run has gone wrong */
    g_assert_false (isnan (y[1]) || isnan (y[2]));
  }
}

/* Sigmoid and SiLU, and their gradients, over all that float can tell apart: against double. */
static void
check_exponential (ThawActKind act, float z)
{
  const float one = 1;
  double s = 1 / (1 + exp (-(double) z)), rest = 1 / (1 + exp ((double) z));
  double value = act == THAW_ACT_K_SILU ? z * s : s;
  double slope = act == THAW_ACT_K_SILU ? s * (1 + z * rest) : s * rest;
  double scale = act == THAW_ACT_K_SILU ? s * (1 + fabs (z) * rest) : fabs (slope);
  float y, dx;

  thaw_kernels ()->activate (act, &z, 1, &y);
  thaw_kernels ()->activate_grad (act, &z, &one, 1, &dx, false);
  g_assert_cmpfloat_with_epsilon (y, value, 5e-7 * fabs (value) + 1.2e-36);
  g_assert_cmpfloat_with_epsilon (dx, slope, 8e-7 * scale + 1.2e-36);
}

static void
test_exponential (void)
{
  for (double z = 0.001; z < 3e38; z *= 1.0007) {
    check_exponential (THAW_ACT_K_SIGMOID, (float) z);
    check_exponential (THAW_ACT_K_SIGMOID, (float) -z);
    if (z > 1e30) /* the product is infinite in double's eyes, too */
      continue;
    check_exponential (THAW_ACT_K_SILU, (float) z);
    check_exponential (THAW_ACT_K_SILU, (float) -z);
  }
  check_exponential (THAW_ACT_K_SILU, 0);
  check_exponential (THAW_ACT_K_SIGMOID, INFINITY);
  check_exponential (THAW_ACT_K_SIGMOID, -INFINITY);
}

/* Rows of parts of rows; what lies between them stays. */
static void
test_channels (void)
{
  enum { ROWS = 3, WIDEST = 37 };
  float a[ROWS * 50], b[ROWS * 50], y[ROWS * 2 * WIDEST], back[ROWS * 50];

  for (int j = 0; j < ROWS * 50; j++) {
    a[j] = (float) j;
    b[j] = (float) -j;
  }
  for (int c = 1; c <= WIDEST; c++) {
    thaw_kernels ()->interleave (a, 50, b, 49, ROWS, c, y);
    for (int i = 0; i < ROWS; i++)
      for (int j = 0; j < c; j++) {
        g_assert_cmpfloat (y[i * 2 * c + 2 * j], ==, a[i * 50 + j]);
        g_assert_cmpfloat (y[i * 2 * c + 2 * j + 1], ==, b[i * 49 + j]);
      }
    for (int j = 0; j < ROWS * 50; j++)
      back[j] = 0.5f;
    thaw_kernels ()->every_second (y, 2 * (size_t) c, ROWS, c, back, 50, false);
    thaw_kernels ()->every_second (y + 1, 2 * (size_t) c, ROWS, c, back, 50, true);
    thaw_kernels ()->columns (a, 50, ROWS, c, back, 50, true);
    for (int j = 0; j < ROWS * 50; j++) {
      bool inside = j % 50 < c;
      int at = j / 50 * 49 + j % 50;
      g_assert_cmpfloat (back[j], ==, inside ? 2 * a[j] + b[at] : 0.5f);
    }
    thaw_kernels ()->columns (a, 50, ROWS, c, back, 50, false);
    for (int j = 0; j < ROWS * 50; j++)
      g_assert_cmpfloat (back[j], ==, j % 50 < c ? a[j] : 0.5f);
  }
}

/* Beta 0 does not read what it overwrites. */
static void
test_gemm (void)
{
  const float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {1, 0, 0, 1, 1, 1};
  float c[4] = {NAN, NAN, NAN, NAN};

  thaw_blas_init ();
  thaw_gemm (false, false, 2, 2, 3, a, 3, b, 2, 0, c, 2);
  g_assert_cmpfloat (c[0], ==, 4);
  g_assert_cmpfloat (c[3], ==, 11);
  thaw_gemm (true, true, 3, 3, 2, a, 3, b, 2, 0, (float[9]){0}, 3);
  thaw_gemm (false, false, 2, 2, 3, a, 3, b, 2, 1, c, 2);
  g_assert_cmpfloat (c[1], ==, 10);
  g_assert_nonnull (thaw_blas_core ());
  g_assert_cmpstr (thaw_blas_config (), !=, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/kernels/variants/best", GINT_TO_POINTER (-1), test_variants);
  g_test_add_data_func ("/kernels/variants/avx2", GINT_TO_POINTER (THAW_CPU_AVX2), test_variants);
  g_test_add_func ("/kernels/masks", test_masks);
  g_test_add_func ("/kernels/sums", test_sums);
  g_test_add_func ("/kernels/nan", test_nan);
  g_test_add_func ("/kernels/exponential", test_exponential);
  g_test_add_func ("/kernels/channels", test_channels);
  g_test_add_func ("/kernels/gemm", test_gemm);
  return g_test_run ();
}
