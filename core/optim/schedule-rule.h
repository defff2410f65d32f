/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a schedule is to schedule.c. Private to the room. */
#pragma once

#include "thaw-optim.h"

typedef struct {
  ThawEntry entry;
  /* Sets the state that this rule uses; lr and epoch are set already. NULL: none. */
  void (*start) (ThawSchedule *schedule);
  /* The end of an epoch: may change lr and the state. */
  void (*epoch_end) (ThawSchedule *schedule, double metric);
  bool (*wants_accuracy) (const ThawSchedule *schedule); /* NULL: no */
} ScheduleRule;

/* One struct for all rules: few numbers, and one way to save them. */
struct _ThawSchedule {
  const ScheduleRule *rule;
  ThawChoice choice; /* a copy of our own */
  double lr;         /* in force */
  int64_t epoch;     /* ended so far */
  double best;       /* plateau: best metric so far, an infinity at the start */
  int64_t bad;       /* plateau: epochs since, without a better one */
  int64_t cooldown;  /* plateau: epochs left in which bad ones do not count */
};

extern const ScheduleRule thaw_schedule_constant, thaw_schedule_plateau;
