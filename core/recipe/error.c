/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-recipe.h"

/* clang-format off */
G_DEFINE_QUARK (thaw-recipe-error-quark, thaw_recipe_error)
