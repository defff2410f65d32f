/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows Normalize: boxes that are filled, batches that are mixed, their previews, and the
 * order in which a list may have them. */
#include "fixture.h"

#include <math.h>
#include <string.h>

enum { SIDE = 33, COUNT = 11, BATCH = 13, PIXELS = SIDE * SIDE };

static const double mean[] = {0.4914, 0.4822, 0.4465}, std[] = {0.2023, 0.1994, 0.2010};

typedef struct {
  uint8_t *in[COUNT], *out[COUNT];
  uint32_t images[COUNT];
} Pictures;

static void
pictures_open (Pictures *p)
{
  for (uint32_t i = 0; i < COUNT; i++) {
    p->in[i] = make_noise (i, SIDE, SIDE);
    p->out[i] = g_malloc0 (3 * PIXELS);
    p->images[i] = 50 + 3 * i;
  }
}

static void
pictures_close (Pictures *p)
{
  for (int i = 0; i < COUNT; i++) {
    g_free (p->in[i]);
    g_free (p->out[i]);
  }
}

static ThawPipeline *
make_pipeline (const ThawChoice *choices, int n)
{
  g_autoptr (GError) error = NULL;
  ThawPipeline *pipeline = thaw_pipeline_new (choices, n, mean, std, SIDE, &error);

  g_assert_no_error (error);
  return pipeline;
}

/* Many at once give what one by one gives; a box has its value, all else what it would have
 * without; a preview shows the value as it was before Normalize. */
static void
boxes (void)
{
  ChoiceValues stores[2];
  const ThawChoice flip = make_choice (&stores[0], "RandomHorizontalFlip", 0, NULL);
  const ThawChoice cutout = make_choice (&stores[1], "Cutout", 1, (const double[]){15});
  g_autoptr (ThawPipeline) with = make_pipeline ((const ThawChoice[]){flip, cutout}, 2);
  g_autoptr (ThawPipeline) without = make_pipeline (&flip, 1);
  static float one[PIXELS * BATCH * 3], many[PIXELS * BATCH * 3], plain[PIXELS * BATCH * 3];
  const uint8_t grey[] = {125, 123, 114}; /* 255 times the means */
  Pictures p;
  int filled = 0;

  pictures_open (&p);
  thaw_pipeline_apply_many (with, (const uint8_t *const *) p.in, p.images, COUNT, 1, 2, many, 1,
                            BATCH);
  thaw_pipeline_apply_many (without, (const uint8_t *const *) p.in, p.images, COUNT, 1, 2, plain, 1,
                            BATCH);
  for (int i = 0; i < COUNT; i++) {
    thaw_pipeline_apply (with, p.in[i], 1, 2, p.images[i], one, 1 + i, BATCH);
    thaw_pipeline_preview (with, p.in[i], 1, 2, p.images[i], p.out[i]);
  }
  g_assert_cmpmem (one, sizeof one, many, sizeof many);
  for (int k = 0; k < PIXELS; k++)
    for (int i = 0; i < COUNT; i++) {
      size_t at = 3 * ((size_t) k * BATCH + 1 + (size_t) i);
      bool box = many[at] == 0.0f && many[at + 1] == 0.0f && many[at + 2] == 0.0f;
      filled += box;
      if (box)
        g_assert_cmpmem (p.out[i] + 3 * k, 3, grey, 3);
      else
        g_assert_cmpmem (many + at, 12, plain + at, 12);
    }
  g_assert_cmpint (filled, >, COUNT * 7 * 7);
  g_assert_cmpint (filled, <=, COUNT * 14 * 14);
  pictures_close (&p);
}

/* Noise is N (0, 1), the same each time, another one for another picture; a value is the value. */
static void
fillings (void)
{
  ChoiceValues stores[2];
  const ThawChoice noise =
      make_choice (&stores[0], "RandomErasing", 5, (const double[]){1, 0.9, 1, 0, 1});
  const ThawChoice value =
      make_choice (&stores[1], "RandomErasing", 5, (const double[]){1, 0.9, 1, 2.5, 0});
  g_autoptr (ThawPipeline) noisy = NULL, even = NULL;
  g_autofree uint8_t *in = make_noise (1, SIDE, SIDE);
  float x[PIXELS * 3], y[PIXELS * 3];
  double sum = 0, squares = 0;
  int n = 0;

  stores[0].values[1][0] = stores[1].values[1][0] = 0.5;
  stores[0].values[1][1] = stores[1].values[1][1] = 0.6;
  noisy = make_pipeline (&noise, 1);
  even = make_pipeline (&value, 1);
  for (uint64_t i = 0; i < 60; i++) {
    thaw_pipeline_apply (noisy, in, 1, 2, i, x, 0, 1);
    thaw_pipeline_apply (noisy, in, 1, 2, i, y, 0, 1);
    g_assert_cmpmem (x, sizeof x, y, sizeof y);
    thaw_pipeline_apply (even, in, 1, 2, i, y, 0, 1);
    for (int k = 0; k < PIXELS * 3; k++)
      if (y[k] == 2.5f) { /* no byte becomes that */
        sum += (double) x[k];
        squares += (double) (x[k] * x[k]);
        n++;
      } else {
        g_assert_true (x[k] == y[k]);
      }
  }
  g_assert_cmpint (n, >, 60 * PIXELS);
  g_assert_cmpfloat_with_epsilon (sum / n, 0, 4.5 / sqrt (n));
  g_assert_cmpfloat_with_epsilon (squares / n, 1, 4.5 * sqrt (2.0 / n));
}

