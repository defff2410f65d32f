/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* What a file of a recipe may be called: ".thaw-recipe" first, which the desktop opens with Thaw,
 * and ".json", which it is. NULL-terminated. */
extern const char *const thaw_recipe_endings[];

/* What archives and single files of data sets may be called. NULL-terminated. */
extern const char *const thaw_archive_endings[];

/* Lets `chooser` show the files that have one of `endings` (with their dots), in small or capital
 * letters, under `title`. The chooser keeps the filter. (transfer none) */
GtkFileFilter *
thaw_ending_add_filter (GtkFileChooser *chooser, const char *title, const char *const *endings);

/* Whether the last part of a path has one of `endings`, in small or capital letters. */
bool thaw_ending_among (const char *path, const char *const *endings);

/* A path that was chosen to write to, with an ending that says its format: as it is when it has one
 * of `endings` (with their dots, in small letters, NULL-terminated), else with `wanted` behind it.
 * NULL and the error: under that name there is something already, and whoever chose was not asked
 * whether it may be replaced; or the path is lent, and no other name may be written.
 * (transfer full) */
char *thaw_ending_complete (const char *path,
                            const char *const *endings,
                            const char *wanted,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a sandbox was lent this one file: what is written under any other name in its folder
 * seems to be there, and is nowhere for whoever chose it. */
bool thaw_ending_is_lent (const char *path);

G_END_DECLS
