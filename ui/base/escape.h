/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Escape closes a window that lies over another. */
void thaw_close_on_escape (GtkWidget *window);

G_END_DECLS
