/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawCurvesPage: the curves of one run, live. Its maker and setter are in pages.h. Actions:
 * curves.export, curves.table, curves.copy, curves.reset. */
#pragma once

#include "chart-view.h"
#include "pages.h"

G_BEGIN_DECLS

#define THAW_TYPE_CURVES_PAGE (thaw_curves_page_get_type ())
G_DECLARE_FINAL_TYPE (ThawCurvesPage, thaw_curves_page, THAW, CURVES_PAGE, GtkWidget)

/* One of its charts, THAW_RUN_CHART_...; NULL while nothing is shown. For tests. (transfer none) */
ThawChartView *thaw_curves_page_chart (ThawCurvesPage *page, int which);

G_END_DECLS
