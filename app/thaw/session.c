/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: recipe, weights, data and trainer are brought together and checked before anything is
 * written. */
#include "session.h"
#include "thaw-catalogues.h"
#include "thaw-foreign.h"
#include "thaw-kernels.h"
#include "thaw-resources.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void
session_clear (Session *session)
{
  worker_clear (&session->worker);
  g_clear_pointer (&session->trainer, thaw_trainer_free);
  g_clear_pointer (&session->pool, thaw_pool_free);
  g_clear_pointer (&session->lock, thaw_run_unlock);
  g_clear_pointer (&session->run, thaw_run_free);
  g_clear_pointer (&session->store, thaw_store_close);
  g_clear_pointer (&session->weights, thaw_state_dict_free);
  g_clear_pointer (&session->weights_path, g_free);
  g_clear_pointer (&session->set, thaw_dataset_free);
  g_clear_pointer (&session->recipe, thaw_recipe_free);
}
/* --- Recipe --- */

ThawRecipe *
session_recipe (const char *preset,
                const char *file,
                const char *const *assignments,
                GError **error)
{
  g_autoptr (ThawRecipe) recipe = NULL;
  const ThawCatalogues *catalogues = thaw_catalogues ();

  if (file != NULL) {
    recipe = thaw_recipe_load (file, catalogues, error);
  } else {
    g_autoptr (GBytes) bytes = thaw_preset_read (preset);
    gsize length;
    const char *json;
    if (bytes == NULL) {
      g_auto (GStrv) names = thaw_presets_list ();
      g_autofree char *known = g_strjoinv (", ", names);
      g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                   _ ("there is no preset '%s'; there are: %s"), preset, known);
      return NULL;
    }
    json = g_bytes_get_data (bytes, &length);
    recipe = thaw_recipe_parse (json, (gssize) length, preset, catalogues, error);
  }
  if (recipe == NULL || assignments == NULL || *assignments == NULL)
    return g_steal_pointer (&recipe);
  return thaw_recipe_with (recipe, assignments, catalogues, error);
}

GPtrArray *
session_findings (const ThawRecipe *recipe, bool seed_drawn, int classes)
{
  g_autoptr (ThawRecipe) as_given = thaw_recipe_copy (recipe);

  if (seed_drawn)
    as_given->seed = THAW_SEED_NONE;
  return thaw_train_findings (as_given, classes);
}

void
session_print_findings (const ThawRecipe *recipe, bool seed_drawn)
{
  g_autoptr (GPtrArray) findings = session_findings (recipe, seed_drawn, 10);

  for (guint i = 0; i < findings->len; i++) {
    const ThawFinding *finding = findings->pdata[i];
    cli_note (_ ("Check: %s"), finding->message);
  }
}

/* --- Data and weights --- */

bool
session_read_data (Session *session, const char *given, GError **error)
{
  g_autofree char *id = NULL;
  g_autofree char *path = cli_find_data (session->recipe, given, &id, error);
  const GPtrArray *skipped;

  if (path == NULL)
    return false;
  if (given != NULL && strcmp (session->recipe->data.set, "auto") != 0 &&
      strcmp (session->recipe->data.set, "path") != 0 &&
      strcmp (session->recipe->data.set, id) != 0) {
    g_autofree char *assignment = g_strconcat ("data.set=", id, NULL);
    const char *assignments[] = {assignment, NULL};
    g_autoptr (ThawRecipe) changed =
        thaw_recipe_with (session->recipe, assignments, thaw_catalogues (), error);
    if (changed == NULL)
      return false;
    cli_note (_ ("The recipe names the data set '%s'; '%s' was given and is used."),
              session->recipe->data.set, id);
    thaw_recipe_free (session->recipe);
    session->recipe = g_steal_pointer (&changed);
  }
  session->set = thaw_foreign_dataset (path, session->recipe->data.size, NULL, error);
  if (session->set == NULL)
    return false;
  skipped = thaw_dataset_skipped (session->set);
  if (skipped->len > 0)
    cli_note (ngettext ("%u picture could not be read and is left out:",
                        "%u pictures could not be read and are left out:", skipped->len),
              skipped->len);
  for (guint i = 0; i < MIN (skipped->len, 20); i++)
    cli_note ("  %s", (const char *) skipped->pdata[i]);
  return true;
}

