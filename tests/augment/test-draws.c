/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the transforms of boxes, of policies and of batches draw has torchvision's, or the paper's,
 * distributions. Seeds are fixed; limits of chi-square are at about 1e-5. */
#include "fixture.h"
#include "on-bytes.h"

#include "beta.h"

#include <math.h>

#define N 20000
#define SIDE 32

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

/* Beta (a, a) by its mean, variance 1 / (4 (2 a + 1)), and symmetry; and by its known quantiles for
 * a = 1 (uniform) and a = 0.5 (arcsine). */
static void
beta (void)
{
  static const double alphas[] = {1e-4, 0.05, 0.2, 0.5, 1, 2, 8, 100};

  for (size_t k = 0; k < G_N_ELEMENTS (alphas); k++) {
    double a = alphas[k], sum = 0, squares = 0, variance = 1 / (4 * (2 * a + 1));
    int cells[10] = {0};
    for (int i = 0; i < N; i++) {
      ThawRng rng = draw_rng (i);
      double v = thaw_beta_draw (&rng, a);
      double u = a == 0.5 ? 2 / G_PI * asin (sqrt (v)) : v; /* uniform for 0.5 and 1 */
      g_assert_true (v >= 0 && v <= 1);
      sum += v;
      squares += (v - 0.5) * (v - 0.5);
      cells[MIN ((int) (u * 10), 9)]++;
    }
    g_assert_cmpfloat_with_epsilon (sum / N, 0.5, 4.5 * sqrt (variance / N));
    g_assert_cmpfloat_with_epsilon (squares / N, variance, 0.05 * variance);
    if (a == 0.5 || a == 1)
      g_assert_cmpfloat (chi_square (cells, 10, N), <, 40);
  }
}

/* RandomErasing: what is erased lies within the limits and in the picture; its area is uniform, the
 * logarithm of its proportions too; p says how often. */
static void
erasing (void)
{
  const ThawTransform *erasing = find_transform ("RandomErasing");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "RandomErasing", 1, (const double[]){0.5});
  int found = 0, areas[10] = {0}, tall = 0;

  for (int i = 0; i < N; i++) {
    ThawRng rng = draw_rng (i);
    ThawErasure e;
    double area, ratio;
    if (!erasing->erase (&choice, &rng, 400, &e))
      continue;
    area = (double) e.box.h * e.box.w / (400.0 * 400.0);
    ratio = (double) e.box.h / e.box.w;
    g_assert_true (e.box.top >= 0 && e.box.left >= 0);
    g_assert_true (e.box.top + e.box.h <= 400 && e.box.left + e.box.w <= 400);
    g_assert_true (area > 0.019 && area < 0.332 && ratio > 0.29 && ratio < 3.4);
    g_assert_true (e.value == 0.0f && !e.noise);
    found++;
    tall += ratio > 0.995; /* ln 0.3 to ln 3.3 has its middle at 0.995 */
    areas[CLAMP ((int) ((area - 0.02) / 0.031), 0, 9)]++;
  }
  g_assert_cmpint (ABS (found - N / 2), <, 320);
  g_assert_cmpint (ABS (tall - found / 2), <, 230);
  /* Sides that do not fit are drawn anew, which happens to great areas alone. */
  g_assert_cmpfloat (chi_square (areas, 8,
                                 areas[0] + areas[1] + areas[2] + areas[3] + areas[4] + areas[5] +
                                     areas[6] + areas[7]),
                     <, 37);
}

/* Cutout: each pixel is the centre as often as any other; the box is cut off at the edge. */
static void
cutout (void)
{
  static int centres[SIDE * SIDE];
  const ThawTransform *cutout = find_transform ("Cutout");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "Cutout", 1, (const double[]){2});

  for (int i = 0; i < 10 * N; i++) {
    ThawRng rng = draw_rng (i);
    ThawErasure e;
    int y, x;
    g_assert_true (cutout->erase (&choice, &rng, SIDE, &e));
    y = e.box.top + e.box.h - 1;
    x = e.box.left + e.box.w - 1;
    g_assert_true (e.box.h == (y == 0 ? 1 : 2) && e.box.w == (x == 0 ? 1 : 2));
    centres[y * SIDE + x]++;
  }
  g_assert_cmpfloat (chi_square (centres, SIDE * SIDE, 10 * N), <, 1230);
}

