/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw train, thaw resume. Everything is read and checked before the store is written: a run that
 * cannot start leaves no trace. */
#include "cli.h"
#include "thaw-resources.h"
#include "thaw-train.h"
#include "worker.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What training stands on: made in this order, freed in the other. */
typedef struct {
  ThawRecipe *recipe;
  ThawDataset *set;
  ThawStateDict *weights;
  char *weights_path; /* NULL: random */
  ThawPool *pool;
  ThawTrainer *trainer;
  ThawStore *store;
  ThawRun *run;
  ThawRunLock *lock;
  Worker worker;
} Session;

static void
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
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* --- Recipe --- */

static ThawRecipe *
read_recipe (const char *preset, const char *file, const char *const *assignments, GError **error)
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

static void
print_findings (const ThawRecipe *recipe)
{
  g_autoptr (GPtrArray) findings = thaw_recipe_check (recipe);

  for (guint i = 0; i < findings->len; i++) {
    const ThawFinding *finding = findings->pdata[i];
    cli_note (_ ("Check: %s"), finding->message);
  }
}

/* --- Data and weights --- */

static bool
read_data (Session *session, const char *given, GError **error)
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
  session->set = thaw_dataset_open (path, session->recipe->data.size, NULL, error);
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

static bool
read_weights (Session *session, GError **error)
{
  GError *local = NULL;

  session->weights_path = cli_find_weights (session->recipe, &local);
  if (local != NULL) {
    g_propagate_error (error, local);
    return false;
  }
  if (session->weights_path == NULL)
    return true;
  session->weights = thaw_weights_read (session->weights_path, NULL, error);
  return session->weights != NULL;
}

static ThawTrainSpec
train_spec (Session *session, const char *folder, const char *resume)
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

static char *
describe_machine (const ThawPool *pool)
{
  CliJson *builder = cli_json_new ();

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "thaw", VERSION);
  cli_json_int (builder, "cores", thaw_cores ());
  cli_json_int (builder, "threads", thaw_pool_threads (pool));
  cli_json_text (builder, "blas", thaw_nn_blas_config ());
  cli_json_text (builder, "blas_core", thaw_nn_blas_core ());
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

static ThawRun *
new_run (Session *session, const char *name, const char *preset)
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
  run->machine = describe_machine (session->pool);
  run->epochs = recipe->epochs;
  run->best_epoch = -1;
  run->best_accuracy = run->test_loss = run->test_accuracy = NAN;
  run->preset = g_strdup (preset);
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

/* --- train --- */

typedef struct {
  char *preset, *recipe, *data, *name;
  char **set;
  int threads;
  gboolean json;
} TrainOptions;

static void
train_options_clear (TrainOptions *options)
{
  g_free (options->preset);
  g_free (options->recipe);
  g_free (options->data);
  g_free (options->name);
  g_strfreev (options->set);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrainOptions, train_options_clear)

/* A store that cannot be used is said at once, before minutes of reading data. */
static bool
store_usable (GError **error)
{
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, error);

  return store != NULL;
}

static bool
prepare (Session *session, const TrainOptions *options, GError **error)
{
  ThawTrainSpec spec;

  session->recipe =
      read_recipe (options->preset != NULL ? options->preset : "day44-mobilenet-v3-small",
                   options->recipe, (const char *const *) options->set, error);
  if (session->recipe == NULL || !store_usable (error))
    return false;
  session->pool = thaw_pool_new (options->threads);
  if (!read_weights (session, error) || !read_data (session, options->data, error))
    return false;
  spec = train_spec (session, NULL, NULL);
  session->trainer = thaw_trainer_new (&spec, error);
  return session->trainer != NULL;
}

static bool
register_run (Session *session, const TrainOptions *options, GError **error)
{
  g_autofree char *folder = NULL;

  session->store = cli_store (THAW_STORE_WRITE, error);
  if (session->store == NULL)
    return false;
  session->run = new_run (session, options->name, options->recipe == NULL ? options->preset : NULL);
  if (!thaw_store_start_run (session->store, session->run, &session->lock, error) ||
      !thaw_store_set_state (session->store, session->run->id, THAW_RUN_RUNNING, NULL, error))
    return false;
  session->run->attempt = 1;
  folder = thaw_store_run_folder (session->store, session->run->id);
  thaw_trainer_set_folder (session->trainer, folder);
  return true;
}

static int
go (Session *session, bool json)
{
  worker_init (&session->worker, session->store, session->run, session->lock);
  progress_start (&session->worker.progress, json, session->recipe);
  say_start (session, json);
  return worker_run (&session->worker, session->trainer);
}

