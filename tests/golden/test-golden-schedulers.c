/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedulers.json: the rate in force during each epoch, for every schedule that exists here.
 * Tolerance: 1e-9 of the rate, the fixtures' suggested limit. */
#include "choice.h"
#include "golden.h"
#include "thaw-optim.h"

#include <math.h>

#define TOLERANCE 1e-9

static void
set_param (JsonObject *params, const char *member, JsonNode *node, gpointer user)
{
  const ThawChoice *choice = user;

  if (strcmp (member, "base_lr") == 0)
    return;
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

static void
schedulers (void)
{
  g_autoptr (JsonParser) parser = golden_load ("schedulers.json");
  JsonArray *cases = golden_array (golden_root (parser), "cases");
  GoldenTally tally = {"schedulers"};

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *item = json_array_get_object_element (cases, i);
    if (g_str_has_prefix (golden_text (item, "name"), "plateau_"))
      run_plateau (item, &tally);
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
