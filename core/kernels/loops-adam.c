/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step of Adam or AdamW. Division and root are exact to the last bit in every variant. */
#include "loops.h"

ALWAYS_INLINE void
adam_all (const ThawAdam *adam,
          const bool decoupled,
          const bool amsgrad,
          size_t n,
          float *restrict p,
          const float *restrict grad,
          float *restrict m,
          float *restrict v,
          float *restrict u)
{
  const float step = adam->step, decay = adam->decay, root = adam->root, eps = adam->eps;
  const float b1 = adam->b1, a1 = adam->a1, b2 = adam->b2, a2 = adam->a2;

  ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float w = decoupled ? p[i] * decay : p[i];
    float g = decoupled ? grad[i] : grad[i] + decay * w;
    float mean = b1 * m[i] + a1 * g;
    float square = b2 * v[i] + a2 * g * g;

    m[i] = mean;
    v[i] = square;
    if (amsgrad) {
      square = square <= u[i] ? u[i] : square; /* a NaN stays one, as in torch.maximum */
      u[i] = square;
    }
    p[i] = w + step * mean / (sqrtf (square) / root + eps);
  }
}

void
LOOP (adam) (
    const ThawAdam *adam, size_t n, float *p, const float *grad, float *m, float *v, float *u)
{
  if (adam->decoupled && u != NULL)
    adam_all (adam, true, true, n, p, grad, m, v, u);
  else if (adam->decoupled)
    adam_all (adam, true, false, n, p, grad, m, v, NULL);
  else if (u != NULL)
    adam_all (adam, false, true, n, p, grad, m, v, u);
  else
    adam_all (adam, false, false, n, p, grad, m, v, NULL);
}
