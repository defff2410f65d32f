/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawSlim: holds the header. A window that is made narrow at once folds only when it has that
 * width, and its header is a narrow one only then: until then it is cut off, where it would hold
 * the window at the width of a wide header. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_SLIM (thaw_slim_get_type ())
G_DECLARE_FINAL_TYPE (ThawSlim, thaw_slim, THAW, SLIM, GtkWidget)

G_END_DECLS
