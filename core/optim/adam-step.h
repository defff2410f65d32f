/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic that Adam and AdamW share; they differ in where weight decay goes. Private to the
 * room.
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g g;  u = amsgrad ? max (u, v) : v
 *   p -= (lr / (1 - b1^t)) m / (sqrt (u) / sqrt (1 - b2^t) + eps)
 * Source: torch.optim.Adam, its single-tensor form, one float32 rounding for each of its tensor
 *  operations. beta and 1 - beta are both rounded from double, so they need not sum to one in
 * float32.
 */
#pragma once

#include "rule.h"

#define ADAM_PARAM_BETAS                                                                           \
  {                                                                                                \
    "betas", N_ ("Share of the running averages of gradient and squared gradient that is kept"),   \
        THAW_PARAM_REALS, 0, 0.999999, false, 2, {0.9, 0.999}, NULL                                \
  }
#define ADAM_PARAM_EPS                                                                             \
  {                                                                                                \
    "eps", N_ ("Added to the root of the second average against division by zero"),                \
        THAW_PARAM_REAL, 0, 1, true, 1, {1e-8}, NULL, true                                         \
  }
#define ADAM_PARAM_AMSGRAD                                                                         \
  {                                                                                                \
    "amsgrad", N_ ("Use the largest second average so far"), THAW_PARAM_BOOL, 0, 1, false, 1, {0}, \
        NULL                                                                                       \
  }

extern const char *const thaw_adam_buffer_names[];
int thaw_adam_n_buffers (const ThawChoice *choice);
/* All but adam.decay, which is each optimiser's own: wd, or 1 - lr wd. */
OptimScalars thaw_adam_scalars (const ThawChoice *choice, double lr, uint64_t step);

void thaw_adam_update (const OptimScalars *scalars,
                       size_t n,
                       float *restrict value,
                       const float *restrict grad,
                       float *const *buffers);
