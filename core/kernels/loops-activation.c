/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations and their gradients. */
#include "loops.h"

/* Vectors are arguments and results of functions that are always inlined: no calling convention. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define LANES(name) vec_##name
#define LANES_V Vec
#define LANES_SELECT VEC_SELECT
#define LANES_BITS_T VecBits
#define LANES_BITS(v) ((VecBits) (v))
#define LANES_FLOAT(b) ((Vec) (b))
#include "act-lanes.h"

ALWAYS_INLINE void
activate_all (const ThawActKind act, const float *x, size_t count, float *y)
{
  size_t j = 0;

  for (; j + VEC <= count; j += VEC)
    *(Vec *) (y + j) = vec_value (act, *(const Vec *) (x + j));
  for (; j < count; j++)
    y[j] = plain_value (act, x[j]);
}

void
LOOP (activate) (ThawActKind act, const float *x, size_t count, float *y){
#define CALL(act) activate_all (act, x, count, y)
    WITH_ACT (act, CALL)
#undef CALL
}

ALWAYS_INLINE void grad_all (
    const ThawActKind act, const float *x, const float *dy, size_t count, float *dx, const bool add)
{
  size_t j = 0;

  for (; j + VEC <= count; j += VEC) {
    Vec v = vec_grad (act, *(const Vec *) (x + j), *(const Vec *) (dy + j));
    if (add)
      v += *(const Vec *) (dx + j);
    *(Vec *) (dx + j) = v;
  }
  for (; j < count; j++) {
    float v = plain_grad (act, x[j], dy[j]);
    dx[j] = add ? dx[j] + v : v;
  }
}

void
LOOP (activate_grad) (
    ThawActKind act, const float *x, const float *dy, size_t count, float *dx, bool add)
{
#define CALL(act) grad_all (act, x, dy, count, dx, add)
  WITH_ACT (act, CALL)
#undef CALL
}
