/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sampling.json: tables of magnitudes and policies, the boxes that areas, proportions and shares
 * lead to, and a batch mixed with itself. */
#include "golden.h"

#include "box.h"
#include "mix.h"
#include "policy.h"

#include <math.h>
#include <string.h>

static JsonObject *root;

static ThawPolicyOp
find_op (const char *name)
{
  int op = 0;

  while (op < THAW_POLICY_N_OPS && strcmp (thaw_policy_op_name ((ThawPolicyOp) op), name) != 0)
    op++;
  g_assert_cmpint (op, <, THAW_POLICY_N_OPS);
  return (ThawPolicyOp) op;
}

/* in_order: the place in the list is the random index. */
static void
check_space (GoldenTally *tally,
             const char *member,
             ThawPolicySpace space,
             int bins,
             int side,
             bool in_order)
{
  JsonArray *list = golden_array (root, member);

  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *item = json_array_get_object_element (list, i);
    g_autoptr (GArray) expected = golden_reals (golden_array (item, "magnitudes"));
    ThawPolicyOp op = find_op (golden_text (item, "op"));
    g_autofree char *name = g_strdup_printf ("%s: %s", member, thaw_policy_op_name (op));
    if (in_order)
      golden_check (tally, name, op, i, 0);
    golden_check (tally, name, thaw_policy_signed (op),
                  json_object_get_boolean_member (item, "signed"), 0);
    for (guint k = 0; k < expected->len; k++) /* one for what has no strength */
      golden_check (tally, name, (double) thaw_policy_magnitude (op, space, bins, (int) k, side),
                    (double) (float) g_array_index (expected, double, k), 0);
    g_assert_true (expected->len == 1 || (int) expected->len == bins);
  }
  if (in_order)
    golden_check (tally, member, json_array_get_length (list), THAW_POLICY_N_RANDOM, 0);
}

static void
magnitudes (void)
{
  GoldenTally tally = {.what = "magnitudes"};

  check_space (&tally, "autoaugment_cifar10_bins10", THAW_POLICY_USUAL, 10, 32, false);
  check_space (&tally, "randaugment_bins31_32x32", THAW_POLICY_USUAL, 31, 32, true);
  check_space (&tally, "trivialaugment_bins31", THAW_POLICY_WIDE, 31, 32, true);
  golden_report (&tally);
}

static void
policies (void)
{
  GoldenTally tally = {.what = "policies"};
  JsonArray *list = golden_array (root, "autoaugment_cifar10_policies");

  golden_check (&tally, "pairs", json_array_get_length (list), THAW_POLICY_CIFAR10, 0);
  for (guint i = 0; i < json_array_get_length (list); i++)
    for (guint k = 0; k < 2; k++) {
      JsonArray *pair = json_array_get_array_element (list, i);
      JsonObject *step = json_array_get_object_element (pair, k);
      const ThawPolicyStep *found = &thaw_policy_cifar10[i][k];
      g_autofree char *name = g_strdup_printf ("pair %u, %u", i, k);
      golden_check (&tally, name, found->op, find_op (golden_text (step, "op")), 0);
      golden_check (&tally, name, found->p, golden_real (step, "p"), 0);
      if (!json_object_get_null_member (step, "magnitude_index"))
        golden_check (&tally, name, found->index, golden_int (step, "magnitude_index"), 0);
    }
  golden_report (&tally);
}

/* Areas and proportions to sides. along: what the ratio multiplies. */
static void
check_sides (GoldenTally *tally, const char *member, const char *along, const char *across)
{
  JsonArray *list = golden_array (root, member);

  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *item = json_array_get_object_element (list, i);
    int a, b;
    thaw_box_sides (32 * 32 * golden_real (item, "area_fraction"),
                    exp (golden_real (item, "log_ratio")), &a, &b);
    golden_check (tally, member, a, golden_int (item, along), 0);
    golden_check (tally, member, b, golden_int (item, across), 0);
  }
}

static void
check_box (GoldenTally *tally, const char *name, const ThawBox *box, JsonObject *item)
{
  g_autoptr (GArray) ends = golden_reals (golden_array (item, "box_y1_y2_x1_x2"));
  const double *e = (const double *) ends->data;

  golden_check (tally, name, box->h * box->w, (e[1] - e[0]) * (e[3] - e[2]), 0);
  if (box->h * box->w == 0)
    return; /* an empty box is nowhere */
  golden_check (tally, name, box->top, e[0], 0);
  golden_check (tally, name, box->top + box->h, e[1], 0);
  golden_check (tally, name, box->left, e[2], 0);
  golden_check (tally, name, box->left + box->w, e[3], 0);
}

