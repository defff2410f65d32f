/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations of policies, sharpness and resizing against formulas written out plainly, for
 * sides with tails, for sides that differ, with every variant of the loops. Byte equality with
 * Pillow is the golden suite's. */
#include "fixture.h"
#include "on-bytes.h"

#include <math.h>

static const int sides[][2] = {{1, 1},  {1, 7},   {5, 1},   {2, 9},   {3, 3},
                               {4, 40}, {17, 40}, {33, 33}, {50, 31}, {64, 64}};

static int
bound (double v)
{
  return v <= 0 ? 0 : v >= 255 ? 255 : (int) v;
}

/* Noise, but for one picture in three with few values. (transfer full) */
static uint8_t *
make_picture (size_t k, int h, int w)
{
  uint8_t *px = make_noise (k, h, w);

  for (size_t i = 0; k % 3 == 2 && i < (size_t) h * w * 3; i++)
    px[i] = (uint8_t) (px[i] / 64 * 3 + 100);
  return px;
}

static void
rules (void)
{
  static const double thresholds[] = {0, 0.5, 100, 100.25, 255, 255.5, 256};

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++) {
    int h = sides[s][0], w = sides[s][1];
    size_t bytes = (size_t) h * w * 3;
    g_autofree uint8_t *px = make_picture (s, h, w), *out = g_malloc (bytes);

    for (int bits = 1; bits <= 8; bits++) {
      memcpy (out, px, bytes);
      g_assert_true (bytes_policy (out, h, w, "Posterize", bits));
      for (size_t i = 0; i < bytes; i++)
        g_assert_cmpint (out[i], ==, px[i] >> (8 - bits) << (8 - bits));
    }
    for (size_t t = 0; t < G_N_ELEMENTS (thresholds); t++) {
      memcpy (out, px, bytes);
      g_assert_true (bytes_policy (out, h, w, "Solarize", thresholds[t]));
      for (size_t i = 0; i < bytes; i++)
        g_assert_cmpint (out[i], ==, px[i] < thresholds[t] ? px[i] : 255 - px[i]);
    }
    memcpy (out, px, bytes);
    g_assert_true (bytes_policy (out, h, w, "Invert", 0));
    for (size_t i = 0; i < bytes; i++)
      g_assert_cmpint (out[i], ==, 255 - px[i]);
    memcpy (out, px, bytes);
    bytes_linear (out, h, w, 1.3f, -40.5f);
    for (size_t i = 0; i < bytes; i++)
      g_assert_cmpint (out[i], ==, bound ((double) ((float) px[i] * 1.3f + -40.5f)));
  }
}

/* One channel of a picture, by the whole of it. */
static void
check_channel (const uint8_t *px, const uint8_t *stretched, const uint8_t *flat, size_t n)
{
  int lo = 255, hi = 0, counts[256] = {0}, step, sum;

  for (size_t i = 0; i < n; i++) {
    lo = MIN (lo, px[3 * i]);
    hi = MAX (hi, px[3 * i]);
    counts[px[3 * i]]++;
  }
  step = ((int) n - counts[hi]) / 255;
  for (size_t i = 0; i < n; i++) {
    double scale = 255.0 / (hi - lo);
    int v = px[3 * i];
    g_assert_cmpint (stretched[3 * i], ==, hi > lo ? bound (v * scale + -lo * scale) : v);
    sum = step / 2;
    for (int k = 0; k < v; k++)
      sum += counts[k];
    g_assert_cmpint (flat[3 * i], ==, step > 0 ? MIN (sum / step, 255) : v);
  }
}

static void
histograms (void)
{
  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++) {
    int h = sides[s][0], w = sides[s][1];
    size_t bytes = (size_t) h * w * 3;
    g_autofree uint8_t *px = make_picture (s, h, w), *stretched = g_memdup2 (px, bytes),
                       *flat = g_memdup2 (px, bytes);

    g_assert_true (bytes_policy (stretched, h, w, "AutoContrast", 0));
    g_assert_true (bytes_policy (flat, h, w, "Equalize", 0));
    for (int c = 0; c < 3; c++)
      check_channel (px + c, stretched + c, flat + c, (size_t) h * w);
  }
}

static int
smoothed (const uint8_t *px, int w, int x, int y, int c)
{
  float edge = 1.0f / 13.0f, sum = 0.5f;

  for (int dy = 1; dy >= -1; dy--) {
    const uint8_t *row = px + ((y + dy) * w + x) * 3 + c;
    float middle = dy == 0 ? 5.0f / 13.0f : edge;
    sum += ((float) row[-3] * edge + (float) row[0] * middle) + (float) row[3] * edge;
  }
  return bound ((double) sum);
}

