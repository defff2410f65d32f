/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters that transforms draw have torchvision's distributions. Seeds are fixed; limits of
 * chi-square are at about 1e-5. What a transform drew is read off the pixels. */
#include "fixture.h"
#include "on-bytes.h"

#include <math.h>
#include <string.h>

#define N 20000

/* Sum of (found - expected)^2 / expected for equal expectations. */
static double
chi_square (const int *counts, int cells, int total)
{
  double expected = (double) total / cells, sum = 0;

  for (int i = 0; i < cells; i++)
    sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  return sum;
}

static ThawRng
draw_rng (int image)
{
  return thaw_rng (20240611, THAW_RNG_AUGMENT, 3, (uint64_t) image, 1);
}

/* Places 0..8 both ways of a 16-pixel window in a 16 x 16 picture with padding 4: the pixel at its
 * centre tells where it is. */
static void
crop_places (void)
{
  static int both[81], tops[9], lefts[9];
  const ThawTransform *crop = find_transform ("RandomCrop");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "RandomCrop", 2, (const double[]){16, 4});
  ThawPixel px[16 * 16 + 1], scratch[16 * 16 + 1];

  for (int i = 0; i < N; i++) {
    ThawRng rng = draw_rng (i);
    ThawImage image = {16, 16, px};
    int centre;
    for (int k = 0; k < 256; k++)
      px[k] = (ThawPixel) k * 0x010101;
    crop->apply (&choice, &rng, &image, scratch);
    g_assert_true (image.h == 16 && image.w == 16);
    centre = image.px[8 * 16 + 8] & 255; /* source row * 16 + column */
    tops[centre / 16 - 4]++;
    lefts[centre % 16 - 4]++;
    both[(centre / 16 - 4) * 9 + centre % 16 - 4]++;
  }
  g_assert_cmpfloat (chi_square (tops, 9, N), <, 38);
  g_assert_cmpfloat (chi_square (lefts, 9, N), <, 38);
  g_assert_cmpfloat (chi_square (both, 81, N), <, 144);
}

static int
count_flips (double p)
{
  const ThawTransform *flip = find_transform ("RandomHorizontalFlip");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "RandomHorizontalFlip", 1, &p);
  int flips = 0;

  for (int i = 0; i < N; i++) {
    ThawRng rng = draw_rng (i);
    ThawPixel px[] = {0x030201, 0x060504};
    ThawImage image = {1, 2, px};
    flip->apply (&choice, &rng, &image, NULL);
    flips += image.px[0] == 0x060504;
  }
  return flips;
}

static void
flips (void)
{
  g_assert_cmpint (count_flips (0), ==, 0);
  g_assert_cmpint (count_flips (1), ==, N);
  g_assert_cmpint (ABS (count_flips (0.5) - N / 2), <, 320); /* 4.5 deviations */
  g_assert_cmpint (ABS (count_flips (0.1) - N / 10), <, 191);
}

/* Applies ColorJitter with one strength alone to a single pixel. */
static void
jitter_pixel (int op, double strength, int image, uint8_t px[3])
{
  const ThawTransform *jitter = find_transform ("ColorJitter");
  ChoiceValues store;
  double values[4] = {0};
  ThawChoice choice;
  ThawRng rng = draw_rng (image);
  g_autofree ThawPixel *pixel = pixels_of (px, 1, 1);
  ThawImage one = {1, 1, pixel};

  values[op] = strength;
  choice = make_choice (&store, "ColorJitter", 4, values);
  jitter->apply (&choice, &rng, &one, NULL);
  thaw_px_to_bytes (one.px, 1, px);
}

/* Factors of brightness, read off a pixel of 100: U (0.75, 1.25) in cells of 0.05. */
static void
brightness_factors (void)
{
  int counts[10] = {0};
  double sum = 0;

  for (int i = 0; i < N; i++) {
    uint8_t px[3] = {100, 100, 100};
    jitter_pixel (0, 0.25, i, px);
    g_assert_true (px[0] >= 75 && px[0] < 125);
    g_assert_true (px[0] == px[1] && px[1] == px[2]);
    counts[(px[0] - 75) / 5]++;
    sum += px[0] + 0.5;
  }
  g_assert_cmpfloat (chi_square (counts, 10, N), <, 40);
  g_assert_cmpfloat_with_epsilon (sum / N, 100.0, 0.45);
}

