/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule that leaves the rate alone. */
#include "schedule-rule.h"

const ScheduleRule thaw_schedule_constant = {
    .entry = {"constant", N_ ("Constant"), N_ ("The rate stays as it is"), NULL, 0},
};
