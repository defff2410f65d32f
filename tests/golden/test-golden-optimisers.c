/* SPDX-License-Identifier: GPL-3.0-or-later */
/* optimisers.json: twenty steps of every optimiser that exists here, all parameters after each
 * step. Tolerance: 5e-6 of the largest parameter of the case, the fixtures' suggested limit. */
#include "choice.h"
#include "golden.h"
#include "thaw-optim.h"

#include <math.h>

#define TOLERANCE 5e-6

static const struct {
  const char *family; /* of the fixture's case name */
  const char *name;
} known[] = {{"sgd", "SGD"}, {"adam", "Adam"}, {"adamw", "AdamW"}, {"rmsprop", "RMSprop"}};

/* The entry's name, or NULL when it is not built yet. */
static const char *
entry_name (const char *case_name)
{
  g_auto (GStrv) words = g_strsplit (case_name, "_", 2);

  for (size_t i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (words[0], known[i].family) == 0)
      return thaw_catalogue_find (thaw_optimizers (), known[i].name) ? known[i].name : NULL;
  return NULL;
}

static void
set_option (JsonObject *options, const char *member, JsonNode *node, gpointer user)
{
  double *at = choice_at (user, member);

  if (JSON_NODE_HOLDS_ARRAY (node)) {
    g_autoptr (GArray) values = golden_reals (json_node_get_array (node));
    memcpy (at, values->data, values->len * sizeof (double));
  } else {
    at[0] = golden_node_real (node);
  }
}

static void
to_floats (JsonArray *array, float *out, guint n)
{
  g_autoptr (GArray) values = golden_reals (array);

  g_assert_cmpuint (values->len, ==, n);
  for (guint i = 0; i < n; i++)
    out[i] = (float) g_array_index (values, double, i);
}

static double
largest (const GArray *values)
{
  double max = 0;

  for (guint i = 0; i < values->len; i++)
    max = fmax (max, fabs (g_array_index (values, double, i)));
  return max;
}

static void
run_case (JsonObject *root, JsonObject *item, const char *name, ThawPool *pool, GoldenTally *tally)
{
  const char *title = golden_text (item, "name");
  JsonObject *change = golden_object (root, "lr_change");
  JsonArray *grads = golden_array (root, "grads");
  g_autoptr (GArray) expected = golden_reals (golden_array (item, "params"));
  guint n = json_array_get_length (golden_array (root, "p0"));
  g_autofree float *value = g_new (float, n), *grad = g_new (float, n);
  ThawChoice choice = choice_new (thaw_optimizers (), name);
  g_autoptr (ThawOptimizer) optimizer = NULL;
  double lr, limit = TOLERANCE * largest (expected);

  json_object_foreach_member (golden_object (item, "options"), set_option, &choice);
  lr = thaw_choice_real (&choice, "lr");
  optimizer = thaw_optimizer_new (&choice, &(const uint64_t){n}, 1);
  to_floats (golden_array (root, "p0"), value, n);
  g_assert_cmpuint (expected->len, ==, n * json_array_get_length (grads));
  for (guint step = 0; step < json_array_get_length (grads); step++) {
    const ThawOptimizerTask task = {0, value, grad};
    g_autofree char *place = g_strdup_printf ("%s step %u", title, step + 1);
    if ((int) step == golden_int (change, "after_step"))
      lr *= golden_real (change, "factor");
    to_floats (json_array_get_array_element (grads, step), grad, n);
    g_assert_true (thaw_optimizer_step (optimizer, pool, &task, 1, lr, NULL));
    golden_check_floats (tally, place, value, &g_array_index (expected, double, step *n), n, limit);
  }
  choice_clear (&choice);
}

static void
optimisers (void)
{
  g_autoptr (JsonParser) parser = golden_load ("optimisers.json");
  JsonObject *root = golden_root (parser);
  JsonArray *cases = golden_array (root, "cases");
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  GoldenTally tally = {"optimisers"};

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *item = json_array_get_object_element (cases, i);
    const char *name = entry_name (golden_text (item, "name"));
    if (name != NULL)
      run_case (root, item, name, pool, &tally);
    else
      tally.skipped++;
  }
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/optimisers", optimisers);
  return g_test_run ();
}
