/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pipeline: sizes, errors, independence of draws, layout of the batch, previews. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static const double mean[] = {0.4914, 0.4822, 0.4465}, std[] = {0.2023, 0.1994, 0.2010};

/* The lesson's list at a given size. */
typedef struct {
  ChoiceValues stores[4];
  ThawChoice choices[4];
} Lesson;

static void
lesson_init (Lesson *l, int size)
{
  double crop[] = {size, 4}, flip[] = {0.5}, jitter[] = {0.2, 0.2, 0.2, 0.1}, degrees[] = {15};

  l->choices[0] = make_choice (&l->stores[0], "RandomCrop", 2, crop);
  l->choices[1] = make_choice (&l->stores[1], "RandomHorizontalFlip", 1, flip);
  l->choices[2] = make_choice (&l->stores[2], "ColorJitter", 4, jitter);
  l->choices[3] = make_choice (&l->stores[3], "RandomRotation", 1, degrees);
}

static ThawPipeline *
lesson_pipeline (Lesson *l, int size)
{
  g_autoptr (GError) error = NULL;
  ThawPipeline *pipeline;

  lesson_init (l, size);
  pipeline = thaw_pipeline_new (l->choices, 4, mean, std, size, &error);
  g_assert_no_error (error);
  return pipeline;
}

static void
fill_nan (float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = NAN;
}

/* What apply writes is the preview after ToTensor and Normalize, in its own place of the batch and
 * nowhere else; the input stays. Small, odd, on the stack and beyond it. */
static void
preview_equals_apply (void)
{
  static const int sizes[] = {1, 2, 31, 32, 33, 63, 64, 65, 224};

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++) {
    int size = sizes[s], n = 3;
    size_t count = (size_t) size * size;
    Lesson l;
    g_autoptr (ThawPipeline) pipeline = lesson_pipeline (&l, size);
    g_autofree uint8_t *in = make_noise (7, size, size), *copy = g_memdup2 (in, count * 3);
    g_autofree uint8_t *out = g_malloc (count * 3);
    g_autofree float *x = g_new (float, count *n * 3);

    for (uint64_t image = 0; image < 8; image++) {
      fill_nan (x, count * n * 3);
      thaw_pipeline_apply (pipeline, in, 1, 2, image, x, 1, n);
      thaw_pipeline_preview (pipeline, in, 1, 2, image, out);
      g_assert_cmpmem (in, count * 3, copy, count * 3);
      for (size_t i = 0; i < count; i++)
        for (int c = 0; c < 3; c++) {
          float v = ((float) out[3 * i + c] / 255.0f - (float) mean[c]) / (float) std[c];
          g_assert_true (isnan (x[(i * n + 0) * 3 + c]));
          g_assert_true (x[(i * n + 1) * 3 + c] == v);
          g_assert_true (isnan (x[(i * n + 2) * 3 + c]));
        }
    }
  }
}

/* Many at once give what one by one gives, and leave the rest of the batch alone. */
static void
many_equal_each (void)
{
  enum { COUNT = 21, N = 25 };
  static const int sizes[] = {1, 32, 100};

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++) {
    int size = sizes[s];
    size_t floats = (size_t) size * size * N * 3;
    Lesson l;
    g_autoptr (ThawPipeline) pipeline = lesson_pipeline (&l, size);
    g_autofree float *one = g_new (float, floats), *many = g_new (float, floats);
    const uint8_t *in[COUNT];
    uint32_t images[COUNT];

    for (uint32_t i = 0; i < COUNT; i++) {
      in[i] = make_noise (i, size, size);
      images[i] = 1000 - 7 * i;
    }
    for (int count = 0; count <= COUNT; count++) {
      fill_nan (one, floats);
      fill_nan (many, floats);
      for (int i = 0; i < count; i++)
        thaw_pipeline_apply (pipeline, in[i], 3, 4, images[i], one, 2 + i, N);
      thaw_pipeline_apply_many (pipeline, in, images, count, 3, 4, many, 2, N);
      g_assert_cmpmem (one, floats * sizeof *one, many, floats * sizeof *many);
    }
    for (uint32_t i = 0; i < COUNT; i++)
      g_free ((void *) in[i]);
  }
}

