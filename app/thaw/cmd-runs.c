/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw runs, thaw show. */
#include "progress.h"
#include "run-json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int
cmd_runs (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  store = cli_store (THAW_STORE_READ, &error);
  runs = store != NULL ? thaw_store_runs (store, &error) : NULL;
  if (runs == NULL)
    return cli_fail (error);
  if (json) {
    runs_json (runs);
  } else if (runs->len == 0) {
    puts (_ ("There are no runs yet. 'thaw train' starts one."));
  } else {
    runs_print (runs);
  }
  return CLI_OK;
}

/* --- show --- */

typedef struct {
  ThawRun *run;
  GArray *epochs, *events, *attempts;
  GPtrArray *artifacts;
} Story;

static void
story_clear (Story *story)
{
  g_clear_pointer (&story->run, thaw_run_free);
  g_clear_pointer (&story->epochs, g_array_unref);
  g_clear_pointer (&story->events, g_array_unref);
  g_clear_pointer (&story->attempts, g_array_unref);
  g_clear_pointer (&story->artifacts, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Story, story_clear)

static bool
read_story (ThawStore *store, const char *which, Story *story, GError **error)
{
  story->run = thaw_store_find_run (store, which, error);
  if (story->run == NULL)
    return false;
  story->epochs = thaw_store_epochs (store, story->run->id, error);
  story->events = story->epochs != NULL ? thaw_store_events (store, story->run->id, error) : NULL;
  story->attempts =
      story->events != NULL ? thaw_store_attempts (store, story->run->id, error) : NULL;
  story->artifacts =
      story->attempts != NULL ? thaw_store_artifacts (store, story->run->id, error) : NULL;
  return story->artifacts != NULL;
}

static void
epochs_json (CliJson *builder, GArray *epochs)
{
  cli_json_begin_array (builder, "epochs_table");
  for (guint i = 0; i < epochs->len; i++) {
    const ThawEpochRow *row = &g_array_index (epochs, ThawEpochRow, i);
    cli_json_begin_object (builder, NULL);
    cli_json_int (builder, "epoch", row->epoch + 1);
    cli_json_int (builder, "step", row->step);
    cli_json_bool (builder, "frozen", row->frozen);
    cli_json_real (builder, "lr", row->lr);
    cli_json_real (builder, "train_loss", row->train_loss);
    cli_json_real (builder, "train_accuracy", row->train_accuracy);
    cli_json_real (builder, "clean_loss", row->clean_loss);
    cli_json_real (builder, "clean_accuracy", row->clean_accuracy);
    cli_json_text (builder, "set", row->set);
    cli_json_real (builder, "loss", row->loss);
    cli_json_real (builder, "accuracy", row->accuracy);
    cli_json_real (builder, "ema_loss", row->ema_loss);
    cli_json_real (builder, "ema_accuracy", row->ema_accuracy);
    cli_json_real (builder, "seconds", row->seconds);
    cli_json_real (builder, "images_per_second", row->images_per_second);
    cli_json_int (builder, "trainable", row->trainable);
    cli_json_bool (builder, "best", row->best);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
}

static void
events_json (CliJson *builder, GArray *events)
{
  cli_json_begin_array (builder, "events");
  for (guint i = 0; i < events->len; i++) {
    const ThawEventRow *row = &g_array_index (events, ThawEventRow, i);
    cli_json_begin_object (builder, NULL);
    cli_json_int (builder, "attempt", row->attempt);
    cli_json_int (builder, "epoch", row->epoch + 1);
    cli_json_int (builder, "step", row->step);
    cli_json_text (builder, "kind", row->kind);
    cli_json_text (builder, "detail", row->detail);
    cli_json_int (builder, "at_ms", row->at_ms);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
}

static void
attempts_json (CliJson *builder, GArray *attempts)
{
  cli_json_begin_array (builder, "attempts");
  for (guint i = 0; i < attempts->len; i++) {
    const ThawAttemptRow *row = &g_array_index (attempts, ThawAttemptRow, i);
    cli_json_begin_object (builder, NULL);
    cli_json_int (builder, "number", row->number);
    cli_json_int (builder, "epochs_done", row->epochs_done);
    cli_json_int (builder, "steps_done", row->steps_done);
    cli_json_int (builder, "began_ms", row->began_ms);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
}

static void
artifacts_json (CliJson *builder, GPtrArray *artifacts, const char *folder)
{
  cli_json_begin_array (builder, "artifacts");
  for (guint i = 0; i < artifacts->len; i++) {
    const ThawArtifact *artifact = artifacts->pdata[i];
    g_autofree char *path = g_build_filename (folder, artifact->file, NULL);
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "path", path);
    cli_json_text (builder, "kind", artifact->kind);
    cli_json_int (builder, "epoch", artifact->epoch);
    cli_json_int (builder, "step", artifact->step);
    cli_json_int (builder, "bytes", artifact->bytes);
    cli_json_text (builder, "sha256", artifact->sha256);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
}

static void
print_epochs (GArray *epochs)
{
  bool averages = false;
  CliTable *table;

  for (guint i = 0; i < epochs->len; i++)
    averages |= isfinite (g_array_index (epochs, ThawEpochRow, i).ema_accuracy);
  table = cli_table_new (averages ? 10 : 9, "rlrrrrrrrr");
  cli_table_add (table, _ ("Epoch"), _ ("Phase"), _ ("Rate"), _ ("Train loss"), _ ("Train acc."),
                 _ ("Clean acc."), _ ("Loss"), _ ("Accuracy"), _ ("Images/s"),
                 averages ? _ ("Averaged") : NULL, NULL);
  cli_table_rule (table);
  for (guint i = 0; i < epochs->len; i++) {
    const ThawEpochRow *row = &g_array_index (epochs, ThawEpochRow, i);
    g_autofree char *epoch = g_strdup_printf ("%d%s", row->epoch + 1, row->best ? "*" : " ");
    g_autofree char *rate = g_strdup_printf ("%g", row->lr),
                    *train_loss = cli_number (row->train_loss, 4);
    g_autofree char *train = cli_percent (row->train_accuracy),
                    *clean = cli_percent (row->clean_accuracy);
    g_autofree char *loss = cli_number (row->loss, 4), *accuracy = cli_percent (row->accuracy);
    g_autofree char *speed = cli_count (lround (row->images_per_second)),
                    *ema = cli_percent (row->ema_accuracy);
    cli_table_add (table, epoch, row->frozen ? _ ("frozen") : _ ("thawed"), rate, train_loss, train,
                   clean, loss, accuracy, speed, averages ? ema : NULL, NULL);
  }
  cli_table_print (table);
}

static void
print_facts (const Story *story)
{
  const ThawRun *run = story->run;
  CliTable *table = cli_table_new (2, "ll");
  g_autofree char *epochs = g_strdup_printf (_ ("%d of %d"), run->epochs_done, run->epochs);
  g_autofree char *best = cli_percent (run->best_accuracy),
                  *test = cli_percent (run->test_accuracy);
  g_autofree char *made = cli_time (run->created_ms), *parameters = cli_count (run->parameters);
  g_autofree char *macs = cli_count (run->macs), *opened = g_strdup_printf ("%d", run->test_opened);

  cli_table_add (table, _ ("Run"), run->id, NULL);
  cli_table_add (table, _ ("Name"), run->name, NULL);
  cli_table_add (table, _ ("State"), cli_state_text (run->state), NULL);
  if (run->message != NULL)
    cli_table_add (table, _ ("Message"), run->message, NULL);
  cli_table_add (table, _ ("Backbone"), run->model, NULL);
  cli_table_add (table, _ ("Parameters"), parameters, NULL);
  cli_table_add (table, _ ("MACs an image"), macs, NULL);
  cli_table_add (table, _ ("Weights"), run->weights, NULL);
  cli_table_add (table, _ ("Data"), run->data_title, NULL);
  cli_table_add (table, _ ("Data path"), run->data_path, NULL);
  cli_table_add (table, _ ("Made"), made, NULL);
  cli_table_add (table, _ ("Epochs"), epochs, NULL);
  cli_table_add (table, _ ("Best accuracy"), best, NULL);
  cli_table_add (table, _ ("Test accuracy"), test, NULL);
  cli_table_add (table, _ ("Test set opened, times"), opened, NULL);
  cli_table_add (table, _ ("Recipe"), run->recipe_hash, NULL);
  cli_table_print (table);
}

static void
print_story (const Story *story, const char *folder)
{
  print_facts (story);
  if (story->epochs->len > 0) {
    putchar ('\n');
    print_epochs (story->epochs);
  }
  if (story->events->len > 0)
    printf ("\n%s\n", _ ("Events"));
  for (guint i = 0; i < story->events->len; i++) {
    const ThawEventRow *row = &g_array_index (story->events, ThawEventRow, i);
    g_autofree char *at = cli_time (row->at_ms);
    printf (_ ("  %s  epoch %d, step %" PRId64 ": %s%s%s\n"), at, row->epoch + 1, row->step,
            progress_event_text (row->kind), row->detail != NULL ? ": " : "",
            row->detail != NULL ? row->detail : "");
  }
  if (story->artifacts->len > 0)
    printf ("\n%s\n", _ ("Files"));
  for (guint i = 0; i < story->artifacts->len; i++) {
    const ThawArtifact *artifact = story->artifacts->pdata[i];
    g_autofree char *path = g_build_filename (folder, artifact->file, NULL),
                    *size = cli_bytes ((guint64) artifact->bytes);
    printf ("  %s  %s\n", path, size);
  }
}

int
cmd_show (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_auto (Story) story = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  gboolean json = FALSE, recipe = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"recipe", 0, 0, G_OPTION_ARG_NONE, &recipe, N_ ("Only the recipe, as a file for --recipe"),
       NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  store = cli_store (THAW_STORE_READ, &error);
  if (store == NULL || !read_story (store, argv[1], &story, &error))
    return cli_fail (error);
  folder = thaw_store_run_folder (store, story.run->id);
  if (recipe) {
    fputs (story.run->recipe, stdout);
  } else if (json) {
    CliJson *builder = cli_json_new ();
    run_json (builder, story.run);
    epochs_json (builder, story.epochs);
    events_json (builder, story.events);
    attempts_json (builder, story.attempts);
    cli_json_text (builder, "folder", folder);
    artifacts_json (builder, story.artifacts, folder);
    cli_json_end_object (builder);
    cli_json_print (builder);
  } else {
    print_story (&story, folder);
  }
  return CLI_OK;
}
