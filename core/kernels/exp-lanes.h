/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exponential function for arguments up to 0, and what follows from it, in blocks of channels:
 * e^t = 2^n e^r with n = t / ln 2 to the nearest and |r| <= ln 2 / 2; e^r = 1 + r + r^2 q (r), q of
 * degree 4 with the least greatest relative error, 4e-9; with all roundings 1e-7 in the whole.
 * Below the smallest normal number it is 0; NaN stays NaN. The same operations in the same order
 * whatever the width of a block, so the same bits. Included once a width, with
 *   LANES (name), LANES_V, LANES_SELECT   as in loops-norm-lanes.h
 *   LANES_BITS_T                          unsigned integers, as many and as wide
 *   LANES_BITS (v), LANES_FLOAT (b)       the bits of v; the block that has these bits
 * No guard: it is a template. */

ALWAYS_INLINE LANES_V
LANES (exp_below) (LANES_V t)
{
  const LANES_V zero = {0}, magic = zero + 12582912.0f; /* 1.5 * 2^23: makes low bits whole */
  const LANES_V lowest = zero - 87.336540f;
  LANES_V at = LANES_SELECT (t < lowest, lowest, t);
  LANES_V shifted = at * 1.44269504f + magic, n = shifted - magic;
  LANES_V r = (at - n * 0.693359375f) - n * -2.12194440e-4f;
  LANES_V q = r * 0.00138145988f + 0.00836871658f;
  LANES_BITS_T power;

  q = q * r + 0.0416683890f;
  q = q * r + 0.166665211f;
  q = q * r + 0.499999940f;
  q = (q * (r * r) + r) + 1.0f;
  power = (LANES_BITS (shifted) - UINT32_C (0x4B400000) + 127) << 23;
  return LANES_SELECT (t < lowest, zero, q * LANES_FLOAT (power));
}

/* 1 / (1 + e^-z), and what is missing to 1, without losing its digits. */
ALWAYS_INLINE LANES_V
LANES (sigmoid) (LANES_V z, LANES_V *rest)
{
  const LANES_V zero = {0};
  LANES_V e = LANES (exp_below) (LANES_SELECT (z < zero, z, -z));
  LANES_V large = 1.0f / (1.0f + e), small = e * large;

  *rest = LANES_SELECT (z < zero, large, small);
  return LANES_SELECT (z < zero, small, large);
}
