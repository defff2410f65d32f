/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Beta numbers as the share of one of two gamma numbers, by logarithms, since those of a small
 * shape are smaller than any double.
 * Source: Marsaglia, Tsang, "A Simple Method for Generating Gamma Variables" (2000). */
#include "beta.h"

#include <math.h>

/* Logarithm of a number of Gamma (shape, 1), shape >= 1. */
static double
log_gamma_above_1 (ThawRng *rng, double shape)
{
  double d = shape - 1.0 / 3.0, c = 1.0 / sqrt (9.0 * d);

  for (;;) {
    double z = thaw_rng_normal (rng), v = 1.0 + c * z, u = 1.0 - thaw_rng_unit (rng); /* (0, 1] */
    if (v <= 0.0)
      continue;
    v = v * v * v;
    if (log (u) < 0.5 * z * z + d - d * v + d * log (v))
      return log (d * v);
  }
}

static double
log_gamma_draw (ThawRng *rng, double shape)
{
  double more = log_gamma_above_1 (rng, shape < 1.0 ? shape + 1.0 : shape);

  return shape < 1.0 ? more + log (1.0 - thaw_rng_unit (rng)) / shape : more;
}

double
thaw_beta_draw (ThawRng *rng, double alpha)
{
  double a = log_gamma_draw (rng, alpha), b = log_gamma_draw (rng, alpha);

  return 1.0 / (1.0 + exp (b - a));
}
