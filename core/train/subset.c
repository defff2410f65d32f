/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which training images the clean second pass looks at. */
#include "train-private.h"

static int
by_number (const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  return (x > y) - (x < y);
}

/* The training images class after class, in the split's order within each. (transfer full) */
static uint32_t *
grouped_by_class (const ThawDataset *set, const ThawSplit *split)
{
  int classes = thaw_dataset_classes (set);
  g_autofree uint32_t *next = g_new0 (uint32_t, (gsize) classes + 1);
  uint32_t *grouped = g_new0 (uint32_t, MAX (split->n_train, 1));

  for (uint32_t i = 0; i < split->n_train; i++)
    next[thaw_dataset_label (set, split->train[i]) + 1]++;
  for (int c = 0; c < classes; c++)
    next[c + 1] += next[c];
  for (uint32_t i = 0; i < split->n_train; i++)
    grouped[next[thaw_dataset_label (set, split->train[i])]++] = split->train[i];
  return grouped;
}

uint32_t *
thaw_clean_subset (const ThawDataset *set, const ThawSplit *split, uint32_t n)
{
  g_autofree uint32_t *grouped = grouped_by_class (set, split);
  uint32_t *subset = g_new (uint32_t, MAX (n, 1));

  g_return_val_if_fail (n <= split->n_train, subset);
  /* Evenly spaced over images grouped by class: each class gets its share. */
  for (uint32_t i = 0; i < n; i++)
    subset[i] = grouped[(uint64_t) i * split->n_train / n];
  qsort (subset, n, sizeof *subset, by_number);
  return subset;
}