static void
boxes (void)
{
  GoldenTally tally = {.what = "boxes"};
  JsonArray *cutouts = golden_array (root, "cutout_32"), *mixes = golden_array (root, "cutmix_32");

  check_sides (&tally, "random_resized_crop_32", "width", "height");
  check_sides (&tally, "random_erasing_32", "height", "width");
  for (guint i = 0; i < json_array_get_length (cutouts); i++) {
    JsonObject *item = json_array_get_object_element (cutouts, i);
    int half = golden_int (item, "length") / 2;
    ThawBox box = thaw_box_around (32, 32, golden_int (item, "center_y"),
                                   golden_int (item, "center_x"), half, half);
    check_box (&tally, "cutout", &box, item);
  }
  for (guint i = 0; i < json_array_get_length (mixes); i++) {
    JsonObject *item = json_array_get_object_element (mixes, i);
    ThawMix mix = {.lambda = 1};
    thaw_mix_cut (&mix, 32, golden_real (item, "lambda"), golden_int (item, "center_y"),
                  golden_int (item, "center_x"));
    check_box (&tally, "cutmix", &mix.box, item);
    golden_check (&tally, "cutmix: share left", mix.lambda, golden_real (item, "lambda_after"), 0);
  }
  golden_report (&tally);
}

/* The fixture is [n][c][s][s]; a batch here is [s][s][n][3]: channels that it lacks are 0. */
static void
mixup (void)
{
  GoldenTally tally = {.what = "mixup"};
  JsonObject *item = golden_object (root, "mixup");
  g_autoptr (GArray) shape = golden_reals (golden_array (item, "shape"));
  g_autoptr (GArray) in = golden_reals (golden_array (item, "x"));
  g_autoptr (GArray) expected = golden_reals (golden_array (item, "out"));
  int n = (int) g_array_index (shape, double, 0), c = (int) g_array_index (shape, double, 1);
  int s = (int) g_array_index (shape, double, 2);
  g_autofree float *x = g_new0 (float, (gsize) s *s *n * 3),
                   *out = g_new (float, (gsize) s *s *n * 3);
  const ThawMix mix = {.lambda = golden_real (item, "lambda")};

  g_assert_cmpint (c, <=, 3);
  for (guint i = 0; i < in->len; i++) {
    guint pixel = i % (guint) (s * s), channel = i / (guint) (s * s) % (guint) c,
          k = i / (guint) (s * s * c);
    x[(pixel * (guint) n + k) * 3 + channel] = (float) g_array_index (in, double, i);
  }
  thaw_mix_batch (&mix, s, n, x, out);
  for (guint i = 0; i < expected->len; i++) {
    guint pixel = i % (guint) (s * s), channel = i / (guint) (s * s) % (guint) c,
          k = i / (guint) (s * s * c);
    golden_check (&tally, "mixed", (double) out[(pixel * (guint) n + k) * 3 + channel],
                  g_array_index (expected, double, i), 2e-7);
  }
  golden_report (&tally);
}

/* Shares of labels: a sample's own and its partner's. */
static void
mixup_targets (void)
{
  GoldenTally tally = {.what = "mixup targets"};
  JsonObject *item = golden_object (root, "mixup");
  g_autoptr (GArray) labels = golden_reals (golden_array (item, "labels"));
  g_autoptr (GArray) targets = golden_reals (golden_array (item, "targets"));
  double lambda = golden_real (item, "lambda");
  int n = (int) labels->len, classes = golden_int (item, "classes");

  for (int i = 0; i < n; i++)
    for (int k = 0; k < classes; k++) {
      int own = (int) g_array_index (labels, double, i);
      int other = (int) g_array_index (labels, double, thaw_mix_partner (i, n));
      golden_check (&tally, "share", lambda * (own == k) + (1 - lambda) * (other == k),
                    g_array_index (targets, double, i *classes + k), 1e-11);
    }
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = NULL;

  g_test_init (&argc, &argv, NULL);
  parser = golden_load ("sampling.json");
  root = golden_root (parser);
  g_test_add_func ("/golden/sampling/magnitudes", magnitudes);
  g_test_add_func ("/golden/sampling/policies", policies);
  g_test_add_func ("/golden/sampling/boxes", boxes);
  g_test_add_func ("/golden/sampling/mixup", mixup);
  g_test_add_func ("/golden/sampling/mixup-targets", mixup_targets);
  return g_test_run ();
}
