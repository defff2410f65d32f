/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* GTK 4.8 tells a screen reader the text of a button twice, once with the underscore of its access
 * key ("_Stop Stop"), tells of what has a name and a label beside it with both, and names menu
 * buttons, rows, cells of flow boxes and switches after their types. From now on, as they come to
 * the screen, each is told once, and those that nobody named are: a menu button its text or
 * tooltip, rows and cells the first words in them, a switch the title of its row. GTK also tells of
 * the pages of a stack that are not shown as if they were: from now on they are told to be
 * hidden. */
void thaw_names_mend (void);

G_END_DECLS
