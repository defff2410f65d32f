/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawThumbs: a row of small pictures, as many as there is room for. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_THUMBS (thaw_thumbs_get_type ())
G_DECLARE_FINAL_TYPE (ThawThumbs, thaw_thumbs, THAW, THUMBS, GtkWidget)

/* pictures: of GBytes, [size][size][3] */
GtkWidget *thaw_thumbs_new (const GPtrArray *pictures, int size);

G_END_DECLS
