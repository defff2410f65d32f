/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a core can do at best, written as plainly as the compiler's vector extensions allow: one
 * vector is as wide as the variant's registers, and there are enough independent accumulators to
 * hide the latency of a multiply-add (4 cycles, two a cycle) without spilling. */
#include "loops.h"
#include "peak.h"

#if defined(__AVX512F__)
#define CHAINS 24
#elif defined(__AVX2__)
#define CHAINS 12
#elif defined(__aarch64__)
#define CHAINS 24
#else
#define CHAINS 12
#endif

#define STREAMS 8

typedef float Lane __attribute__ ((vector_size (VEC * sizeof (float)), may_alias));

/* Each chain tends to 2 * seed: neither overflow nor denormals slow it down. */
static float
madds (uint64_t turns, float seed)
{
  Lane acc[CHAINS], half = {0}, addend = {0}, total = {0};

  for (int j = 0; j < VEC; j++) {
    half[j] = 0.5f;
    addend[j] = seed;
  }
  for (int i = 0; i < CHAINS; i++)
    acc[i] = addend + (float) i;
  for (uint64_t t = 0; t < turns; t++) {
#pragma GCC unroll 32
    for (int i = 0; i < CHAINS; i++)
      acc[i] = acc[i] * half + addend;
  }
  for (int i = 0; i < CHAINS; i++)
    total += acc[i];
  return total[0];
}

static float
read_all (const float *x, size_t n)
{
  const Lane *in = (const Lane *) x;
  Lane sums[STREAMS] = {0}, total = {0};

  for (size_t i = 0; i + STREAMS <= n / VEC; i += STREAMS) {
#pragma GCC unroll 8
    for (int s = 0; s < STREAMS; s++)
      sums[s] += in[i + (size_t) s];
  }
  for (int s = 0; s < STREAMS; s++)
    total += sums[s];
  return total[0];
}

static void
update (float *p, float *m, float *v, size_t n)
{
  Lane *values = (Lane *) p, *means = (Lane *) m, *squares = (Lane *) v;

#pragma GCC unroll 4
  for (size_t i = 0; i < n / VEC; i++) {
    Lane mean = (means[i] + values[i]) * 0.5f, square = (squares[i] + mean) * 0.5f;
    means[i] = mean;
    squares[i] = square;
    values[i] = (values[i] + square) * 0.5f;
  }
}

const PeakLoops LOOP (peak) = {
    .operations = (uint64_t) 2 * VEC * CHAINS,
    .madds = madds,
    .read = read_all,
    .update = update,
};
