/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a run, with none where an array is missing. */
#pragma once

#include "thaw-analysis.h"

G_BEGIN_DECLS

guint thaw_rows_n_iterations (const ThawRunRows *rows);
const ThawIterationRow *thaw_rows_iteration (const ThawRunRows *rows, guint i);
guint thaw_rows_n_epochs (const ThawRunRows *rows);
const ThawEpochRow *thaw_rows_epoch (const ThawRunRows *rows, guint i);
guint thaw_rows_n_events (const ThawRunRows *rows);
const ThawEventRow *thaw_rows_event (const ThawRunRows *rows, guint i);
guint thaw_rows_n_attempts (const ThawRunRows *rows);
const ThawAttemptRow *thaw_rows_attempt (const ThawRunRows *rows, guint i);

gint64 thaw_rows_steps (const ThawRunRows *rows); /* iterations done, by all that is known */
/* First iteration whose number is not below `step`; n_iterations when there is none. */
guint thaw_rows_find_step (const ThawRunRows *rows, gint64 step);
/* A whole number of the recipe, or `otherwise` ("freeze", "epochs"; object NULL: the top). */
gint64
thaw_rows_recipe_int (const ThawRun *run, const char *object, const char *member, gint64 otherwise);

G_END_DECLS
