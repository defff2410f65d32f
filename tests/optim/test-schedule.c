/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules: the rate in force, the thaw's own rate, and state as text. The plateau rule itself is
 * compared with torch in the golden suite. */
#include "choice.h"
#include "thaw-optim.h"

#include <math.h>

static ThawSchedule *
plateau (const char *param, double value, double lr)
{
  ThawChoice choice = choice_new (thaw_schedules (), "ReduceLROnPlateau");
  ThawSchedule *schedule;

  if (param != NULL)
    choice_set (&choice, param, value);
  schedule = thaw_schedule_new (&choice, lr, 40);
  choice_clear (&choice);
  return schedule;
}

static void
constant (void)
{
  ThawChoice choice = choice_new (thaw_schedules (), "constant");
  g_autoptr (ThawSchedule) schedule = thaw_schedule_new (&choice, 0.25, 10);

  for (int e = 0; e < 20; e++)
    g_assert_false (thaw_schedule_epoch_end (schedule, e % 2 ? NAN : 1));
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 0.25);
  g_assert_false (thaw_schedule_wants_accuracy (schedule));
  choice_clear (&choice);
}

static void
patience (void)
{
  g_autoptr (ThawSchedule) schedule = plateau ("patience", 2, 1);

  g_assert_false (thaw_schedule_epoch_end (schedule, 5));
  g_assert_false (thaw_schedule_epoch_end (schedule, 5));
  g_assert_false (thaw_schedule_epoch_end (schedule, NAN));
  g_assert_true (thaw_schedule_epoch_end (schedule, 6)); /* the third bad one */
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 1 * 0.1);
}

static void
watches (void)
{
  g_autoptr (ThawSchedule) loss = plateau ("mode", 0, 1);
  g_autoptr (ThawSchedule) accuracy = plateau ("mode", 1, 1);

  g_assert_false (thaw_schedule_wants_accuracy (loss));
  g_assert_true (thaw_schedule_wants_accuracy (accuracy));
}

/* As in the lesson: the rate is set, what the rule has seen stays. */
static void
set_rate (void)
{
  g_autoptr (ThawSchedule) schedule = plateau ("patience", 1, 1e-3);

  thaw_schedule_epoch_end (schedule, 1);
  thaw_schedule_epoch_end (schedule, 2);
  thaw_schedule_set_lr (schedule, 1e-4);
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 1e-4);
  g_assert_true (thaw_schedule_epoch_end (schedule, 2));
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 1e-4 * 0.1);
}

/* From every state reached on the way the text gives back the very same future. */
static void
save_and_restore (void)
{
  ThawRng rng = thaw_rng (11, THAW_RNG_TEST, 0, 0, 0);
  g_autoptr (ThawSchedule) schedule = plateau ("patience", 1, 0.1);
  double metric[60];

  for (int e = 0; e < 60; e++)
    metric[e] = e % 13 == 5 ? NAN : 1 / (1 + 0.1 * e) + 0.2 * thaw_rng_unit (&rng);
  for (int e = 0; e < 60; e++) {
    g_autofree char *text = thaw_schedule_save (schedule), *end = NULL, *other_end = NULL;
    g_autoptr (ThawSchedule) other = plateau ("patience", 1, 7);
    g_autoptr (ThawSchedule) ahead = plateau ("patience", 1, 7);
    g_autoptr (GError) error = NULL;
    g_assert_true (thaw_schedule_restore (other, text, &error));
    g_assert_no_error (error);
    g_assert_true (thaw_schedule_restore (ahead, text, NULL));
    for (int f = e; f < 60; f++) {
      thaw_schedule_epoch_end (other, metric[f]);
      thaw_schedule_epoch_end (ahead, metric[f]);
    }
    end = thaw_schedule_save (ahead);
    other_end = thaw_schedule_save (other);
    g_assert_cmpstr (end, ==, other_end);
    thaw_schedule_epoch_end (schedule, metric[e]);
    if (e == 59) {
      g_autofree char *whole = thaw_schedule_save (schedule);
      g_assert_cmpstr (whole, ==, end);
    }
  }
}

