/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawFieldRow: one field of a draft as a row: its standard name, what it is, a control grown from
 * its description, and a button that goes back to what the draft began with. */
#pragma once

#include "draft.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_SLIM_PX 520 /* narrower, a row has no room for a slider */

#define THAW_TYPE_FIELD_ROW (thaw_field_row_get_type ())
G_DECLARE_FINAL_TYPE (ThawFieldRow, thaw_field_row, THAW, FIELD_ROW, AdwActionRow)

/* The field exists and has a spec. title, help: (nullable) words for people instead of the
 * standard name and the catalogue's line. slider: with a slider where one is of use. */
GtkWidget *thaw_field_row_new (
    ThawDraft *draft, const char *path, const char *title, const char *help, bool slider);
/* What people call the parameter of that name; NULL: nothing but its name. */
const char *thaw_field_title (const char *name);
const char *thaw_field_row_path (ThawFieldRow *row);
/* Marks the field as the one at fault, with the sentence below its name, until it changes. */
void thaw_field_row_mark (ThawFieldRow *row, const char *message);

/* Sliders below `widget` are left out where there is no room for them; rows made later look for
 * themselves. */
void thaw_row_show_sliders (GtkWidget *widget, bool shown);

/* Other widgets that stand for a field, or for all that begin with it ("augment"). */
void thaw_row_set_path (GtkWidget *widget, const char *path);
/* The widget below `widget` that stands for the field, else for what it belongs to or begins with.
 * (transfer none) (nullable) */
GtkWidget *thaw_row_find (GtkWidget *widget, const char *path);

G_END_DECLS
