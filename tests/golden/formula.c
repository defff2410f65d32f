/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formula of the golden fixtures: weights, inputs and labels from a seed and a name. */
#include "golden.h"

#include <math.h>
#include <string.h>

static ThawRng
stream (uint64_t seed, const char *name)
{
  return (ThawRng){seed ^ thaw_fnv1a64 (name)};
}

/* -1 <= u < 1, an exact multiple of 2^-23 */
static double
unit (ThawRng *rng)
{
  return (double) (thaw_rng_u64 (rng) >> 40) * 0x1p-23 - 1.0;
}

static double
rule (const char *leaf, int ndim, const uint64_t *shape, double gain, double u)
{
  double fan_in = 1;

  for (int d = 1; d < ndim; d++)
    fan_in *= (double) shape[d];
  if (strcmp (leaf, "num_batches_tracked") == 0)
    return 0;
  if (strcmp (leaf, "running_var") == 0)
    return 1.0 + fabs (u) / 2.0;
  if (strcmp (leaf, "running_mean") == 0 || strcmp (leaf, "bias") == 0)
    return u / 8.0;
  g_assert_cmpstr (leaf, ==, "weight");
  switch (ndim) {
  case 1:
    return 1.0 + u / 8.0;
  case 2:
    return u * sqrt (3.0 / fan_in);
  default:
    return u * (gain * sqrt (6.0 / fan_in));
  }
}

void
golden_tensor (
    uint64_t seed, const char *name, int ndim, const uint64_t *shape, double conv_gain, float *out)
{
  const char *dot = strrchr (name, '.');
  ThawRng rng = stream (seed, name);
  uint64_t count = 1;

  for (int d = 0; d < ndim; d++)
    count *= shape[d];
  for (uint64_t i = 0; i < count; i++)
    out[i] = (float) rule (dot != NULL ? dot + 1 : name, ndim, shape, conv_gain, unit (&rng));
}

void
golden_values (uint64_t seed, const char *name, uint64_t count, double scale, float *out)
{
  ThawRng rng = stream (seed, name);

  for (uint64_t i = 0; i < count; i++)
    out[i] = (float) (unit (&rng) * scale);
}

void
golden_batch (uint64_t seed, const char *tag, int n, int size, float *nchw)
{
  g_autofree char *name = g_strconcat ("input/", tag, NULL);
  g_autofree char *mean_name = g_strconcat (name, "/mean", NULL);
  ThawRng rng = stream (seed, name), mean_rng = stream (seed, mean_name);

  for (int plane = 0; plane < n * 3; plane++) {
    double mean = unit (&mean_rng);
    for (int i = 0; i < size * size; i++)
      *nchw++ = (float) (unit (&rng) + mean);
  }
}

void
golden_labels (uint64_t seed, const char *name, int n, int *out)
{
  ThawRng rng = stream (seed, name);

  for (int i = 0; i < n; i++)
    out[i] = (int) ((thaw_rng_u64 (&rng) >> 33) % 10);
}
