/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedulers.json: the rate in force during each epoch, for every schedule that exists here.
 * Tolerance: 1e-9 of the rate, the fixtures' suggested limit. */
#include "choice.h"
#include "golden.h"
#include "thaw-optim.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-9

static void
set_param (JsonObject *params, const char *member, JsonNode *node, gpointer user)
{
  const ThawChoice *choice = user;

  if (strcmp (member, "base_lr") == 0)
    return;
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    g_autoptr (GArray) values = golden_reals (json_node_get_array (node));
    g_assert_cmpuint (values->len, <=, THAW_PARAM_MAX_COUNT);
    memset (choice_at (choice, member), 0, THAW_PARAM_MAX_COUNT * sizeof (double));
    memcpy (choice_at (choice, member), values->data, values->len * sizeof (double));
    return;
  }
  if (json_node_get_value_type (node) ==
      G_TYPE_STRING) { /* a choice by name: its place in the list */
    for (int p = 0; p < choice->entry->n_params; p++) {
      const ThawParamSpec *spec = &choice->entry->params[p];
      for (int c = 0; spec->kind == THAW_PARAM_CHOICE && spec->choices[c] != NULL; c++)
        if (strcmp (spec->name, member) == 0 &&
            strcmp (spec->choices[c], json_node_get_string (node)) == 0) {
          choice_set (choice, member, c);
          return;
        }
    }
    g_error ("'%s' knows no %s '%s'", choice->entry->name, member, json_node_get_string (node));
  }
  choice_set (choice, member, golden_node_real (node));
}

static void
run_plateau (JsonObject *item, GoldenTally *tally)
{
  const char *title = golden_text (item, "name");
  JsonObject *params = golden_object (item, "params");
  g_autoptr (GArray) expected = golden_reals (golden_array (item, "lr"));
  g_autoptr (GArray) metric = golden_reals (golden_array (item, "metric")); /* null: NaN */
  ThawChoice choice = choice_new (thaw_schedules (), "ReduceLROnPlateau");
  g_autoptr (ThawSchedule) schedule = NULL;

  json_object_foreach_member (params, set_param, &choice);
  schedule = thaw_schedule_new (&choice, golden_real (params, "base_lr"), (int) expected->len);
  g_assert_cmpuint (metric->len, ==, expected->len);
  for (guint e = 0; e < expected->len; e++) {
    g_autofree char *place = g_strdup_printf ("%s epoch %u", title, e);
    double lr = g_array_index (expected, double, e);
    golden_check (tally, place, thaw_schedule_lr (schedule), lr, TOLERANCE * fabs (lr));
    thaw_schedule_epoch_end (schedule, g_array_index (metric, double, e));
  }
  choice_clear (&choice);
}

/* Rates that follow a curve. The fixtures step once an epoch: one batch is an epoch here. */
static void
run_curve (JsonObject *item, ThawSchedule *schedule, GoldenTally *tally)
{
  const char *title = golden_text (item, "name");
  g_autoptr (GArray) expected = golden_reals (golden_array (item, "lr"));
  g_autoptr (GArray) momentum = json_object_has_member (item, "momentum")
                                    ? golden_reals (golden_array (item, "momentum"))
                                    : NULL;

  for (guint e = 0; e < expected->len; e++) {
    g_autofree char *place = g_strdup_printf ("%s epoch %u", title, e);
    double lr = g_array_index (expected, double, e);
    golden_check (tally, place, thaw_schedule_lr (schedule), lr, TOLERANCE * fabs (lr) + 1e-18);
    if (momentum != NULL)
      golden_check (tally, place, thaw_schedule_momentum_at (schedule, 0),
                    g_array_index (momentum, double, e), TOLERANCE);
    else
      g_assert_true (isnan (thaw_schedule_momentum_at (schedule, 0)));
    thaw_schedule_epoch_end (schedule, 0);
  }
}

