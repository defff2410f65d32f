/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assignments "key.path=value". */
#include "small-catalogue.h"
#include <string.h>

/* (transfer full) */
static ThawRecipe *
with (const char *const *assignments)
{
  g_autoptr (ThawRecipe) base = thaw_recipe_new (small_catalogues ());
  g_autoptr (GError) error = NULL;
  ThawRecipe *recipe = thaw_recipe_with (base, assignments, small_catalogues (), &error);

  g_assert_no_error (error);
  return recipe;
}

#define WITH(...) with ((const char *const[]){__VA_ARGS__, NULL})

static void
check_refused (const char *assignment, const char *sentence)
{
  g_autoptr (ThawRecipe) base = thaw_recipe_new (small_catalogues ());
  const char *const list[] = {"augment=[{\"name\":\"RandomCrop\"},{\"name\":\"RandomCrop\"}]",
                              assignment, NULL};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe = thaw_recipe_with (base, list, small_catalogues (), &error);

  g_assert_null (recipe);
  g_assert_nonnull (error);
  g_assert_cmpint ((int) error->domain, ==, (int) THAW_RECIPE_ERROR);
  g_assert_cmpstr (error->message, ==, sentence);
}

static void
test_values (void)
{
  g_autoptr (ThawRecipe) recipe = WITH (
      "epochs=3", "model.weights=/data/a=b.pth", "model.dropout=0.25", "data.split.validation=0",
      "data.split.stratified=false", "name=\"44\"", "optimizer.lr=1e-2", "normalize.mean=[0,0,0]",
      "normalize.std.1=0.5", "freeze={\"epochs\": 2}");

  g_assert_cmpint (recipe->epochs, ==, 3);
  g_assert_cmpstr (recipe->model.weights, ==, "/data/a=b.pth");
  g_assert_cmpfloat (recipe->model.dropout, ==, 0.25);
  g_assert_cmpfloat (recipe->data.validation, ==, 0);
  g_assert_false (recipe->data.stratified);
  g_assert_cmpstr (recipe->name, ==, "44");
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "lr"), ==, 0.01);
  g_assert_cmpfloat (recipe->mean[2], ==, 0);
  g_assert_cmpfloat (recipe->std[1], ==, 0.5);
  g_assert_cmpint (recipe->freeze.epochs, ==, 2);
}

/* No seed, and one that is drawn. */
static void
test_no_seed (void)
{
  g_autoptr (ThawRecipe) none = WITH ("seed=5", "seed=null"), given = WITH ("seed=5");
  g_autofree char *text = thaw_recipe_write (none), *hash = thaw_recipe_hash (none);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) again = thaw_recipe_parse (text, -1, "again", small_catalogues (), &error);
  g_autofree char *hash_again = NULL;

  g_assert_no_error (error);
  g_assert_true (none->seed == THAW_SEED_NONE && again->seed == THAW_SEED_NONE);
  g_assert_nonnull (strstr (text, "\"seed\": null\n"));
  hash_again = thaw_recipe_hash (again);
  g_assert_cmpstr (hash, ==, hash_again);
  g_assert_true (thaw_recipe_draw_seed (none));
  g_assert_cmpuint (none->seed, <, 1000000000);
  g_assert_false (thaw_recipe_draw_seed (none));
  g_assert_true (thaw_recipe_draw_seed (again));
  g_assert_cmpuint (none->seed, !=, again->seed); /* a billion to one */
  g_assert_false (thaw_recipe_draw_seed (given));
  g_assert_cmpuint (given->seed, ==, 5);
}

static void
test_null (void)
{
  g_autoptr (ThawRecipe) recipe = WITH ("model.dropout=0.25", "model.dropout=null");

  g_assert_cmpfloat (recipe->model.dropout, <, 0);
}

