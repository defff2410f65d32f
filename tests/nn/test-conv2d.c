/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions, linear layers and pooling against the obvious loops in double. */
#include "runner.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *name;
  int n, cin, h, w;
  ThawConv2d spec;
} ConvCase;

/* A reference value, and the sum of the magnitudes it was made of: the scale of rounding. */
typedef struct {
  double value, size;
} Sum;

static void
sum_add (Sum *sum, double a, double b)
{
  sum->value += a * b;
  sum->size += fabs (a * b);
}

typedef struct {
  const ConvCase *c;
  int oh, ow, cin_g, cout_g;
  const float *x, *w, *dy;
  Sum *y, *dx, *dw, *db;
} Reference;

static size_t
at (int a, int na, int b, int nb, int c, int nc, int d)
{
  return (((size_t) a * (size_t) na + (size_t) b) * (size_t) nb + (size_t) c) * (size_t) nc +
         (size_t) d;
}

/* One output element: all of its products. */
static void
reference_element (Reference *r, int i, int o, int oy, int ox)
{
  const ConvCase *c = r->c;
  int group = o / r->cout_g, k = c->spec.kernel;
  size_t out = at (i, c->spec.out_channels, o, r->oh, oy, r->ow, ox);

  sum_add (&r->db[o], r->dy[out], 1);
  for (int j = 0; j < r->cin_g; j++) {
    for (int ky = 0; ky < k; ky++) {
      for (int kx = 0; kx < k; kx++) {
        int iy = oy * c->spec.stride - c->spec.padding + ky;
        int ix = ox * c->spec.stride - c->spec.padding + kx;
        size_t in, tap;
        if (iy < 0 || ix < 0 || iy >= c->h || ix >= c->w)
          continue;
        in = at (i, c->cin, group * r->cin_g + j, c->h, iy, c->w, ix);
        tap = at (o, r->cin_g, j, k, ky, k, kx);
        sum_add (&r->y[out], r->x[in], r->w[tap]);
        sum_add (&r->dx[in], r->dy[out], r->w[tap]);
        sum_add (&r->dw[tap], r->dy[out], r->x[in]);
      }
    }
  }
}

static void
reference_run (Reference *r)
{
  for (int i = 0; i < r->c->n; i++)
    for (int o = 0; o < r->c->spec.out_channels; o++)
      for (int oy = 0; oy < r->oh; oy++)
        for (int ox = 0; ox < r->ow; ox++)
          reference_element (r, i, o, oy, ox);
}

static void
compare (const char *what, const float *found, const Sum *expected, size_t count)
{
  for (size_t j = 0; j < count; j++) {
    double error = fabs (found[j] - expected[j].value);
    if (!(error <= 2e-6 * expected[j].size + 1e-30))
      g_error ("%s[%zu] is %.9g, expected %.9g (size %.3g)", what, j, (double) found[j],
               expected[j].value, expected[j].size);
  }
}

static void
compare_all (Runner *runner, Reference *r, size_t x_count, size_t w_count, size_t y_count)
{
  g_autofree float *dx = runner_input_grad (runner), *dw = runner_grad (runner, "op.weight");

  compare ("y", (const float *) (void *) runner->y->data, r->y, y_count);
  compare ("dx", dx, r->dx, x_count);
  compare ("dw", dw, r->dw, w_count);
  if (r->c->spec.bias) {
    g_autofree float *db = runner_grad (runner, "op.bias");
    compare ("db", db, r->db, (size_t) r->c->spec.out_channels);
  }
}