/* Iteration by iteration within one epoch: the same numbers. */
static void
run_batches (JsonObject *item, const ThawChoice *choice, GoldenTally *tally)
{
  g_autoptr (GArray) expected = golden_reals (golden_array (item, "lr"));
  ThawRecipe recipe = {
      .schedule = *choice, .optimizer = choice_new (thaw_optimizers (), "SGD"), .epochs = 1};
  g_autoptr (ThawSchedule) schedule = thaw_schedule_of (&recipe, expected->len);

  for (guint b = 0; b < expected->len; b++) {
    g_autofree char *place = g_strdup_printf ("%s batch %u", golden_text (item, "name"), b);
    double lr = g_array_index (expected, double, b);
    golden_check (tally, place, thaw_schedule_lr_at (schedule, b), lr, TOLERANCE * fabs (lr));
  }
  choice_clear (&recipe.optimizer);
}

static void
run_warm_up (JsonObject *item, JsonObject *params, GoldenTally *tally)
{
  guint n = json_array_get_length (golden_array (item, "lr"));
  ThawRecipe recipe = {
      .schedule = choice_new (thaw_schedules (), "CosineAnnealingLR"),
      .optimizer = choice_new (thaw_optimizers (), "SGD"),
      .epochs = (int) n,
      .warmup = {golden_int (params, "warmup"), golden_real (params, "start_factor")}};
  g_autoptr (ThawSchedule) schedule = NULL;

  choice_set (&recipe.optimizer, "lr", golden_real (params, "base_lr"));
  choice_set (&recipe.schedule, "eta_min", golden_real (params, "eta_min"));
  g_assert_cmpint (golden_int (params, "T_max"), ==, (int) n - recipe.warmup.epochs);
  schedule = thaw_schedule_of (&recipe, 1);
  run_curve (item, schedule, tally);
  choice_clear (&recipe.schedule);
  choice_clear (&recipe.optimizer);
}

static void
run_rule (JsonObject *item, const char *name, GoldenTally *tally)
{
  JsonObject *params = golden_object (item, "params");
  ThawChoice choice = choice_new (thaw_schedules (), name);
  guint n = json_array_get_length (golden_array (item, "lr"));
  bool cycles = strcmp (name, "OneCycleLR") == 0;
  g_autoptr (ThawSchedule) schedule = NULL;

  if (cycles) {
    g_assert_cmpint (golden_int (params, "total_steps"), ==, (int) n);
    json_object_remove_member (params, "total_steps");
  }
  json_object_foreach_member (params, set_param, &choice);
  schedule = thaw_schedule_new (&choice, cycles ? 123 : golden_real (params, "base_lr"), (int) n);
  run_curve (item, schedule, tally);
  if (cycles)
    run_batches (item, &choice, tally);
  choice_clear (&choice);
}

static const struct {
  const char *prefix, *name;
} rules[] = {{"step_", "StepLR"},
             {"multistep", "MultiStepLR"},
             {"cosine", "CosineAnnealingLR"},
             {"exponential", "ExponentialLR"},
             {"linear_warmup", "LinearLR"},
             {"polynomial", "PolynomialLR"},
             {"onecycle", "OneCycleLR"}};

static const char *
rule_of (const char *title)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_has_prefix (title, rules[i].prefix))
      return rules[i].name;
  return NULL;
}

static void
schedulers (void)
{
  g_autoptr (JsonParser) parser = golden_load ("schedulers.json");
  JsonArray *cases = golden_array (golden_root (parser), "cases");
  GoldenTally tally = {"schedulers"};

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *item = json_array_get_object_element (cases, i);
    const char *title = golden_text (item, "name");
    if (g_str_has_prefix (title, "plateau_"))
      run_plateau (item, &tally);
    else if (g_str_has_prefix (title, "warmup"))
      run_warm_up (item, golden_object (item, "params"), &tally);
    else if (rule_of (title) != NULL)
      run_rule (item, rule_of (title), &tally);
    else
      tally.skipped++;
  }
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/schedulers", schedulers);
  return g_test_run ();
}
