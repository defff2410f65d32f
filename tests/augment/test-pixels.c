/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixel operations against formulas worked out by hand or written out plainly, also for sides that
 * differ. Byte equality with Pillow is the golden suite's. */
#include "fixture.h"
#include "on-bytes.h"

#include <math.h>
#include <string.h>

static const int sides[][2] = {{1, 1}, {1, 7}, {5, 1}, {17, 40}, {33, 33}, {50, 31}, {64, 64}};

static void
check_blend (const uint8_t *a, const uint8_t *b, const uint8_t *found, size_t n, float f)
{
  for (size_t i = 0; i < n; i++) {
    float t = (float) a[i] + f * (float) (b[i] - a[i]);
    g_assert_cmpint (found[i], ==, t <= 0 ? 0 : t >= 255 ? 255 : (int) t);
  }
}

static void
blends (void)
{
  static const float factors[] = {0.0f, 0.3f, 0.99f, 1.0f, 1.01f, 1.7f, 11.0f};

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (size_t k = 0; k < G_N_ELEMENTS (factors); k++) {
      int h = sides[s][0], w = sides[s][1];
      size_t bytes = (size_t) h * w * 3;
      g_autofree uint8_t *px = make_noise (k, h, w), *other = g_malloc0 (bytes);
      g_autofree uint8_t *out = g_memdup2 (px, bytes);
      double sum = 0;

      bytes_brightness (out, h, w, factors[k]);
      check_blend (other, px, out, bytes, factors[k]);
      for (size_t i = 0; i < bytes; i += 3) {
        int grey = (19595 * px[i] + 38470 * px[i + 1] + 7471 * px[i + 2] + 32768) >> 16;
        memset (other + i, grey, 3);
        sum += grey;
      }
      memcpy (out, px, bytes);
      bytes_saturation (out, h, w, factors[k]);
      check_blend (other, px, out, bytes, factors[k]);
      memset (other, (int) (sum / (h * w) + 0.5), bytes);
      memcpy (out, px, bytes);
      bytes_contrast (out, h, w, factors[k]);
      check_blend (other, px, out, bytes, factors[k]);
    }
}

static void
check_hue (double f, const uint8_t in[3], const uint8_t expected[3])
{
  uint8_t px[3];

  memcpy (px, in, 3);
  bytes_hue (px, 1, 1, f);
  g_assert_cmpmem (px, 3, expected, 3);
}

/* Values from Pillow. 1/3 of a turn is 85 of 255 steps, where sextants meet. */
static void
hue (void)
{
  const double third = 1.0 / 3.0 + 1e-9;

  check_hue (third, (const uint8_t[]){255, 0, 0}, (const uint8_t[]){0, 255, 0});
  check_hue (third, (const uint8_t[]){0, 255, 0}, (const uint8_t[]){0, 0, 255});
  check_hue (-third, (const uint8_t[]){0, 255, 0}, (const uint8_t[]){255, 0, 0});
  for (int v = 0; v < 256; v++) {
    const uint8_t grey[] = {(uint8_t) v, (uint8_t) v, (uint8_t) v};
    check_hue (0.25, grey, grey);
  }
}

/* Whatever the hue, the greatest channel stays; and a shift of less than one step only rounds. */
static void
hue_keeps_value (void)
{
  g_autofree uint8_t *px = make_noise (1, 128, 128), *same = g_memdup2 (px, 128 * 128 * 3);
  g_autofree uint8_t *out = g_memdup2 (px, 128 * 128 * 3);

  bytes_hue (out, 128, 128, -0.4);
  bytes_hue (same, 128, 128, 0.0039);
  for (int i = 0; i < 128 * 128 * 3; i += 3) {
    g_assert_cmpint (MAX (MAX (out[i], out[i + 1]), out[i + 2]), ==,
                     MAX (MAX (px[i], px[i + 1]), px[i + 2]));
    for (int c = 0; c < 3; c++)
      g_assert_cmpint (ABS (same[i + c] - px[i + c]), <=, 7);
  }
}

static void
crop (void)
{
  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (int padding = 0; padding <= 9; padding += 3) {
      int h = sides[s][0], w = sides[s][1], most = MIN (h, w) + 2 * padding;
      g_autofree uint8_t *px = make_noise (s, h, w);
      for (int size = 1; size <= most; size += 1 + most / 5) {
        int tops[] = {0, (h + 2 * padding - size) / 2, h + 2 * padding - size};
        for (int k = 0; k < 3; k++) {
          int top = tops[k], left = k == 1 ? 0 : w + 2 * padding - size;
          g_autofree uint8_t *out = g_malloc ((size_t) size * size * 3);
          memset (out, 0x5a, (size_t) size * size * 3);
          bytes_crop (px, h, w, padding, top, left, size, out);
          for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++) {
              int sy = y + top - padding, sx = x + left - padding;
              bool in = sy >= 0 && sy < h && sx >= 0 && sx < w;
              for (int c = 0; c < 3; c++)
                g_assert_cmpint (out[(y * size + x) * 3 + c], ==,
                                 in ? px[(sy * w + sx) * 3 + c] : 0);
            }
        }
      }
    }
}

