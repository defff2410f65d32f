/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic that Adam and AdamW share; they differ in where weight decay goes. Private to the
 * room.
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g g;  u = amsgrad ? max (u, v) : v
 *   p -= (lr / (1 - b1^t)) m / (sqrt (u) / sqrt (1 - b2^t) + eps)
 * Source: torch.optim.Adam, its single-tensor form, one float32 rounding for each of its tensor
 * operations. */
#pragma once

#include "rule.h"

#include <math.h>

/* beta and 1 - beta are both rounded from double, so they need not sum to one in float32. */
enum { ADAM_STEP, ADAM_DECAY, ADAM_B1, ADAM_A1, ADAM_B2, ADAM_A2, ADAM_ROOT, ADAM_EPS };
enum { ADAM_AMSGRAD };

#define ADAM_PARAM_BETAS                                                                           \
  {                                                                                                \
    "betas", N_ ("Share of the running averages of gradient and squared gradient that is kept"),   \
        THAW_PARAM_REALS, 0, 0.999999, false, 2, {0.9, 0.999}, NULL                                \
  }
#define ADAM_PARAM_EPS                                                                             \
  {                                                                                                \
    "eps", N_ ("Added to the root of the second average against division by zero"),                \
        THAW_PARAM_REAL, 0, 1, true, 1, {1e-8}, NULL                                               \
  }
#define ADAM_PARAM_AMSGRAD                                                                         \
  {                                                                                                \
    "amsgrad", N_ ("Use the largest second average so far"), THAW_PARAM_BOOL, 0, 1, false, 1, {0}, \
        NULL                                                                                       \
  }

extern const char *const thaw_adam_buffer_names[];
int thaw_adam_n_buffers (const ThawChoice *choice);
/* All but ADAM_DECAY, which is each optimiser's own. */
OptimScalars thaw_adam_scalars (const ThawChoice *choice, double lr, uint64_t step);

/* One block of n elements. m, v: the running averages, updated; u: the largest v so far, updated
 * (NULL without amsgrad). decoupled: decay shrinks the weight itself (AdamW, ADAM_DECAY = 1 - lr
 * wd) instead of going through the gradient (Adam, ADAM_DECAY = wd). */
static inline void
adam_block (const float *k,
            size_t n,
            float *restrict p,
            const float *restrict grad,
            float *restrict m,
            float *restrict v,
            float *restrict u,
            const bool decoupled)
{
  for (size_t i = 0; i < n; i++) {
    float w = decoupled ? p[i] * k[ADAM_DECAY] : p[i];
    float g = decoupled ? grad[i] : grad[i] + k[ADAM_DECAY] * w;
    float mean = k[ADAM_B1] * m[i] + k[ADAM_A1] * g;
    float square = k[ADAM_B2] * v[i] + k[ADAM_A2] * g * g;

    m[i] = mean;
    v[i] = square;
    if (u != NULL) {
      square = square <= u[i] ? u[i] : square; /* a NaN stays one, as in torch.maximum */
      u[i] = square;
    }
    p[i] = w + k[ADAM_STEP] * mean / (sqrtf (square) / k[ADAM_ROOT] + k[ADAM_EPS]);
  }
}