static void
refuses (void)
{
  static const char *const bad[] = {
      "",
      "ReduceLROnPlateau",
      "constant lr=0x1p-3 best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=0x1p-3 best=inf epoch=0 bad=0",
      "ReduceLROnPlateau lr=0x1p-3 best=inf epoch=0 bad=0 cooldown=0 more=1",
      "ReduceLROnPlateau lr= best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=nan best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=-1 best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=nan epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1x best=inf epoch=0 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=inf epoch=-1 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=inf epoch=99999999999999999999 bad=0 cooldown=0",
      "ReduceLROnPlateau lr=1 best=inf bad=0 epoch=0 cooldown=0",
  };
  g_autoptr (ThawSchedule) schedule = plateau (NULL, 0, 0.5);

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (thaw_schedule_restore (schedule, bad[i], &error));
    g_assert_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_STATE);
    g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 0.5);
  }
}

static void
exact_text (void)
{
  g_autoptr (ThawSchedule) schedule = plateau (NULL, 0, 0.1);
  g_autofree char *text = thaw_schedule_save (schedule);

  g_assert_cmpstr (text, ==,
                   "ReduceLROnPlateau lr=0x1.999999999999ap-4 best=inf epoch=0 bad=0 cooldown=0");
}

static ThawRecipe
recipe_of (const char *schedule, int epochs, int warmup)
{
  ThawRecipe recipe = {.schedule = choice_new (thaw_schedules (), schedule),
                       .optimizer = choice_new (thaw_optimizers (), "SGD"),
                       .epochs = epochs,
                       .warmup = {warmup, 0.25}};

  choice_set (&recipe.optimizer, "lr", 0.8);
  return recipe;
}

static void
recipe_done (ThawRecipe *recipe)
{
  choice_clear (&recipe->schedule);
  choice_clear (&recipe->optimizer);
}

/* A line over all batches of the warm-up; then the plateau begins to count. */
static void
warm_up (void)
{
  ThawRecipe recipe = recipe_of ("ReduceLROnPlateau", 10, 2);
  g_autoptr (ThawSchedule) schedule = NULL;

  choice_set (&recipe.schedule, "patience", 0);
  schedule = thaw_schedule_of (&recipe, 4);
  for (int step = 0; step < 8; step++) {
    g_assert_cmpfloat_with_epsilon (thaw_schedule_lr_at (schedule, (uint32_t) step % 4),
                                    0.8 * (0.25 + 0.75 * step / 8), 1e-12);
    g_assert_true (thaw_schedule_by_batch (schedule));
    if (step % 4 == 3)
      g_assert_false (thaw_schedule_epoch_end (schedule, 1));
  }
  g_assert_false (thaw_schedule_by_batch (schedule));
  g_assert_cmpfloat (thaw_schedule_lr (schedule), ==, 0.8);
  g_assert_false (thaw_schedule_epoch_end (schedule, 1)); /* the first that it sees */
  g_assert_true (thaw_schedule_epoch_end (schedule, 1));
  g_assert_cmpfloat_with_epsilon (thaw_schedule_lr (schedule), 0.08, 1e-15);
  recipe_done (&recipe);
}

