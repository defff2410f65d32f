/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thaws on the way from a frozen backbone to a free one: what a step says, and whether several can
 * be meant so. */
#include "recipe-private.h"

static const ThawParamSpec params[] = {
    {.name = "epoch",
     .help = N_ ("The epoch, counted from 0, at whose start these blocks begin to train"),
     .kind = THAW_PARAM_INT,
     .min = 1,
     .max = 100000,
     .def = {1}},
    {.name = "blocks",
     .help = N_ ("How many blocks train then, counted from the head; the head trains as well"),
     .kind = THAW_PARAM_INT,
     .min = 1,
     .max = 1000,
     .def = {1}},
    {.name = "lr",
     .help = N_ ("Learning rate from then on"),
     .kind = THAW_PARAM_REAL,
     .exclusive_min = true,
     .max = 1e6,
     .def = {1e-4},
     .by_factor = true},
};

static const ThawEntry thaw_blocks = {.name = "ThawBlocks",
                                      .title = N_ ("Thaw blocks"),
                                      .help = N_ ("The head and some blocks before it train from "
                                                  "an epoch on, at a rate of their own"),
                                      .params = params,
                                      .n_params = G_N_ELEMENTS (params)};

ThawCatalogue
thaw_steps_catalogue (void)
{
  static const ThawEntry *const entries[] = {&thaw_blocks, NULL};

  return (ThawCatalogue){entries};
}

static gboolean
refuse (GError **error, char *sentence)
{
  g_set_error_literal (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE, sentence);
  g_free (sentence);
  return FALSE;
}

/* Later than `epoch` and with more than `blocks`. */
static gboolean
check_step (const ThawRecipe *recipe, int i, int epoch, int blocks, GError **error)
{
  const ThawChoice *step = &recipe->freeze.steps[i];
  int at = thaw_choice_int (step, "epoch"), n = thaw_choice_int (step, "blocks");

  if (at >= recipe->freeze.epochs)
    return refuse (error, g_strdup_printf (_ ("freeze.steps.%d.epoch is %d, expected less than "
                                              "freeze.epochs, which is %d: from there on all of "
                                              "the backbone trains"),
                                           i, at, recipe->freeze.epochs));
  if (at <= epoch)
    return refuse (error, g_strdup_printf (_ ("freeze.steps.%d.epoch is %d, expected more than %d: "
                                              "steps come one after the other"),
                                           i, at, epoch));
  if (n <= blocks)
    return refuse (error, g_strdup_printf (_ ("freeze.steps.%d.blocks is %d, expected more than "
                                              "%d, which train already"),
                                           i, n, blocks));
  return TRUE;
}

gboolean
thaw_steps_check (const ThawRecipe *recipe, GError **error)
{
  int epoch = 0, blocks = g_strcmp0 (recipe->freeze.train, "head") == 0 ? 0 : 1;

  for (int i = 0; i < recipe->freeze.n_steps; i++) {
    if (!check_step (recipe, i, epoch, blocks, error))
      return FALSE;
    epoch = thaw_choice_int (&recipe->freeze.steps[i], "epoch");
    blocks = thaw_choice_int (&recipe->freeze.steps[i], "blocks");
  }
  return TRUE;
}

/* --- What the plan comes to --- */

int
thaw_plan_step (const ThawRecipe *recipe, int epoch)
{
  int n = 0;

  while (n < recipe->freeze.n_steps && thaw_choice_int (&recipe->freeze.steps[n], "epoch") <= epoch)
    n++;
  return n;
}

int
thaw_plan_blocks (const ThawRecipe *recipe, int epoch)
{
  int n = thaw_plan_step (recipe, epoch);

  if (epoch >= recipe->freeze.epochs)
    return -1;
  if (n > 0)
    return thaw_choice_int (&recipe->freeze.steps[n - 1], "blocks");
  return g_strcmp0 (recipe->freeze.train, "last_block") == 0 ? 1 : 0;
}

double
thaw_plan_rate (const ThawRecipe *recipe, int epoch)
{
  if (epoch == 0 || epoch > recipe->freeze.epochs)
    return 0;
  if (epoch == recipe->freeze.epochs)
    return recipe->freeze.lr_after;
  for (int i = 0; i < recipe->freeze.n_steps; i++)
    if (thaw_choice_int (&recipe->freeze.steps[i], "epoch") == epoch)
      return thaw_choice_real (&recipe->freeze.steps[i], "lr");
  return 0;
}

bool
thaw_plan_trains (const ThawRecipe *recipe, int epoch, int block)
{
  int blocks = thaw_plan_blocks (recipe, epoch);

  return blocks < 0 || block <= blocks;
}

double
thaw_plan_share (const ThawRecipe *recipe, int block)
{
  double share = block > 0 ? recipe->rates.backbone : 1;

  for (int b = 1; b < block; b++)
    share *= recipe->rates.decay;
  return share;
}
