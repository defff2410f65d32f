/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_<name>.json for every backbone of the registry: logits and taps in evaluation mode, logits,
 * loss, the gradient of every parameter and every batch-norm buffer of one training step.
 * Tolerances are the fixtures' suggested limits (fixtures/README.md); buffers have none there and
 * take that of evaluation logits. */
#include "golden-net.h"

#include <math.h>
#include <string.h>

#define EVAL_LIMIT 1e-4      /* of the largest logit              */
#define TRAIN_LIMIT 5e-4     /* the same                          */
#define LOSS_LIMIT 5e-5      /* of the loss                       */
#define GRAD_LIMIT 2e-3      /* of the gradient's own size        */
#define ZERO_GRAD_LIMIT 1e-6 /* of the norm of all gradients      */
#define BUFFER_LIMIT 1e-4    /* of the buffer's own size          */

static void
check_tap (ThawNet *net, const char *where, JsonObject *tap, int n, GoldenTally *tally)
{
  const char *module = golden_text (tap, "module");
  g_autofree char *place = g_strdup_printf ("%s %s", where, module);
  g_autofree char *mean_place = g_strdup_printf ("%s mean", place);
  g_autofree char *l2_place = g_strdup_printf ("%s l2", place);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GArray) shape = golden_reals (golden_array (tap, "shape"));
  g_autoptr (GArray) first = golden_reals (golden_array (tap, "first"));
  const float *values;
  double rms, sum = 0;
  int nchw[4];

  g_assert_true (thaw_net_tap (net, module, n, found, nchw));
  for (int d = 0; d < 4; d++)
    golden_check (tally, place, nchw[d], g_array_index (shape, double, d), 0);
  values = (const float *) (void *) found->data;
  for (guint i = 0; i < found->len; i++)
    sum += (double) values[i];
  rms = golden_real (tap, "l2") / sqrt (found->len);
  golden_check (tally, mean_place, sum / found->len, golden_real (tap, "mean"), EVAL_LIMIT * rms);
  golden_check (tally, l2_place, golden_l2 (values, found->len), golden_real (tap, "l2"),
                EVAL_LIMIT * golden_real (tap, "l2"));
  golden_check_floats (tally, place, values, (const double *) (void *) first->data, first->len,
                       EVAL_LIMIT * rms);
}

static void
check_eval (ThawNet *net, JsonObject *root, JsonObject *item, GoldenTally *tally)
{
  JsonObject *eval = golden_object (item, "eval");
  JsonArray *taps = golden_array (eval, "taps");
  int size = golden_int (item, "size"), n = golden_int (eval, "batch");
  g_autofree char *where = g_strdup_printf ("%d px eval", size);
  g_autofree char *where_folded = g_strdup_printf ("%d px eval, folded", size);
  const float *logits;

  thaw_net_keep_taps (net, true);
  g_assert_true (thaw_net_plan (net, THAW_MODE_EVAL, n, NULL));
  golden_net_input (net, golden_seed (root), golden_text (eval, "tag"), n, size);
  logits = thaw_net_forward (net, THAW_MODE_EVAL, n);
  golden_check_logits (tally, where, golden_array (eval, "logits"), logits, EVAL_LIMIT);
  for (guint i = 0; i < json_array_get_length (taps); i++)
    check_tap (net, where, json_array_get_object_element (taps, i), n, tally);
  thaw_net_keep_taps (net, false);
  g_assert_true (thaw_net_plan (net, THAW_MODE_EVAL, n, NULL));
  thaw_net_fold (net);
  golden_net_input (net, golden_seed (root), golden_text (eval, "tag"), n, size);
  logits = thaw_net_forward (net, THAW_MODE_EVAL, n);
  golden_check_logits (tally, where_folded, golden_array (eval, "logits"), logits, EVAL_LIMIT);
}

/* A gradient that is exactly 0 in real arithmetic: only rounding is left of it. */
static void
check_zero_grad (
    GoldenTally *tally, const char *where, const float *grad, uint64_t n, double all_norm)
{
  golden_check (tally, where, golden_l2 (grad, n), 0, ZERO_GRAD_LIMIT * all_norm);
}