static void
test_lists (void)
{
  g_autoptr (ThawRecipe) recipe =
      WITH ("augment.0={\"name\":\"RandomCrop\"}", "augment.1={\"name\":\"RandomHorizontalFlip\"}",
            "augment.2={\"name\":\"RandomCrop\",\"padding\":1}", "augment.0.padding=2",
            "augment.1.p=0.25");

  g_assert_cmpint (recipe->n_augment, ==, 3);
  g_assert_cmpint (thaw_choice_int (&recipe->augment[0], "padding"), ==, 2);
  g_assert_cmpfloat (thaw_choice_real (&recipe->augment[1], "p"), ==, 0.25);
  g_assert_cmpint (thaw_choice_int (&recipe->augment[2], "padding"), ==, 1);
}

static void
test_replaced_item_keeps_order (void)
{
  g_autoptr (ThawRecipe) recipe =
      WITH ("augment=[{\"name\":\"RandomCrop\"},{\"name\":\"RandomCrop\",\"padding\":5},"
            "{\"name\":\"RandomCrop\",\"padding\":6}]",
            "augment.0={\"name\":\"RandomHorizontalFlip\"}");

  g_assert_cmpint (recipe->n_augment, ==, 3);
  g_assert_cmpstr (recipe->augment[0].entry->name, ==, "RandomHorizontalFlip");
  g_assert_cmpint (thaw_choice_int (&recipe->augment[1], "padding"), ==, 5);
  g_assert_cmpint (thaw_choice_int (&recipe->augment[2], "padding"), ==, 6);
}

static void
test_renamed_entry (void)
{
  g_autoptr (ThawRecipe) recipe =
      WITH ("optimizer.lr=0.5", "optimizer.betas=[0.5,0.5]", "optimizer.name=SGD",
            "schedule.name=ConstantLR", "model.weights=imagenet", "model.name=resnet18");

  g_assert_cmpstr (recipe->optimizer.entry->name, ==, "SGD");
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "lr"), ==, 0.5);
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "momentum"), ==, 0.9);
  g_assert_cmpstr (recipe->schedule.entry->name, ==, "ConstantLR");
  g_assert_cmpstr (recipe->model.choice.entry->name, ==, "resnet18");
  g_assert_cmpstr (recipe->model.weights, ==, "imagenet");
}

static void
test_renamed_and_back (void)
{
  g_autoptr (ThawRecipe) recipe =
      WITH ("optimizer.betas=[0.5,0.5]", "optimizer.name=SGD", "optimizer.name=Adam");

  g_assert_cmpfloat (thaw_choice_reals (&recipe->optimizer, "betas")[0], ==, 0.9);
}

static void
test_same_name_resets_nothing (void)
{
  g_autoptr (ThawRecipe) recipe = WITH ("optimizer.betas=[0.5,0.25]", "optimizer.name=Adam");

  g_assert_cmpfloat (thaw_choice_reals (&recipe->optimizer, "betas")[1], ==, 0.25);
}

static void
test_renamed_item (void)
{
  g_autoptr (ThawRecipe) recipe = WITH ("augment=[{\"name\":\"RandomCrop\",\"padding\":4}]",
                                        "augment.0.name=RandomHorizontalFlip");

  g_assert_cmpstr (recipe->augment[0].entry->name, ==, "RandomHorizontalFlip");
}

static void
test_nothing (void)
{
  g_autoptr (ThawRecipe) base = thaw_recipe_new (small_catalogues ());
  g_autoptr (ThawRecipe) same = thaw_recipe_with (base, NULL, small_catalogues (), NULL);
  g_autofree char *a = thaw_recipe_write (base), *b = thaw_recipe_write (same);

  g_assert_cmpstr (a, ==, b);
}