/* A sample is a function of seed, epoch, image and place: not of what was asked before. */
static void
independent_of_order (void)
{
  enum { IMAGES = 64, BYTES = 32 * 32 * 3 };
  static uint8_t first[IMAGES][BYTES], out[BYTES];
  Lesson l;
  g_autoptr (ThawPipeline) pipeline = lesson_pipeline (&l, 32);
  g_autofree uint8_t *in = make_noise (8, 32, 32);
  int same_epoch = 0, same_seed = 0, neighbours = 0;

  for (uint64_t i = 0; i < IMAGES; i++)
    thaw_pipeline_preview (pipeline, in, 5, 6, i, first[i]);
  for (int i = IMAGES - 1; i >= 0; i--) {
    thaw_pipeline_preview (pipeline, in, 5, 6, (uint64_t) i, out);
    g_assert_cmpmem (out, BYTES, first[i], BYTES);
    thaw_pipeline_preview (pipeline, in, 5, 7, (uint64_t) i, out);
    same_epoch += memcmp (out, first[i], BYTES) == 0;
    thaw_pipeline_preview (pipeline, in, 6, 6, (uint64_t) i, out);
    same_seed += memcmp (out, first[i], BYTES) == 0;
    neighbours += i > 0 && memcmp (first[i], first[i - 1], BYTES) == 0;
  }
  g_assert_cmpint (same_epoch, ==, 0);
  g_assert_cmpint (same_seed, ==, 0);
  g_assert_cmpint (neighbours, ==, 0);
}

/* The place in the list decides the draw: one transform's numbers do not move another's. */
static void
independent_of_neighbours (void)
{
  enum { BYTES = 32 * 32 * 3 };
  static uint8_t with[BYTES], without[BYTES];
  ChoiceValues stores[2], idle;
  ThawChoice choices[2] = {
      make_choice (&stores[0], "ColorJitter", 4, (const double[]){0.5, 0.5, 0.5, 0.5}),
      make_choice (&stores[1], "RandomRotation", 1, (const double[]){40})};
  ThawChoice quiet[2] = {make_choice (&idle, "ColorJitter", 4, (const double[]){0, 0, 0, 0}),
                         choices[1]};
  g_autoptr (ThawPipeline) a = thaw_pipeline_new (choices, 2, mean, std, 32, NULL);
  g_autoptr (ThawPipeline) b = thaw_pipeline_new (quiet, 2, mean, std, 32, NULL);
  g_autofree uint8_t *in = g_malloc (BYTES);

  memset (in, 200, BYTES); /* the black corners show the angle */
  for (uint64_t i = 0; i < 50; i++) {
    thaw_pipeline_preview (a, in, 1, 1, i, with);
    thaw_pipeline_preview (b, in, 1, 1, i, without);
    for (int k = 0; k < BYTES; k += 3)
      g_assert_cmpint (with[k] + with[k + 1] + with[k + 2] == 0, ==, without[k] == 0);
  }
}

/* What is exactly the identity is left out: not a byte changes, and nothing is drawn. */
static void
identity (void)
{
  ChoiceValues stores[4];
  ThawChoice choices[4] = {make_choice (&stores[0], "RandomCrop", 2, (const double[]){33, 0}),
                           make_choice (&stores[1], "RandomHorizontalFlip", 1, (const double[]){0}),
                           make_choice (&stores[2], "ColorJitter", 4, (const double[]){0, 0, 0, 0}),
                           make_choice (&stores[3], "RandomRotation", 1, (const double[]){0})};
  g_autoptr (ThawPipeline) pipeline = thaw_pipeline_new (choices, 4, mean, std, 33, NULL);
  g_autofree uint8_t *in = make_noise (9, 33, 33), *out = g_malloc (33 * 33 * 3);

  g_assert_nonnull (pipeline);
  for (uint64_t i = 0; i < 20; i++) {
    thaw_pipeline_preview (pipeline, in, i, 0, i, out);
    g_assert_cmpmem (out, 33 * 33 * 3, in, 33 * 33 * 3);
  }
}

/* A greater picture on the way: 40 from 32 with padding 4, then 32 again. */
static void
sizes_on_the_way (void)
{
  ChoiceValues stores[2];
  ThawChoice choices[2] = {make_choice (&stores[0], "RandomCrop", 2, (const double[]){100, 40}),
                           make_choice (&stores[1], "RandomCrop", 2, (const double[]){32, 0})};
  g_autoptr (ThawPipeline) pipeline = thaw_pipeline_new (choices, 2, mean, std, 32, NULL);
  g_autofree uint8_t *in = g_malloc (32 * 32 * 3), *out = g_malloc (32 * 32 * 3);
  int inside = 0, outside = 0;

  g_assert_nonnull (pipeline);
  memset (in, 255, 32 * 32 * 3);
  for (uint64_t i = 0; i < 40; i++) {
    thaw_pipeline_preview (pipeline, in, 1, 1, i, out);
    for (int k = 0; k < 32 * 32; k++) {
      g_assert_true (out[3 * k] == 0 || out[3 * k] == 255);
      inside += out[3 * k] == 255;
      outside += out[3 * k] == 0;
    }
  }
  g_assert_cmpint (inside, >, 0);
  g_assert_cmpint (outside, >, 0);
}

