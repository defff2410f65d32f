/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a recipe: defaults, values, and the sentences with which others are refused. */
#include "small-catalogue.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD "{\"format\": \"thaw-recipe/1\""
#define STEPS(list) HEAD ", \"freeze\": {\"epochs\": 6, \"steps\": [" list "]}}"

static void
test_defaults (void)
{
  g_autoptr (ThawRecipe) recipe = thaw_recipe_new (small_catalogues ());

  g_assert_cmpstr (recipe->name, ==, "");
  g_assert_cmpstr (recipe->data.set, ==, "auto");
  g_assert_cmpfloat (recipe->data.validation, ==, 0.1);
  g_assert_true (recipe->data.stratified);
  g_assert_cmpint (recipe->data.size, ==, 32);
  g_assert_cmpstr (recipe->model.choice.entry->name, ==, "mobilenet_v3_small");
  g_assert_cmpstr (recipe->model.weights, ==, "random");
  g_assert_cmpfloat (recipe->model.dropout, <, 0);
  g_assert_cmpint (recipe->freeze.epochs, ==, 0);
  g_assert_cmpstr (recipe->freeze.train, ==, "head");
  g_assert_cmpint (recipe->freeze.batch_norm, ==, THAW_BN_UPDATE);
  g_assert_cmpfloat (recipe->freeze.lr_after, ==, 1e-4);
  g_assert_cmpint (recipe->freeze.optimizer_state, ==, THAW_STATE_CARRY);
  g_assert_cmpint (recipe->freeze.n_steps, ==, 0);
  g_assert_cmpfloat (recipe->rates.backbone, ==, 1);
  g_assert_cmpfloat (recipe->rates.decay, ==, 1);
  g_assert_cmpint (recipe->n_augment, ==, 0);
  g_assert_cmpfloat (recipe->mean[0], ==, 0.4914);
  g_assert_cmpfloat (recipe->std[2], ==, 0.2010);
  g_assert_cmpstr (recipe->optimizer.entry->name, ==, "Adam");
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "lr"), ==, 0.001);
  g_assert_cmpstr (recipe->schedule.entry->name, ==, "ReduceLROnPlateau");
  g_assert_cmpstr (recipe->loss.entry->name, ==, "CrossEntropyLoss");
  g_assert_cmpint (recipe->evaluate.set, ==, THAW_EVAL_VALIDATION);
  g_assert_true (recipe->evaluate.test_at_end);
  g_assert_true (recipe->evaluate.clean_train);
  g_assert_cmpint (recipe->evaluate.loss_mean, ==, THAW_MEAN_IMAGES);
  g_assert_cmpint (recipe->epochs, ==, 40);
  g_assert_cmpint (recipe->batch_size, ==, 64);
  g_assert_cmpuint (recipe->seed, ==, 0);
}

/* Thaws on the way, copied and written as they were read. */
static void
test_steps (void)
{
  g_autoptr (ThawRecipe) recipe =
      small_recipe (STEPS ("{\"name\": \"ThawBlocks\", \"epoch\": 2, \"lr\": 5e-4}, "
                           "{\"name\": \"ThawBlocks\", \"epoch\": 4, \"blocks\": 3}"));
  g_autoptr (ThawRecipe) copy = thaw_recipe_copy (recipe);
  g_autofree char *text = thaw_recipe_write (copy);

  g_assert_cmpint (copy->freeze.n_steps, ==, 2);
  g_assert_cmpint (thaw_choice_int (&copy->freeze.steps[0], "blocks"), ==, 1);
  g_assert_cmpfloat (thaw_choice_real (&copy->freeze.steps[0], "lr"), ==, 5e-4);
  g_assert_cmpint (thaw_choice_int (&copy->freeze.steps[1], "epoch"), ==, 4);
  g_assert_nonnull (strstr (text, "    \"steps\": [\n"
                                  "      {\"name\": \"ThawBlocks\", \"epoch\": 2, "
                                  "\"blocks\": 1, \"lr\": 0.0005},\n"
                                  "      {\"name\": \"ThawBlocks\", \"epoch\": 4, "
                                  "\"blocks\": 3, \"lr\": 0.0001}\n"
                                  "    ]"));
  g_autoptr (ThawRecipe) again = small_recipe (text);
  g_autofree char *other = thaw_recipe_write (again);
  g_assert_cmpstr (other, ==, text);
}

