/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole recipe check: what the recipe, its schedule and its network show. */
#include "thaw-train.h"

GPtrArray *
thaw_train_findings (const ThawRecipe *recipe, int classes)
{
  GPtrArray *findings = thaw_recipe_check (recipe);

  thaw_schedule_findings (recipe, findings);
  thaw_model_findings (recipe, classes, findings);
  return findings;
}