static void
check_error (const ThawChoice *choices,
             int n,
             const double m[3],
             const double s[3],
             int size,
             ThawAugmentError code,
             const char *words)
{
  g_autoptr (GError) error = NULL;
  ThawPipeline *pipeline = thaw_pipeline_new (choices, n, m, s, size, &error);

  g_assert_null (pipeline);
  g_assert_error (error, THAW_AUGMENT_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
errors (void)
{
  ChoiceValues stores[2];
  ThawChoice big = make_choice (&stores[0], "RandomCrop", 2, (const double[]){48, 4});
  ThawChoice small = make_choice (&stores[1], "RandomCrop", 2, (const double[]){28, 0});
  const double zero[] = {0.2, 0, 0.2}, endless[] = {0.2, INFINITY, 0.2};
  const double nothing[] = {0.4, 0.4, NAN}, tiny[] = {1e-60, 1, 1};

  check_error (&big, 1, mean, std, 32, THAW_AUGMENT_ERROR_SIZE,
               "augment.0: RandomCrop (size 48, padding 4) does not fit pictures of 32 × 32");
  check_error (&small, 1, mean, std, 32, THAW_AUGMENT_ERROR_SIZE,
               "28 × 28 pixels, expected 32 × 32");
  check_error ((ThawChoice[]){small, big}, 2, mean, std, 32, THAW_AUGMENT_ERROR_SIZE, "augment.1");
  check_error (NULL, 0, mean, zero, 32, THAW_AUGMENT_ERROR_VALUE, "channel 1");
  check_error (NULL, 0, mean, endless, 32, THAW_AUGMENT_ERROR_VALUE, "channel 1");
  check_error (NULL, 0, nothing, std, 32, THAW_AUGMENT_ERROR_VALUE, "channel 2");
  check_error (NULL, 0, mean, tiny, 32, THAW_AUGMENT_ERROR_VALUE, "channel 0");
  check_error (NULL, 0, mean, std, 0, THAW_AUGMENT_ERROR_SIZE, "data.size is 0");
  check_error (NULL, 0, mean, std, 4097, THAW_AUGMENT_ERROR_SIZE, "data.size is 4097");
}

/* Names are unique, defaults lie within their ranges, every entry is found as a transform. */
static void
catalogue (void)
{
  ThawCatalogue all = thaw_transforms_catalogue ();
  int n = 0;

  for (; all.entries[n]; n++) {
    const ThawEntry *entry = all.entries[n];
    g_assert_true (thaw_catalogue_find (all, entry->name) == entry);
    g_assert_true (&find_transform (entry->name)->entry == entry);
    g_assert_true (entry->help && *entry->help);
    g_assert_cmpint ((find_transform (entry->name)->apply != NULL) +
                         (find_transform (entry->name)->erase != NULL) +
                         (find_transform (entry->name)->mix != NULL),
                     ==, 1);
    for (int k = 0; k < entry->n_params; k++) {
      g_assert_true (entry->params[k].help && *entry->params[k].help);
      for (int v = 0; v < MAX (entry->params[k].count, 1); v++) {
        g_assert_cmpfloat (entry->params[k].def[v], >=, entry->params[k].min);
        g_assert_cmpfloat (entry->params[k].def[v], <=,
                           entry->params[k].kind == THAW_PARAM_BOOL ? 1 : entry->params[k].max);
      }
    }
  }
  g_assert_cmpint (n, ==, 13);
  g_assert_null (thaw_transforms ()[n]);
}

/* Not a limit, a figure: images a second on one core, the lesson's list. */
static void
speed (void)
{
  enum { IMAGES = 4000, BATCH = 64 };
  Lesson l;
  g_autoptr (ThawPipeline) pipeline = lesson_pipeline (&l, 32);
  g_autofree uint8_t *in = make_noise (10, 32, 32);
  g_autofree float *x = g_new0 (float, 32 * 32 * BATCH * 3);
  double best = INFINITY;

  for (int round = 0; round < 5; round++) {
    gint64 start = g_get_monotonic_time ();
    for (uint64_t i = 0; i < IMAGES; i++)
      thaw_pipeline_apply (pipeline, in, 1, (uint64_t) round, i, x, (int) (i % BATCH), BATCH);
    best = MIN (best, (double) (g_get_monotonic_time () - start) * 1e-6);
  }
  g_test_message ("%.0f images/s on one core", IMAGES / best);
  g_assert_cmpfloat (best, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/pipeline/preview-equals-apply", preview_equals_apply);
  g_test_add_func ("/augment/pipeline/many-equal-each", many_equal_each);
  g_test_add_func ("/augment/pipeline/independent-of-order", independent_of_order);
  g_test_add_func ("/augment/pipeline/independent-of-neighbours", independent_of_neighbours);
  g_test_add_func ("/augment/pipeline/identity", identity);
  g_test_add_func ("/augment/pipeline/sizes-on-the-way", sizes_on_the_way);
  g_test_add_func ("/augment/pipeline/errors", errors);
  g_test_add_func ("/augment/pipeline/catalogue", catalogue);
  g_test_add_func ("/augment/pipeline/speed", speed);
  return g_test_run ();
}