/* What the plan comes to, epoch by epoch and block by block. */
static void
test_plan (void)
{
  g_autoptr (ThawRecipe) recipe =
      small_recipe (HEAD ", \"epochs\": 8, \"freeze\": {\"epochs\": 6, \"steps\": [{\"name\": "
                         "\"ThawBlocks\", \"epoch\": 2}, {\"name\": \"ThawBlocks\", \"epoch\": 4, "
                         "\"blocks\": 3}]}, \"rates\": {\"backbone\": 0.5, \"decay\": 0.25}}");
  static const int blocks[] = {0, 0, 1, 1, 3, 3, -1, -1};

  for (int e = 0; e < 8; e++) {
    g_assert_cmpint (thaw_plan_blocks (recipe, e), ==, blocks[e]);
    for (int b = 0; b < 6; b++)
      g_assert_cmpint (thaw_plan_trains (recipe, e, b), ==, blocks[e] < 0 || b <= blocks[e]);
  }
  g_assert_cmpfloat (thaw_plan_share (recipe, 0), ==, 1);
  g_assert_cmpfloat (thaw_plan_share (recipe, 1), ==, 0.5);
  g_assert_cmpfloat (thaw_plan_share (recipe, 3), ==, 0.5 * 0.25 * 0.25);
}

static void
test_all_fields (void)
{
  g_autoptr (ThawRecipe) recipe = small_recipe (
      HEAD ", \"name\": \"\xe8\xaf\xbe\", \"data\": {\"set\": \"cifar-10\", \"split\": "
           "{\"validation\": 0.25, \"stratified\": false, \"seed\": 7}, \"size\": 64},"
           "\"model\": {\"name\": \"resnet18\", \"weights\": \"imagenet\", \"dropout\": 0.5},"
           "\"freeze\": {\"epochs\": 5, \"train\": \"head\", \"batch_norm\": \"hold\", "
           "\"lr_after\": 1e-5, \"optimizer_state\": \"reset\"},"
           "\"augment\": [{\"name\": \"RandomCrop\", \"padding\": 4}, "
           "{\"name\": \"RandomHorizontalFlip\"}],"
           "\"normalize\": {\"mean\": [0, 0.5, 1], \"std\": [1, 2, 3]},"
           "\"optimizer\": {\"name\": \"SGD\", \"nesterov\": true},"
           "\"schedule\": {\"name\": \"ReduceLROnPlateau\", \"mode\": \"max\", \"patience\": 2.0},"
           "\"evaluate\": {\"set\": \"test\", \"test_at_end\": false, \"clean_train\": false, "
           "\"loss_mean\": \"batches\"},"
           "\"epochs\": 6, \"batch_size\": 128, \"seed\": 9007199254740992}");

  g_assert_cmpstr (recipe->name, ==, "\xe8\xaf\xbe");
  g_assert_cmpstr (recipe->data.set, ==, "cifar-10");
  g_assert_cmpfloat (recipe->data.validation, ==, 0.25);
  g_assert_false (recipe->data.stratified);
  g_assert_cmpuint (recipe->data.split_seed, ==, 7);
  g_assert_cmpint (recipe->data.size, ==, 64);
  g_assert_cmpstr (recipe->model.choice.entry->name, ==, "resnet18");
  g_assert_cmpstr (recipe->model.weights, ==, "imagenet");
  g_assert_cmpfloat (recipe->model.dropout, ==, 0.5);
  g_assert_cmpint (recipe->freeze.epochs, ==, 5);
  g_assert_cmpint (recipe->freeze.batch_norm, ==, THAW_BN_HOLD);
  g_assert_cmpfloat (recipe->freeze.lr_after, ==, 1e-5);
  g_assert_cmpint (recipe->freeze.optimizer_state, ==, THAW_STATE_RESET);
  g_assert_cmpint (recipe->n_augment, ==, 2);
  g_assert_cmpint (thaw_choice_int (&recipe->augment[0], "padding"), ==, 4);
  g_assert_cmpint (thaw_choice_int (&recipe->augment[0], "size"), ==, 32);
  g_assert_cmpfloat (thaw_choice_real (&recipe->augment[1], "p"), ==, 0.5);
  g_assert_cmpfloat (recipe->mean[2], ==, 1);
  g_assert_cmpfloat (recipe->std[1], ==, 2);
  g_assert_true (thaw_choice_bool (&recipe->optimizer, "nesterov"));
  g_assert_cmpstr (thaw_choice_name (&recipe->schedule, "mode"), ==, "max");
  g_assert_cmpint (thaw_choice_int (&recipe->schedule, "patience"), ==, 2);
  g_assert_cmpint (recipe->evaluate.set, ==, THAW_EVAL_TEST);
  g_assert_false (recipe->evaluate.test_at_end);
  g_assert_false (recipe->evaluate.clean_train);
  g_assert_cmpint (recipe->evaluate.loss_mean, ==, THAW_MEAN_BATCHES);
  g_assert_cmpint (recipe->epochs, ==, 6);
  g_assert_cmpuint (recipe->seed, ==, 9007199254740992u);
}

