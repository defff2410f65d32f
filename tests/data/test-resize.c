/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resizing and fitting. The expected bytes are what Pillow 9.4 gives for the same pixels. */
#include "data-fixtures.h"

#include <math.h>
#include <string.h>

/* A picture by formula, easily made elsewhere too. (transfer full) */
static uint8_t *
formula (int h, int w)
{
  uint8_t *pixels = g_malloc ((size_t) h * w * 3);

  for (int i = 0; i < h * w * 3; i++)
    pixels[i] = (uint8_t) ((int64_t) i * 7919 % 251);
  return pixels;
}

static void
check_pillow (int h, int w, int oh, int ow, const uint8_t *expected)
{
  g_autofree uint8_t *in = formula (h, w);
  g_autofree uint8_t *out = g_malloc ((size_t) oh * ow * 3);

  thaw_resize_bilinear (in, h, w, out, oh, ow);
  g_assert_cmpmem (out, (size_t) oh * ow * 3, expected, (size_t) oh * ow * 3);
}

static void
as_pillow (void)
{
  check_pillow (5, 7, 3, 4,
                (const uint8_t[]){86,  101, 111, 145, 129, 130, 130, 101, 115, 149, 159, 174,
                                  104, 119, 127, 125, 145, 120, 108, 119, 133, 167, 148, 118,
                                  122, 130, 142, 141, 90,  110, 126, 137, 151, 110, 138, 135});
  check_pillow (9, 1, 2, 3,
                (const uint8_t[]){123, 126, 102, 123, 126, 102, 123, 126, 102, 139, 114, 146, 139,
                                  114, 146, 139, 114, 146});
  check_pillow (4, 4, 4, 2,
                (const uint8_t[]){81,  111, 106, 157, 152, 75,  123, 118, 148, 164, 87,  189,
                                  130, 124, 155, 99,  93,  124, 136, 167, 161, 105, 136, 130});
  check_pillow (1, 1, 2, 2, (const uint8_t[]){0, 138, 25, 0, 138, 25, 0, 138, 25, 0, 138, 25});
}

static void
larger_as_pillow (void)
{
  static const uint8_t expected[] = {
      0,   138, 25,  0,   138, 25,  54,  109, 79,  109, 79,  134, 163, 50,  188, 163, 50,  188,
      30,  168, 55,  30,  168, 55,  84,  139, 76,  139, 109, 97,  193, 80,  118, 193, 80,  118,
      75,  213, 100, 75,  213, 100, 129, 184, 71,  184, 154, 41,  238, 125, 12,  238, 125, 12,
      120, 107, 145, 120, 107, 145, 124, 128, 116, 128, 149, 86,  132, 170, 57,  132, 170, 57,
      150, 37,  175, 150, 37,  175, 121, 91,  146, 91,  146, 116, 62,  200, 87,  62,  200, 87};

  check_pillow (3, 2, 5, 6, expected);
}

static void
same_size_is_a_copy (void)
{
  g_autofree uint8_t *in = formula (13, 9);
  uint8_t out[13 * 9 * 3];

  thaw_resize_bilinear (in, 13, 9, out, 13, 9);
  g_assert_cmpmem (out, sizeof out, in, sizeof out);
}

/* Any scale, weights add up to one. */
static void
flat_stays_flat (void)
{
  static const int sides[] = {1, 2, 3, 31, 32, 33, 97, 224};
  g_autofree uint8_t *in = g_malloc (224 * 224 * 3), *out = g_malloc (224 * 224 * 3);

  memset (in, 201, 224 * 224 * 3);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    for (guint j = 0; j < G_N_ELEMENTS (sides); j++) {
      memset (out, 7, (size_t) sides[j] * sides[j] * 3);
      thaw_resize_bilinear (in, sides[i], sides[i], out, sides[j], sides[j]);
      for (int k = 0; k < sides[j] * sides[j] * 3; k++)
        g_assert_cmpint (out[k], ==, 201);
    }
}

/* The middle square of the whole resized picture, cut out afterwards. */
static void
check_fit (int h, int w, int size)
{
  int shorter = MIN (h, w), longer = MAX (h, w),
      stretched = (int) ((int64_t) size * longer / shorter);
  int oh = h <= w ? size : stretched, ow = h <= w ? stretched : size;
  int top = (int) nearbyint ((oh - size) / 2.0), left = (int) nearbyint ((ow - size) / 2.0);
  g_autofree uint8_t *in = formula (h, w);
  g_autofree uint8_t *whole = g_malloc ((size_t) oh * ow * 3);
  g_autofree uint8_t *out = g_malloc ((size_t) size * size * 3);

  thaw_resize_bilinear (in, h, w, whole, oh, ow);
  thaw_picture_fit (in, h, w, out, size);
  for (int y = 0; y < size; y++)
    g_assert_cmpmem (out + (size_t) y * size * 3, (size_t) size * 3,
                     whole + ((size_t) (y + top) * ow + left) * 3, (size_t) size * 3);
}

static void
fit_is_resize_and_crop (void)
{
  ThawRng rng = thaw_rng (5, THAW_RNG_TEST, 0, 0, 0);

  g_test_message ("seed 5");
  check_fit (32, 32, 32);
  check_fit (32, 33, 32);
  check_fit (35, 32, 32);
  check_fit (37, 32, 32);
  check_fit (1, 50, 8);
  for (int i = 0; i < 60; i++)
    check_fit (1 + (int) thaw_rng_below (&rng, 90), 1 + (int) thaw_rng_below (&rng, 90),
               1 + (int) thaw_rng_below (&rng, 64));
}

/* A strip of 1 x 4096 becomes 224 x 917,504 before it is cropped: only the crop is computed. */
static void
long_strips_cost_little (void)
{
  g_autofree uint8_t *in = formula (1, 4096);
  g_autofree uint8_t *out = g_malloc (224 * 224 * 3);

  thaw_picture_fit (in, 1, 4096, out, 224);
  thaw_picture_fit (in, 4096, 1, out, 224);
  g_assert_cmpint (out[0], <=, 250);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/resize/as-pillow", as_pillow);
  g_test_add_func ("/data/resize/larger-as-pillow", larger_as_pillow);
  g_test_add_func ("/data/resize/same-size-is-a-copy", same_size_is_a_copy);
  g_test_add_func ("/data/resize/flat-stays-flat", flat_stays_flat);
  g_test_add_func ("/data/resize/fit-is-resize-and-crop", fit_is_resize_and_crop);
  g_test_add_func ("/data/resize/long-strips-cost-little", long_strips_cost_little);
  return g_test_run ();
}