static void
check_grads (ThawNet *net, const char *where, JsonObject *train, GoldenTally *tally)
{
  const GoldenLimit limit = {GRAD_LIMIT, 0};
  JsonArray *rows = golden_array (train, "grads");
  double all_norm = golden_real (train, "grad_norm_all"), squares = 0;
  g_autofree char *norm_place = g_strdup_printf ("%s norm of all gradients", where);
  guint row = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++) {
    const ThawParam *param = thaw_net_param (net, i);
    g_autofree char *place = g_strdup_printf ("%s grad of %s", where, param->name);
    g_autofree float *grad = NULL;
    JsonObject *expected;
    if (param->buffer)
      continue;
    grad = golden_net_grad (net, i);
    expected = json_array_get_object_element (rows, row++);
    g_assert_cmpstr (golden_text (expected, "name"), ==, param->name);
    squares += pow (golden_l2 (grad, param->count), 2);
    if (json_object_get_boolean_member_with_default (expected, "zero", FALSE))
      check_zero_grad (tally, place, grad, param->count, all_norm);
    else
      golden_check_summary (tally, place, expected, grad, param->count, limit);
  }
  g_assert_cmpuint (row, ==, json_array_get_length (rows));
  golden_check (tally, norm_place, sqrt (squares), all_norm, GRAD_LIMIT * all_norm);
}

static void
check_buffers (ThawNet *net, const char *where, JsonObject *train, GoldenTally *tally)
{
  const GoldenLimit limit = {BUFFER_LIMIT, 0}, exact = {0, 0};
  JsonArray *rows = golden_array (train, "buffers");
  guint row = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++) {
    const ThawParam *param = thaw_net_param (net, i);
    g_autofree char *place = g_strdup_printf ("%s after step: %s", where, param->name);
    g_autofree float *value = NULL;
    JsonObject *expected;
    if (!param->buffer)
      continue;
    value = golden_net_value (net, i);
    expected = json_array_get_object_element (rows, row++);
    g_assert_cmpstr (golden_text (expected, "name"), ==, param->name);
    golden_check_summary (tally, place, expected, value, param->count,
                          g_str_has_suffix (param->name, ".num_batches_tracked") ? exact : limit);
  }
  g_assert_cmpuint (row, ==, json_array_get_length (rows));
}

static void
check_train (ThawNet *net, JsonObject *root, JsonObject *item, GoldenTally *tally)
{
  JsonObject *train = golden_object (item, "train");
  int size = golden_int (item, "size"), n = golden_int (train, "batch");
  int classes = thaw_net_classes (net);
  g_autofree char *where = g_strdup_printf ("%d px train", size);
  g_autofree char *loss_place = g_strdup_printf ("%s loss", where);
  g_autoptr (GArray) labels = golden_reals (golden_array (train, "labels"));
  g_autofree int *label = g_new (int, n);
  g_autofree float *dlogits = g_new (float, (gsize) n *(gsize) classes);
  double expected = golden_real (train, "loss"), loss;
  const float *logits;

  for (int i = 0; i < n; i++)
    label[i] = (int) g_array_index (labels, double, i);
  g_assert_true (thaw_net_plan (net, THAW_MODE_TRAIN, n, NULL));
  golden_net_input (net, golden_seed (root), golden_text (train, "tag"), n, size);
  logits = thaw_net_forward (net, THAW_MODE_TRAIN, n);
  golden_check_logits (tally, where, golden_array (train, "logits"), logits, TRAIN_LIMIT);
  loss = thaw_cross_entropy (logits, label, n, classes, dlogits, NULL);
  golden_check (tally, loss_place, loss, expected, LOSS_LIMIT * expected);
  thaw_net_backward (net, dlogits, n);
  check_grads (net, where, train, tally);
  check_buffers (net, where, train, tally);
}