/* Each refused document and its whole sentence. */
static const struct {
  const char *json, *sentence;
} refusals[] = {
    {"[]", "the document is a list of 0 items, expected an object"},
    {"{}", "format is missing, expected 'thaw-recipe/1'"},
    {"{\"format\": \"thaw-recipe/2\"}", "format is 'thaw-recipe/2', expected 'thaw-recipe/1'"},
    {HEAD ", \"epoch\": 3}", "'epoch' is not a field of a recipe, did you mean 'epochs'?"},
    {HEAD ", \"freeze\": {\"lrafter\": 3}}",
     "'freeze.lrafter' is not a field of a recipe, did you mean 'freeze.lr_after'?"},
    {HEAD ", \"data\": {\"split\": {\"quux\": 3}}}",
     "'data.split.quux' is not a field of a recipe, expected one of validation, stratified, seed"},
    {HEAD ", \"data\": 3}", "data is 3, expected an object"},
    {HEAD ", \"data\": {\"split\": {\"validation\": 1.5}}}",
     "data.split.validation is 1.5, expected a number from 0 to 0.9"},
    {HEAD ", \"data\": {\"split\": {\"validation\": null}}}",
     "data.split.validation is null, expected a number from 0 to 0.9"},
    {HEAD ", \"data\": {\"split\": {\"stratified\": 1}}}",
     "data.split.stratified is 1, expected true or false"},
    {HEAD ", \"data\": {\"split\": {\"seed\": -1}}}",
     "data.split.seed is -1, expected a whole number from 0 to 9007199254740992"},
    {HEAD ", \"data\": {\"size\": 31}}",
     "data.size is 31, expected a whole number from 32 to 1024"},
    {HEAD ", \"data\": {\"size\": 32.5}}",
     "data.size is 32.5, expected a whole number from 32 to 1024"},
    {HEAD ", \"data\": {\"set\": \"../x\"}}",
     "data.set is '../x', expected a data set's name in small letters, such as auto, cifar-10, "
     "fashion-mnist or path"},
    {HEAD ", \"model\": {\"name\": \"resnet81\"}}",
     "model.name is 'resnet81', did you mean 'resnet18'?"},
    {HEAD ", \"model\": {\"name\": 3}}",
     "model.name is 3, expected one of resnet18, mobilenet_v3_small"},
    {HEAD ", \"model\": {\"weights\": \"\"}}",
     "model.weights is '', expected random, starter, imagenet or the path of a file"},
    {HEAD ", \"model\": {\"dropout\": 1}}", "model.dropout is 1, expected a number from 0 to 0.99"},
    {HEAD ", \"model\": {\"dropout\": -1}}",
     "model.dropout is -1, expected a number from 0 to 0.99"},
    {HEAD ", \"model\": {\"wieghts\": \"random\"}}",
     "'model.wieghts' is not a field of a recipe, did you mean 'model.weights'?"},
    {HEAD ", \"name\": \"a\\u0007b\"}",
     "name is 'a?b', expected a line of text of at most 800 bytes"},
    {HEAD ", \"name\": 4}", "name is 4, expected a line of text of at most 800 bytes"},
    {HEAD ", \"freeze\": {\"epochs\": 41}}",
     "freeze.epochs is 41, expected at most 40, the number of epochs"},
    {HEAD ", \"freeze\": {\"lr_after\": 0}}",
     "freeze.lr_after is 0, expected a number above 0 and at most 1000000"},
    {HEAD ", \"freeze\": {\"lr_after\": 1e-400}}",
     "freeze.lr_after is 0, expected a number above 0 and at most 1000000"},
    {STEPS ("{\"name\": \"ThawBlocks\", \"epoch\": 6}"),
     "freeze.steps.0.epoch is 6, expected less than freeze.epochs, which is 6: from there on all "
     "of the backbone trains"},
    {STEPS ("{\"name\": \"ThawBlocks\", \"epoch\": 2}, {\"name\": \"ThawBlocks\", "
            "\"epoch\": 2, \"blocks\": 2}"),
     "freeze.steps.1.epoch is 2, expected more than 2: steps come one after the other"},
    {STEPS ("{\"name\": \"ThawBlocks\", \"epoch\": 2}, {\"name\": \"ThawBlocks\", "
            "\"epoch\": 3}"),
     "freeze.steps.1.blocks is 1, expected more than 1, which train already"},
    {STEPS ("{\"name\": \"ThawBlocks\", \"lr\": 0}"),
     "freeze.steps.0.lr is 0, expected a number above 0 and at most 1000000"},
    {STEPS ("{\"name\": \"Thawblock\"}"),
     "freeze.steps.0.name is 'Thawblock', did you mean 'ThawBlocks'?"},
    {HEAD ", \"freeze\": {\"epochs\": 2, \"train\": \"last_block\", \"steps\": [{\"name\": "
          "\"ThawBlocks\"}]}}",
     "freeze.steps.0.blocks is 1, expected more than 1, which train already"},
    {HEAD ", \"rates\": {\"backbone\": 0}}",
     "rates.backbone is 0, expected a number above 0 and at most 1000"},
    {HEAD ", \"freeze\": {\"batch_norm\": \"updat\"}}",
     "freeze.batch_norm is 'updat', did you mean 'update'?"},
    {HEAD ", \"freeze\": {\"batch_norm\": true}}",
     "freeze.batch_norm is true, expected one of update, hold"},
    {HEAD ", \"augment\": {}}", "augment is an object, expected a list of at most 32 objects"},
    {HEAD ", \"augment\": [7]}", "augment.0 is 7, expected an object"},
    {HEAD ", \"augment\": [{}]}",
     "augment.0.name is missing, expected one of RandomCrop, RandomHorizontalFlip"},
    {HEAD ", \"augment\": [{\"name\": \"RandomCrop\"}, {\"name\": \"RandomCrop\"}, "
          "{\"name\": \"RandomCrp\"}]}",
     "augment.2.name is 'RandomCrp', did you mean 'RandomCrop'?"},
    {HEAD ", \"augment\": [{\"name\": \"Mosaic\"}]}",
     "augment.0.name is 'Mosaic', expected one of RandomCrop, RandomHorizontalFlip"},
    {HEAD ", \"augment\": [{\"name\": \"RandomCrop\", \"pading\": 4}]}",
     "'augment.0.pading' is not a field of a recipe, did you mean 'augment.0.padding'?"},
    {HEAD ", \"normalize\": {\"mean\": [0, 0]}}",
     "normalize.mean is a list of 2 items, expected a list of 3 numbers"},
    {HEAD ", \"normalize\": {\"std\": [1, 0, 1]}}",
     "normalize.std.1 is 0, expected a number from 0.001 to 10"},
    {HEAD ", \"optimizer\": {\"lr\": 0}}",
     "optimizer.lr is 0, expected a number above 0 and at most 1000000"},
    {HEAD ", \"optimizer\": {\"lr\": -0.1}}",
     "optimizer.lr is -0.1, expected a number above 0 and at most 1000000"},
    {HEAD ", \"optimizer\": {\"lr\": \"NaN\"}}",
     "optimizer.lr is 'NaN', expected a number above 0 and at most 1000000"},
    {HEAD ", \"optimizer\": {\"name\": \"SGD\", \"lr\": 0}}",
     "optimizer.lr is 0, expected a number above 0"},
    {HEAD ", \"optimizer\": {\"weight_decay\": -1}}",
     "optimizer.weight_decay is -1, expected a number of at least 0"},
    {HEAD ", \"optimizer\": {\"name\": \"adam\"}}",
     "optimizer.name is 'adam', did you mean 'Adam'?"},
    {HEAD ", \"schedule\": {\"patience\": -1}}",
     "schedule.patience is -1, expected a whole number of at least 0"},
    {HEAD ", \"schedule\": {\"shift\": []}}",
     "schedule.shift is a list of 0 items, expected a number"},
    {HEAD ", \"schedule\": {\"below\": 4}}", "schedule.below is 4, expected a number of at most 3"},
    {HEAD ", \"evaluate\": {\"set\": \"train\"}}",
     "evaluate.set is 'train', expected one of validation, test"},
    {HEAD ", \"epochs\": 0}", "epochs is 0, expected a whole number from 1 to 100000"},
    {HEAD ", \"batch_size\": 4097}", "batch_size is 4097, expected a whole number from 1 to 4096"},
    {HEAD ", \"seed\": 9007199254740993}",
     "line 1, column 37: a whole number is beyond 9007199254740992 (2^53)"},
    {HEAD ", \"seed\": 0.5}", "seed is 0.5, expected a whole number from 0 to 9007199254740992"},
};

