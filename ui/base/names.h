/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* GTK 4.8 tells a screen reader the text of a button twice, once with the underscore of its access
 * key ("_Stop Stop"), and names the arrow of a split button and the cells of a flow box after their
 * types. From now on, as they come to the screen, buttons tell their text once, the arrow its
 * tooltip, and a cell the first words in it. */
void thaw_names_mend (void);

G_END_DECLS
