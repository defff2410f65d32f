/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue of the tests' own. */
#include "small-catalogue.h"
#include <math.h>

#define ENTRY(symbol, text, list)                                                                  \
  static const ThawEntry symbol = {.name = text, .params = list, .n_params = G_N_ELEMENTS (list)}

static const char *const modes[] = {"min", "max", NULL};

static const ThawParamSpec crop_params[] = {
    {.name = "size", .kind = THAW_PARAM_INT, .min = 8, .max = 1024, .def = {32}},
    {.name = "padding", .kind = THAW_PARAM_INT, .max = 512, .def = {0}},
};
static const ThawParamSpec flip_params[] = {
    {.name = "p", .kind = THAW_PARAM_REAL, .max = 1, .def = {0.5}},
};
static const ThawParamSpec sgd_params[] = {
    {.name = "lr", .kind = THAW_PARAM_REAL, .exclusive_min = true, .max = INFINITY, .def = {0.1}},
    {.name = "momentum", .kind = THAW_PARAM_REAL, .max = 1, .def = {0.9}},
    {.name = "nesterov", .kind = THAW_PARAM_BOOL},
};
static const ThawParamSpec adam_params[] = {
    {.name = "lr", .kind = THAW_PARAM_REAL, .exclusive_min = true, .max = 1e6, .def = {0.001}},
    {.name = "betas", .kind = THAW_PARAM_REALS, .count = 2, .max = 1, .def = {0.9, 0.999}},
    {.name = "weight_decay", .kind = THAW_PARAM_REAL, .max = INFINITY},
};
static const ThawParamSpec plateau_params[] = {
    {.name = "mode", .kind = THAW_PARAM_CHOICE, .choices = modes},
    {.name = "factor", .kind = THAW_PARAM_REAL, .exclusive_min = true, .max = 1, .def = {0.1}},
    {.name = "patience", .kind = THAW_PARAM_INT, .max = INFINITY, .def = {10}},
    {.name = "cooldown", .kind = THAW_PARAM_INT, .max = 1e6},
    {.name = "min_lr", .kind = THAW_PARAM_REAL, .max = INFINITY},
    {.name = "shift", .kind = THAW_PARAM_REAL, .min = -INFINITY, .max = INFINITY},
    {.name = "below", .kind = THAW_PARAM_REAL, .min = -INFINITY, .max = 3},
};

ENTRY (crop, "RandomCrop", crop_params);
ENTRY (flip, "RandomHorizontalFlip", flip_params);
ENTRY (sgd, "SGD", sgd_params);
ENTRY (adam, "Adam", adam_params);
ENTRY (plateau, "ReduceLROnPlateau", plateau_params);
static const ThawEntry constant = {.name = "ConstantLR"};
static const ThawEntry resnet = {.name = "resnet18"};
static const ThawEntry mobilenet = {.name = "mobilenet_v3_small"};
static const ThawEntry cross = {.name = "CrossEntropyLoss"};

const ThawCatalogues *
small_catalogues (void)
{
  static const ThawEntry *const models[] = {&resnet, &mobilenet, NULL};
  static const ThawEntry *const transforms[] = {&crop, &flip, NULL};
  static const ThawEntry *const optimizers[] = {&sgd, &adam, NULL};
  static const ThawEntry *const schedules[] = {&constant, &plateau, NULL};
  static const ThawEntry *const losses[] = {&cross, NULL};
  static const ThawCatalogues all = {{models}, {transforms}, {optimizers}, {schedules}, {losses}};

  return &all;
}

ThawRecipe *
small_recipe (const char *json)
{
  g_autoptr (GError) error = NULL;
  ThawRecipe *recipe = thaw_recipe_parse (json, -1, "t.json", small_catalogues (), &error);

  g_assert_no_error (error);
  g_assert_nonnull (recipe);
  return recipe;
}

char *
small_refusal (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (json, -1, "t.json", small_catalogues (), &error);

  g_assert_null (recipe);
  g_assert_nonnull (error);
  g_assert_cmpint ((int) error->domain, ==, (int) THAW_RECIPE_ERROR);
  g_assert_true (g_str_has_prefix (error->message, "t.json: "));
  return g_strdup (error->message + strlen ("t.json: "));
}
