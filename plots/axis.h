/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An axis: a range, where a value lies in it (0..1), round values for ticks and their labels. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  double lo, hi; /* lo < hi; > 0 when log */
  bool log;
  bool percent; /* values 0..1 are labelled 0%..100% */
  bool whole;   /* only whole numbers make sense (epochs) */
} ThawAxis;

typedef struct {
  double value;
  char *label;
} ThawTick;

/* Widens a range until it has a size that doubles can tell apart. */
void thaw_axis_fix (ThawAxis *axis);
/* 0 at lo, 1 at hi, beyond outside; on a log axis minus infinity for what is not positive. */
double thaw_axis_place (const ThawAxis *axis, double value);
/* About `most` ticks, a third more at the very most (at least 2), at multiples of 1, 2, 2.5 or 5
 * times a power of ten, on a log axis at powers of ten and their 2- and 5-fold; in order, within
 * the range. Labels in the locale. (transfer full) */
GArray *thaw_axis_ticks (const ThawAxis *axis, int most);
/* A value of the axis in words, with about four digits: "0.4123", "81.2%", "27,960", "10⁻³". */
char *thaw_axis_text (const ThawAxis *axis, double value);

G_END_DECLS