bool
session_check_data (const Session *session, GError **error)
{
  const char *found = thaw_dataset_fingerprint (session->set);
  const char *expected = session->run->data_fingerprint;

  if (expected[0] == '\0' || g_str_equal (found, expected))
    return true;
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
               _ ("%s: is not the data of run %.8s: its fingerprint is %.12s, expected %.12s; "
                  "--data PATH names another place"),
               thaw_dataset_info (session->set)->path, session->run->id, found, expected);
  return false;
}

bool
session_read_weights (Session *session, GError **error)
{
  GError *local = NULL;

  session->weights_path = cli_find_weights (session->recipe, &local);
  if (local != NULL) {
    g_propagate_error (error, local);
    return false;
  }
  if (session->weights_path == NULL)
    return true;
  session->weights = thaw_foreign_weights (session->weights_path, NULL, error);
  return session->weights != NULL;
}

ThawTrainSpec
session_spec (Session *session, const char *folder, const char *resume)
{
  return (ThawTrainSpec){
      .recipe = session->recipe,
      .set = session->set,
      .weights = session->weights,
      .weights_source = session->weights_path,
      .folder = folder,
      .resume = resume,
      .pool = session->pool,
      .hooks = worker_hooks (&session->worker),
  };
}

char *
session_machine (const ThawPool *pool)
{
  CliJson *builder = cli_json_new ();

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "thaw", VERSION);
  cli_json_int (builder, "cores", thaw_cores ());
  cli_json_int (builder, "threads", thaw_pool_threads (pool));
  cli_json_text (builder, "blas", thaw_nn_blas_config ());
  cli_json_text (builder, "blas_core", thaw_nn_blas_core ());
  cli_json_text (builder, "kernels", thaw_kernels ()->name);
  cli_json_end_object (builder);
  return cli_json_steal (builder);
}

/* What the graph says of itself, for comparisons later. */
static void
describe_model (ThawRun *run, ThawTrainer *trainer)
{
  g_autoptr (GArray) layers = thaw_graph_layers (thaw_net_graph (thaw_trainer_net (trainer)));
  ThawNet *net = thaw_trainer_net (trainer);

  run->macs = 0;
  for (guint i = 0; i < layers->len; i++)
    run->macs += (gint64) g_array_index (layers, ThawLayerInfo, i).macs;
  run->parameters = run->trainable_frozen = 0;
  for (int i = 0; i < thaw_net_n_params (net); i++) {
    const ThawParam *param = thaw_net_param (net, i);
    run->parameters += param->buffer ? 0 : (gint64) param->count;
    run->trainable_frozen += !param->buffer && param->trainable ? (gint64) param->count : 0;
  }
}

/* Iterations of an epoch. */
static gint64
batches (const Session *session)
{
  gint64 n = thaw_trainer_split (session->trainer)->n_train, size = session->recipe->batch_size;

  return (n + size - 1) / size;
}