static void
test_refusals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autofree char *sentence = small_refusal (refusals[i].json);
    g_assert_cmpstr (sentence, ==, refusals[i].sentence);
  }
}

static void
test_long_list (void)
{
  g_autoptr (GString) json = g_string_new (HEAD ", \"augment\": [");

  for (int i = 0; i < 33; i++)
    g_string_append_printf (json, "%s{\"name\": \"RandomCrop\"}", i > 0 ? ", " : "");
  g_string_append (json, "]}");
  g_autofree char *sentence = small_refusal (json->str);
  g_assert_cmpstr (sentence, ==,
                   "augment is a list of 33 items, expected a list of at most 32 objects");
}

static void
test_long_text_is_cut (void)
{
  g_autofree char *name = g_strnfill (5000, 'x'),
                  *json = g_strdup_printf (HEAD ", \"%s\": 1}", name);
  g_autofree char *sentence = small_refusal (json);

  g_assert_cmpuint (strlen (sentence), <, 300);
}

static void
write_file (const char *path, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
}

static void
check_load_fails (const char *path, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe = thaw_recipe_load (path, small_catalogues (), &error);

  g_assert_null (recipe);
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_load (void)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-recipe-XXXXXX", NULL),
                  *path = g_build_filename (folder, "r.json", NULL),
                  *big = g_strnfill (THAW_RECIPE_MAX_BYTES + 100, ' ');
  g_autoptr (GError) error = NULL;

  check_load_fails (path, "No such file");
  check_load_fails (folder, "not a regular file");
  write_file (path, HEAD ", \"epochs\": 7}", -1);
  g_autoptr (ThawRecipe) recipe = thaw_recipe_load (path, small_catalogues (), &error);
  g_assert_no_error (error);
  g_assert_cmpint (recipe->epochs, ==, 7);
  write_file (path, big, THAW_RECIPE_MAX_BYTES + 100);
  check_load_fails (path, "expected at most 1048576");
  g_unlink (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  check_load_fails (path, "not a regular file");
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_find (void)
{
  ThawCatalogue none = {NULL};

  g_assert_null (thaw_catalogue_find (none, "Adam"));
  g_assert_null (thaw_catalogue_find (small_catalogues ()->optimizers, "adam"));
  g_assert_nonnull (thaw_catalogue_find (small_catalogues ()->optimizers, "Adam"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/read/defaults", test_defaults);
  g_test_add_func ("/recipe/read/all-fields", test_all_fields);
  g_test_add_func ("/recipe/read/steps", test_steps);
  g_test_add_func ("/recipe/read/plan", test_plan);
  g_test_add_func ("/recipe/read/refusals", test_refusals);
  g_test_add_func ("/recipe/read/long-list", test_long_list);
  g_test_add_func ("/recipe/read/long-text-is-cut", test_long_text_is_cut);
  g_test_add_func ("/recipe/read/load", test_load);
  g_test_add_func ("/recipe/read/find", test_find);
  return g_test_run ();
}