/* A strength above 1 reaches from 0, not from below: U (0, 2.5). */
static void
brightness_from_zero (void)
{
  int counts[10] = {0};

  for (int i = 0; i < N; i++) {
    uint8_t px[3] = {100, 100, 100};
    jitter_pixel (0, 1.5, i, px);
    g_assert_cmpint (px[0], <, 250);
    counts[px[0] / 25]++;
  }
  g_assert_cmpfloat (chi_square (counts, 10, N), <, 40);
}

/* [1.1, 1.5] is a range of factors, not a strength; [1, 1] leaves the picture and draws nothing but
 * the order. */
static void
brightness_range (void)
{
  const ThawTransform *jitter = find_transform ("ColorJitter");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "ColorJitter", 4, (const double[]){0, 0, 0, 0});
  int counts[8] = {0};

  make_pair (&store, 0, 1.1, 1.5);
  for (int i = 0; i < N; i++) {
    uint8_t px[3] = {100, 100, 100};
    ThawRng rng = draw_rng (i);
    g_autofree ThawPixel *pixel = pixels_of (px, 1, 1);
    ThawImage one = {1, 1, pixel};
    jitter->apply (&choice, &rng, &one, NULL);
    thaw_px_to_bytes (one.px, 1, px);
    g_assert_true (px[0] >= 110 && px[0] < 150);
    counts[(px[0] - 110) / 5]++;
  }
  g_assert_cmpfloat (chi_square (counts, 8, N), <, 35);
  make_pair (&store, 0, 1, 1);
  make_pair (&store, 3, 0, 0);
  ThawRng rng = draw_rng (1), same = draw_rng (1);
  uint32_t order[4] = {0, 1, 2, 3};
  ThawPixel pixel[2] = {0x563412, 0};
  ThawImage one = {1, 1, pixel};
  jitter->apply (&choice, &rng, &one, NULL);
  thaw_rng_shuffle (&same, order, 4);
  g_assert_cmpuint (rng.state, ==, same.state);
  g_assert_cmpuint (one.px[0] & 0xffffff, ==, 0x563412);
}

/* Saturation of (0, 0, 150): grey is 17, so blue becomes 17 + f * 133. U (0.6, 1.4). */
static void
saturation_factors (void)
{
  double sum = 0, squares = 0;

  for (int i = 0; i < N; i++) {
    uint8_t px[3] = {0, 0, 150};
    double f;
    jitter_pixel (2, 0.4, i, px);
    f = (px[2] + 0.5 - 17) / 133.0;
    g_assert_true (f > 0.59 && f < 1.41);
    sum += f;
    squares += f * f;
  }
  g_assert_cmpfloat_with_epsilon (sum / N, 1.0, 0.0075);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / N - 1.0), 0.8 / sqrt (12), 0.005);
}

/* Red turned by U (-0.5, 0.5): all sextants alike, and both ways. */
static void
hue_turns (void)
{
  int counts[6] = {0};

  for (int i = 0; i < N; i++) {
    uint8_t px[3] = {255, 0, 0};
    int order;
    jitter_pixel (3, 0.5, i, px);
    order = (px[0] >= px[1]) + 2 * (px[1] >= px[2]) + 4 * (px[0] >= px[2]);
    counts[order == 7   ? 0
           : order == 6 ? 1
           : order == 2 ? 2
           : order == 0 ? 3
           : order == 1 ? 4
                        : 5]++;
  }
  for (int k = 0; k < 6; k++) /* cells are cut by 8-bit steps: within 8 % and noise */
    g_assert_cmpint (ABS (counts[k] - N / 6), <, N / 6 / 12 + 260);
}

/* All 24 orders alike. Brightness to black-or-double, then what follows sees it: instead of reading
 * pixels, follow the same stream as the transform documents it. */
