/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine wrote, in a window of its own. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The end of HOME/engine.log. */
void thaw_log_present (GtkWindow *parent, const char *home);

G_END_DECLS
