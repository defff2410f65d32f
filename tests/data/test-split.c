/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The split and the order of an epoch. */
#include "data-fixtures.h"

#include <math.h>
#include <string.h>

/* A set without pixels, for what looks at labels alone. */
static ThawDataset *
labelled (const uint16_t *labels, uint32_t n_train, uint32_t n_own, uint32_t n_test, int classes)
{
  ThawDataset *set = g_new0 (ThawDataset, 1);

  set->classes = classes;
  set->class_names = g_new0 (char *, classes + 1);
  for (int c = 0; c < classes; c++)
    set->class_names[c] = g_strdup_printf ("class%d", c);
  set->n_train = n_train;
  set->n_own_validation = n_own;
  set->n_test = n_test;
  set->labels = g_memdup2 (labels, (n_train + n_own + n_test) * sizeof *labels);
  return set;
}

/* counts[c] images of class c, in turn as long as they last. */
static ThawDataset *
with_counts (const uint32_t *counts, int classes)
{
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (uint16_t));
  gboolean more = TRUE;

  for (uint32_t round = 0; more; round++) {
    more = FALSE;
    for (int c = 0; c < classes; c++)
      if (round < counts[c]) {
        uint16_t label = (uint16_t) c;
        g_array_append_val (labels, label);
        more = TRUE;
      }
  }
  return labelled ((const uint16_t *) labels->data, labels->len, 0, 0, classes);
}

static ThawSplit *
split_good (const ThawDataset *set, double share, bool stratified, uint64_t seed)
{
  g_autoptr (GError) error = NULL;
  ThawSplit *split = thaw_split_new (set, share, stratified, seed, &error);

  g_assert_no_error (error);
  return split;
}

static void
refuse (const ThawDataset *set, double share, bool stratified, const char *part)
{
  GError *error = NULL;

  g_assert_null (thaw_split_new (set, share, stratified, 1, &error));
  check_error (error, THAW_DATA_ERROR_SPLIT, part);
}

/* Every training image is in exactly one of the two, both ascending. */
static void
check_partition (const ThawDataset *set, const ThawSplit *split)
{
  uint32_t n = thaw_dataset_n_train (set), t = 0, v = 0;

  g_assert_cmpuint (split->n_train + split->n_validation, ==, n);
  for (uint32_t i = 0; i < n; i++) {
    if (t < split->n_train && split->train[t] == i)
      t++;
    else if (v < split->n_validation && split->validation[v] == i)
      v++;
    else
      g_error ("image %u is in no part", i);
  }
}

static void
count_validation (const ThawDataset *set, const ThawSplit *split, uint32_t *counts)
{
  memset (counts, 0, (size_t) thaw_dataset_classes (set) * sizeof *counts);
  for (uint32_t i = 0; i < split->n_validation; i++)
    counts[thaw_dataset_label (set, split->validation[i])]++;
}

static void
stratified_even (void)
{
  const uint32_t counts[10] = {50, 50, 50, 50, 50, 50, 50, 50, 50, 50};
  g_autoptr (ThawDataset) set = with_counts (counts, 10);
  uint32_t taken[10];

  for (uint64_t seed = 0; seed < 5; seed++) {
    g_autoptr (ThawSplit) split = split_good (set, 0.1, true, seed);
    check_partition (set, split);
    count_validation (set, split, taken);
    for (int c = 0; c < 10; c++)
      g_assert_cmpuint (taken[c], ==, 5);
  }
}

/* Shares 2.5, 2.9, 1.1, 0.5 of 7 altogether: 2 2 1 0, the last two to the largest remainders. */
static void
largest_remainders (void)
{
  const uint32_t counts[4] = {25, 29, 11, 5};
  g_autoptr (ThawDataset) set = with_counts (counts, 4);
  g_autoptr (ThawSplit) split = split_good (set, 0.1, true, 3);
  uint32_t taken[4];

  check_partition (set, split);
  count_validation (set, split, taken);
  g_assert_cmpuint (split->n_validation, ==, 7);
  g_assert_cmpuint (taken[0], ==, 3);
  g_assert_cmpuint (taken[1], ==, 3);
  g_assert_cmpuint (taken[2], ==, 1);
  g_assert_cmpuint (taken[3], ==, 0);
}

/* Whatever the counts: the total is right and each class is within one image of its share. */
static void
random_counts (void)
{
  ThawRng rng = thaw_rng (9, THAW_RNG_TEST, 0, 0, 0);

  g_test_message ("seed 9");
  for (int round = 0; round < 200; round++) {
    uint32_t counts[7], taken[7];
    double share = 0.05 + 0.4 * thaw_rng_unit (&rng);
    for (int c = 0; c < 7; c++)
      counts[c] = 5 + (uint32_t) thaw_rng_below (&rng, 60);
    g_autoptr (ThawDataset) set = with_counts (counts, 7);
    g_autoptr (ThawSplit) split = split_good (set, share, true, (uint64_t) round);
    check_partition (set, split);
    count_validation (set, split, taken);
    g_assert_cmpuint (split->n_validation, ==,
                      (uint32_t) floor (share * thaw_dataset_n_train (set) + 0.5));
    for (int c = 0; c < 7; c++)
      g_assert_cmpfloat (fabs (taken[c] - share * counts[c]), <, 1.0);
  }
}

