/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ui: the window in which experiments are set up, watched and compared. The face of the room: a
 * program needs no more than this. GTK 4.8, libadwaita 1.2. It reads the store and asks; training
 * is the program `thaw`'s. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define THAW_APPLICATION_ID "io.github.thaw_workbench.Thaw"
#define THAW_RESOURCE_PATH "/io/github/thaw_workbench/Thaw/"

/* Makes the room's templates, styles and icons known. Before its widgets, after GTK knows its
 * display; more than once does no harm. */
void thaw_ui_init (void);

/* The application: one instance a session, `thaw-workbench [FILE|RUN]`. version: of the program,
 * for *About* (copied). (transfer full) */
GApplication *thaw_application_new (const char *version) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
