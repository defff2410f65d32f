/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations and their gradients. */
#include "loops.h"

ALWAYS_INLINE void
activate_all (ThawActKind act, const float *x, size_t count, float *y)
{
  ELEMENTWISE
  for (size_t j = 0; j < count; j++)
    y[j] = act_value (act, x[j]);
}

void
LOOP (activate) (ThawActKind act, const float *x, size_t count, float *y){
#define CALL(act) activate_all (act, x, count, y)
    WITH_ACT (act, CALL)
#undef CALL
}

ALWAYS_INLINE void grad_all (
    ThawActKind act, const float *x, const float *dy, size_t count, float *dx, bool add)
{
  ELEMENTWISE
  for (size_t j = 0; j < count; j++) {
    float v = act_grad (act, x[j], dy[j]);
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
