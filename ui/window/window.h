/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawWindow: the window: run list, views of a run, comparison, draft. */
#pragma once

#include "watch.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_WINDOW (thaw_window_get_type ())
G_DECLARE_FINAL_TYPE (ThawWindow, thaw_window, THAW, WINDOW, AdwApplicationWindow)

GtkWidget *thaw_window_new (GtkApplication *application, ThawWatch *watch);
/* Selects a run, as soon as it is there. */
void thaw_window_show_run (ThawWindow *window, const char *id);
/* A recipe becomes a draft, a data set is imported, a picture is tried. */
void thaw_window_open_file (ThawWindow *window, GFile *file);
/* The run whose views are open, if it is one. (transfer none) (nullable) */
ThawRunItem *thaw_window_run (ThawWindow *window);
/* Undo's entries are called once, by *Undo* of the toast or by Ctrl+Z. */
void thaw_window_toast (ThawWindow *window, const char *text, GCallback undo, gpointer user);

G_END_DECLS
