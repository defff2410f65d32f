/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which images are for training, validation and testing, and the order of an epoch. */
#include "thaw-data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
thaw_split_free (ThawSplit *split)
{
  if (split == NULL)
    return;
  g_free (split->train);
  g_free (split->validation);
  g_free (split->test);
  g_free (split);
}

static uint32_t *
range (uint32_t first, uint32_t n)
{
  uint32_t *items = g_new (uint32_t, MAX (n, 1));

  for (uint32_t i = 0; i < n; i++)
    items[i] = first + i;
  return items;
}

/* Images that are shared out by themselves: those of a class, or all. */
typedef struct {
  int n;
  uint32_t *members; /* of group g: members[starts[g]] .. members[starts[g + 1] - 1] */
  uint32_t *starts;  /* [n + 1] */
  gboolean classes;
} Groups;

static void
groups_clear (Groups *groups)
{
  g_free (groups->members);
  g_free (groups->starts);
}

static uint32_t
group_size (const Groups *groups, int g)
{
  return groups->starts[g + 1] - groups->starts[g];
}

static void
groups_init (Groups *groups, const ThawDataset *set, gboolean stratified)
{
  uint32_t n = thaw_dataset_n_train (set);
  int classes = stratified ? thaw_dataset_classes (set) : 1;
  g_autofree uint32_t *at = g_new0 (uint32_t, classes + 1);

  *groups =
      (Groups){classes, g_new (uint32_t, MAX (n, 1)), g_new (uint32_t, classes + 1), stratified};
  for (uint32_t i = 0; i < n; i++)
    at[(stratified ? thaw_dataset_label (set, i) : 0) + 1]++;
  for (int g = 0; g < classes; g++)
    at[g + 1] += at[g];
  memcpy (groups->starts, at, (classes + 1) * sizeof *at);
  for (uint32_t i = 0; i < n; i++)
    groups->members[at[stratified ? thaw_dataset_label (set, i) : 0]++] = i;
}

/* What is left of a group's exact share after whole images were given. */
typedef struct {
  int group;
  double rest;
} Remainder;

static int
compare_remainders (const void *a, const void *b)
{
  const Remainder *x = a, *y = b;

  if (x->rest != y->rest)
    return x->rest > y->rest ? -1 : 1;
  return x->group - y->group;
}

/* How many of each group to take, `total` altogether: whole shares, then largest remainders.
 * take: [groups], overwritten. */
static void
share_out (const Groups *groups, double share, uint32_t total, uint32_t *take)
{
  g_autofree Remainder *rests = g_new (Remainder, groups->n);
  uint32_t given = 0;

  for (int g = 0; g < groups->n; g++) {
    double exact = share * group_size (groups, g);
    take[g] = (uint32_t) floor (exact);
    rests[g] = (Remainder){g, exact - floor (exact)};
    given += take[g];
  }
  qsort (rests, groups->n, sizeof *rests, compare_remainders);
  for (int i = 0; given < total; i = (i + 1) % groups->n) {
    int g = rests[i].group;
    if (take[g] < group_size (groups, g)) {
      take[g]++;
      given++;
    }
  }
}

static gboolean
check_take (const ThawDataset *set,
            const Groups *groups,
            const uint32_t *take,
            double share,
            GError **error)
{
  for (int g = 0; g < groups->n; g++) {
    uint32_t n = group_size (groups, g);
    if (n == 0 || take[g] < n)
      continue;
    if (groups->classes)
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_SPLIT,
                   _ ("class '%s' has %u training images: a validation share of %g leaves none to "
                      "train on"),
                   thaw_dataset_class_name (set, g), n, share);
    else
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_SPLIT,
                   _ ("the set has %u training images: a validation share of %g leaves none to "
                      "train on"),
                   n, share);
    return FALSE;
  }
  return TRUE;
}

/* Sorts the training images into split->train and ->validation, both ascending. */
static void
deal (ThawSplit *split, Groups *groups, const uint32_t *take, uint32_t n, uint64_t seed)
{
  g_autofree bool *chosen = g_new0 (bool, MAX (n, 1));

  for (int g = 0; g < groups->n; g++) {
    uint32_t *members = groups->members + groups->starts[g];
    ThawRng rng =
        thaw_rng (seed, THAW_RNG_SPLIT, groups->classes ? (uint64_t) g : UINT64_MAX, 0, 0);
    thaw_rng_shuffle (&rng, members, group_size (groups, g));
    for (uint32_t i = 0; i < take[g]; i++)
      chosen[members[i]] = true;
  }
  for (uint32_t i = 0; i < n; i++)
    if (chosen[i])
      split->validation[split->n_validation++] = i;
    else
      split->train[split->n_train++] = i;
}

static gboolean
take_validation (ThawSplit *split,
                 const ThawDataset *set,
                 double share,
                 gboolean stratified,
                 uint64_t seed,
                 GError **error)
{
  uint32_t n = thaw_dataset_n_train (set), total = (uint32_t) floor (share * n + 0.5);
  Groups groups;
  g_autofree uint32_t *take = NULL;
  gboolean good;

  if (total == 0) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_SPLIT,
                 _ ("a validation share of %g of %u training images is less than one image"), share,
                 n);
    return FALSE;
  }
  groups_init (&groups, set, stratified);
  take = g_new0 (uint32_t, groups.n);
  share_out (&groups, share, total, take);
  good = check_take (set, &groups, take, share, error);
  if (good) {
    split->train = g_new (uint32_t, n);
    split->validation = g_new (uint32_t, total);
    deal (split, &groups, take, n, seed);
  }
  groups_clear (&groups);
  return good;
}

ThawSplit *
thaw_split_new (
    const ThawDataset *set, double share, bool stratified, uint64_t seed, GError **error)
{
  g_autoptr (ThawSplit) split = g_new0 (ThawSplit, 1);
  uint32_t n_train = thaw_dataset_n_train (set), n_own = thaw_dataset_n_own_validation (set);

  if (!(share >= 0.0 && share < 1.0)) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_SPLIT,
                 _ ("the validation share is %g, expected at least 0 and less than 1"), share);
    return NULL;
  }
  if (n_own > 0 || share == 0.0) {
    split->train = range (0, n_train);
    split->validation = range (n_train, n_own);
    split->n_train = n_train;
    split->n_validation = n_own;
  } else if (!take_validation (split, set, share, stratified, seed, error)) {
    return NULL;
  }
  split->n_test = thaw_dataset_n_test (set);
  split->test = range (n_train + n_own, split->n_test);
  return g_steal_pointer (&split);
}

void
thaw_epoch_order (const uint32_t *items, uint32_t n, uint64_t seed, uint64_t epoch, uint32_t *out)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_ORDER, epoch, 0, 0);

  if (n == 0)
    return;
  memcpy (out, items, n * sizeof *out);
  thaw_rng_shuffle (&rng, out, n);
}