static void
hflip (void)
{
  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++) {
    int h = sides[s][0], w = sides[s][1];
    g_autofree uint8_t *px = make_noise (s, h, w), *out = g_memdup2 (px, (size_t) h * w * 3);

    bytes_hflip (out, h, w);
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        g_assert_cmpmem (out + (y * w + x) * 3, 3, px + (y * w + w - 1 - x) * 3, 3);
  }
}

/* Quarter turns of squares and half turns of any picture move pixels and lose none. */
static void
rotate_exact (void)
{
  g_autofree uint8_t *px = make_noise (3, 33, 33), *turned = g_malloc (33 * 33 * 3);
  g_autofree uint8_t *back = g_malloc (33 * 33 * 3);

  bytes_rotate (px, 33, 33, 90, turned);
  for (int y = 0; y < 33; y++)
    for (int x = 0; x < 33; x++)
      g_assert_cmpmem (turned + ((32 - x) * 33 + y) * 3, 3, px + (y * 33 + x) * 3, 3);
  bytes_rotate (turned, 33, 33, -90, back);
  g_assert_cmpmem (back, 33 * 33 * 3, px, 33 * 33 * 3);
  bytes_rotate (px, 11, 99, 180, turned);
  bytes_rotate (turned, 11, 99, -540, back);
  g_assert_cmpmem (back, 33 * 33 * 3, px, 33 * 33 * 3);
  for (int i = 0; i < 11 * 99; i++)
    g_assert_cmpmem (turned + 3 * i, 3, px + 3 * (11 * 99 - 1 - i), 3);
}

/* Each pixel comes from where the plain formula in doubles says, but for those on an edge. */
static void
rotate_geometry (void)
{
  const double angles[] = {-14.5, 3.0, 45.0, 101.0, 271.5};

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (size_t k = 0; k < G_N_ELEMENTS (angles); k++) {
      int h = sides[s][0], w = sides[s][1];
      double c = cos (angles[k] * G_PI / 180), d = sin (angles[k] * G_PI / 180);
      g_autofree uint8_t *px = make_noise (s, h, w), *out = g_malloc ((size_t) h * w * 3);
      static const uint8_t black[3];

      memset (out, 0x5a, (size_t) h * w * 3);
      bytes_rotate (px, h, w, angles[k], out);
      for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
          double u = x + 0.5 - w / 2.0, v = y + 0.5 - h / 2.0;
          double sx = c * u - d * v + w / 2.0, sy = d * u + c * v + h / 2.0;
          bool in = sx >= 0 && sx < w && sy >= 0 && sy < h;
          if (fabs (sx - rint (sx)) < 0.01 || fabs (sy - rint (sy)) < 0.01)
            continue;
          g_assert_cmpmem (out + (y * w + x) * 3, 3,
                           in ? px + ((int) sy * w + (int) sx) * 3 : black, 3);
        }
    }
}

/* A whole shift: no rotation in the matrix, doubles. */
static void
affine_shift (void)
{
  const double m[] = {1, 0, -3, 0, 1, 2};
  g_autofree uint8_t *px = make_noise (4, 20, 30), *out = g_malloc (20 * 30 * 3);
  static const uint8_t black[3];

  bytes_affine (px, 20, 30, m, out);
  for (int y = 0; y < 20; y++)
    for (int x = 0; x < 30; x++)
      g_assert_cmpmem (out + (y * 30 + x) * 3, 3,
                       x >= 3 && y < 18 ? px + ((y + 2) * 30 + x - 3) * 3 : black, 3);
}

static void
no_cpu_limit (gpointer fixture, gconstpointer data)
{
  thaw_cpu_set_mask (UINT32_MAX);
}

static const struct {
  const char *name;
  void (*run) (void);
} tests[] = {
    {"blends", blends},
    {"hue", hue},
    {"hue-keeps-value", hue_keeps_value},
    {"crop", crop},
    {"hflip", hflip},
    {"rotate-exact", rotate_exact},
    {"rotate-geometry", rotate_geometry},
    {"affine-shift", affine_shift},
};

typedef struct {
  unsigned int mask;
  void (*run) (void);
} Case;

static void
run_case (gpointer fixture, gconstpointer data)
{
  const Case *c = data;

  thaw_cpu_set_mask (c->mask);
  c->run ();
}

/* All of them with every variant of the loops that there is here. */
static void
add_tests (const char *variant, unsigned int mask)
{
  static Case cases[64];
  static int used;

  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf ("/augment/pixels/%s/%s", variant, tests[i].name);
    g_assert_cmpint (used, <, (int) G_N_ELEMENTS (cases));
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
