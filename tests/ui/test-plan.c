/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the recipe page works out: the command that does the same, the planned rate, numbers by
 * factors. No display. */
#include "command.h"
#include "cost.h"
#include "draft.h"
#include "field-text.h"
#include "number-spin.h"
#include "rate-plan.h"
#include "thaw-resources.h"

#include <math.h>
#include <string.h>

static ThawRecipe *
preset (const char *name)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (name);
  g_autoptr (GError) error = NULL;
  ThawRecipe *recipe =
      thaw_recipe_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), name,
                         thaw_catalogues (), &error);

  g_assert_no_error (error);
  return recipe;
}

static ThawRecipe *
with (ThawRecipe *recipe, const char *const *assignments)
{
  g_autoptr (GError) error = NULL;
  ThawRecipe *next = thaw_recipe_with (recipe, assignments, thaw_catalogues (), &error);

  g_assert_no_error (error);
  thaw_recipe_free (recipe);
  return next;
}

/* The command's arguments give the same recipe; returns how many fields it sets. */
static int
check_command (const ThawRecipe *recipe)
{
  g_auto (GStrv) args = thaw_command_recipe (recipe, NULL);
  g_autoptr (GPtrArray) sets = g_ptr_array_new ();
  g_autoptr (ThawRecipe) again = NULL;

  g_assert_cmpstr (args[0], ==, "--preset");
  for (int i = 2; args[i] != NULL; i += 2) {
    g_assert_cmpstr (args[i], ==, "--set");
    g_ptr_array_add (sets, args[i + 1]);
  }
  g_ptr_array_add (sets, NULL);
  again = with (preset (args[1]), (const char *const *) sets->pdata);
  g_autofree char *wanted = thaw_recipe_write (recipe);
  g_autofree char *got = thaw_recipe_write (again);
  g_assert_cmpstr (got, ==, wanted);
  return (int) sets->len - 1;
}

static void
test_command (void)
{
  g_auto (GStrv) names = thaw_presets_list ();
  const char *changes[] = {"freeze.epochs=7",
                           "epochs=23",
                           "name=a \"quoted\" name",
                           "optimizer.name=SGD",
                           "optimizer.momentum=0.9",
                           "schedule.name=constant",
                           "augment=[{\"name\": \"ColorJitter\", \"hue\": 0.2}]",
                           "augment.1={\"name\": \"RandomRotation\", \"degrees\": 30}",
                           "data.size=64",
                           "model.dropout=0.5",
                           NULL};

  for (char **name = names; *name != NULL; name++) {
    g_autoptr (ThawRecipe) recipe = preset (*name);
    g_assert_cmpint (check_command (recipe), ==, 0);
    recipe = with (g_steal_pointer (&recipe), changes);
    g_assert_cmpint (check_command (recipe), >, 0);
  }
  const char *none[] = {"augment=[]", NULL};
  g_autoptr (ThawRecipe) bare = with (preset ("day44-resnet18"), none);
  g_assert_cmpint (check_command (bare), ==, 1);
}

static void
test_rate (void)
{
  const char *changes[] = {"epochs=12", "freeze.epochs=4", "schedule.patience=2", NULL};
  g_autoptr (ThawRecipe) recipe = with (preset ("day44-resnet18"), changes);
  double best[12], worst[12];
  g_autofree char *note = NULL;

  thaw_rate_plan (recipe, true, best);
  thaw_rate_plan (recipe, false, worst);
  for (int e = 0; e < 12; e++) {
    g_assert_cmpfloat (best[e], ==, e < 4 ? 1e-3 : 1e-4);
    g_assert_cmpfloat (worst[e], <=, best[e]);
  }
  /* the first epoch is the best one: after patience more, the fourth has no effect yet */
  g_assert_cmpfloat (worst[3], ==, 1e-3);
  g_assert_cmpfloat (worst[11], <, 1e-4);
  note = thaw_rate_plan_note (recipe);
  g_assert_nonnull (note);
  const char *constant[] = {"schedule.name=constant", NULL};
  recipe = with (g_steal_pointer (&recipe), constant);
  g_assert_null (thaw_rate_plan_note (recipe));
  const char *watches[] = {"schedule.name=ReduceLROnPlateau", "schedule.mode=max", NULL};
  recipe = with (g_steal_pointer (&recipe), watches);
  thaw_rate_plan (recipe, true, best);
  g_assert_cmpfloat (best[11], ==, 1e-4);
}

