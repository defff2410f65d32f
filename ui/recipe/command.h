/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A draft as the command that does the same: the nearest preset and what differs from it. So a
 * command needs no file, and a run keeps the preset it came from. */
#pragma once

#include "thaw-recipe.h"

G_BEGIN_DECLS

/* Arguments that give this recipe: "--preset", NAME, "--set", "freeze.epochs=7", ... preferred:
 * (nullable) the preset to take when it is among the nearest. NULL-terminated (transfer full) */
char **thaw_command_recipe (const ThawRecipe *recipe,
                            const char *preferred) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
