/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set made imbalanced, for practice. */
#include "thaw-data.h"

#include <math.h>

static double
share (int c, int classes, bool in_two_steps, double ratio)
{
  if (in_two_steps)
    return c < (classes + 1) / 2 ? 1 : 1 / ratio;
  return pow (ratio, -(double) c / (double) MAX (classes - 1, 1));
}

/* Marks which of the images of class c stay: some of them, drawn without order. */
static void
choose (const ThawSplit *split,
        const ThawDataset *set,
        int c,
        double part,
        uint64_t seed,
        uint32_t *members,
        bool *stays)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_SPLIT, (uint64_t) c, 1, 0);
  uint32_t n = 0, keep;

  for (uint32_t i = 0; i < split->n_train; i++)
    if (thaw_dataset_label (set, split->train[i]) == c)
      members[n++] = i;
  keep = (uint32_t) floor (n * part + 1e-9);
  thaw_rng_shuffle (&rng, members, n);
  for (uint32_t i = 0; i < MAX (keep, MIN (n, 1)); i++)
    stays[members[i]] = true;
}

void
thaw_split_thin (
    ThawSplit *split, const ThawDataset *set, bool in_two_steps, double ratio, uint64_t seed)
{
  int classes = thaw_dataset_classes (set);
  g_autofree uint32_t *members = g_new (uint32_t, MAX (split->n_train, 1));
  g_autofree bool *stays = g_new0 (bool, MAX (split->n_train, 1));
  uint32_t left = 0;

  for (int c = 0; c < classes; c++)
    choose (split, set, c, share (c, classes, in_two_steps, ratio), seed, members, stays);
  for (uint32_t i = 0; i < split->n_train; i++)
    if (stays[i])
      split->train[left++] = split->train[i];
  split->n_train = left;
}
