/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a schedule is to schedule.c. Private to the room. */
#pragma once

#include "thaw-optim.h"

/* Where a schedule stands, warm-up left out: `step` of `steps` iterations. */
typedef struct {
  int64_t epoch, epochs;
  int64_t step, steps;
} SchedulePlace;

/* A rule is a curve, or it answers a metric. Curves are a + b base at each place, so that a rate
 * set from outside can become a point of the curve: base is what changes. */
typedef struct {
  ThawEntry entry;
  /* The rate at a place. NULL: base. */
  double (*rate) (const ThawChoice *choice, double base, const SchedulePlace *at);
  /* Momentum, or Adam's first beta, at a place. NULL, or NaN: the optimiser's own. */
  double (*momentum) (const ThawChoice *choice, const SchedulePlace *at);
  bool leaps;       /* a lower rate is worth an event */
  bool warms_up;    /* by itself */
  bool by_batch;    /* the rate changes within an epoch */
  const char *base; /* parameter that replaces the optimiser's rate unless 0 (nullable) */
  /* Sets the state that this rule uses; base and epoch are set already. NULL: none. */
  void (*start) (ThawSchedule *schedule);
  /* The end of an epoch after the warm-up: may change base and the state. NULL: nothing. */
  void (*epoch_end) (ThawSchedule *schedule, double metric);
  bool (*wants_accuracy) (const ThawSchedule *schedule); /* NULL: no */
} ScheduleRule;

/* One struct for all rules: few numbers, and one way to save them. */
struct _ThawSchedule {
  const ScheduleRule *rule;
  ThawChoice choice; /* a copy of our own */
  int64_t epochs, batches;
  int64_t warmup_epochs;
  double warmup_factor;
  double base;      /* in force, where no curve or warm-up changes it */
  int64_t epoch;    /* ended so far */
  double best;      /* plateau: best metric so far, an infinity at the start */
  int64_t bad;      /* plateau: epochs since, without a better one */
  int64_t cooldown; /* plateau: epochs left in which bad ones do not count */
};

extern const ScheduleRule thaw_schedule_constant, thaw_schedule_plateau, thaw_schedule_step,
    thaw_schedule_multi_step, thaw_schedule_exponential, thaw_schedule_linear,
    thaw_schedule_polynomial, thaw_schedule_cosine, thaw_schedule_one_cycle;
