/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catalogues: entries by name, and choices, which are entries with values. */
#include "recipe-private.h"
#include <string.h>

const ThawEntry *
thaw_catalogue_find (ThawCatalogue catalogue, const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (int i = 0; catalogue.entries != NULL && catalogue.entries[i] != NULL; i++)
    if (strcmp (catalogue.entries[i]->name, name) == 0)
      return catalogue.entries[i];
  return NULL;
}

int
thaw_entry_find_param (const ThawEntry *entry, const char *name)
{
  for (int i = 0; i < entry->n_params; i++)
    if (strcmp (entry->params[i].name, name) == 0)
      return i;
  return -1;
}

void
thaw_choice_init (ThawChoice *choice, const ThawEntry *entry)
{
  choice->entry = entry;
  choice->values = g_malloc0_n ((gsize) MAX (entry->n_params, 1), sizeof *choice->values);
  for (int i = 0; i < entry->n_params; i++)
    memcpy (choice->values[i], entry->params[i].def, sizeof choice->values[i]);
}

void
thaw_choice_copy (ThawChoice *to, const ThawChoice *from)
{
  thaw_choice_init (to, from->entry);
  if (from->entry->n_params > 0)
    memcpy (to->values, from->values, (size_t) from->entry->n_params * sizeof *to->values);
}

void
thaw_choice_clear (ThawChoice *choice)
{
  g_clear_pointer (&choice->values, g_free);
  choice->entry = NULL;
}

/* Asking for a parameter that the entry does not have is a mistake in the program. */
static const double *
find_values (const ThawChoice *choice, const char *param)
{
  int i = thaw_entry_find_param (choice->entry, param);

  if (i < 0)
    g_error ("%s has no parameter '%s'", choice->entry->name, param);
  return choice->values[i];
}

double
thaw_choice_real (const ThawChoice *choice, const char *param)
{
  return find_values (choice, param)[0];
}

const double *
thaw_choice_reals (const ThawChoice *choice, const char *param)
{
  return find_values (choice, param);
}

bool
thaw_choice_pair (const ThawChoice *choice, const char *param, double pair[2])
{
  const double *values = find_values (choice, param);

  pair[0] = values[0];
  pair[1] = values[1];
  return values[THAW_PAIR_MARK] != 0;
}

int
thaw_choice_int (const ThawChoice *choice, const char *param)
{
  return (int) CLAMP (find_values (choice, param)[0], G_MININT, G_MAXINT);
}

bool
thaw_choice_bool (const ThawChoice *choice, const char *param)
{
  return find_values (choice, param)[0] != 0;
}

const char *
thaw_choice_name (const ThawChoice *choice, const char *param)
{
  const double *values = find_values (choice, param);
  return choice->entry->params[thaw_entry_find_param (choice->entry, param)]
      .choices[(int) values[0]];
}
