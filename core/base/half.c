/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IEEE 754 half precision, without relying on the processor. */
#include "thaw-base.h"

#include <string.h>

static float
from_bits (uint32_t bits)
{
  float f;
  memcpy (&f, &bits, 4);
  return f;
}

float
thaw_f16_to_f32 (uint16_t half)
{
  uint32_t sign = (uint32_t) (half & 0x8000) << 16, exponent = half >> 10 & 31,
           fraction = half & 1023;

  if (exponent == 31)
    return from_bits (sign | 0x7F800000 | fraction << 13);
  if (exponent != 0)
    return from_bits (sign | (exponent + 112) << 23 | fraction << 13);
  float small = (float) fraction * 0x1p-24f;
  return sign ? -small : small;
}

uint16_t
thaw_f32_to_f16 (float value)
{
  uint32_t bits, sign, magnitude;

  memcpy (&bits, &value, 4);
  sign = bits >> 16 & 0x8000;
  magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) /* NaN stays NaN */
    return (uint16_t) (sign | 0x7E00);
  if (magnitude >= 0x47800000) /* 65536 and more */
    return (uint16_t) (sign | 0x7C00);
  if (magnitude >=
      0x38800000) { /* normal: drop 13 bits, to nearest even; may carry into infinity */
    uint32_t rounded = magnitude + 0xFFF + (magnitude >> 13 & 1);
    return (uint16_t) (sign | ((rounded - 0x38000000) >> 13));
  }
  if (magnitude < 0x33000000) /* below half of the smallest subnormal */
    return (uint16_t) sign;
  uint32_t shift = 126 - (magnitude >> 23), fraction = (magnitude & 0x7FFFFF) | 0x800000;
  uint32_t kept = fraction >> shift, rest = fraction & ((1u << shift) - 1),
           half = 1u << (shift - 1);
  if (rest > half || (rest == half && (kept & 1)))
    kept++;
  return (uint16_t) (sign | kept);
}