int
cmd_train (int argc, char **argv)
{
  g_auto (TrainOptions) options = {0};
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  int status;
  const GOptionEntry entries[] = {
      {"preset", 'p', 0, G_OPTION_ARG_STRING, &options.preset,
       N_ ("Start from a preset (see: thaw presets)"), N_ ("NAME")},
      {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &options.recipe, N_ ("Start from a recipe file"),
       N_ ("FILE")},
      {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.set,
       N_ ("Change a field of the recipe, e.g. --set epochs=3; may be repeated"),
       N_ ("KEY.PATH=VALUE")},
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
       N_ ("The data set: an archive or a folder"), N_ ("PATH")},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &options.name, N_ ("What to call the run"),
       N_ ("TEXT")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line, for programs"),
       NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  if (options.preset != NULL && options.recipe != NULL)
    return cli_fail_usage (_ ("--preset and --recipe exclude each other"));
  if (options.threads < 0 || options.threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options.threads);
  if (!prepare (&session, &options, &error))
    return cli_fail (error);
  if (!options.json)
    print_findings (session.recipe);
  if (!register_run (&session, &options, &error))
    return cli_fail (error);
  return go (&session, options.json);
}

/* --- resume --- */

/* The newest "last" checkpoint whose size and hash match its row; older ones are tried in turn, and
 * it is said. (nullable) */
static ThawArtifact *
newest_sound (ThawStore *store, const ThawRun *run, GError **error)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (store, run->id, error);
  g_autofree char *folder = thaw_store_run_folder (store, run->id);

  if (artifacts == NULL)
    return NULL;
  for (guint i = 0; i < artifacts->len; i++) {
    ThawArtifact *artifact = artifacts->pdata[i];
    g_autofree char *path = g_build_filename (folder, artifact->file, NULL);
    g_autoptr (GError) damage = NULL;
    uint64_t bytes = 0;
    g_autofree char *sha256 = NULL;
    if (strcmp (artifact->kind, "last") != 0)
      continue;
    sha256 = thaw_file_sha256 (path, &bytes, &damage);
    if (sha256 != NULL && bytes == (uint64_t) artifact->bytes &&
        strcmp (sha256, artifact->sha256) == 0)
      return g_ptr_array_steal_index (artifacts, i);
    if (damage != NULL)
      cli_note (_ ("Checkpoint is lost: %s. An earlier one is used."), damage->message);
    else
      cli_note (_ ("Checkpoint %s is damaged (its SHA-256 is not the recorded one). An earlier one "
                   "is used."),
                path);
  }
  return NULL;
}

static void
tidy (Session *session, const char *folder)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (session->store, session->run->id, NULL);
  g_autoptr (GPtrArray) keep = g_ptr_array_new ();

  if (artifacts == NULL)
    return;
  for (guint i = 0; i < artifacts->len; i++)
    g_ptr_array_add (keep, ((ThawArtifact *) artifacts->pdata[i])->file);
  g_ptr_array_add (keep, NULL);
  thaw_checkpoints_tidy (folder, (const char *const *) keep->pdata);
}

static bool
prepare_resume (Session *session, const char *which, const char *data, int threads, GError **error)
{
  g_autoptr (ThawArtifact) from = NULL;
  g_autofree char *folder = NULL, *path = NULL;
  ThawTrainSpec spec;
  GError *local = NULL;

  session->store = cli_store (THAW_STORE_WRITE, error);
  if (session->store == NULL)
    return false;
  session->run = thaw_store_find_run (session->store, which, error);
  if (session->run == NULL)
    return false;
  session->lock = thaw_run_lock (session->store, session->run->id, error);
  if (session->lock == NULL)
    return false;
  if (session->run->state == THAW_RUN_FINISHED) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("run %.8s '%s' is finished: there is nothing to resume"), session->run->id,
                 session->run->name);
    return false;
  }
  session->recipe = thaw_recipe_parse (session->run->recipe, -1, _ ("the run's recipe"),
                                       thaw_catalogues (), error);
  if (session->recipe == NULL)
    return false;
  from = newest_sound (session->store, session->run, &local);
  if (local != NULL) {
    g_propagate_error (error, local);
    return false;
  }
  session->pool = thaw_pool_new (threads);
  if (from == NULL && !read_weights (session, error))
    return false;
  if (!read_data (session, data != NULL ? data : session->run->data_path, error))
    return false;
  folder = thaw_store_run_folder (session->store, session->run->id);
  path = from != NULL ? g_build_filename (folder, from->file, NULL) : NULL;
  tidy (session, folder);
  spec = train_spec (session, folder, path);
  session->trainer = thaw_trainer_new (&spec, error);
  if (session->trainer == NULL)
    return false;
  return thaw_store_begin_attempt (session->store, session->run->id, from != NULL ? from->epoch : 0,
                                   from != NULL ? from->step : 0, &session->run->attempt, error);
}

int
cmd_resume (int argc, char **argv)
{
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  int threads = 0, status;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
       N_ ("Where the data set is now, if it was moved"), N_ ("PATH")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a line, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (threads < 0 || threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"), threads);
  if (!prepare_resume (&session, argv[1], data, threads, &error))
    return cli_fail (error);
  return go (&session, json);
}