/* RandomResizedCrop of a slope: the least and greatest value tell which part it is. */
static void
resized_crop (void)
{
  const ThawTransform *crop = find_transform ("RandomResizedCrop");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "RandomResizedCrop", 1, (const double[]){SIDE});
  ThawPixel px[256 * 256 + 1], scratch[256 * 256 + 1];
  static const double shares[] = {0.026, 0.125, 0.125, 0.125, 0.125,
                                  0.125, 0.125, 0.12,  0.068, 0.026};
  enum { TRIES = 4000 };
  int areas[10] = {0};
  double sum = 0, area;

  for (int i = 0; i < TRIES; i++) {
    ThawRng rng = draw_rng (i);
    ThawImage image = {256, 256, px};
    int h, w;
    for (int k = 0; k < 256 * 256; k++)
      px[k] = (ThawPixel) (k / 256) | (ThawPixel) (k % 256) << 8;
    crop->apply (&choice, &rng, &image, scratch);
    g_assert_true (image.h == SIDE && image.w == SIDE);
    h = (int) (image.px[31 * SIDE] & 255) - (int) (image.px[0] & 255);
    w = (int) (image.px[31] >> 8 & 255) - (int) (image.px[0] >> 8 & 255);
    /* The middles of the outer pixels are 31 of 32 of the part away from each other. */
    area = (double) h * w / (256.0 * 256.0) / (31.0 / 32.0) / (31.0 / 32.0);
    sum += area;
    areas[MIN ((int) (area * 10), 9)]++;
  }
  /* torchvision's get_params on a square: shares of parts up to 0.1, 0.2, ... Great parts with odd
   * proportions do not fit and are drawn anew. */
  g_assert_cmpfloat_with_epsilon (sum / TRIES, 0.478, 0.015);
  for (int k = 0; k < 10; k++)
    g_assert_cmpfloat_with_epsilon ((double) areas[k] / TRIES, shares[k], 0.025);
}

/* If nothing fits, the greatest part in the middle with proportions that are allowed. */
static void
resized_crop_fallback (void)
{
  const ThawTransform *crop = find_transform ("RandomResizedCrop");
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, "RandomResizedCrop", 1, (const double[]){8});
  ThawPixel px[8 * 8 + 1], scratch[8 * 8 + 1];
  ThawImage image = {8, 8, px};
  ThawRng rng = draw_rng (0);

  store.values[1][0] = store.values[1][1] = 1; /* all of the area, twice as wide as high */
  store.values[2][0] = store.values[2][1] = 2;
  for (int k = 0; k < 64; k++)
    px[k] = (ThawPixel) (k / 8) * 30;
  crop->apply (&choice, &rng, &image, scratch);
  g_assert_cmpuint (image.px[0], ==, 60); /* rows 2 to 5 of 8 */
  g_assert_cmpuint (image.px[63], ==, 150);
}

static void
brightness_contrast (void)
{
  const ThawTransform *both = find_transform ("RandomBrightnessContrast");
  ChoiceValues store;
  ThawChoice choice =
      make_choice (&store, "RandomBrightnessContrast", 4, (const double[]){0.2, 0, 1, 0.5});
  int changed = 0, adds[10] = {0};

  for (int i = 0; i < N; i++) {
    ThawRng rng = draw_rng (i);
    ThawPixel px[] = {0x646464}; /* 100 + U (-51, 51), cut off */
    ThawImage image = {1, 1, px};
    int v;
    both->apply (&choice, &rng, &image, NULL);
    v = (int) (px[0] & 255);
    g_assert_true (v >= 49 && v <= 150);
    if (v == 100) /* also what was moved by less than 1 */
      continue;
    changed++;
    adds[CLAMP ((v - 50) / 10, 0, 9)]++;
  }
  g_assert_cmpint (ABS (changed - N / 2 * 101 / 102), <, 350);
  g_assert_cmpfloat (chi_square (adds, 5, adds[0] + adds[1] + adds[2] + adds[3] + adds[4]), <, 35);
}

/* How many of N pictures a policy leaves as they are, which tells what it chooses. */
static int
count_unchanged (const char *name, int n, const double *values)
{
  const ThawTransform *policy = find_transform (name);
  ChoiceValues store;
  ThawChoice choice = make_choice (&store, name, n, values);
  g_autofree uint8_t *bytes = make_noise (2, SIDE, SIDE);
  g_autofree ThawPixel *in = pixels_of (bytes, SIDE, SIDE);
  int same = 0;

  in[0] = 0;
  in[1] = 0xffffff; /* stretched already */
  for (int i = 0; i < N; i++) {
    ThawPixel px[SIDE * SIDE + 1], scratch[SIDE * SIDE + 1];
    ThawRng rng = draw_rng (i);
    ThawImage image = {SIDE, SIDE, px};
    memcpy (px, in, sizeof (ThawPixel) * SIDE * SIDE);
    policy->apply (&choice, &rng, &image, scratch);
    same += memcmp (image.px, in, sizeof (ThawPixel) * SIDE * SIDE) == 0;
  }
  return same;
}

