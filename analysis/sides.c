/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs as the columns of a table: each for itself, or those of a group together. */
#include "thaw-analysis.h"

#include <string.h>

/* What the names of several begin with, less the part that tells them apart. (transfer full) */
static char *
common_name (const ThawSide *side)
{
  const char *first = side->runs[0]->name;
  g_autofree char *name = NULL;
  size_t n = strlen (first);
  char *comma;

  for (int i = 1; i < side->n; i++)
    for (size_t k = 0; k < n; k++)
      if (side->runs[i]->name[k] != first[k])
        n = k;
  if (n == strlen (first))
    return g_strdup (first);
  name = g_strndup (first, n);
  comma = strrchr (name, ',');
  if (comma == NULL || comma == name)
    return g_strdup (first);
  *comma = '\0';
  return g_steal_pointer (&name);
}

ThawSides *
thaw_sides_new (
    const ThawRun *const *runs, const ThawFigures *figures, int n, const int *group, bool ids)
{
  ThawSides *all = g_new0 (ThawSides, 1);
  int at = 0;

  for (int i = 0; i < n; i++)
    all->n = MAX (all->n, (group != NULL ? group[i] : i) + 1);
  all->sides = g_new0 (ThawSide, all->n);
  all->runs = g_new0 (const ThawRun *, n);
  all->figures = g_new (ThawFigures, n);
  all->names = g_ptr_array_new_with_free_func (g_free);
  for (int g = 0; g < all->n; g++) {
    ThawSide *side = &all->sides[g];
    *side = (ThawSide){.runs = &all->runs[at], .figures = &all->figures[at]};
    for (int i = 0; i < n; i++)
      if ((group != NULL ? group[i] : i) == g) {
        all->runs[at] = runs[i];
        all->figures[at++] = figures[i];
        side->n++;
      }
    g_assert (side->n > 0); /* groups have members */
    g_ptr_array_add (all->names,
                     ids && side->n == 1
                         ? g_strdup_printf ("%.8s %s", side->runs[0]->id, side->runs[0]->name)
                         : common_name (side));
    side->name = all->names->pdata[g];
  }
  return all;
}

void
thaw_sides_free (ThawSides *all)
{
  if (all == NULL)
    return;
  g_free (all->sides);
  g_free (all->runs);
  g_free (all->figures);
  g_ptr_array_unref (all->names);
  g_free (all);
}
