/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches that are mixed, pictures that are erased and changed by policy: the loss of a mixed batch
 * and what counts as right in it; the same bits on any number of threads, and after going on. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static const char list[] =
    "augment=[{\"name\": \"RandomResizedCrop\", \"scale\": [0.5, 1]}, "
    "{\"name\": \"RandomBrightnessContrast\"}, {\"name\": \"AutoAugment\"}, "
    "{\"name\": \"RandAugment\"}, {\"name\": \"TrivialAugmentWide\"}, "
    "{\"name\": \"RandomErasing\", \"noise\": true}, {\"name\": \"Cutout\", \"length\": 8}, "
    "{\"name\": \"Mixup\", \"p\": 0.9}, {\"name\": \"CutMix\"}]";

static Fixture fixture;

/* --- The loss --- */

enum { N = 5, CLASSES = 4 };

static void
make_logits (float *logits)
{
  ThawRng rng = thaw_rng (3, THAW_RNG_TEST, 0, 0, 0);

  for (int i = 0; i < N * CLASSES; i++)
    logits[i] = (float) thaw_rng_normal (&rng);
}

/* Shares times losses and gradients, and what counts as right: the label with the greater share. */
static void
test_loss (void)
{
  static const double shares[] = {1, 0.9, 0.5, 0.3, 0};
  int labels[N] = {0, 3, 3, 1, 2}, others[N] = {2, 0, 3, 3, 1};
  float logits[N * CLASSES], found[N * CLASSES], a[N * CLASSES], b[N * CLASSES];
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", NULL);
  g_autoptr (ThawLoss) loss = thaw_loss_new (&recipe->loss, NULL, CLASSES);
  ThawTrainer trainer = {.loss = loss, .dlogits = found};
  const ThawBatch batch = {.n = N, .labels = labels};

  make_logits (logits);
  for (size_t s = 0; s < G_N_ELEMENTS (shares); s++) {
    const ThawMix mix = {.lambda = shares[s]};
    int right, right_a, right_b;
    double value = thaw_mixing_loss (&trainer, &mix, &batch, logits, &right);
    double value_a = thaw_cross_entropy (logits, labels, N, CLASSES, a, &right_a);
    double value_b = thaw_cross_entropy (logits, others, N, CLASSES, b, &right_b);
    g_assert_cmpfloat_with_epsilon (value, shares[s] * value_a + (1 - shares[s]) * value_b, 1e-12);
    g_assert_cmpint (right, ==, shares[s] >= 0.5 ? right_a : right_b);
    for (int i = 0; i < N * CLASSES; i++)
      g_assert_cmpfloat_with_epsilon (
          (double) found[i], shares[s] * (double) a[i] + (1 - shares[s]) * (double) b[i], 1e-7);
  }
}

/* --- Runs --- */

static void
run_once (Keeper *keeper, const ThawRecipe *recipe, int threads, int loader_threads)
{
  g_autofree char *folder = fixture_folder (&fixture, "run");
  Run run = {.fixture = &fixture,
             .recipe = recipe,
             .folder = folder,
             .threads = threads,
             .loader_threads = loader_threads};

  keeper_init (keeper);
  run_expect (&run, keeper, THAW_END_FINISHED);
}

static void
test_threads (void)
{
  static const int threads[][2] = {{2, 1}, {3, 3}, {7, 2}};
  g_autoptr (ThawRecipe) recipe = short_recipe (list, "epochs=2", NULL);
  g_auto (Keeper) first;

  run_once (&first, recipe, 1, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_auto (Keeper) other;
    run_once (&other, recipe, threads[i][0], threads[i][1]);
    g_assert_cmpuint (first.iterations->len, ==, other.iterations->len);
    assert_same_end (&other, keeper_last (&other), &first);
  }
}

/* Within an epoch, at its end, and at the beginning of the next one. */
static void
test_resume (void)
{
  static const uint64_t stops[] = {1, 3, BATCHES, BATCHES + 2};
  g_autoptr (ThawRecipe) recipe = short_recipe (list, "epochs=2", NULL);
  g_auto (Keeper) whole;

  run_once (&whole, recipe, 2, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (stops); i++)
    run_interrupted (&fixture, recipe, answer_stop, stops[i], &whole);
}

/* Mixing changes what is learned from, nothing else: before the first step the loss of a batch is
 * another one, and a list that never mixes gives the bits of one without. */
static void
test_never (void)
{
  g_autoptr (ThawRecipe) plain = short_recipe ("augment=[]", "epochs=1", NULL);
  g_autoptr (ThawRecipe) never =
      short_recipe ("augment=[{\"name\": \"Mixup\", \"p\": 0}]", "epochs=1", NULL);
  g_autoptr (ThawRecipe) always =
      short_recipe ("augment=[{\"name\": \"Mixup\", \"alpha\": 5}]", "epochs=1", NULL);
  g_auto (Keeper) a, b, c;

  run_once (&a, plain, 2, 1);
  run_once (&b, never, 2, 1);
  run_once (&c, always, 2, 1);
  assert_same_end (&b, keeper_last (&b), &a);
  g_assert_cmpfloat (g_array_index (a.iterations, ThawIteration, 0).loss, !=,
                     g_array_index (c.iterations, ThawIteration, 0).loss);
}

/* What cannot work is refused before anything starts, by the name of the field. */
static void
refused (const char *items, int code, const char *words)
{
  g_autofree char *assignment = g_strconcat ("augment=", items, NULL),
                  *folder = fixture_folder (&fixture, "refused");
  g_autoptr (ThawRecipe) recipe = short_recipe (assignment, NULL);
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};

  run_refused (&run, THAW_AUGMENT_ERROR, code, words);
  g_assert_cmpuint (files_in (folder), ==, 0);
}

static void
test_refused (void)
{
  refused ("[{\"name\": \"RandomCrop\", \"size\": 48, \"padding\": 4}]", THAW_AUGMENT_ERROR_SIZE,
           "augment.0");
  refused ("[{\"name\": \"RandomResizedCrop\", \"size\": 64}]", THAW_AUGMENT_ERROR_SIZE, "augment");
  refused ("[{\"name\": \"Cutout\", \"length\": 40}]", THAW_AUGMENT_ERROR_SIZE,
           "augment.0.length is 40");
  refused ("[{\"name\": \"RandomErasing\", \"scale\": [0.5, 0.1]}]", THAW_AUGMENT_ERROR_VALUE,
           "augment.0.scale");
  refused ("[{\"name\": \"Mixup\"}, {\"name\": \"RandomHorizontalFlip\"}]",
           THAW_AUGMENT_ERROR_ORDER, "augment.1: RandomHorizontalFlip");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  g_test_add_func ("/train/mixing/loss", test_loss);
  g_test_add_func ("/train/mixing/threads", test_threads);
  g_test_add_func ("/train/mixing/resume", test_resume);
  g_test_add_func ("/train/mixing/never", test_never);
  g_test_add_func ("/train/mixing/refused", test_refused);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
