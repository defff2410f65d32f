/* SPDX-License-Identifier: GPL-3.0-or-later */
/* *Show as Table*: what a chart shows, as rows of text in a window of its own. */
#pragma once

#include "thaw-plots.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *thaw_chart_table_present (GtkWidget *from, ThawChart *chart, const char *title);
char *thaw_chart_table_text (ThawChart *chart); /* tabs between columns (transfer full) */

G_END_DECLS