static void
test_conv (const void *data)
{
  const ConvCase *c = data;
  const ThawConv2d *s = &c->spec;
  ThawGraph *graph = thaw_graph_new (c->cin, c->h, c->w);
  ThawNode node = thaw_graph_conv2d (graph, 0, "op", s);
  g_autoptr (Runner) runner = runner_new (graph, node, c->cin, c->h, c->w, 2);
  ThawRng rng = thaw_rng (7, THAW_RNG_TEST, (uint64_t) c->n, (uint64_t) c->cin, 1);
  size_t pixels = (size_t) c->h * (size_t) c->w, x_count = (size_t) (c->n * c->cin) * pixels;
  size_t taps = (size_t) (s->kernel * s->kernel), y_count;
  size_t w_count = (size_t) (s->out_channels * (c->cin / s->groups)) * taps;
  g_autofree float *x = runner_noise (&rng, x_count, 1), *w = runner_noise (&rng, w_count, 1);
  g_autofree float *b = runner_noise (&rng, (size_t) s->out_channels, 1), *dy = NULL;
  g_autofree Sum *y_sums = NULL, *dx = g_new0 (Sum, x_count), *dw = g_new0 (Sum, w_count);
  g_autofree Sum *db = g_new0 (Sum, s->out_channels);
  Reference r = {.c = c,
                 .oh = (c->h + 2 * s->padding - s->kernel) / s->stride + 1,
                 .ow = (c->w + 2 * s->padding - s->kernel) / s->stride + 1,
                 .cin_g = c->cin / s->groups,
                 .cout_g = s->out_channels / s->groups,
                 .x = x,
                 .w = w,
                 .dx = dx,
                 .dw = dw,
                 .db = db};

  y_count = (size_t) (c->n * s->out_channels) * (size_t) r.oh * (size_t) r.ow;
  r.dy = dy = runner_noise (&rng, y_count, 1);
  r.y = y_sums = g_new0 (Sum, y_count);
  for (size_t j = 0; s->bias && j < y_count; j++)
    sum_add (&r.y[j], b[j / (size_t) (r.oh * r.ow) % (size_t) s->out_channels], 1);
  reference_run (&r);
  runner_set (runner, "op.weight", w);
  if (s->bias)
    runner_set (runner, "op.bias", b);
  runner_plan (runner, THAW_MODE_TRAIN, c->n + 2); /* smaller batches than planned work as well */
  runner_forward (runner, THAW_MODE_TRAIN, c->n, x);
  g_assert_cmpint (runner->out[2], ==, r.oh);
  g_assert_cmpint (runner->out[3], ==, r.ow);
  runner_backward (runner, dy);
  compare_all (runner, &r, x_count, w_count, y_count);
}

