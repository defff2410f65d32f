/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts of one run, filled from its rows and growing with them: iteration loss, epoch loss,
 * accuracy, learning rate, thaw map. No widgets. */
#pragma once

#include "thaw-analysis.h"
#include "thaw-plots.h"

G_BEGIN_DECLS

enum {
  THAW_RUN_CHART_ITERATIONS,
  THAW_RUN_CHART_LOSS,
  THAW_RUN_CHART_ACCURACY,
  THAW_RUN_CHART_RATE,
  THAW_RUN_CHART_STRIP,
  THAW_N_RUN_CHARTS
};

typedef struct _ThawRunCharts ThawRunCharts;
/* For a run as its recipe says it will be measured; hue: of the run. */
ThawRunCharts *thaw_run_charts_new (const ThawRun *run, int hue) G_GNUC_WARN_UNUSED_RESULT;
void thaw_run_charts_free (ThawRunCharts *charts);
/* Belong to the caller from now on, who keeps them as long as this. (transfer full) */
ThawChart *thaw_run_charts_take (ThawRunCharts *charts, int which);
const char *thaw_run_chart_name (int which); /* "Accuracy", translated */

void thaw_run_charts_set_x (ThawRunCharts *charts, ThawXKind kind);
void thaw_run_charts_set_smoothing (ThawRunCharts *charts, double epochs);
void thaw_run_charts_set_log (ThawRunCharts *charts, bool log);
/* Appends what is new in the rows; fills anew where rows went away or places moved. */
void thaw_run_charts_feed (ThawRunCharts *charts, const ThawRunRows *rows);

/* What the axis shows now: steps while the wanted one is not known yet. */
ThawXKind thaw_run_charts_x (const ThawRunCharts *charts);
const ThawTimeline *thaw_run_charts_timeline (const ThawRunCharts *charts); /* (nullable) */
ThawRange thaw_run_charts_full (const ThawRunCharts *charts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRunCharts, thaw_run_charts_free)

G_END_DECLS
