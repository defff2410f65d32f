/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawSheetView: a table of analysis as a widget; scrolls sideways where it is too wide. The best
 * of a row is bold, and says so in a word. */
#pragma once

#include "thaw-analysis.h"
#include "thaw-plots.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_SHEET_VIEW (thaw_sheet_view_get_type ())
G_DECLARE_FINAL_TYPE (ThawSheetView, thaw_sheet_view, THAW, SHEET_VIEW, GtkWidget)

GtkWidget *thaw_sheet_view_new (void);
/* looks: of the columns' lines, shown beside their headings (nullable). */
void thaw_sheet_view_show (ThawSheetView *view, const ThawSheet *sheet, const ThawLook *looks);

G_END_DECLS