static void
test_factor (void)
{
  static const double series[] = {1e-12, 2e-5, 5e-4, 1e-3, 0.2, 1, 5, 1e6};

  for (size_t i = 0; i < G_N_ELEMENTS (series); i++) {
    double place = thaw_factor_place (series[i]);
    g_assert_cmpfloat_with_epsilon (place, round (place), 1e-6);
    g_assert_cmpfloat_with_epsilon (thaw_factor_value (place) / series[i], 1, 1e-9);
  }
  for (double value = 1e-11; value < 1e5; value *= 1.37)
    g_assert_cmpfloat_with_epsilon (thaw_factor_value (thaw_factor_place (value)) / value, 1, 1e-9);
  g_assert_cmpfloat (thaw_factor_value (thaw_factor_place (0)), ==, 0);
  g_assert_cmpfloat_with_epsilon (thaw_factor_value (thaw_factor_place (1e-3) + 1), 2e-3, 1e-12);
  g_assert_cmpfloat_with_epsilon (thaw_factor_value (thaw_factor_place (1e-3) - 1), 5e-4, 1e-12);
}

static void
test_about (void)
{
  static const struct {
    double seconds;
    const char *text;
  } cases[] = {{2, "About 5 seconds"},        {33, "About 35 seconds"},
               {58, "About 1 minute"},        {14 * 60, "About 14 minutes"},
               {27 * 60, "About 25 minutes"}, {3600 * 2.2, "About 2 hours"},
               {3600 * 70, "About 3 days"}};

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = thaw_about_text (cases[i].seconds);
    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

/* What people type for lists, and for a number that two may stand for. */
static void
test_typed (void)
{
  static const ThawParamSpec pair = {.kind = THAW_PARAM_REAL, .max = 10, .pair = true},
                             list = {.kind = THAW_PARAM_REALS, .count = 2};
  static const struct {
    const char *typed, *pair, *list;
  } cases[] = {
      {"0.2", "0.2", "[0.2]"},
      {" 0.20 ", "0.20", "[0.20]"},
      {"0.8, 1.2", "[0.8, 1.2]", "[0.8, 1.2]"},
      {"0.8 1.2", "[0.8, 1.2]", "[0.8, 1.2]"},
      {"[0.8,1.2]", "[0.8, 1.2]", "[0.8, 1.2]"},
      {"0.8，1.2", "[0.8, 1.2]", "[0.8, 1.2]"},
      {"-.1; +.3", "[-0.10000000000000001, 0.29999999999999999]",
       "[-0.10000000000000001, 0.29999999999999999]"},
      {"1, 2, 3", "[1, 2, 3]", "[1, 2, 3]"},
      {"[1]", "[1]", "[1]"},
      {"far", "far", "[far]"},
      {"", "", "[]"},
      {"0.8 to 1.2", "[0.8, to, 1.2]", "[0.8, to, 1.2]"},
      {"[", "[", "[[]"},
  };

  g_assert_true (thaw_field_is_typed (&pair) && thaw_field_is_typed (&list));
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *one = thaw_field_json (&pair, cases[i].typed),
                    *two = thaw_field_json (&list, cases[i].typed);
    g_assert_cmpstr (one, ==, cases[i].pair);
    g_assert_cmpstr (two, ==, cases[i].list);
  }
  g_autofree char *shown = thaw_field_text (&pair, "[0.8, 1.2]");
  g_assert_cmpstr (shown, ==, "0.8, 1.2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/plan/command", test_command);
  g_test_add_func ("/ui/plan/rate", test_rate);
  g_test_add_func ("/ui/plan/factor", test_factor);
  g_test_add_func ("/ui/plan/about", test_about);
  g_test_add_func ("/ui/plan/typed", test_typed);
  return g_test_run ();
}