static void
check_model (gconstpointer data)
{
  g_autoptr (JsonParser) parser = golden_load (data);
  JsonObject *root = golden_root (parser);
  const ThawModel *model = thaw_model_find (golden_text (root, "model"));
  JsonArray *cases = golden_array (root, "cases");
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  GoldenTally tally = {golden_text (root, "model")};

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *item = json_array_get_object_element (cases, i);
    g_autoptr (ThawNet) net = golden_net_new (root, model, golden_int (item, "size"), pool);
    check_eval (net, root, item, &tally);
    check_train (net, root, item, &tally);
  }
  golden_report (&tally);
}

/* --- RepVGG folded -----------------------------------------------------------------------------
 */
static void
check_folded_tensors (JsonObject *root, const ThawStateDict *folded, GoldenTally *tally)
{
  const GoldenLimit limit = {EVAL_LIMIT, 0};
  JsonArray *rows = golden_array (root, "tensors");

  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonObject *row = json_array_get_object_element (rows, i);
    const ThawTensor *tensor = thaw_state_dict_find (folded, golden_text (row, "name"));
    g_assert_nonnull (tensor);
    golden_check_summary (tally, tensor->name, row, tensor->data, tensor->bytes / sizeof (float),
                          limit);
  }
  g_assert_cmpuint (thaw_state_dict_size (folded), ==, json_array_get_length (rows) + 2);
}

static void
check_folded (void)
{
  g_autoptr (JsonParser) parser = golden_load ("repvgg_a0_deploy.json");
  JsonObject *root = golden_root (parser);
  const ThawModel *model = thaw_model_find ("repvgg_a0");
  int n = golden_int (root, "batch"), classes = 10;
  ThawModelShape shape = thaw_model_shape (model, NULL, classes);
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (ThawNet) branches = golden_net_new (root, model, 32, pool), plain = NULL;
  g_autoptr (ThawStateDict) dict = thaw_net_save (branches), folded = NULL;
  g_autoptr (GError) error = NULL;
  GoldenTally tally = {"repvgg_a0 folded"};
  uint64_t parameters = 0;

  shape.folded = true;
  folded = thaw_model_fold (model, dict, "fixture", &error);
  g_assert_no_error (error);
  check_folded_tensors (root, folded, &tally);
  plain = thaw_net_new (thaw_model_graph_shaped (model, &shape, 32, &error), pool, &error);
  g_assert_no_error (error);
  g_assert_true (thaw_net_load (plain, folded, "folded", &error));
  for (int i = 0; i < thaw_net_n_params (plain); i++)
    parameters += thaw_net_param (plain, i)->count;
  g_assert_cmpint ((int) parameters, ==, golden_int (root, "parameters"));
  g_assert_true (thaw_net_plan (plain, THAW_MODE_EVAL, n, NULL));
  golden_net_input (plain, golden_seed (root), golden_text (root, "eval_tag"), n, 32);
  golden_check_logits (&tally, "logits", golden_array (root, "logits"),
                       thaw_net_forward (plain, THAW_MODE_EVAL, n), EVAL_LIMIT);
  golden_report (&tally);
}

static guint not_built;

static void
coverage (void)
{
  g_test_message ("model_*.json: %u skipped (not built yet)", not_built);
  for (int i = 0; thaw_models ()[i] != NULL; i++) { /* what is built must have been tested */
    const char *name = thaw_models ()[i]->entry.name;
    g_autofree char *file = g_strdup_printf ("model_%s.json", name);
    if (strcmp (name, "resnet20") != 0) /* other sets of fixtures need not have it */
      g_assert_true (golden_exists (file));
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) files = golden_files ("model_");

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < files->len; i++) {
    const char *file = g_ptr_array_index (files, i);
    g_autofree char *name =
        g_strndup (file + strlen ("model_"), strlen (file) - strlen ("model_") - strlen (".json"));
    g_autofree char *path = g_strconcat ("/golden/models/", name, NULL);
    if (thaw_model_find (name) != NULL)
      g_test_add_data_func (path, file, check_model);
    else
      not_built++;
  }
  if (golden_exists ("repvgg_a0_deploy.json"))
    g_test_add_func ("/golden/models/repvgg_a0-folded", check_folded);
  g_test_add_func ("/golden/models/coverage", coverage);
  return g_test_run ();
}
