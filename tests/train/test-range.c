/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The range test: what it leaves behind (nothing), that its bits do not depend on threads, and what
 * known curves suggest. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static Fixture fixture;

static const ThawRangeTest usual = {.from = 1e-6, .to = 10, .steps = 30, .stop = 4};

static ThawTrainer *
new_trainer (const ThawRecipe *recipe, ThawPool *pool, const char *folder, const char *resume)
{
  g_autoptr (GError) error = NULL;
  ThawTrainSpec spec = {
      .recipe = recipe, .set = fixture.set, .folder = folder, .resume = resume, .pool = pool};
  ThawTrainer *trainer = thaw_trainer_new (&spec, &error);

  g_assert_no_error (error);
  return trainer;
}

static void
assert_same_dict (const ThawStateDict *a, const ThawStateDict *b)
{
  g_assert_cmpuint (thaw_state_dict_size (a), ==, thaw_state_dict_size (b));
  for (size_t i = 0; i < thaw_state_dict_size (a); i++) {
    const ThawTensor *x = thaw_state_dict_nth (a, i), *y = thaw_state_dict_find (b, x->name);
    g_assert_cmpmem (x->data, x->bytes, y->data, y->bytes);
  }
}

static void
leaves_everything_as_it_was (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("freeze.epochs=1", "ema.decay=0.9", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "untouched");
  g_autoptr (ThawPool) one = thaw_pool_new (1), three = thaw_pool_new (3);
  g_autoptr (ThawTrainer) trainer = new_trainer (recipe, one, folder, NULL),
                          other = new_trainer (recipe, three, folder, NULL);
  g_autoptr (ThawStateDict) before = thaw_net_save (thaw_trainer_net (trainer)), after = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) points = thaw_trainer_range_test (trainer, &usual, &error);
  g_autoptr (GArray) again = thaw_trainer_range_test (trainer, &usual, &error);
  g_autoptr (GArray) elsewhere = thaw_trainer_range_test (other, &usual, &error);

  g_assert_no_error (error);
  after = thaw_net_save (thaw_trainer_net (trainer));
  assert_same_dict (before, after);
  g_assert_cmpuint (files_in (folder), ==, 0);
  g_assert_cmpuint (points->len, >, 10);
  g_assert_cmpuint (points->len, <=, 30);
  g_assert_cmpfloat (g_array_index (points, ThawRangePoint, 0).lr, ==, 1e-6);
  g_assert_cmpmem (points->data, points->len * sizeof (ThawRangePoint), again->data,
                   again->len * sizeof (ThawRangePoint));
  g_assert_cmpmem (points->data, points->len * sizeof (ThawRangePoint), elsewhere->data,
                   elsewhere->len * sizeof (ThawRangePoint));
}

/* A run that stopped goes on to the same bits, whether or not a test came between. */
static void
a_run_goes_on_as_without (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("freeze.epochs=1", "epochs=2", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "whole"),
                  *parts = fixture_folder (&fixture, "parts");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_auto (Keeper) whole, first;
  g_autoptr (GError) error = NULL;
  ThawTrainEnd end;

  keeper_init (&whole);
  run_expect (&run, &whole, THAW_END_FINISHED);
  keeper_init (&first);
  first.answer = answer_stop;
  first.at = BATCHES + 2;
  run.folder = parts;
  run_expect (&run, &first, THAW_END_STOPPED);
  g_autoptr (ThawTrainer) trainer = new_trainer (recipe, pool, parts, keeper_last (&first));
  g_autoptr (GArray) points = thaw_trainer_range_test (trainer, &usual, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (points->len, >, 5);
  thaw_trainer_run (trainer, &end, &error);
  g_assert_no_error (error);
  g_assert_cmpint (end, ==, THAW_END_FINISHED);
  g_autofree char *name = g_path_get_basename (keeper_last (&whole)),
                  *last = g_build_filename (parts, name, NULL);
  assert_same_tensors (last, keeper_last (&whole), "");
}

/* --- Suggestions --- */

static GArray *
curve (int n, double (*loss) (double log_rate))
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (ThawRangePoint));

  for (int i = 0; i < n; i++) {
    double at = -6 + 7.0 * i / (n - 1);
    ThawRangePoint point = {.lr = pow (10, at), .loss = loss (at), .smooth = loss (at)};
    g_array_append_val (points, point);
  }
  return points;
}

/* Flat to 1e-4, down to 1e-2 with its steepest place at 1e-3, then up. */
static double
slide (double at)
{
  if (at < -4)
    return 2.3;
  if (at < -2)
    return 1.8 + 0.5 * cos ((at + 4) / 2 * G_PI);
  return 1.3 + 4 * (at + 2) * (at + 2);
}

static double
flat (double at)
{
  return 2.3 + 0.01 * sin (40 * at);
}

static double
explodes (double at)
{
  return at < -5.5 ? 2.3 : NAN;
}

static void
suggestions (void)
{
  g_autoptr (GArray) falls = curve (141, slide), level = curve (141, flat),
                     broken = curve (141, explodes);
  ThawRangeHint hints[THAW_N_RANGE_HINTS];
  g_autoptr (GError) error = NULL;

  thaw_range_suggest (falls, hints, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (log10 (hints[THAW_RANGE_STEEPEST].lr), -3, 0.06);
  g_assert_cmpfloat_with_epsilon (log10 (hints[THAW_RANGE_TENTH].lr), -3, 0.06);
  g_assert_cmpfloat_with_epsilon (log10 (hints[THAW_RANGE_VALLEY].lr), -2.8, 0.1);
  for (int i = 0; i < THAW_N_RANGE_HINTS; i++)
    g_assert_true (g_str_has_suffix (hints[i].reason, "."));
  thaw_range_hints_clear (hints);
  g_assert_false (thaw_range_suggest (level, hints, &error));
  g_assert_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_RANGE);
  g_assert_nonnull (strstr (error->message, "by chance"));
  g_clear_error (&error);
  g_assert_true (thaw_range_suggest (broken, hints, &error) == FALSE && error != NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  g_test_add_func ("/train/range/leaves-everything-as-it-was", leaves_everything_as_it_was);
  g_test_add_func ("/train/range/a-run-goes-on-as-without", a_run_goes_on_as_without);
  g_test_add_func ("/train/range/suggestions", suggestions);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
