/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* GTK 4.8 tells a screen reader the text of a button twice, once with the underscore of its access
 * key ("_Stop Stop"), and names the arrow of a split button after its type. From now on buttons
 * that are mapped tell their text once, and the arrow tells its tooltip. */
void thaw_names_mend (void);

G_END_DECLS
