/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trajectory_<model>_<mode>.json for every backbone of the registry: steps with a frozen backbone,
 * then with all of it, through this project's own freeze, loss and optimisers.
 * Tolerances are the fixtures' suggested limits (fixtures/README.md). After the thaw Adam divides
 * by tiny second moments, so what torch's own float32 run and a jitter of 1e-6 did is allowed for.
 */
#include "choice.h"
#include "golden-net.h"
#include "thaw-optim.h"

#include <math.h>

#define LOGITS_LIMIT 5e-4
#define LOSS_LIMIT 5e-5
#define NORM_LIMIT 2e-3
#define NORM_TIMES_LOSS                                                                            \
  10 /* after the thaw Adam's gradients stray about ten times as far as its loss */
#define TENSOR_LIMIT 1e-4
#define TIMES_RECORDED 8

typedef struct {
  JsonObject *root;
  const ThawModel *model;
  ThawNet *net;
  ThawPool *pool;
  ThawOptimizer *optimizer;
  bool adam, carry;
  int size, batch;
  GoldenTally *tally;
} Run;

static ThawOptimizer *
make_optimizer (Run *run)
{
  JsonObject *options = golden_object (run->root, "optimiser");
  ThawChoice choice = choice_new (thaw_optimizers (), run->adam ? "Adam" : "SGD");
  int n = thaw_net_n_params (run->net);
  g_autofree uint64_t *counts = g_new (uint64_t, n);
  ThawOptimizer *optimizer;

  choice_set (&choice, "weight_decay", golden_real (run->root, "weight_decay"));
  if (run->adam) {
    choice_at (&choice, "betas")[0] = golden_real (options, "beta1");
    choice_at (&choice, "betas")[1] = golden_real (options, "beta2");
    choice_set (&choice, "eps", golden_real (options, "eps"));
  } else {
    choice_set (&choice, "momentum", golden_real (options, "momentum"));
    choice_set (&choice, "nesterov", golden_real (options, "nesterov"));
  }
  for (int i = 0; i < n; i++)
    counts[i] = thaw_net_param (run->net, i)->count;
  optimizer = thaw_optimizer_new (&choice, counts, n);
  choice_clear (&choice);
  return optimizer;
}

static void
check_trainable_names (Run *run)
{
  JsonArray *names = golden_array (run->root, "trainable_while_frozen");
  guint n = 0;

  for (int i = 0; i < thaw_net_n_params (run->net); i++) {
    const ThawParam *param = thaw_net_param (run->net, i);
    if (param->trainable)
      g_assert_cmpstr (param->name, ==, json_array_get_string_element (names, n++));
  }
  g_assert_cmpuint (n, ==, json_array_get_length (names));
}

/* The largest batch that the net will see: of a step or of an evaluation. */
static int
largest_batch (Run *run)
{
  JsonArray *afters = golden_array (run->root, "after");
  int n = run->batch;

  for (guint a = 0; a < json_array_get_length (afters); a++)
    n = MAX (n, golden_int (json_array_get_object_element (afters, a), "eval_batch"));
  return n;
}

static void
plan (Run *run, bool frozen)
{
  thaw_model_freeze (run->model, run->net, frozen);
  if (frozen)
    check_trainable_names (run);
  g_assert_true (thaw_net_plan (run->net, THAW_MODE_TRAIN, largest_batch (run), NULL));
}

/* The norm of the gradients of what trains; and one step along them. */
static double
update (Run *run, double lr)
{
  int n_params = thaw_net_n_params (run->net), n = 0;
  g_autofree ThawOptimizerTask *tasks = g_new (ThawOptimizerTask, n_params);
  double squares = 0;

  for (int i = 0; i < n_params; i++) {
    const ThawParam *param = thaw_net_param (run->net, i);
    if (!param->trainable)
      continue;
    tasks[n++] = (ThawOptimizerTask){i, param->value, param->grad};
    squares += pow (golden_l2 (param->grad, param->count), 2);
  }
  g_assert_true (thaw_optimizer_step (run->optimizer, run->pool, tasks, n, lr, NULL));
  return sqrt (squares);
}

