/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The range test of a draft: a window that runs `thaw find-lr`, shows its curve and its readings,
 * and takes the one chosen into the draft. */
#pragma once

#include "draft.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* home: where the store is. Closing the window ends the test. */
void thaw_rate_window_present (GtkWindow *parent, ThawDraft *draft, const char *home);

G_END_DECLS