/* {out, kernel, stride, padding, groups, bias} */
static const ConvCase cases[] = {
    {"dense-3x3", 5, 17, 7, 6, {19, 3, 1, 1, 1, false}},
    {"dense-3x3-bias", 64, 16, 4, 4, {24, 3, 1, 1, 1, true}},
    {"dense-stride-2-odd", 5, 20, 7, 9, {33, 3, 2, 1, 1, false}},
    {"dense-stride-2-even", 3, 20, 8, 6, {16, 3, 2, 1, 1, true}},
    {"dense-stride-3-no-padding", 2, 16, 8, 7, {8, 2, 3, 0, 1, false}},
    {"dense-5x5-on-2x2", 5, 16, 2, 2, {8, 5, 1, 2, 1, false}},
    {"dense-3x3-on-1x1", 64, 40, 1, 1, {48, 3, 1, 1, 1, false}},
    {"dense-3x3-on-1x1-image-1", 1, 40, 1, 1, {48, 3, 1, 1, 1, true}},
    {"dense-no-padding", 2, 16, 6, 5, {5, 3, 1, 0, 1, true}},
    {"dense-much-padding", 2, 16, 3, 2, {5, 2, 1, 3, 1, true}},
    {"dense-much-padding-stride-2", 2, 16, 3, 2, {5, 2, 2, 3, 1, false}},
    {"dense-wide", 4, 130, 3, 3, {260, 3, 1, 1, 1, false}},
    {"dense-24-40", 64, 24, 4, 4, {40, 3, 1, 1, 1, false}},
    {"dense-72-88", 16, 72, 2, 2, {88, 3, 1, 1, 1, true}},
    {"turned-stride-2", 37, 100, 3, 4, {72, 3, 2, 1, 1, false}},
    {"turned-batch-16-1x1", 16, 70, 1, 1, {130, 3, 1, 1, 1, true}},
    {"dense-100-64", 6, 100, 5, 4, {64, 3, 2, 1, 1, false}},
    {"dense-64-10-image-1", 1, 64, 9, 9, {10, 3, 1, 1, 1, true}},
    {"dense-stride-2-image-1", 1, 32, 12, 11, {96, 3, 2, 1, 1, false}},
    {"dense-9x9", 3, 16, 11, 12, {35, 9, 1, 4, 1, true}},
    {"dense-large-map", 8, 16, 32, 32, {112, 2, 1, 1, 1, true}},
    {"dense-large-map-stride-2", 16, 64, 34, 33, {8, 3, 2, 1, 1, false}},
    {"dense-batch-300", 300, 16, 3, 3, {300, 3, 1, 1, 1, false}},
    {"shortcut-1x1-stride-2", 5, 18, 7, 4, {20, 1, 2, 0, 1, false}},
    {"shortcut-1x1-padding", 2, 18, 3, 4, {6, 1, 1, 1, 1, true}},
    {"patches-7x7-stride-2", 5, 3, 17, 14, {10, 7, 2, 3, 1, false}},
    {"patches-3x3-batch-300", 300, 3, 4, 3, {4, 3, 1, 1, 1, true}},
    {"patches-9x9-image-1", 1, 10, 13, 12, {40, 9, 1, 4, 1, true}},
    {"patches-large-map", 30, 3, 32, 33, {33, 3, 1, 1, 1, true}},
    {"patches-one-channel", 1, 1, 5, 5, {3, 3, 1, 1, 1, true}},
    {"patches-much-padding", 2, 2, 3, 3, {3, 2, 2, 4, 1, false}},
    {"pointwise", 5, 19, 5, 3, {23, 1, 1, 0, 1, false}},
    {"pointwise-deep-sum", 64, 16, 6, 6, {24, 1, 1, 0, 1, true}},
    {"pointwise-1x1-wide", 64, 96, 1, 1, {300, 1, 1, 0, 1, true}},
    {"pointwise-one-image", 1, 16, 2, 3, {40, 1, 1, 0, 1, false}},
    {"depthwise-3x3", 5, 21, 6, 7, {21, 3, 1, 1, 21, false}},
    {"depthwise-5x5-stride-2", 64, 40, 5, 4, {40, 5, 2, 2, 40, true}},
    {"depthwise-5x5-on-1x1", 5, 80, 1, 1, {80, 5, 1, 2, 80, false}},
    {"depthwise-one-channel", 3, 1, 4, 4, {1, 3, 1, 1, 1, true}},
    {"groups-2", 5, 12, 5, 6, {6, 3, 1, 1, 2, true}},
    {"groups-4-stride-2", 2, 8, 5, 5, {12, 3, 2, 1, 4, false}},
    {"groups-depth-multiplier", 3, 6, 4, 4, {12, 3, 1, 1, 6, false}},
    {"groups-1x1", 3, 8, 3, 3, {4, 1, 1, 0, 2, true}},
};

/* --- Linear
 * ---------------------------------------------------------------------------------------
 */
static void
test_linear (void)
{
  enum { N = 7, IN = 37, OUT = 41 };
  ThawGraph *graph = thaw_graph_new (IN, 1, 1);
  ThawNode node = thaw_graph_linear (graph, 0, "op", OUT, true);
  g_autoptr (Runner) runner = runner_new (graph, node, IN, 1, 1, 2);
  ThawRng rng = thaw_rng (8, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, N * IN, 1), *w = runner_noise (&rng, OUT * IN, 1);
  g_autofree float *b = runner_noise (&rng, OUT, 1), *dy = runner_noise (&rng, N * OUT, 1);
  g_autofree Sum *y = g_new0 (Sum, N * OUT), *dx = g_new0 (Sum, N * IN);
  g_autofree Sum *dw = g_new0 (Sum, OUT * IN), *db = g_new0 (Sum, OUT);
  g_autofree float *found_dx = NULL, *found_dw = NULL, *found_db = NULL;

  for (int i = 0; i < N; i++) {
    for (int o = 0; o < OUT; o++) {
      sum_add (&y[i * OUT + o], b[o], 1);
      sum_add (&db[o], dy[i * OUT + o], 1);
      for (int j = 0; j < IN; j++) {
        sum_add (&y[i * OUT + o], x[i * IN + j], w[o * IN + j]);
        sum_add (&dx[i * IN + j], dy[i * OUT + o], w[o * IN + j]);
        sum_add (&dw[o * IN + j], dy[i * OUT + o], x[i * IN + j]);
      }
    }
  }
  runner_set (runner, "op.weight", w);
  runner_set (runner, "op.bias", b);
  runner_plan (runner, THAW_MODE_TRAIN, N);
  runner_forward (runner, THAW_MODE_TRAIN, N, x);
  runner_backward (runner, dy);
  found_dx = runner_input_grad (runner);
  found_dw = runner_grad (runner, "op.weight");
  found_db = runner_grad (runner, "op.bias");
  compare ("y", (const float *) (void *) runner->y->data, y, N * OUT);
  compare ("dx", found_dx, dx, N * IN);
  compare ("dw", found_dw, dw, OUT * IN);
  compare ("db", found_db, db, OUT);
}