static void
sharpness (void)
{
  static const float factors[] = {0.0f, 0.4f, 1.0f, 1.9f};

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (size_t k = 0; k < G_N_ELEMENTS (factors); k++) {
      int h = sides[s][0], w = sides[s][1];
      g_autofree uint8_t *px = make_picture (s, h, w), *out = g_memdup2 (px, (size_t) h * w * 3);

      bytes_sharpness (out, h, w, factors[k]);
      for (int i = 0; i < h * w * 3; i++) {
        int y = i / 3 / w, x = i / 3 % w, c = i % 3;
        bool edge = y == 0 || x == 0 || y == h - 1 || x == w - 1;
        float a = (float) (edge ? px[i] : smoothed (px, w, x, y, c));
        g_assert_cmpint (out[i], ==, bound ((double) (a + factors[k] * ((float) px[i] - a))));
      }
    }
}

/* One line of n_in values, `step` apart, to n. */
static void
resize_line (const uint8_t *in, int step, int n_in, uint8_t *out, int out_step, int n)
{
  double scale = (double) n_in / n, wide = MAX (scale, 1.0);

  for (int o = 0; o < n; o++) {
    double centre = (o + 0.5) * scale, total = 0;
    int from = MAX ((int) (centre - wide + 0.5), 0), to = MIN ((int) (centre + wide + 0.5), n_in);
    int64_t sum = 1 << 21;
    for (int pass = 0; pass < 2; pass++)
      for (int i = from; i < to; i++) {
        double weight = MAX (0.0, 1.0 - fabs ((i - centre + 0.5) * (1.0 / wide)));
        if (pass == 0)
          total += weight;
        else
          sum += in[i * step] * (int64_t) (0.5 + weight / total * (1 << 22));
      }
    out[o * out_step] = (uint8_t) CLAMP (sum >> 22, 0, 255);
  }
}

static void
check_resized (const uint8_t *px, int height, int width, const int box[4], int size)
{
  int top = box[0], left = box[1], h = box[2], w = box[3];
  g_autofree uint8_t *between = g_malloc ((size_t) h * size * 3),
                     *expected = g_malloc ((size_t) size * size * 3),
                     *found = g_malloc ((size_t) size * size * 3);

  for (int c = 0; c < 3; c++) {
    for (int y = 0; y < h; y++)
      resize_line (px + ((top + y) * width + left) * 3 + c, 3, w, between + y * size * 3 + c, 3,
                   size);
    for (int x = 0; x < size; x++)
      resize_line (between + 3 * x + c, 3 * size, h, expected + 3 * x + c, 3 * size, size);
  }
  bytes_resized_crop (px, height, width, top, left, h, w, size, found);
  g_assert_cmpmem (found, (size_t) size * size * 3, expected, (size_t) size * size * 3);
}

static void
resized_crops (void)
{
  ThawRng rng = thaw_rng (g_test_rand_int (), THAW_RNG_TEST, 0, 0, 0);

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++) {
    int height = sides[s][0], width = sides[s][1];
    g_autofree uint8_t *px = make_picture (s, height, width);
    for (int k = 0; k < 12; k++) {
      int h = 1 + (int) thaw_rng_below (&rng, (uint64_t) height);
      int w = 1 + (int) thaw_rng_below (&rng, (uint64_t) width);
      int top = (int) thaw_rng_below (&rng, (uint64_t) (height - h + 1));
      int left = (int) thaw_rng_below (&rng, (uint64_t) (width - w + 1));
      int size = 1 + (int) thaw_rng_below (&rng, 70);
      check_resized (px, height, width, (int[4]){top, left, h, w}, size);
      check_resized (px, height, width, (int[4]){top, left, h, w}, w); /* a pass is left out */
      check_resized (px, height, width, (int[4]){top, left, h, w}, h);
    }
  }
}

/* Large enough for filters that do not fit on the stack. */
static void
large_resizes (void)
{
  g_autofree uint8_t *px = make_noise (5, 700, 300);

  check_resized (px, 700, 300, (int[4]){0, 0, 700, 300}, 224);
  check_resized (px, 700, 300, (int[4]){13, 5, 600, 290}, 3);
  check_resized (px, 700, 300, (int[4]){100, 200, 40, 50}, 641);
}

