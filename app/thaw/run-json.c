/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the store as JSON, and runs as a table. */
#include "run-json.h"

void
run_json (CliJson *builder, const ThawRun *run)
{
  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "id", run->id);
  cli_json_text (builder, "name", run->name);
  cli_json_text (builder, "state", thaw_run_state_name (run->state));
  cli_json_text (builder, "message", run->message);
  cli_json_text (builder, "model", run->model);
  cli_json_text (builder, "preset", run->preset);
  cli_json_text (builder, "recipe_hash", run->recipe_hash);
  cli_json_embed (builder, "recipe", run->recipe);
  cli_json_text (builder, "data_title", run->data_title);
  cli_json_text (builder, "data_path", run->data_path);
  cli_json_text (builder, "data_fingerprint", run->data_fingerprint);
  cli_json_text (builder, "weights", run->weights);
  cli_json_embed (builder, "machine", run->machine);
  cli_json_int (builder, "epochs", run->epochs);
  cli_json_int (builder, "epochs_done", run->epochs_done);
  cli_json_int (builder, "steps_done", (gint64) run->steps_done);
  cli_json_int (builder, "attempt", run->attempt);
  cli_json_int (builder, "parameters", run->parameters);
  cli_json_int (builder, "trainable_frozen", run->trainable_frozen);
  cli_json_int (builder, "macs", run->macs);
  cli_json_int (builder, "created_ms", run->created_ms);
  cli_json_int (builder, "ended_ms", run->ended_ms);
  cli_json_real (builder, "best_accuracy", run->best_accuracy);
  cli_json_int (builder, "best_epoch", run->best_epoch + 1);
  cli_json_real (builder, "test_loss", run->test_loss);
  cli_json_real (builder, "test_accuracy", run->test_accuracy);
  cli_json_int (builder, "test_opened", run->test_opened);
  cli_json_int (builder, "steps_planned", run->steps_planned);
  cli_json_begin_array (builder, "tags");
  for (char **tag = run->tags; *tag != NULL; tag++)
    cli_json_text (builder, NULL, *tag);
  cli_json_end_array (builder);
  cli_json_bool (builder, "starred", run->starred);
  cli_json_int (builder, "trashed_ms", run->trashed_ms);
  cli_json_text (builder, "group", run->group_id);
  cli_json_int (builder, "queue_place", run->queue_place);
}

void
runs_json (GPtrArray *runs)
{
  CliJson *builder = cli_json_new ();

  cli_json_begin_array (builder, NULL);
  for (guint i = 0; i < runs->len; i++) {
    run_json (builder, runs->pdata[i]);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  cli_json_print (builder);
}

void
runs_print (GPtrArray *runs)
{
  CliTable *table = cli_table_new (8, "lllrrrll");

  cli_table_add (table, _ ("Run"), _ ("Name"), _ ("Backbone"), _ ("Epochs"), _ ("Best"), _ ("Test"),
                 _ ("State"), _ ("Made"), NULL);
  cli_table_rule (table);
  for (guint i = 0; i < runs->len; i++) {
    const ThawRun *run = runs->pdata[i];
    g_autofree char *id = g_strndup (run->id, 8), *best = cli_percent (run->best_accuracy);
    g_autofree char *test = cli_percent (run->test_accuracy), *made = cli_time (run->created_ms);
    g_autofree char *epochs = g_strdup_printf ("%d/%d", run->epochs_done, run->epochs);
    cli_table_add (table, id, run->name, run->model, epochs, best, test,
                   cli_state_text (run->state), made, NULL);
  }
  cli_table_print (table);
}