/* --- Pooling
 * --------------------------------------------------------------------------------------
 */
typedef struct {
  const char *name;
  int n, c, h, w, kernel, stride, padding;
  bool ceil_mode;
  int oh, ow; /* as torch has them */
} PoolCase;

static const PoolCase pool_cases[] = {
    {"3x3-stride-2", 5, 19, 9, 8, 3, 2, 1, false, 5, 4},
    {"3x3-stride-2-ceil", 2, 5, 6, 7, 3, 2, 0, true, 3, 3},
    {"ceil-window-in-padding", 2, 5, 5, 5, 2, 2, 1, true, 3, 3},
    {"2x2", 64, 40, 4, 6, 2, 2, 0, false, 2, 3},
    {"overlapping", 3, 300, 4, 4, 3, 1, 1, false, 4, 4},
    {"1x1-map", 3, 7, 1, 1, 3, 2, 1, false, 1, 1},
};

/* The first largest of a window, -1 for none. */
static int
winner (const PoolCase *c, const float *map, int oy, int ox)
{
  int best = -1;

  for (int ky = 0; ky < c->kernel; ky++) {
    for (int kx = 0; kx < c->kernel; kx++) {
      int iy = oy * c->stride - c->padding + ky, ix = ox * c->stride - c->padding + kx;
      if (iy < 0 || ix < 0 || iy >= c->h || ix >= c->w)
        continue;
      if (best < 0 || map[iy * c->w + ix] > map[best])
        best = iy * c->w + ix;
    }
  }
  return best;
}

static void
test_max_pool (const void *data)
{
  const PoolCase *c = data;
  ThawGraph *graph = thaw_graph_new (c->c, c->h, c->w);
  ThawNode node = thaw_graph_max_pool (graph, 0, c->kernel, c->stride, c->padding, c->ceil_mode);
  g_autoptr (Runner) runner = runner_new (graph, node, c->c, c->h, c->w, 2);
  ThawRng rng = thaw_rng (9, THAW_RNG_TEST, 0, 0, 0);
  size_t in = (size_t) (c->h * c->w), out = (size_t) (c->oh * c->ow);
  size_t maps = (size_t) (c->n * c->c);
  g_autofree float *x = runner_noise (&rng, maps * in, 4), *dy = NULL, *found = NULL;
  g_autofree Sum *y = g_new0 (Sum, maps * out), *dx = g_new0 (Sum, maps * in);

  for (size_t j = 0; j < maps * in; j++) /* few different values: many ties */
    x[j] = floorf (x[j]);
  dy = runner_noise (&rng, maps * out, 1);
  for (size_t map = 0; map < maps; map++) {
    for (size_t o = 0; o < out; o++) {
      size_t from = map * in + (size_t) winner (c, x + map * in, (int) o / c->ow, (int) o % c->ow);
      sum_add (&y[map * out + o], x[from], 1);
      sum_add (&dx[from], dy[map * out + o], 1);
    }
  }
  runner_plan (runner, THAW_MODE_TRAIN, c->n);
  runner_forward (runner, THAW_MODE_TRAIN, c->n, x);
  g_assert_cmpint (runner->out[2], ==, c->oh);
  g_assert_cmpint (runner->out[3], ==, c->ow);
  runner_backward (runner, dy);
  found = runner_input_grad (runner);
  compare ("y", (const float *) (void *) runner->y->data, y, maps * out);
  compare ("dx", found, dx, maps * in);
}

