/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses: values and gradients of losses.json. */
#include "golden.h"
#include "thaw-nn.h"

#include <math.h>
#include <string.h>

static GoldenTally tally = {.what = "losses"};

/* Plain cross-entropy: no smoothing, class weights or soft targets. */
static bool
is_plain (JsonObject *loss_case)
{
  JsonObject *params = golden_object (loss_case, "params");

  return g_str_has_prefix (golden_text (loss_case, "name"), "cross_entropy") &&
         golden_real (params, "label_smoothing") == 0 &&
         !json_object_has_member (params, "class_weights");
}

/* Focal loss without focus and weights is cross-entropy by definition. */
static bool
is_focal_zero (JsonObject *loss_case)
{
  JsonObject *params = golden_object (loss_case, "params");

  return json_object_has_member (params, "gamma") && golden_real (params, "gamma") == 0 &&
         !json_object_get_boolean_member (params, "alpha_is_class_weights");
}

static void
check_case (JsonObject *loss_case, const float *logits, const int *labels, int n, int classes)
{
  const char *name = golden_text (loss_case, "name");
  g_autoptr (GArray) expected = golden_reals (golden_array (loss_case, "grad"));
  g_autofree float *grad = g_new (float, expected->len);
  double value = golden_real (loss_case, "loss");
  int correct = -1, wanted = 0;

  golden_check (&tally, name, thaw_cross_entropy (logits, labels, n, classes, grad, &correct),
                value, 1e-9 * fabs (value));
  for (guint i = 0; i < expected->len; i++) { /* exact but for the rounding to float */
    double wanted_grad = g_array_index (expected, double, i);
    golden_check (&tally, name, grad[i], wanted_grad, fabs (wanted_grad) * 6.1e-8 + 1e-12);
  }
  for (int i = 0; i < n; i++) {
    int best = 0;
    for (int j = 1; j < classes; j++)
      best = logits[i * classes + j] > logits[i * classes + best] ? j : best;
    wanted += best == labels[i];
  }
  g_assert_cmpint (correct, ==, wanted);
}

static void
test_losses (void)
{
  g_autoptr (JsonParser) parser = golden_load ("losses.json");
  JsonObject *root = golden_root (parser);
  JsonArray *cases = golden_array (root, "cases");
  g_autoptr (GArray) label_reals = golden_reals (golden_array (root, "labels"));
  g_autoptr (GArray) logit_reals = golden_reals (golden_array (root, "logits"));
  int n = (int) label_reals->len, classes = (int) logit_reals->len / n;
  g_autofree int *labels = g_new (int, n);
  g_autofree float *logits = g_new (float, logit_reals->len);

  for (int i = 0; i < n; i++)
    labels[i] = (int) g_array_index (label_reals, double, i);
  for (guint i = 0; i < logit_reals->len; i++)
    logits[i] = (float) g_array_index (logit_reals, double, i);
  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *loss_case = json_array_get_object_element (cases, i);
    if (is_plain (loss_case) || is_focal_zero (loss_case)) {
      check_case (loss_case, logits, labels, n, classes);
    } else {
      g_test_message ("%s: skipped, no such loss yet", golden_text (loss_case, "name"));
      tally.skipped++;
    }
  }
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/losses", test_losses);
  return g_test_run ();
}
