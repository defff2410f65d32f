/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts of several runs: their curves over one x axis, and accuracy over cost. Runs of one
 * recipe may stand together as mean and band. No widgets. */
#pragma once

#include "run-series.h"

G_BEGIN_DECLS

enum {
  THAW_COMPARE_ACCURACY,
  THAW_COMPARE_LOSS,
  THAW_COMPARE_ITERATIONS,
  THAW_COMPARE_SCATTER,
  THAW_N_COMPARE_CHARTS
};

typedef enum {
  THAW_COST_PARAMETERS,
  THAW_COST_MACS,
  THAW_COST_BYTES,
  THAW_COST_TIME, /* milliseconds an image, training, measured */
  THAW_N_COSTS
} ThawCost;
const char *thaw_cost_name (ThawCost cost); /* translated */

typedef struct _ThawCompareCharts ThawCompareCharts;
/* hues: of each run; names and hues are copied. */
ThawCompareCharts *thaw_compare_charts_new (const char *const *names,
                                            const int *hues,
                                            int n) G_GNUC_WARN_UNUSED_RESULT;
void thaw_compare_charts_free (ThawCompareCharts *charts);
/* Belong to the caller from now on, who keeps them as long as this. (transfer full) */
ThawChart *thaw_compare_charts_take (ThawCompareCharts *charts, int which);
const char *thaw_compare_chart_name (int which);

void thaw_compare_charts_set_x (ThawCompareCharts *charts, ThawXKind kind);
void thaw_compare_charts_set_smoothing (ThawCompareCharts *charts, double epochs);
void thaw_compare_charts_set_log (ThawCompareCharts *charts, bool log);
void thaw_compare_charts_set_cost (ThawCompareCharts *charts, ThawCost cost);
/* group: for each run the number of its group, 0.. without holes; NULL: each for itself. */
void thaw_compare_charts_set_groups (ThawCompareCharts *charts, const int *group);
/* rows and figures: of each run. Takes what is new. */
void thaw_compare_charts_feed (ThawCompareCharts *charts,
                               const ThawRunRows *rows,
                               const ThawFigures *figures);
ThawXKind thaw_compare_charts_x (const ThawCompareCharts *charts);
ThawRange thaw_compare_charts_full (const ThawCompareCharts *charts);
/* How a run's lines look, for a legend of widgets. */
ThawLook thaw_compare_charts_look (const ThawCompareCharts *charts, int run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawCompareCharts, thaw_compare_charts_free)

G_END_DECLS