/* A rate set on a curve is a point of it, and the rest follows; saved and restored in between. */
static void
set_on_curve (void)
{
  static const char *const names[] = {"StepLR",        "MultiStepLR", "CosineAnnealingLR",
                                      "ExponentialLR", "LinearLR",    "PolynomialLR",
                                      "OneCycleLR",    "constant"};

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    ThawRecipe recipe = recipe_of (names[i], 12, 0);
    g_autoptr (ThawSchedule) free = thaw_schedule_of (&recipe, 3);
    g_autoptr (ThawSchedule) set = thaw_schedule_of (&recipe, 3);
    g_autoptr (ThawSchedule) restored = thaw_schedule_of (&recipe, 3);
    g_autofree char *text = NULL;
    double share;
    for (int e = 0; e < 4; e++) {
      thaw_schedule_epoch_end (free, 0);
      thaw_schedule_epoch_end (set, 0);
    }
    share = 1e-3 / thaw_schedule_lr (free);
    thaw_schedule_set_lr (set, 1e-3);
    g_assert_cmpfloat_with_epsilon (thaw_schedule_lr (set), 1e-3, 1e-15);
    text = thaw_schedule_save (set);
    g_assert_true (thaw_schedule_restore (restored, text, NULL));
    for (int e = 4; e < 12; e++) {
      for (uint32_t b = 0; b < 3; b++) {
        double lr = thaw_schedule_lr_at (set, b);
        g_assert_cmpfloat_with_epsilon (lr, share * thaw_schedule_lr_at (free, b), 1e-12);
        g_assert_cmpfloat (lr, ==, thaw_schedule_lr_at (restored, b));
      }
      thaw_schedule_epoch_end (free, 0);
      thaw_schedule_epoch_end (set, 0);
      thaw_schedule_epoch_end (restored, 0);
    }
    recipe_done (&recipe);
  }
}

/* Leaps are worth an event, slopes are not. */
static void
leaps (void)
{
  static const struct {
    const char *name;
    int drops;
  } cases[] = {{"StepLR", 3}, {"CosineAnnealingLR", 0}, {"OneCycleLR", 0}};

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    ThawRecipe recipe = recipe_of (cases[i].name, 12, 0);
    g_autoptr (ThawSchedule) schedule = NULL;
    int drops = 0;
    if (i == 0)
      choice_set (&recipe.schedule, "step_size", 3);
    schedule = thaw_schedule_of (&recipe, 2);
    for (int e = 0; e < 11; e++)
      drops += thaw_schedule_epoch_end (schedule, 0);
    g_assert_cmpint (drops, ==, cases[i].drops);
    recipe_done (&recipe);
  }
}

static void
checks (void)
{
  ThawRecipe cosine = recipe_of ("CosineAnnealingLR", 5, 6), cycle = recipe_of ("OneCycleLR", 5, 1);
  g_autoptr (GError) first = NULL, second = NULL, third = NULL, fourth = NULL;

  g_assert_false (thaw_schedule_check (&cosine, &first));
  g_assert_nonnull (strstr (first->message, "schedule.warmup_epochs is 6, expected at most 5"));
  cosine.warmup.epochs = 5;
  g_assert_true (thaw_schedule_check (&cosine, NULL));
  g_assert_false (thaw_schedule_check (&cycle, &second));
  g_assert_nonnull (strstr (second->message, "warms up by itself"));
  cycle.warmup.epochs = 0;
  g_assert_false (thaw_schedule_check (&cycle, &fourth)); /* SGD without momentum */
  g_assert_nonnull (strstr (fourth->message, "schedule.cycle_momentum"));
  choice_set (&cycle.schedule, "three_phase", 1);
  choice_set (&cycle.schedule, "pct_start", 0.6);
  choice_set (&cycle.schedule, "cycle_momentum", 0);
  g_assert_false (thaw_schedule_check (&cycle, &third));
  g_assert_nonnull (strstr (third->message, "schedule.pct_start"));
  recipe_done (&cosine);
  recipe_done (&cycle);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optim/schedule/constant", constant);
  g_test_add_func ("/optim/schedule/patience", patience);
  g_test_add_func ("/optim/schedule/watches", watches);
  g_test_add_func ("/optim/schedule/set-rate", set_rate);
  g_test_add_func ("/optim/schedule/save-and-restore", save_and_restore);
  g_test_add_func ("/optim/schedule/refuses", refuses);
  g_test_add_func ("/optim/schedule/exact-text", exact_text);
  g_test_add_func ("/optim/schedule/warm-up", warm_up);
  g_test_add_func ("/optim/schedule/set-on-curve", set_on_curve);
  g_test_add_func ("/optim/schedule/leaps", leaps);
  g_test_add_func ("/optim/schedule/checks", checks);
  return g_test_run ();
}
