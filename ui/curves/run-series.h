/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of one run as series of points over an x axis, growing with them. No widgets. */
#pragma once

#include "thaw-analysis.h"
#include "thaw-plots.h"

G_BEGIN_DECLS

enum {
  THAW_OF_TRAIN_LOSS,
  THAW_OF_CLEAN_LOSS,
  THAW_OF_LOSS,
  THAW_OF_TRAIN_ACCURACY,
  THAW_OF_CLEAN_ACCURACY,
  THAW_OF_ACCURACY,
  THAW_N_OF_EPOCHS
};

typedef struct {
  ThawSeries *losses, *rates;              /* a point an iteration */
  ThawSeries *of_epochs[THAW_N_OF_EPOCHS]; /* a point an epoch     */
  ThawTimeline *timeline;                  /* (nullable) until the first look */
  ThawXKind kind;                          /* that the points lie on          */
  guint n_iterations, n_epochs;            /* rows taken                      */
} ThawRunSeries;

void thaw_run_series_init (ThawRunSeries *series);
void thaw_run_series_clear (ThawRunSeries *series);
/* First look at what is known of x, then take the new points on an axis that is known. Points are
 * taken anew when rows went away, or when the axis or places on it are others now: TRUE then. */
void thaw_run_series_look (ThawRunSeries *series, const ThawRunRows *rows);
bool thaw_run_series_take (ThawRunSeries *series, const ThawRunRows *rows, ThawXKind kind);
/* The end of the axis for this run, in steps: of a live run the end of the epoch that is being
 * trained, so that the axis does not move with every iteration. */
double thaw_run_series_end (const ThawRunSeries *series, const ThawRunRows *rows);
double thaw_run_series_x (const ThawRunSeries *series, double steps);
/* Smoothing over so many epochs in iterations; 0: none. */
int thaw_run_series_window (const ThawRunSeries *series, double epochs);

G_END_DECLS