ThawRun *
session_new_run (Session *session, const char *name, const char *preset)
{
  ThawRun *run = g_new0 (ThawRun, 1);
  const ThawRecipe *recipe = session->recipe;
  const ThawSetInfo *info = thaw_dataset_info (session->set);

  run->name = g_strdup (name != NULL              ? name
                        : recipe->name[0] != '\0' ? recipe->name
                                                  : recipe->model.choice.entry->name);
  run->recipe = thaw_recipe_write (recipe);
  run->recipe_hash = thaw_recipe_hash (recipe);
  run->model = g_strdup (recipe->model.choice.entry->name);
  run->data_path = g_canonicalize_filename (info->path, NULL);
  run->data_title = g_strdup (info->title);
  run->data_fingerprint = g_strdup (thaw_dataset_fingerprint (session->set));
  run->weights = g_strdup (session->weights_path != NULL ? session->weights_path : "random");
  run->machine = session_machine (session->pool);
  run->epochs = recipe->epochs;
  run->best_epoch = -1;
  run->best_accuracy = run->test_loss = run->test_accuracy = NAN;
  run->preset = g_strdup (preset);
  run->steps_planned = (gint64) recipe->epochs * batches (session);
  describe_model (run, session->trainer);
  return run;
}

static void
say_start (const Session *session, bool json)
{
  const ThawSplit *split = thaw_trainer_split (session->trainer);
  const ThawRun *run = session->run;
  g_autofree char *parameters = cli_count (run->parameters);

  if (json) {
    CliJson *line = cli_json_new ();
    cli_json_begin_object (line, NULL);
    cli_json_text (line, "event", "start");
    cli_json_text (line, "run", run->id);
    cli_json_text (line, "name", run->name);
    cli_json_int (line, "attempt", run->attempt);
    cli_json_text (line, "model", run->model);
    cli_json_int (line, "parameters", run->parameters);
    cli_json_int (line, "macs", run->macs);
    cli_json_text (line, "data", run->data_title);
    cli_json_text (line, "data_fingerprint", run->data_fingerprint);
    cli_json_text (line, "recipe_hash", run->recipe_hash);
    cli_json_int (line, "train_images", split->n_train);
    cli_json_int (line, "validation_images", split->n_validation);
    cli_json_int (line, "test_images", split->n_test);
    cli_json_int (line, "threads", thaw_pool_threads (session->pool));
    cli_json_end_object (line);
    cli_json_print (line);
    return;
  }
  printf (_ ("Run %.8s '%s': %s, %s parameters; %s: %u images to train on, %u for validation, %u "
             "for the test; "
             "%d threads\n"),
          run->id, run->name, run->model, parameters, run->data_title, split->n_train,
          split->n_validation, split->n_test, thaw_pool_threads (session->pool));
  if (thaw_trainer_note (session->trainer) != NULL)
    printf ("%s\n", thaw_trainer_note (session->trainer));
  fflush (stdout);
}

/* A store that cannot be used is said at once, before minutes of reading data. */
bool
session_store_usable (GError **error)
{
  g_autofree char *home = thaw_store_default_home (), *trouble = NULL;
  g_autoptr (ThawStore) store = thaw_store_open (home, THAW_STORE_READ, error);

  if (store == NULL)
    return false;
  cli_look_for_damage (store);
  trouble = thaw_store_trouble_text (store);
  if (trouble == NULL)
    return true;
  g_set_error_literal (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE, trouble);
  return false;
}

/* Once, when the run begins: what the recipe check found is part of its story. */
static void
write_findings (const Session *session)
{
  g_autoptr (GPtrArray) findings =
      session_findings (session->recipe, session->seed_drawn, thaw_dataset_classes (session->set));
  const ThawRun *run = session->run;

  for (guint i = 0; run->attempt == 1 && run->steps_done == 0 && i < findings->len; i++) {
    const ThawFinding *finding = findings->pdata[i];
    g_autofree char *detail = g_strdup_printf ("%s: %s", finding->field, finding->message);
    if (!thaw_store_add_event (session->store, run->id, run->attempt, 0, 0, "finding", detail,
                               NULL))
      return; /* a store that is short of room says so at the next commit */
  }
}

int
session_go (Session *session, bool json)
{
  write_findings (session);
  worker_init (&session->worker, session->store, session->run, session->lock);
  progress_start (&session->worker.progress, json, session->recipe);
  say_start (session, json);
  return worker_run (&session->worker, session->trainer);
}
