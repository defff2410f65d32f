/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices for tests: an entry's defaults, and single values set by name. */
#pragma once

#include "thaw-recipe.h"

#include <string.h>

/* All parameters at their defaults. Freed with choice_clear. */
static inline ThawChoice
choice_new (ThawCatalogue catalogue, const char *name)
{
  const ThawEntry *entry = thaw_catalogue_find (catalogue, name);
  ThawChoice choice = {entry, NULL};

  g_assert_nonnull (entry);
  choice.values = g_malloc0 ((gsize) (entry->n_params + 1) * sizeof *choice.values);
  for (int p = 0; p < entry->n_params; p++)
    memcpy (choice.values[p], entry->params[p].def, sizeof *choice.values);
  return choice;
}

static inline double *
choice_at (const ThawChoice *choice, const char *param)
{
  for (int p = 0; p < choice->entry->n_params; p++)
    if (strcmp (choice->entry->params[p].name, param) == 0)
      return choice->values[p];
  g_error ("%s has no parameter '%s'", choice->entry->name, param);
}

static inline void
choice_set (const ThawChoice *choice, const char *param, double value)
{
  choice_at (choice, param)[0] = value;
}

static inline void
choice_clear (ThawChoice *choice)
{
  g_clear_pointer (&choice->values, g_free);
}
