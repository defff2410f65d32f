/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A page that scrolls to what takes the keys, as GTK 4.8's do, but stays where it is when a menu
 * that opens over it takes them: GTK scrolls to the menu's first item, and the menu goes with the
 * page from under the pointer. scroller: a GtkScrolledWindow whose child is set. */
void thaw_scroll_to_own_focus (GtkWidget *scroller);
/* Now, once more: what has the focus has another place since. */
void thaw_scroll_to_focus (GtkWidget *scroller);

G_END_DECLS