/* A preview of a batch is that of its pictures, mixed to the nearest byte. */
static void
batches (void)
{
  ChoiceValues stores[3];
  const ThawChoice flip = make_choice (&stores[0], "RandomHorizontalFlip", 0, NULL);
  const ThawChoice lists[][2] = {
      {flip, make_choice (&stores[1], "Mixup", 1, (const double[]){2})},
      {flip, make_choice (&stores[2], "CutMix", 1, (const double[]){2})},
  };

  for (int kind = 0; kind < 2; kind++) {
    g_autoptr (ThawPipeline) pipeline = make_pipeline (lists[kind], 2);
    Pictures p;

    pictures_open (&p);
    for (uint64_t batch = 0; batch < 10; batch++) {
      ThawMix mix = thaw_pipeline_mix (pipeline, 3, 4, batch);
      uint8_t own[3 * PIXELS], other[3 * PIXELS];
      thaw_pipeline_preview_batch (pipeline, (const uint8_t *const *) p.in, p.images, COUNT, 3, 4,
                                   batch, p.out);
      for (int i = 0; i < COUNT; i++) {
        int partner = i > 0 ? i - 1 : COUNT - 1;
        g_assert_cmpint (thaw_mix_partner (i, COUNT), ==, partner);
        thaw_pipeline_preview (pipeline, p.in[i], 3, 4, p.images[i], own);
        thaw_pipeline_preview (pipeline, p.in[partner], 3, 4, p.images[partner], other);
        for (int k = 0; k < 3 * PIXELS; k++) {
          int y = k / 3 / SIDE - mix.box.top, x = k / 3 % SIDE - mix.box.left;
          bool in = y >= 0 && y < mix.box.h && x >= 0 && x < mix.box.w;
          double expected = kind == 0 ? mix.lambda * own[k] + (1 - mix.lambda) * other[k]
                            : in      ? other[k]
                                      : own[k];
          g_assert_cmpfloat (fabs (p.out[i][k] - expected), <=, 0.5 + 1e-9);
        }
      }
    }
    pictures_close (&p);
  }
}

static void
refused (const ThawChoice *choices, int n, ThawAugmentError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_pipeline_new (choices, n, mean, std, SIDE, &error));
  g_assert_error (error, THAW_AUGMENT_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
errors (void)
{
  ChoiceValues stores[6];
  const ThawChoice flip = make_choice (&stores[0], "RandomHorizontalFlip", 0, NULL);
  const ThawChoice cutout = make_choice (&stores[1], "Cutout", 1, (const double[]){34});
  const ThawChoice mixup = make_choice (&stores[2], "Mixup", 0, NULL);
  const ThawChoice erasing = make_choice (&stores[3], "RandomErasing", 0, NULL);
  const ThawChoice rand = make_choice (&stores[4], "RandAugment", 3, (const double[]){2, 31, 31});
  const ThawChoice crop = make_choice (&stores[5], "RandomResizedCrop", 1, (const double[]){33});

  refused (&cutout, 1, THAW_AUGMENT_ERROR_SIZE, "augment.0.length is 34");
  refused (&rand, 1, THAW_AUGMENT_ERROR_VALUE, "augment.0.magnitude is 31");
  refused ((const ThawChoice[]){flip, mixup, erasing}, 3, THAW_AUGMENT_ERROR_ORDER,
           "augment.2: RandomErasing has to stand before augment.1, Mixup");
  refused ((const ThawChoice[]){erasing, flip}, 2, THAW_AUGMENT_ERROR_ORDER, "augment.1");
  stores[3].values[2][0] = 4; /* ratio 4 to 3.3 */
  refused ((const ThawChoice[]){flip, erasing}, 2, THAW_AUGMENT_ERROR_VALUE, "augment.1.ratio");
  stores[5].values[1][0] = 1.0;
  stores[5].values[1][1] = 0.5;
  refused (&crop, 1, THAW_AUGMENT_ERROR_VALUE, "augment.0.scale is [1, 0.5]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/stages/boxes", boxes);
  g_test_add_func ("/augment/stages/fillings", fillings);
  g_test_add_func ("/augment/stages/batches", batches);
  g_test_add_func ("/augment/stages/errors", errors);
  return g_test_run ();
}
