/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses: values and gradients of losses.json. */
#include "golden.h"
#include "thaw-nn.h"

#include <math.h>
#include <string.h>

static GoldenTally tally = {.what = "losses"};

typedef struct {
  const float *logits;
  const int *labels;
  const double *weights, *soft;
  int n, classes;
} Batch;

/* The recipe's choice that a case stands for. NULL: there is no such loss. */
static const char *
choose (JsonObject *loss_case, double *param, bool *weighted)
{
  JsonObject *params = golden_object (loss_case, "params");

  if (json_object_has_member (params, "gamma")) {
    *param = golden_real (params, "gamma");
    *weighted = json_object_get_boolean_member (params, "alpha_is_class_weights");
    return "FocalLoss";
  }
  if (!json_object_has_member (params, "label_smoothing"))
    return NULL;
  *param = golden_real (params, "label_smoothing");
  *weighted = json_object_has_member (params, "class_weights");
  return "CrossEntropyLoss";
}

static ThawLoss *
make_loss (const char *name, double param, const double *weights, int classes)
{
  const ThawEntry *entry = thaw_catalogue_find (thaw_losses (), name);
  double values[1][THAW_PARAM_MAX_COUNT] = {{param}};
  ThawChoice choice = {entry, values};

  g_assert_cmpint (entry->n_params, ==, 1);
  return thaw_loss_new (&choice, weights, classes);
}

/* Of soft targets a loss is the mean over the classes by their shares; so mixed batches have it. */
static double
soft_batch (const ThawLoss *loss, const Batch *b, float *grad)
{
  g_autofree float *part = g_new (float, b->classes);
  double value = 0;

  for (int i = 0; i < b->n; i++)
    for (int c = 0; c < b->classes; c++) {
      double share = b->soft[i * b->classes + c] / b->n;
      value += share * thaw_loss_batch (loss, b->logits + i * b->classes, &c, 1, part, NULL);
      for (int j = 0; j < b->classes; j++)
        grad[i * b->classes + j] = (c > 0 ? grad[i * b->classes + j] : 0) + (float) share * part[j];
    }
  return value;
}

static void
check_case (JsonObject *loss_case, const ThawLoss *loss, bool soft, const Batch *b)
{
  const char *name = golden_text (loss_case, "name");
  g_autoptr (GArray) expected = golden_reals (golden_array (loss_case, "grad"));
  g_autofree float *grad = g_new (float, expected->len);
  double value = golden_real (loss_case, "loss"), most = 0, found;
  int correct = -1, wanted = 0;

  found = soft ? soft_batch (loss, b, grad)
               : thaw_loss_batch (loss, b->logits, b->labels, b->n, grad, &correct);
  golden_check (&tally, name, found, value, 1e-9 * fabs (value));
  for (guint i = 0; i < expected->len; i++)
    most = fmax (most, fabs (g_array_index (expected, double, i)));
  for (guint i = 0; i < expected->len; i++) { /* exact but for the rounding to float */
    double wanted_grad = g_array_index (expected, double, i);
    golden_check (&tally, name, grad[i], wanted_grad,
                  soft ? most * 1e-6 : fabs (wanted_grad) * 6.1e-8 + 1e-12);
  }
  if (soft)
    return;
  for (int i = 0; i < b->n; i++) {
    int best = 0;
    for (int j = 1; j < b->classes; j++)
      best = b->logits[i * b->classes + j] > b->logits[i * b->classes + best] ? j : best;
    wanted += best == b->labels[i];
  }
  g_assert_cmpint (correct, ==, wanted);
}

static void
run_case (JsonObject *loss_case, const Batch *b)
{
  bool soft = g_str_has_prefix (golden_text (loss_case, "name"), "soft"), weighted = false;
  double param = 0;
  const char *name = choose (loss_case, &param, &weighted);

  if (name == NULL || (soft && weighted)) {
    g_test_message ("%s: skipped, no such loss yet", golden_text (loss_case, "name"));
    tally.skipped++;
    return;
  }
  g_autoptr (ThawLoss) loss = make_loss (name, param, weighted ? b->weights : NULL, b->classes);
  check_case (loss_case, loss, soft, b);
}

/* The fixtures hold float32 numbers with as many digits as give them back. */
static void
round_to_float (GArray *values)
{
  for (guint i = 0; i < values->len; i++)
    g_array_index (values, double, i) = (float) g_array_index (values, double, i);
}

static void
test_losses (void)
{
  g_autoptr (JsonParser) parser = golden_load ("losses.json");
  JsonObject *root = golden_root (parser);
  JsonArray *cases = golden_array (root, "cases");
  g_autoptr (GArray) label_reals = golden_reals (golden_array (root, "labels"));
  g_autoptr (GArray) logit_reals = golden_reals (golden_array (root, "logits"));
  g_autoptr (GArray) weights = golden_reals (golden_array (root, "class_weights"));
  g_autoptr (GArray) soft = golden_reals (golden_array (root, "soft_targets"));
  int n = (int) label_reals->len, classes = (int) logit_reals->len / n;
  g_autofree int *labels = g_new (int, n);
  g_autofree float *logits = g_new (float, logit_reals->len);

  for (int i = 0; i < n; i++)
    labels[i] = (int) g_array_index (label_reals, double, i);
  for (guint i = 0; i < logit_reals->len; i++)
    logits[i] = (float) g_array_index (logit_reals, double, i);
  round_to_float (weights);
  round_to_float (soft);
  const Batch batch = {logits, labels, (const double *) weights->data, (const double *) soft->data,
                       n,      classes};
  for (guint i = 0; i < json_array_get_length (cases); i++)
    run_case (json_array_get_object_element (cases, i), &batch);
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/losses", test_losses);
  return g_test_run ();
}
