/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawHolder: one child, asking for other widths than the child does.
 *
 * "most-minimum": asks for no more than this at least, and cuts the child off where it needs more;
 * 0: what the child needs. "natural": would like to have this width; 0: what the child would. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_HOLDER (thaw_holder_get_type ())
G_DECLARE_FINAL_TYPE (ThawHolder, thaw_holder, THAW, HOLDER, GtkWidget)

G_END_DECLS
