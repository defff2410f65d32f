/* SPDX-License-Identifier: GPL-3.0-or-later */
/* course: a net with a prepared batch, over which steps run against the clock. */
#pragma once

#include "bench.h"
#include "thaw-train.h"

typedef struct {
  ThawMode mode;
  int n;
  size_t floats; /* of the input */
  ThawNet *net;
  float *x; /* the batch, prepared */
  int *labels;
  float *dlogits;
  ThawRecipe *recipe; /* holds the optimiser's choice */
  ThawOptimizer *optimizer;
  ThawOptimizerTask *tasks;
  int n_tasks;
  int *task_of; /* [parameters of the net], -1: none */
  uint64_t step;
  GArray *rounds;      /* of double: ms                                                   */
  GArray *parts;       /* of double: a profiled round after the other, each with forward and
                          backward of every step of the schedule and the optimiser, ms    */
  gint64 optimizer_us; /* of all steps so far */
} Course;

/* Planned for `mode`: TRAIN steps are forward, loss, backward and Adam with weight decay, on the
 * same noise each time; EVAL steps are a forward. (transfer full) */
Course *course_new (const BenchSpec *spec, ThawMode mode, ThawPool *pool, GError **error);
void course_free (Course *course);
gboolean course_warm_up (Course *course, ThawPool *pool, GError **error);
/* A quarter of a second of steps, one at least; their median joins `rounds`. */
gboolean course_round (Course *course, ThawPool *pool, GError **error);
/* As long again, with the clock at each part of a step; joins `parts`. */
gboolean course_profile (Course *course, ThawPool *pool, GError **error);
/* Of doubles, which get sorted. NaN when there are none. */
BenchSpread bench_spread (GArray *values);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Course, course_free)