/* Shears and shifts move pixels to where the plain formula says, but for those on an edge. */
static void
skews (void)
{
  static const struct {
    const char *op;
    double magnitude, m[6];
  } cases[] = {
      {"ShearX", 0.3, {1, 0.3, 0, 0, 1, 0}},      {"ShearX", -0.77, {1, -0.77, 0, 0, 1, 0}},
      {"ShearY", 0.41, {1, 0, 0, 0.41, 1, 0}},    {"TranslateX", 7.9, {1, 0, -7, 0, 1, 0}},
      {"TranslateX", -3.2, {1, 0, 3, 0, 1, 0}},   {"TranslateY", 5, {1, 0, 0, 0, 1, -5}},
      {"TranslateY", -100, {1, 0, 0, 0, 1, 100}},
  };
  static const uint8_t black[3];

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (size_t k = 0; k < G_N_ELEMENTS (cases); k++) {
      int h = sides[s][0], w = sides[s][1];
      const double *m = cases[k].m;
      g_autofree uint8_t *px = make_noise (s, h, w), *out = g_memdup2 (px, (size_t) h * w * 3);

      g_assert_true (bytes_policy (out, h, w, cases[k].op, cases[k].magnitude));
      for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
          double sx = m[0] * (x + 0.5) + m[1] * (y + 0.5) + m[2];
          double sy = m[3] * (x + 0.5) + m[4] * (y + 0.5) + m[5];
          bool in = sx >= 0 && sx < w && sy >= 0 && sy < h;
          if (fabs (sx - rint (sx)) < 0.01 || fabs (sy - rint (sy)) < 0.01)
            continue;
          g_assert_cmpmem (out + (y * w + x) * 3, 3,
                           in ? px + ((int) sy * w + (int) sx) * 3 : black, 3);
        }
    }
}

/* Floats mixed in vectors are those mixed one by one. */
static void
mixtures (void)
{
  enum { SIDE = 5, MOST = 23 };
  ThawRng rng = thaw_rng (9, THAW_RNG_TEST, 0, 0, 0);

  for (int n = 1; n <= MOST; n++) {
    const ThawMix blend = {.lambda = 0.3}, cut = {.lambda = 0.8, .box = {1, 2, 3, 2}}, none = {1};
    size_t floats = 3 * (size_t) n, count = SIDE * SIDE * floats;
    g_autofree float *x = g_new (float, count), *out = g_new (float, count);

    for (size_t i = 0; i < count; i++)
      x[i] = (float) thaw_rng_normal (&rng);
    thaw_mix_batch (&none, SIDE, n, x, out);
    g_assert_cmpmem (out, count * sizeof *out, x, count * sizeof *x);
    thaw_mix_batch (&blend, SIDE, n, x, out);
    for (size_t i = 0; i < count; i++) {
      size_t other = i % floats < 3 ? i + floats - 3 : i - 3;
      g_assert_true (out[i] == 0.3f * x[i] + (float) (1.0 - 0.3) * x[other]);
    }
    thaw_mix_batch (&cut, SIDE, n, x, out);
    for (size_t i = 0; i < count; i++) {
      size_t other = i % floats < 3 ? i + floats - 3 : i - 3, pixel = i / floats;
      bool in = pixel / SIDE >= 1 && pixel / SIDE < 4 && pixel % SIDE >= 2 && pixel % SIDE < 4;
      g_assert_true (out[i] == x[in ? other : i]);
    }
  }
}

static void
no_cpu_limit (gpointer data, gconstpointer user)
{
  thaw_cpu_set_mask (UINT32_MAX);
}

static const struct {
  const char *name;
  void (*run) (void);
} tests[] = {
    {"rules", rules},
    {"histograms", histograms},
    {"sharpness", sharpness},
    {"resized-crops", resized_crops},
    {"large-resizes", large_resizes},
    {"skews", skews},
    {"mixtures", mixtures},
};

typedef struct {
  unsigned int mask;
  void (*run) (void);
} Case;

static void
run_case (gpointer data, gconstpointer user)
{
  const Case *c = user;

  thaw_cpu_set_mask (c->mask);
  c->run ();
}

/* All of them with every variant of the loops that there is here. */
static void
add_tests (const char *variant, unsigned int mask)
{
  static Case cases[3 * G_N_ELEMENTS (tests)];
  static int used;

  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf ("/augment/levels/%s/%s", variant, tests[i].name);
    cases[used] = (Case){mask, tests[i].run};
    g_test_add_vtable (path, 0, &cases[used++], NULL, run_case, no_cpu_limit);
  }
}

int
main (int argc, char **argv)
{
  unsigned int flags;

  g_test_init (&argc, &argv, NULL);
  flags = thaw_cpu_flags ();
  add_tests ("c", 0);
  if (flags & THAW_CPU_AVX2)
    add_tests ("avx2", THAW_CPU_AVX2);
  if (flags & THAW_CPU_AVX512)
    add_tests ("avx512", THAW_CPU_AVX2 | THAW_CPU_AVX512);
  return g_test_run ();
}
