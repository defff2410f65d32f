/* SPDX-License-Identifier: GPL-3.0-or-later */
/* catalogues: those of all rooms in one place, what a recipe is validated with and what forms grow
 * from; without the room that trains. The face of the room. Any thread. */
#pragma once

#include "thaw-recipe.h"

G_BEGIN_DECLS

const ThawCatalogues *thaw_catalogues (void);

G_END_DECLS