/* README: steps 7-10 by mode and model. */
static double
late_loss_limit (const Run *run)
{
  if (!run->adam)
    return 2e-4;
  return strcmp (run->model->entry.name, "mobilenet_v3_small") == 0 ? 5e-4 : 1e-2;
}

static void
one_step (Run *run, int step)
{
  int frozen_steps = golden_int (run->root, "frozen_steps");
  bool frozen = step<frozen_steps, late = step> frozen_steps;
  double limit =
      (late ? late_loss_limit (run) : LOSS_LIMIT) +
      json_array_get_double_element (golden_array (run->root, "jitter_1e-6_rel_loss"), step);
  int n = run->batch, classes = thaw_net_classes (run->net);
  const char *tag = json_array_get_string_element (golden_array (run->root, "tags"), step);
  g_autoptr (GArray) labels =
      golden_reals (json_array_get_array_element (golden_array (run->root, "labels"), step));
  double expected = json_array_get_double_element (golden_array (run->root, "loss"), step);
  double expected_norm =
      json_array_get_double_element (golden_array (run->root, "grad_norm"), step);
  g_autofree char *place =
      g_strdup_printf ("%s step %d", golden_text (run->root, "mode"), step + 1);
  g_autofree char *norm_place = g_strdup_printf ("%s, norm of all gradients", place);
  g_autofree int *label = g_new (int, n);
  g_autofree float *dlogits = g_new (float, (gsize) n *(gsize) classes);
  const float *logits;
  double norm;

  for (int i = 0; i < n; i++)
    label[i] = (int) g_array_index (labels, double, i);
  golden_net_input (run->net, golden_seed (run->root), tag, n, run->size);
  logits = thaw_net_forward (run->net, THAW_MODE_TRAIN, n);
  golden_check (run->tally, place, thaw_cross_entropy (logits, label, n, classes, dlogits, NULL),
                expected, limit * expected);
  thaw_net_backward (run->net, dlogits, n);
  norm = update (run, golden_real (run->root, frozen ? "lr_frozen" : "lr_unfrozen"));
  golden_check (run->tally, norm_place, norm, expected_norm,
                (late && run->adam ? NORM_TIMES_LOSS * limit : NORM_LIMIT) * expected_norm);
}

/* --- After some steps ------------------------------------------------------------------------- */

static void
check_after_logits (Run *run, JsonObject *after, bool thawed)
{
  int n = golden_int (after, "eval_batch");
  double limit = LOGITS_LIMIT + TIMES_RECORDED * golden_real (after, "f32_rel_eval");
  g_autofree char *place = g_strdup_printf ("%s after step %d", golden_text (run->root, "mode"),
                                            golden_int (after, "step"));

  if (thawed)
    limit += golden_real (run->root, "jitter_1e-6_rel_eval");
  for (int folded = 0; folded < 2; folded++) {
    if (folded)
      thaw_net_fold (run->net);
    golden_net_input (run->net, golden_seed (run->root), golden_text (after, "eval_tag"), n,
                      run->size);
    golden_check_logits (run->tally, place, golden_array (after, "eval_logits"),
                         thaw_net_forward (run->net, THAW_MODE_EVAL, n), limit);
  }
  thaw_net_unfold (run->net);
}

static void
check_after_tensors (Run *run, JsonObject *after)
{
  const GoldenLimit limit = {TENSOR_LIMIT, TIMES_RECORDED};
  JsonArray *rows = golden_array (after, "tensors");

  for (guint r = 0; r < json_array_get_length (rows); r++) {
    JsonObject *row = json_array_get_object_element (rows, r);
    const char *name = golden_text (row, "name");
    g_autofree char *place = g_strdup_printf (
        "%s after step %d: %s", golden_text (run->root, "mode"), golden_int (after, "step"), name);
    int i = thaw_net_find_param (run->net, name);
    g_autofree float *value = NULL;
    g_assert_cmpint (i, >=, 0);
    value = golden_net_value (run->net, i);
    golden_check_summary (run->tally, place, row, value, thaw_net_param (run->net, i)->count,
                          limit);
  }
}

