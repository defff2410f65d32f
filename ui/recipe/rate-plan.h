/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The learning rate that a recipe plans, as the schedule itself says it. What depends on how
 * training goes is shown for two courses: it keeps getting better; it never does. */
#pragma once

#include "thaw-recipe.h"

G_BEGIN_DECLS

/* rates: [recipe->epochs], overwritten: the rate at the end of each epoch. improves: the watched
 * metric gets better each epoch. */
void thaw_rate_plan (const ThawRecipe *recipe, bool improves, double *rates);
/* The same as a line, with what happens within epochs: of ThawRatePoint. (transfer full) */
GArray *thaw_rate_plan_line (const ThawRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
/* A sentence on how the rate depends on the course of training, NULL when it does not. (transfer
 * full) */
char *thaw_rate_plan_note (const ThawRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
