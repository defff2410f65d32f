/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawGuideWindow: the student's guide in a window of its own, beside the one that is explained:
 * pages at the side, which fold away when it is narrow, and search in all of them. */
#pragma once

#include "guide.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_GUIDE_WINDOW (thaw_guide_window_get_type ())
G_DECLARE_FINAL_TYPE (ThawGuideWindow, thaw_guide_window, THAW, GUIDE_WINDOW, AdwWindow)

/* guide: (transfer full) */
GtkWidget *thaw_guide_window_new (ThawGuide *guide);
/* A page by its name, with "#heading" from there on. FALSE: the guide has no such page. */
bool thaw_guide_window_open (ThawGuideWindow *self, const char *link);
/* The name of the page that is shown; NULL when the guide is empty. (transfer none) (nullable) */
const char *thaw_guide_window_page (ThawGuideWindow *self);

/* The one window of the application, made when there is none yet. */
void thaw_guide_present (GtkApplication *application);

G_END_DECLS