static void
policies (void)
{
  /* One of 14 at strength 0: all but Equalize, Solarize (at 255, which here turns 255 to 0) and,
   * of a picture without motion, none move a pixel. */
  g_assert_cmpint (
      ABS (count_unchanged ("RandAugment", 3, (const double[]){1, 0, 31}) - N * 12 / 14), <, 230);
  /* Two of them: (12 / 14)^2 */
  g_assert_cmpint (
      ABS (count_unchanged ("RandAugment", 3, (const double[]){2, 0, 31}) - N * 144 / 196), <, 290);
  /* Strength 30 of 31: Identity and AutoContrast alone do nothing. */
  g_assert_cmpint (
      ABS (count_unchanged ("RandAugment", 3, (const double[]){1, 30, 31}) - N * 2 / 14), <, 230);
  /* At 2 bins half of those with a strength are at 0: 2 + 10 / 2 of 14 (Solarize never). */
  g_assert_cmpint (
      ABS (count_unchanged ("TrivialAugmentWide", 1, (const double[]){2}) - N * 7 / 14), <, 330);
}

/* AutoAugment: the share that each pair leaves alone, by its probabilities; the strengths that do
 * nothing here: AutoContrast, Color 0 (a factor of 1), Posterize 7 (5 bits) is not one. */
static void
auto_augment (void)
{
  double expected = 0;

  for (int i = 0; i < THAW_POLICY_CIFAR10; i++) {
    double idle = 1;
    for (int k = 0; k < 2; k++) {
      const ThawPolicyStep *step = &thaw_policy_cifar10[i][k];
      bool nothing = step->op == THAW_POLICY_AUTO_CONTRAST ||
                     (step->op == THAW_POLICY_COLOR && step->index == 0);
      idle *= nothing ? 1 : 1 - step->p;
    }
    expected += idle / THAW_POLICY_CIFAR10;
  }
  /* Pairs that undo themselves (two shifts, one to each side, leave black) do not occur. */
  g_assert_cmpint (ABS (count_unchanged ("AutoAugment", 0, NULL) - (int) (N * expected)), <, 320);
}

/* Of two in a list each batch takes one, with equal chances; its p decides then. */
static void
mixing (void)
{
  static const double mean[] = {0.5, 0.5, 0.5}, std[] = {0.2, 0.2, 0.2};
  ChoiceValues stores[3];
  const ThawChoice choices[] = {
      make_choice (&stores[0], "RandomHorizontalFlip", 0, NULL),
      make_choice (&stores[1], "Mixup", 2, (const double[]){1, 0.4}),
      make_choice (&stores[2], "CutMix", 2, (const double[]){1, 1}),
  };
  g_autoptr (ThawPipeline) both = thaw_pipeline_new (choices, 3, mean, std, SIDE, NULL);
  g_autoptr (ThawPipeline) none = thaw_pipeline_new (choices, 1, mean, std, SIDE, NULL);
  int blends = 0, cuts = 0, again = 0;

  for (int i = 0; i < N; i++) {
    ThawMix mix = thaw_pipeline_mix (both, 5, 6, (uint64_t) i);
    ThawMix same = thaw_pipeline_mix (both, 5, 6, (uint64_t) i);
    g_assert_cmpmem (&mix, sizeof mix, &same, sizeof same);
    g_assert_cmpfloat (thaw_pipeline_mix (none, 5, 6, (uint64_t) i).lambda, ==, 1.0);
    if (mix.box.h > 0)
      g_assert_cmpfloat (mix.lambda, ==, 1.0 - mix.box.h * mix.box.w / (double) (SIDE * SIDE));
    cuts += mix.box.h > 0;
    blends += mix.box.h == 0 && mix.lambda < 1.0;
    again += thaw_pipeline_mix (both, 5, 7, (uint64_t) i).lambda == mix.lambda && mix.lambda < 1.0;
  }
  g_assert_cmpint (ABS (blends - N / 5), <, 260);
  /* Boxes of less than a pixel to each side are none: 1 - lambda < (2 / 32)^2 */
  g_assert_cmpint (ABS (cuts - (int) (N / 2 * (1 - 4.0 / (SIDE * SIDE)))), <, 330);
  g_assert_cmpint (again, <, N / 50); /* equal shares of boxes are few */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/draws/beta", beta);
  g_test_add_func ("/augment/draws/erasing", erasing);
  g_test_add_func ("/augment/draws/cutout", cutout);
  g_test_add_func ("/augment/draws/resized-crop", resized_crop);
  g_test_add_func ("/augment/draws/resized-crop-fallback", resized_crop_fallback);
  g_test_add_func ("/augment/draws/brightness-contrast", brightness_contrast);
  g_test_add_func ("/augment/draws/policies", policies);
  g_test_add_func ("/augment/draws/auto-augment", auto_augment);
  g_test_add_func ("/augment/draws/mixing", mixing);
  return g_test_run ();
}