static void
test_refused (void)
{
  check_refused ("epochs", "'epochs' is not an assignment, expected key.path=value");
  check_refused ("=3", "'=3' is not an assignment, expected key.path=value");
  check_refused ("\xff=3", "'\xef\xbf\xbd=3' is not an assignment, expected key.path=value");
  check_refused ("a..b=3", "'a..b' is not a path of fields, such as optimizer.lr");
  check_refused (".=3", "'.' is not a path of fields, such as optimizer.lr");
  check_refused ("epochs=", "epochs is '', expected a whole number from 1 to 100000");
  check_refused ("epochs=x", "epochs is 'x', expected a whole number from 1 to 100000");
  check_refused ("epochs=0", "epochs is 0, expected a whole number from 1 to 100000");
  check_refused ("seed=18446744073709551616",
                 "seed is '18446744073709551616', expected a whole number from 0 to "
                 "9007199254740992");
  check_refused ("optimizer.lr=nan",
                 "optimizer.lr is 'nan', expected a number above 0 and at most 1000000");
  check_refused ("epochs.x=1", "epochs is 40 and has no fields");
  check_refused ("epochs.x.y=1", "epochs is 40 and has no fields");
  check_refused ("epohcs=1", "'epohcs' is not a field of a recipe, did you mean 'epochs'?");
  check_refused ("freze.epochs=1", "'freze' is not a field of a recipe, did you mean 'freeze'?");
  check_refused ("optimizer=Adam", "optimizer is 'Adam', expected an object");
  check_refused ("optimizer.name=Adm", "optimizer.name is 'Adm', did you mean 'Adam'?");
  check_refused ("augment.3={\"name\":\"RandomCrop\"}",
                 "'augment.3' is not there: augment has 2 items");
  check_refused ("augment.2.padding=1", "'augment.2' is not there: augment has 2 items");
  check_refused ("augment.x.padding=1", "'augment.x' is not there: augment has 2 items");
  check_refused ("augment.-1=1", "'augment.-1' is not there: augment has 2 items");
  check_refused ("augment.0=RandomCrop", "augment.0 is 'RandomCrop', expected an object");
  check_refused ("augment.1.padding=-1",
                 "augment.1.padding is -1, expected a whole number from 0 to 512");
  check_refused ("name=\xff", "'name=\xef\xbf\xbd' is not an assignment, expected key.path=value");
  check_refused ("freeze.epochs=50",
                 "freeze.epochs is 50, expected at most 40, the number of epochs");
  check_refused ("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r=1",
                 "'a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r' is not a path of fields, such as "
                 "optimizer.lr");
}

/* A parameter that neither entry knows is not swept away with the old entry's. */
static void
test_unknown_survives_renaming (void)
{
  g_autoptr (ThawRecipe) base = thaw_recipe_new (small_catalogues ());
  const char *const list[] = {"optimizer.momentun=0.5", "optimizer.name=SGD", NULL};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe = thaw_recipe_with (base, list, small_catalogues (), &error);

  g_assert_null (recipe);
  g_assert_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD);
  g_assert_cmpstr (error->message, ==,
                   "'optimizer.momentun' is not a field of a recipe, did you mean "
                   "'optimizer.momentum'?");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/assign/values", test_values);
  g_test_add_func ("/recipe/assign/null", test_null);
  g_test_add_func ("/recipe/assign/no-seed", test_no_seed);
  g_test_add_func ("/recipe/assign/lists", test_lists);
  g_test_add_func ("/recipe/assign/replaced-item-keeps-order", test_replaced_item_keeps_order);
  g_test_add_func ("/recipe/assign/renamed-entry", test_renamed_entry);
  g_test_add_func ("/recipe/assign/renamed-and-back", test_renamed_and_back);
  g_test_add_func ("/recipe/assign/same-name-resets-nothing", test_same_name_resets_nothing);
  g_test_add_func ("/recipe/assign/renamed-item", test_renamed_item);
  g_test_add_func ("/recipe/assign/nothing", test_nothing);
  g_test_add_func ("/recipe/assign/refused", test_refused);
  g_test_add_func ("/recipe/assign/unknown-survives-renaming", test_unknown_survives_renaming);
  return g_test_run ();
}