static void
test_max_pool_nan (void)
{
  const float x[4] = {1, NAN, 3, 2}, dy[1] = {5};
  ThawGraph *graph = thaw_graph_new (1, 2, 2);
  g_autoptr (Runner) runner =
      runner_new (graph, thaw_graph_max_pool (graph, 0, 2, 2, 0, false), 1, 2, 2, 1);
  g_autofree float *dx = NULL;

  runner_plan (runner, THAW_MODE_TRAIN, 1);
  runner_forward (runner, THAW_MODE_TRAIN, 1, x);
  g_assert_true (isnan (g_array_index (runner->y, float, 0)));
  runner_backward (runner, dy);
  dx = runner_input_grad (runner);
  g_assert_cmpfloat (dx[1], ==, 5);
  g_assert_cmpfloat (dx[2], ==, 0);
}

static void
test_avg_pool (void)
{
  enum { N = 5, C = 21, H = 5, W = 7 };
  ThawGraph *graph = thaw_graph_new (C, H, W);
  g_autoptr (Runner) runner = runner_new (graph, thaw_graph_global_avg_pool (graph, 0), C, H, W, 2);
  ThawRng rng = thaw_rng (10, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, N * C * H * W, 1);
  g_autofree float *dy = runner_noise (&rng, N * C, 1), *found = NULL;
  g_autofree Sum *y = g_new0 (Sum, N * C), *dx = g_new0 (Sum, N * C * H * W);

  for (int j = 0; j < N * C * H * W; j++) {
    sum_add (&y[j / (H * W)], x[j], 1.0 / (H * W));
    sum_add (&dx[j], dy[j / (H * W)], 1.0 / (H * W));
  }
  runner_plan (runner, THAW_MODE_TRAIN, N);
  runner_forward (runner, THAW_MODE_TRAIN, N, x);
  runner_backward (runner, dy);
  found = runner_input_grad (runner);
  compare ("y", (const float *) (void *) runner->y->data, y, N * C);
  compare ("dx", found, dx, N * C * H * W);
}

/* The gradient of an input that two convolutions read is their sum, also where the maps are turned
 * instead of the weights. */
static void
test_shared_input (void)
{
  enum { N = 19, C = 70, SIDE = 2, OUT = 44 };
  const ThawConv2d spec = {OUT, 3, 1, 1, 1, false};
  ThawRng rng = thaw_rng (11, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, N * C * SIDE * SIDE, 1);
  g_autofree float *w = runner_noise (&rng, OUT * C * 9, 1);
  g_autofree float *dy = runner_noise (&rng, N * OUT * SIDE * SIDE, 1);
  g_autofree float *once = NULL, *both = NULL;

  for (int convs = 1; convs <= 2; convs++) {
    ThawGraph *graph = thaw_graph_new (C, SIDE, SIDE);
    ThawNode node = thaw_graph_conv2d (graph, 0, "a", &spec);
    g_autoptr (Runner) runner = NULL;
    if (convs == 2)
      node = thaw_graph_add (graph, node, thaw_graph_conv2d (graph, 0, "b", &spec));
    runner = runner_new (graph, node, C, SIDE, SIDE, 2);
    runner_set (runner, "a.weight", w);
    if (convs == 2)
      runner_set (runner, "b.weight", w);
    runner_plan (runner, THAW_MODE_TRAIN, N);
    runner_forward (runner, THAW_MODE_TRAIN, N, x);
    runner_backward (runner, dy);
    *(convs == 1 ? &once : &both) = runner_input_grad (runner);
  }
  for (int i = 0; i < N * C * SIDE * SIDE; i++)
    g_assert_cmpfloat_with_epsilon (both[i], 2 * once[i], 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/nn/conv2d/", cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], test_conv);
  }
  g_test_add_func ("/nn/conv2d/shared-input", test_shared_input);
  g_test_add_func ("/nn/linear", test_linear);
  for (gsize i = 0; i < G_N_ELEMENTS (pool_cases); i++) {
    g_autofree char *path = g_strconcat ("/nn/max-pool/", pool_cases[i].name, NULL);
    g_test_add_data_func (path, &pool_cases[i], test_max_pool);
  }
  g_test_add_func ("/nn/max-pool/nan", test_max_pool_nan);
  g_test_add_func ("/nn/global-avg-pool", test_avg_pool);
  return g_test_run ();
}
