/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations and their gradients, in blocks. Choices are made by SELECT: left to the compiler, an
 * act that ends early became a loop of single elements. Included once a width, with
 *   LANES (name)         the name of a function
 *   LANES_V              a block of floats
 *   LANES_SELECT (m,a,b) a where the comparison m holds, else b
 *   and what exp-lanes.h wants
 * No guard: it is a template. */

#include "exp-lanes.h"

/* NaN stays NaN: a comparison with NaN is false. */
ALWAYS_INLINE LANES_V
LANES (value) (const ThawActKind act, LANES_V z)
{
  const LANES_V zero = {0}, six = zero + 6;
  LANES_V t, rest;

  switch (act) {
  case THAW_ACT_K_RELU:
    return LANES_SELECT (z < zero, zero, z);
  case THAW_ACT_K_RELU6:
    t = LANES_SELECT (z < zero, zero, z);
    return LANES_SELECT (t > six, six, t);
  case THAW_ACT_K_HARDSIGMOID:
  case THAW_ACT_K_HARDSWISH:
    t = z + 3;
    t = LANES_SELECT (t < zero, zero, t);
    t = LANES_SELECT (t > six, six, t);
    if (act == THAW_ACT_K_HARDSWISH)
      t = z * t;
    return t * (1.0f / 6.0f);
  case THAW_ACT_K_SIGMOID:
    return LANES (sigmoid) (z, &rest);
  case THAW_ACT_K_SILU:
    return z * LANES (sigmoid) (z, &rest);
  case THAW_ACT_NONE:
  default:
    return z;
  }
}

/* dy * act'(z), with torch's derivatives at the kinks (hard-swish at 3: that of torch's vector
 * code). */
ALWAYS_INLINE LANES_V
LANES (grad) (const ThawActKind act, LANES_V z, LANES_V dy)
{
  const LANES_V zero = {0}, three = zero + 3, six = zero + 6;
  LANES_V s, rest;

  switch (act) {
  case THAW_ACT_K_RELU:
    return LANES_SELECT (z <= zero, zero, dy);
  case THAW_ACT_K_RELU6:
    s = LANES_SELECT (z <= zero, zero, dy);
    return LANES_SELECT (z >= six, zero, s);
  case THAW_ACT_K_HARDSIGMOID:
    s = LANES_SELECT (z > -three, dy * (1.0f / 6.0f), zero);
    return LANES_SELECT (z < three, s, zero);
  case THAW_ACT_K_HARDSWISH:
    s = LANES_SELECT (z >= three, dy, dy * (z * (1.0f / 3.0f) + 0.5f));
    return LANES_SELECT (z < -three, zero, s);
  case THAW_ACT_K_SIGMOID:
    s = LANES (sigmoid) (z, &rest);
    return dy * (s * rest);
  case THAW_ACT_K_SILU:
    s = LANES (sigmoid) (z, &rest);
    return dy * (s * (1 + z * rest));
  case THAW_ACT_NONE:
  default:
    return dy;
  }
}