static void
by_seed (void)
{
  const uint32_t counts[2] = {100, 100};
  g_autoptr (ThawDataset) set = with_counts (counts, 2);
  g_autoptr (ThawSplit) a = split_good (set, 0.2, true, 1), b = split_good (set, 0.2, true, 1);
  g_autoptr (ThawSplit) other = split_good (set, 0.2, true, 2);
  g_autoptr (ThawSplit) plain = split_good (set, 0.2, false, 1);

  g_assert_cmpmem (a->validation, 40 * sizeof (uint32_t), b->validation, 40 * sizeof (uint32_t));
  g_assert_cmpint (memcmp (a->validation, other->validation, 40 * sizeof (uint32_t)), !=, 0);
  g_assert_cmpint (memcmp (a->validation, plain->validation, 40 * sizeof (uint32_t)), !=, 0);
  check_partition (set, plain);
  g_assert_cmpuint (plain->n_validation, ==, 40);
}

static void
own_validation (void)
{
  const uint16_t labels[] = {0, 1, 0, 1, 0, 1, 0};
  g_autoptr (ThawDataset) set = labelled (labels, 3, 2, 2, 2);
  g_autoptr (ThawSplit) split = split_good (set, 0.5, true, 1);

  g_assert_cmpuint (split->n_train, ==, 3);
  g_assert_cmpuint (split->n_validation, ==, 2);
  g_assert_cmpuint (split->n_test, ==, 2);
  g_assert_cmpuint (split->validation[0], ==, 3);
  g_assert_cmpuint (split->test[1], ==, 6);
}

static void
no_validation (void)
{
  const uint32_t counts[2] = {3, 4};
  g_autoptr (ThawDataset) set = with_counts (counts, 2);
  g_autoptr (ThawSplit) split = split_good (set, 0.0, true, 1);

  g_assert_cmpuint (split->n_train, ==, 7);
  g_assert_cmpuint (split->n_validation, ==, 0);
  check_partition (set, split);
}

static void
refused (void)
{
  const uint32_t counts[2] = {20, 1}, few[2] = {2, 2};
  g_autoptr (ThawDataset) set = with_counts (counts, 2), small = with_counts (few, 2);

  refuse (set, 1.0, true, "validation share is 1");
  refuse (set, -0.1, true, "validation share is -0.1");
  refuse (set, (double) NAN, true, "validation share is");
  refuse (set, 0.01, true, "less than one image");
  refuse (set, 0.9, true, "class 'class1' has 1 training images");
  refuse (small, 0.99, false, "the set has 4 training images");
}

static void
epoch_order (void)
{
  uint32_t items[100], a[100], b[100], other[100];
  bool seen[200] = {false};

  for (uint32_t i = 0; i < 100; i++)
    items[i] = 2 * i;
  thaw_epoch_order (items, 100, 7, 3, a);
  thaw_epoch_order (items, 100, 7, 3, b);
  thaw_epoch_order (items, 100, 7, 4, other);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  g_assert_cmpint (memcmp (a, other, sizeof a), !=, 0);
  for (int i = 0; i < 100; i++) {
    g_assert_cmpuint (a[i] % 2, ==, 0);
    g_assert_false (seen[a[i]]);
    seen[a[i]] = true;
  }
  thaw_epoch_order (items, 0, 7, 3, a);
}

/* Of class c, images in train. */
static uint32_t
count_class (const ThawDataset *set, const ThawSplit *split, int c)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < split->n_train; i++)
    n += thaw_dataset_label (set, split->train[i]) == c;
  return n;
}

static void
test_thin (void)
{
  static const uint32_t counts[] = {100, 100, 100, 100, 3};
  static const uint32_t exponential[] = {100, 31, 10, 3, 1}, in_two[] = {100, 100, 100, 1, 1};
  ThawDataset *set = with_counts (counts, 5);

  for (int two = 0; two < 2; two++) {
    g_autoptr (ThawSplit) a = split_good (set, 0, true, 3), b = split_good (set, 0, true, 3),
                          c = split_good (set, 0, true, 3);
    thaw_split_thin (a, set, two, 100, 3);
    thaw_split_thin (b, set, two, 100, 3);
    thaw_split_thin (c, set, two, 100, 4);
    for (int k = 0; k < 5; k++)
      g_assert_cmpuint (count_class (set, a, k), ==, two ? in_two[k] : exponential[k]);
    for (uint32_t i = 1; i < a->n_train; i++)
      g_assert_cmpuint (a->train[i], >, a->train[i - 1]);
    g_assert_cmpuint (a->n_train, ==, b->n_train);
    g_assert_cmpmem (a->train, a->n_train * 4, b->train, b->n_train * 4);
    g_assert_cmpint (memcmp (a->train, c->train, a->n_train * 4), !=, 0);
  }
  thaw_dataset_free (set);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/split/stratified-even", stratified_even);
  g_test_add_func ("/data/split/largest-remainders", largest_remainders);
  g_test_add_func ("/data/split/random-counts", random_counts);
  g_test_add_func ("/data/split/by-seed", by_seed);
  g_test_add_func ("/data/split/own-validation", own_validation);
  g_test_add_func ("/data/split/no-validation", no_validation);
  g_test_add_func ("/data/split/refused", refused);
  g_test_add_func ("/data/split/epoch-order", epoch_order);
  g_test_add_func ("/data/split/thin", test_thin);
  return g_test_run ();
}
