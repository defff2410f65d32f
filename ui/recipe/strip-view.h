/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawStripView: the freeze plan of a draft drawn as the thaw strip, the planned learning rate over
 * it. Its edge can be dragged, or moved by the arrow keys, and edits the plan. */
#pragma once

#include "draft.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_STRIP_VIEW (thaw_strip_view_get_type ())
G_DECLARE_FINAL_TYPE (ThawStripView, thaw_strip_view, THAW, STRIP_VIEW, GtkWidget)

GtkWidget *thaw_strip_view_new (ThawDraft *draft);

G_END_DECLS
