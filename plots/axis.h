/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An axis: a range, where a value lies in it (0..1), round values for ticks and their labels. */
#pragma once

#include "thaw-plots.h"

G_BEGIN_DECLS

typedef struct {
  double lo, hi; /* lo < hi; > 0 when log */
  bool log;
  ThawUnit unit;
} ThawAxis;

typedef struct {
  double value;
  char *label;
} ThawTick;

/* Widens a range until it has a size that doubles can tell apart. */
void thaw_axis_fix (ThawAxis *axis);
/* 0 at lo, 1 at hi, beyond outside; on a log axis minus infinity for what is not positive. */
double thaw_axis_place (const ThawAxis *axis, double value);
double thaw_axis_value (const ThawAxis *axis, double place); /* the way back */
/* About `most` ticks, a third more at the very most (at least 2), at multiples of 1, 2, 2.5 or 5
 * times a power of ten, on a log axis at powers of ten and their 2- and 5-fold, durations at whole
 * parts of minutes, hours and days; in order, within the range. Labels in the locale. (transfer
 * full) */
GArray *thaw_axis_ticks (const ThawAxis *axis, int most);

/* --- for the files that make ticks --- */

GArray *thaw_ticks_new (void); /* of ThawTick, labels are freed */
GArray *thaw_ticks_duration (const ThawAxis *axis, int most);
GArray *thaw_ticks_log (const ThawAxis *axis, int most);
/* Ticks at every multiple of step within the range. */
GArray *thaw_ticks_every (const ThawAxis *axis, double step);

/* --- numbers.c: numbers as text, in the locale. (transfer full) --- */

/* "2.5×10⁻⁷", "10⁵": decimals digits after the point of the first factor. */
char *thaw_number_power (double value, int decimals);
char *thaw_number_minus (char *text);   /* a real minus instead of a hyphen; takes text */
char *thaw_number_percent (char *text); /* takes text */
/* As many digits as the step between ticks needs; greatest: magnitude on the axis. */
char *thaw_number_tick (ThawUnit unit, double value, double step, double greatest);
/* Seconds: the two greatest parts that are not zero, or as exact as step asks; step 0: for words.
 */
char *thaw_number_duration (double seconds, double step);
char *thaw_number_scaled (ThawUnit unit, double value, double step, double greatest);
/* For CSV: 9 digits, a point whatever the locale, "nan", "inf", "-inf". */
char *thaw_number_plain (double value);

G_END_DECLS
