/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cross-entropy and softmax, in double. */
#include "thaw-nn.h"

#include <math.h>

static double
largest (const float *row, int classes)
{
  double most = row[0];

  for (int j = 1; j < classes; j++)
    if (row[j] > most || isnan (row[j]))
      most = row[j];
  return most;
}

static double
sum_of_exponentials (const float *row, int classes, double most)
{
  double sum = 0;

  for (int j = 0; j < classes; j++)
    sum += exp ((double) row[j] - most);
  return sum;
}

static int
first_largest (const float *row, int classes)
{
  int best = 0;

  for (int j = 1; j < classes; j++)
    if (row[j] > row[best])
      best = j;
  return best;
}

double
thaw_cross_entropy (
    const float *logits, const int *labels, int n, int classes, float *dlogits, int *correct)
{
  double loss = 0;

  if (correct != NULL)
    *correct = 0;
  for (int i = 0; i < n; i++, logits += classes) {
    double most = largest (logits, classes);
    double sum = sum_of_exponentials (logits, classes, most);

    loss += log (sum) - ((double) logits[labels[i]] - most);
    if (correct != NULL)
      *correct += first_largest (logits, classes) == labels[i];
    for (int j = 0; dlogits != NULL && j < classes; j++) {
      double p = exp ((double) logits[j] - most) / sum;
      *dlogits++ = (float) ((p - (j == labels[i])) / n);
    }
  }
  return loss / n;
}

void
thaw_softmax (const float *logits, int classes, float *p)
{
  double most = largest (logits, classes), sum = sum_of_exponentials (logits, classes, most);

  for (int j = 0; j < classes; j++)
    p[j] = (float) (exp ((double) logits[j] - most) / sum);
}
