/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows for a choice from a catalogue: which entry, and a row for each of its parameters. */
#pragma once

#include "draft.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* Appends to `group` the rows of the draft's `key` ("optimizer"); `title` is what is chosen; NULL:
 * it is chosen elsewhere, only the parameters have rows. They follow the draft. */
void thaw_entry_rows_add (AdwPreferencesGroup *group,
                          ThawDraft *draft,
                          const char *key,
                          ThawCatalogue catalogue,
                          const char *title);
/* The entry's name for people, and its line of help. */
const char *thaw_entry_title (const ThawEntry *entry);
const char *thaw_entry_help (const ThawEntry *entry);

G_END_DECLS
