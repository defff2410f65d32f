/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue of the tests' own, with every kind of parameter, so that the room is tested alone. */
#pragma once

#include "thaw-recipe.h"

const ThawCatalogues *small_catalogues (void);
/* Reads or fails the test with the sentence. (transfer full) */
ThawRecipe *small_recipe (const char *json);
/* The sentence with which `json` is refused, after "t.json: ". (transfer full) */
char *small_refusal (const char *json);