static void
check_after_norms (Run *run, JsonObject *after)
{
  double parameters = 0, statistics = 0;
  double expected = golden_real (after, "l2_all_parameters");
  double expected_statistics = golden_real (after, "l2_all_running_stats");

  for (int i = 0; i < thaw_net_n_params (run->net); i++) {
    const ThawParam *param = thaw_net_param (run->net, i);
    double square = pow (golden_l2 (param->value, param->count), 2);
    if (!param->buffer)
      parameters += square;
    else if (!g_str_has_suffix (param->name, ".num_batches_tracked"))
      statistics += square;
  }
  golden_check (run->tally, "l2 of all parameters", sqrt (parameters), expected,
                TENSOR_LIMIT * expected);
  golden_check (run->tally, "l2 of all running statistics", sqrt (statistics), expected_statistics,
                (TENSOR_LIMIT + (run->adam ? late_loss_limit (run) : 0)) * expected_statistics);
}

static void
check_after (Run *run, int steps_done)
{
  JsonArray *afters = golden_array (run->root, "after");

  for (guint a = 0; a < json_array_get_length (afters); a++) {
    JsonObject *after = json_array_get_object_element (afters, a);
    if (golden_int (after, "step") != steps_done)
      continue;
    check_after_logits (run, after, steps_done > golden_int (run->root, "frozen_steps"));
    check_after_tensors (run, after);
    check_after_norms (run, after);
  }
}

static void
run_file (const char *file, ThawPool *pool, GoldenTally *tally)
{
  g_autoptr (JsonParser) parser = golden_load (file);
  JsonObject *root = golden_root (parser);
  const char *optimiser = golden_text (golden_object (root, "optimiser"), "name");
  Run run = {root, thaw_model_find (golden_text (root, "model")), .pool = pool, .tally = tally};
  int frozen_steps = golden_int (root, "frozen_steps");

  run.adam = strcmp (optimiser, "adam") == 0;
  g_assert_true (run.adam || strcmp (optimiser, "sgd") == 0);
  run.carry = strcmp (golden_text (root, "mode"), "carry") == 0;
  run.size = golden_int (root, "size");
  run.batch = golden_int (root, "batch");
  run.net = golden_net_new (root, run.model, run.size, pool);
  run.optimizer = make_optimizer (&run);
  plan (&run, true);
  for (int step = 0; step < golden_int (root, "steps"); step++) {
    if (step == frozen_steps) {
      if (!run.carry)
        thaw_optimizer_reset (run.optimizer);
      plan (&run, false);
    }
    one_step (&run, step);
    check_after (&run, step + 1);
  }
  thaw_optimizer_free (run.optimizer);
  thaw_net_free (run.net);
}

/* --- Files ------------------------------------------------------------------------------------ */

static GPtrArray *files;
static guint not_built;

static void
check_model (gconstpointer data)
{
  const ThawModel *model = data;
  g_autofree char *what = g_strconcat (model->entry.name, " trajectories", NULL);
  g_autofree char *prefix = g_strdup_printf ("trajectory_%s_", model->entry.name);
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  GoldenTally tally = {what};

  for (guint i = 0; i < files->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (files, i), prefix))
      run_file (g_ptr_array_index (files, i), pool, &tally);
  golden_report (&tally);
}

static void
coverage (void)
{
  for (guint i = 0; i < files->len; i++) {
    g_autoptr (JsonParser) parser = golden_load (g_ptr_array_index (files, i));
    if (thaw_model_find (golden_text (golden_root (parser), "model")) == NULL)
      not_built++;
  }
  g_test_message ("trajectory_*.json: %u of %u skipped (not built yet)", not_built, files->len);
  g_assert_cmpuint (not_built, <, files->len);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  files = golden_files ("trajectory_");
  for (int i = 0; thaw_models ()[i] != NULL; i++) {
    const ThawModel *model = thaw_models ()[i];
    g_autofree char *prefix = g_strdup_printf ("trajectory_%s_", model->entry.name);
    g_autofree char *path = g_strconcat ("/golden/trajectories/", model->entry.name, NULL);
    for (guint f = 0; f < files->len; f++)
      if (g_str_has_prefix (g_ptr_array_index (files, f), prefix)) {
        g_test_add_data_func (path, model, check_model);
        break;
      }
  }
  g_test_add_func ("/golden/trajectories/coverage", coverage);
  result = g_test_run ();
  g_ptr_array_unref (files);
  return result;
}
