/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: one axis of a sliding window: which taps of which outputs lie inside the input. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int in, out, kernel, stride, padding;
} Axis;

typedef struct {
  int first, end; /* first <= i < end; empty when first >= end */
} Range;

/* The input that a tap of an output reads; -1: padding. */
static inline int
axis_input (const Axis *axis, int out, int tap)
{
  int in = out * axis->stride - axis->padding + tap;
  return in >= 0 && in < axis->in ? in : -1;
}

/* The output that reads an input by a tap; -1: none. */
static inline int
axis_output (const Axis *axis, int in, int tap)
{
  int at = in + axis->padding - tap;
  if (at < 0 || at % axis->stride != 0)
    return -1;
  at /= axis->stride;
  return at < axis->out ? at : -1;
}

/* The outputs whose tap lies inside the input. */
static inline Range
axis_outputs (const Axis *axis, int tap)
{
  int low = axis->padding - tap, high = axis->in - 1 + axis->padding - tap;
  Range range = {low > 0 ? (low + axis->stride - 1) / axis->stride : 0,
                 high >= 0 ? high / axis->stride + 1 : 0};
  if (range.end > axis->out)
    range.end = axis->out;
  return range;
}

/* The inputs that some output reads by this tap; stride 1 only. */
static inline Range
axis_inputs (const Axis *axis, int tap)
{
  Range range = axis_outputs (axis, tap);
  range.first += tap - axis->padding;
  range.end += tap - axis->padding;
  return range;
}

static inline bool
range_empty (Range range)
{
  return range.first >= range.end;
}

/* Pairs of output and tap inside the input. */
static inline uint64_t
axis_live_pairs (const Axis *axis)
{
  uint64_t pairs = 0;
  for (int tap = 0; tap < axis->kernel; tap++) {
    Range range = axis_outputs (axis, tap);
    if (!range_empty (range))
      pairs += (uint64_t) (range.end - range.first);
  }
  return pairs;
}

/* Taps that are inside the input for some output. */
static inline int
axis_live_taps (const Axis *axis)
{
  int taps = 0;
  for (int tap = 0; tap < axis->kernel; tap++)
    taps += !range_empty (axis_outputs (axis, tap));
  return taps;
}
