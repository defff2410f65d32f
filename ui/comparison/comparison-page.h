/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawComparisonPage: two or more runs side by side, live. Its maker and setter are in pages.h.
 * Actions: comparison.export, comparison.table, comparison.copy (s: "text", "markdown", "latex"),
 * comparison.reset. */
#pragma once

#include "chart-view.h"
#include "pages.h"

G_BEGIN_DECLS

#define THAW_TYPE_COMPARISON_PAGE (thaw_comparison_page_get_type ())
G_DECLARE_FINAL_TYPE (ThawComparisonPage, thaw_comparison_page, THAW, COMPARISON_PAGE, GtkWidget)

/* One of its charts, THAW_COMPARE_...; NULL while nothing is shown. For tests. (transfer none) */
ThawChartView *thaw_comparison_page_chart (ThawComparisonPage *page, int which);
/* The verdict as it would be copied. (transfer full) */
char *thaw_comparison_page_table (ThawComparisonPage *page, const char *format);

G_END_DECLS
