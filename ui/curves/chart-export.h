/* SPDX-License-Identifier: GPL-3.0-or-later */
/* *Export…*: charts as they are seen into one PNG, SVG or PDF in the style of exports, and their
 * numbers as CSV beside it. The file chooser is the system's; writing happens in a thread. */
#pragma once

#include "chart-view.h"

G_BEGIN_DECLS

/* Asks where to. name: proposed for the file, without ending. */
void thaw_chart_export (GtkWidget *from, ThawChartView *const *views, size_t n, const char *name);
/* Without asking. done: (nullable) called with the error or NULL. */
typedef void (*ThawChartExportDone) (GtkWidget *from, const GError *error, gpointer user);
void thaw_chart_export_to (GtkWidget *from,
                           ThawChartView *const *views,
                           size_t n,
                           const char *path,
                           bool csv,
                           ThawChartExportDone done,
                           gpointer user);

G_END_DECLS
