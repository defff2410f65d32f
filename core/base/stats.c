/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures drawn from series. */
#include "thaw-base.h"

#include <math.h>

/* Sums of the first i values, so that a moving average costs the same whatever its width. */
static double *
running_sums (const double *values, size_t n)
{
  double *sums = g_new (double, n + 1);
  double sum = 0, rest = 0;

  for (size_t i = 0; i < n; i++) {
    double next = sum + values[i]; /* Neumaier: what rounding drops is kept beside */
    rest += fabs (sum) >= fabs (values[i]) ? (sum - next) + values[i] : (values[i] - next) + sum;
    sum = next;
    sums[i + 1] = sum + rest;
  }
  sums[0] = 0;
  return sums;
}

double
thaw_volatility (const double *values, size_t n, size_t window)
{
  g_autofree double *kept = g_new (double, MAX (n, 1)), *sums = NULL;
  size_t count = 0;
  double squares = 0;

  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      kept[count++] = values[i];
  if (count < 3)
    return 0;
  if (window <= 1)
    window = MAX (5, count / 20);
  sums = running_sums (kept, count);
  for (size_t i = 0; i < count; i++) {
    size_t reach =
        MIN (window / 2, MIN (i, count - 1 - i)); /* symmetric: a straight trend leaves nothing */
    double sum = sums[i + reach + 1] - sums[i - reach];
    double rest = kept[i] - sum / (double) (2 * reach + 1);
    squares += rest * rest;
  }
  return sqrt (squares / (double) count);
}
