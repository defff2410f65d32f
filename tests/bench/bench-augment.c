/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lesson's pipeline on one thread: crop, flip, jitter, rotation, ToTensor, Normalize, from
 * bytes into a batch; or another list, as a recipe's "augment" has it. bench-augment [SECONDS
 * [ROUNDS [SIDE [LIST]]]] prints one JSON object; a round's figure counts all that was done in its
 * seconds. */
#include "thaw-augment.h"
#include "thaw-catalogues.h"

#include <stdlib.h>

#define BATCH 64
#define PIECE 32 /* as the loader does it */
#define PICTURES 128

static int side = 32; /* a multiple of 4 */

static const char lesson[] =
    "["
    "{\"name\": \"RandomCrop\", \"size\": %d, \"padding\": 4},"
    "{\"name\": \"RandomHorizontalFlip\", \"p\": 0.5},"
    "{\"name\": \"ColorJitter\", \"brightness\": 0.2, \"contrast\": 0.2, \"saturation\": 0.2, "
    "\"hue\": 0.1},"
    "{\"name\": \"RandomRotation\", \"degrees\": 15}]";

/* Noise in blocks of 4 x 4 over a slope: neither flat nor all edges. (transfer full) */
static uint8_t *
make_pictures (void)
{
  ThawRng rng = thaw_rng (1, THAW_RNG_TEST, 0, 0, 0);
  size_t across = (size_t) side / 4, n_blocks = across * across * 3;
  uint8_t *all = g_malloc ((size_t) PICTURES * side * side * 3), *px = all;
  g_autofree uint8_t *blocks = g_malloc (n_blocks);

  for (int i = 0; i < PICTURES; i++) {
    for (size_t b = 0; b < n_blocks; b++)
      blocks[b] = (uint8_t) thaw_rng_below (&rng, 160);
    for (int y = 0; y < side; y++)
      for (int x = 0; x < side; x++)
        for (int c = 0; c < 3; c++)
          *px++ = (uint8_t) (blocks[((size_t) y / 4 * across + (size_t) x / 4) * 3 + (size_t) c] +
                             2 * (x % 32) + (x + y + c) % 5);
  }
  return all;
}

static double
round_speed (const ThawPipeline *pipeline, const uint8_t *pictures, float *batch, double seconds)
{
  static uint64_t epoch;
  gint64 begin = g_get_monotonic_time (), now = begin;
  uint64_t done = 0;

  for (epoch++; now - begin < (gint64) (seconds * 1e6); now = g_get_monotonic_time ())
    for (int s = 0; s < BATCH; s += PIECE, done += PIECE) {
      const uint8_t *in[PIECE];
      uint32_t images[PIECE];
      for (uint32_t i = 0; i < PIECE; i++) {
        images[i] = (uint32_t) (done % PICTURES) + i;
        in[i] = pictures + (size_t) images[i] * side * side * 3;
      }
      thaw_pipeline_apply_many (pipeline, in, images, PIECE, 1, epoch + done / PICTURES, batch, s,
                                BATCH);
    }
  return (double) done * 1e6 / (double) (now - begin);
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

int
main (int argc, char **argv)
{
  double seconds = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 1;
  int rounds = argc > 2 ? atoi (argv[2]) : 5;
  g_autoptr (GError) error = NULL;
  g_autofree char *list = NULL, *text = NULL;
  g_autoptr (ThawRecipe) recipe = NULL;
  g_autoptr (ThawPipeline) pipeline = NULL;
  g_autofree double *speeds = NULL;
  g_autofree uint8_t *pictures = NULL;
  float *batch;

  side = argc > 3 ? atoi (argv[3]) : side;
  side = CLAMP (side / 4 * 4, 8, 1024);
  list = argc > 4 ? g_strdup (argv[4]) : g_strdup_printf (lesson, side);
  text = g_strdup_printf ("{\"format\": \"thaw-recipe/1\", \"augment\": %s}", list);
  recipe = thaw_recipe_parse (text, -1, "LIST", thaw_catalogues (), &error);
  pictures = make_pictures ();
  batch = thaw_aligned_new0 (sizeof (float) * (size_t) side * side * 3 * BATCH);
  if (recipe != NULL)
    pipeline = thaw_pipeline_new (recipe->augment, recipe->n_augment, recipe->mean, recipe->std,
                                  side, &error);
  if (pipeline == NULL || rounds < 1 || !(seconds > 0)) {
    g_printerr ("%s\n",
                error != NULL ? error->message : "bench-augment [SECONDS [ROUNDS [SIDE [LIST]]]]");
    return 1;
  }
  speeds = g_new0 (double, rounds);
  round_speed (pipeline, pictures, batch, seconds / 4);
  for (int r = 0; r < rounds; r++)
    speeds[r] = round_speed (pipeline, pictures, batch, seconds);
  qsort (speeds, (size_t) rounds, sizeof *speeds, compare);
  g_print ("{\"images_per_second\": %.1f, \"min\": %.1f, \"max\": %.1f, \"rounds\": %d}\n",
           (speeds[(rounds - 1) / 2] + speeds[rounds / 2]) / 2, speeds[0], speeds[rounds - 1],
           rounds);
  thaw_aligned_free (batch);
  return 0;
}
