/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures drawn from series. */
#include "thaw-base.h"

#include <math.h>

double
thaw_volatility (const double *values, size_t n, size_t window)
{
  g_autofree double *kept = g_new (double, MAX (n, 1));
  size_t count = 0;
  double squares = 0;

  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      kept[count++] = values[i];
  if (count < 3)
    return 0;
  if (window <= 1)
    window = MAX (5, count / 20);

  for (size_t i = 0; i < count; i++) {
    size_t reach =
        MIN (window / 2, MIN (i, count - 1 - i)); /* symmetric: a straight trend leaves nothing */
    double sum = 0;
    for (size_t j = i - reach; j <= i + reach; j++)
      sum += kept[j];
    double rest = kept[i] - sum / (double) (2 * reach + 1);
    squares += rest * rest;
  }
  return sqrt (squares / (double) count);
}