static void
jitter_orders (void)
{
  const ThawTransform *jitter = find_transform ("ColorJitter");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "ColorJitter", 4, (const double[]){0.4, 0.5, 0.6, 0.2});
  int counts[24] = {0};

  for (int i = 0; i < N; i++) {
    ThawRng rng = draw_rng (i), same = draw_rng (i);
    uint32_t order[4] = {0, 1, 2, 3};
    double lo[] = {0.6, 0.5, 0.4, -0.2}, hi[] = {1.4, 1.5, 1.6, 0.2}, f[4];
    ThawPixel px[] = {0x3cc80a, 0x5a1efa}, expected[] = {0x3cc80a, 0x5a1efa};
    ThawImage image = {1, 2, px};
    int rank = 0;

    jitter->apply (&choice, &rng, &image, NULL);
    thaw_rng_shuffle (&same, order, 4);
    for (int k = 0; k < 4; k++)
      f[k] = thaw_rng_uniform (&same, lo[k], hi[k]);
    for (int k = 0; k < 4; k++) {
      int smaller = 0;
      if (order[k] == 0)
        thaw_px_brightness (expected, 1, 2, (float) f[0]);
      if (order[k] == 1)
        thaw_px_contrast (expected, 1, 2, (float) f[1]);
      if (order[k] == 2)
        thaw_px_saturation (expected, 1, 2, (float) f[2]);
      if (order[k] == 3)
        thaw_px_hue (expected, 1, 2, f[3]);
      for (int j = k + 1; j < 4; j++)
        smaller += order[j] < order[k];
      rank = rank * (4 - k) + smaller;
    }
    g_assert_cmpmem (image.px, sizeof px, expected, sizeof px);
    g_assert_cmpuint (rng.state, ==, same.state);
    counts[rank]++;
  }
  g_assert_cmpfloat (chi_square (counts, 24, N), <, 67);
}

/* Where a far pixel goes under a rotation: mean, spread of a uniform, both bounds. */
static void
check_angles (const ThawChoice *choice, double low, double high)
{
  const ThawTransform *rotation = find_transform ("RandomRotation");
  static ThawPixel px[201 * 201 + 1], scratch[201 * 201 + 1];
  double sum = 0, squares = 0, least = 90, most = -90, middle = (low + high) / 2;
  int draws = 300;

  for (int i = 0; i < draws; i++) {
    ThawRng rng = draw_rng (i);
    ThawImage image = {201, 201, px};
    double sx = 0, sy = 0, angle;
    memset (px, 0, sizeof px);
    for (int dy = -2; dy <= 2; dy++)
      for (int dx = -2; dx <= 2; dx++)
        px[(100 + dy) * 201 + 190 + dx] = 1; /* a spot right of the centre */
    rotation->apply (choice, &rng, &image, scratch);
    for (int k = 0; k < 201 * 201; k++)
      if (image.px[k]) {
        sx += k % 201 - 100;
        sy += 100 - k / 201;
      }
    angle = atan2 (sy, sx) * 180 / G_PI;
    sum += angle;
    squares += (angle - middle) * (angle - middle);
    least = MIN (least, angle);
    most = MAX (most, angle);
  }
  g_assert_cmpfloat_with_epsilon (sum / draws, middle, 4.5);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / draws), (high - low) / 2 / sqrt (3), 2.0);
  g_assert_true (least > low - 0.6 && least < low + 1.5);
  g_assert_true (most < high + 0.6 && most > high - 1.5);
}

/* U (-30, 30) degrees, and [10, 50]. */
static void
rotation_angles (void)
{
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "RandomRotation", 1, (const double[]){30});

  check_angles (&choice, -30, 30);
  make_pair (&store, 0, 10, 50);
  check_angles (&choice, 10, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/distributions/crop-places", crop_places);
  g_test_add_func ("/augment/distributions/flips", flips);
  g_test_add_func ("/augment/distributions/brightness", brightness_factors);
  g_test_add_func ("/augment/distributions/brightness-from-zero", brightness_from_zero);
  g_test_add_func ("/augment/distributions/brightness-range", brightness_range);
  g_test_add_func ("/augment/distributions/saturation", saturation_factors);
  g_test_add_func ("/augment/distributions/hue", hue_turns);
  g_test_add_func ("/augment/distributions/jitter-orders", jitter_orders);
  g_test_add_func ("/augment/distributions/rotation", rotation_angles);
  return g_test_run ();
}
