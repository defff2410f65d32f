/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers as a function of what they are for: SplitMix64 behind a hashed start.
 * Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (2014). */
#include "thaw-base.h"

#include <math.h>

static uint64_t
mix (uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C (0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94D049BB133111EB);
  return z ^ (z >> 31);
}

uint64_t
thaw_rng_u64 (ThawRng *rng)
{
  rng->state += UINT64_C (0x9E3779B97F4A7C15);
  return mix (rng->state);
}

void
thaw_rng_skip (ThawRng *rng, uint64_t n)
{
  rng->state += n * UINT64_C (0x9E3779B97F4A7C15);
}

ThawRng
thaw_rng (uint64_t seed, ThawRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c)
{
  const uint64_t words[] = {(uint64_t) purpose, a, b, c};
  ThawRng rng = {mix (seed + UINT64_C (0x9E3779B97F4A7C15))};

  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    rng.state = mix ((rng.state ^ words[i]) + UINT64_C (0x9E3779B97F4A7C15) * (i + 1));
  return rng;
}

double
thaw_rng_unit (ThawRng *rng)
{
  return (double) (thaw_rng_u64 (rng) >> 11) * 0x1p-53;
}

double
thaw_rng_uniform (ThawRng *rng, double lo, double hi)
{
  return lo + (hi - lo) * thaw_rng_unit (rng);
}

uint64_t
thaw_rng_below (ThawRng *rng, uint64_t n)
{
  uint64_t limit = UINT64_MAX - UINT64_MAX % n, r;

  do
    r = thaw_rng_u64 (rng);
  while (r >= limit);
  return r % n;
}

double
thaw_rng_normal (ThawRng *rng)
{
  double u = 1.0 - thaw_rng_unit (rng), v = thaw_rng_unit (rng); /* u in (0, 1] */

  return sqrt (-2.0 * log (u)) * cos (2.0 * G_PI * v);
}

void
thaw_rng_shuffle (ThawRng *rng, uint32_t *items, size_t n)
{
  for (size_t i = n; i > 1; i--) {
    size_t j = thaw_rng_below (rng, i);
    uint32_t t = items[i - 1];
    items[i - 1] = items[j];
    items[j] = t;
  }
}

uint64_t
thaw_fnv1a64 (const char *text)
{
  uint64_t h = UINT64_C (0xCBF29CE484222325);

  for (const unsigned char *p = (const unsigned char *) text; *p; p++)
    h = (h ^ *p) * UINT64_C (0x100000001B3);
  return h;
}
