/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawPane: holds the page beside the run list, and says how wide it would like to be: the list
 * folds away below that, whatever page is shown. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_PANE (thaw_pane_get_type ())
G_DECLARE_FINAL_TYPE (ThawPane, thaw_pane, THAW, PANE, GtkWidget)

G_END_DECLS
