/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The toolkit's own file chooser, driven to its end by its buttons. It opens in this process where
 * GTK_USE_PORTAL is 0; the action that opens it comes first, then one of these. */
#pragma once

#include <gtk/gtk.h>

void chooser_open (const char *path); /* a file or folder that is there */
/* To write to. kind: name of the entry in the list of kinds, NULL: as it stands. Something of that
 * name that is there already is replaced: the chooser asks first, which is confirmed. */
void chooser_save (const char *path, const char *kind);
void chooser_choice (const char *id, const char *option); /* of the one that is open */
void chooser_cancel (void);
