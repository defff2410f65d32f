/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawGuideView: one page of the guide to be read: headings, paragraphs, lists, code, pictures, in
 * a column that scrolls. What cannot be shown (a picture that is not there) is told in its place.
 * Signal follow (link): somebody chose a link of the page. */
#pragma once

#include "guide.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_GUIDE_VIEW (thaw_guide_view_get_type ())
G_DECLARE_FINAL_TYPE (ThawGuideView, thaw_guide_view, THAW, GUIDE_VIEW, AdwBin)

GtkWidget *thaw_guide_view_new (void);
/* Shows a page from a block on, 0: from its top. guide must live as long as it is shown. */
void thaw_guide_view_show (ThawGuideView *self, const ThawGuide *guide, int page, int block);
/* Selects words in the block, so that one sees them. folded: (nullable) as for searching */
void thaw_guide_view_select (ThawGuideView *self, int block, const char *const *folded);
/* Letters larger or smaller by so many steps, -THAW_GUIDE_STEPS to THAW_GUIDE_STEPS. */
#define THAW_GUIDE_STEPS 3
void thaw_guide_view_zoom (ThawGuideView *self, int steps);
/* The widget of a block, for tests. (transfer none) */
GtkWidget *thaw_guide_view_block (ThawGuideView *self, int block);

G_END_DECLS
