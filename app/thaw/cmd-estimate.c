/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw estimate: what a run would cost on this computer, before it is started. */
#include "calibrate.h"
#include "model-totals.h"
#include "session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHECKPOINT_S 0.05 /* of an epoch: its files and its transaction */

typedef struct {
  char *preset, *recipe, *data;
  char **set;
  int threads, images, test_images, classes;
  gboolean json;
} EstimateOptions;

static void
estimate_options_clear (EstimateOptions *options)
{
  g_free (options->preset);
  g_free (options->recipe);
  g_free (options->data);
  g_strfreev (options->set);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EstimateOptions, estimate_options_clear)

typedef struct {
  uint32_t train, validation, test; /* images, after the split */
  int classes;
} Counts;

typedef struct {
  Counts counts;
  Calibration steps;
  ModelTotals totals;
  int frozen_epochs, thawed_epochs, threads;
  bool disturbed; /* somebody trains now: the figures are of a busy machine */
  uint64_t steps_per_epoch, memory_bytes;
  double frozen_epoch_s, thawed_epoch_s; /* with evaluation */
  double evaluation_s, test_s, seconds;
} Estimate;

/* --- How many images --- */

static bool
counts_of_set (Session *session, const char *given, Counts *counts, GError **error)
{
  if (!session_read_data (session, given, error))
    return false;
  counts->train = thaw_dataset_n_train (session->set);
  counts->validation = thaw_dataset_n_own_validation (session->set);
  counts->test = thaw_dataset_n_test (session->set);
  counts->classes = thaw_dataset_classes (session->set);
  return true;
}

static bool
find_counts (Session *session, const EstimateOptions *options, Counts *counts, GError **error)
{
  double share = 0;

  *counts = (Counts){.train = (uint32_t) options->images,
                     .test = (uint32_t) options->test_images,
                     .classes = options->classes};
  if (options->images == 0 && !counts_of_set (session, options->data, counts, error))
    return false;
  if (counts->validation == 0) {
    share = session->recipe->data.validation;
    counts->validation = (uint32_t) lround (share * counts->train);
    counts->train -= counts->validation;
  }
  return true;
}

/* --- How long --- */

/* Steps and the pipeline share the threads. */
static double
step_s (const Estimate *estimate, double step_ms, double image_us, int batch)
{
  return step_ms / 1e3 + image_us * batch / 1e6 / estimate->threads;
}

static double
evaluation_s (const Estimate *estimate, double images, int batch)
{
  return images / batch *
         step_s (estimate, estimate->steps.eval_ms, estimate->steps.plain_us, batch);
}

/* The mean frozen epoch where features are computed once: a pass over all images, then steps of the
 * head, which are what a frozen step takes beyond a forward. */
static double
epoch_on_features_s (const ThawRecipe *recipe, const Estimate *estimate, double evaluated)
{
  const Calibration *steps = &estimate->steps;
  double batches = (double) estimate->counts.train / recipe->batch_size, live, head;
  int on_features = 0;

  while (on_features < estimate->frozen_epochs && thaw_plan_blocks (recipe, on_features) == 0)
    on_features++;
  live = estimate->frozen_epoch_s * (estimate->frozen_epochs - on_features);
  head = batches * MAX (steps->frozen_ms - steps->eval_ms, 0) / 1e3 + CHECKPOINT_S;
  return (live + head * on_features +
          evaluation_s (estimate, estimate->counts.train + evaluated, recipe->batch_size)) /
         estimate->frozen_epochs;
}

static void
add_up (const ThawRecipe *recipe, Estimate *estimate)
{
  const Calibration *steps = &estimate->steps;
  const Counts *counts = &estimate->counts;
  int batch = recipe->batch_size;
  double evaluated = recipe->evaluate.set == THAW_EVAL_TEST ? counts->test : counts->validation;
  double clean = recipe->evaluate.clean_train ? MIN (evaluated, (double) counts->train) : 0;

  estimate->frozen_epochs = MIN (recipe->freeze.epochs, recipe->epochs);
  estimate->thawed_epochs = recipe->epochs - estimate->frozen_epochs;
  estimate->steps_per_epoch = (counts->train + (uint64_t) batch - 1) / (uint64_t) batch;
  estimate->evaluation_s = evaluation_s (estimate, evaluated + clean, batch);
  estimate->frozen_epoch_s = (double) counts->train / batch *
                                 step_s (estimate, steps->frozen_ms, steps->augment_us, batch) +
                             estimate->evaluation_s + CHECKPOINT_S;
  if (recipe->freeze.features == THAW_FEATURES_ONCE && estimate->frozen_epochs > 0)
    estimate->frozen_epoch_s = epoch_on_features_s (recipe, estimate, evaluated);
  estimate->thawed_epoch_s = (double) counts->train / batch *
                                 step_s (estimate, steps->thawed_ms, steps->augment_us, batch) +
                             estimate->evaluation_s + CHECKPOINT_S;
  estimate->test_s =
      recipe->evaluate.test_at_end ? evaluation_s (estimate, counts->test, batch) : 0;
  estimate->seconds = estimate->frozen_epochs * estimate->frozen_epoch_s +
                      estimate->thawed_epochs * estimate->thawed_epoch_s + estimate->test_s;
}

/* Activations, weights with gradients and two moments, the pictures, and batches kept ready. */
static uint64_t
memory_of (const ThawRecipe *recipe, const Estimate *estimate)
{
  uint64_t picture = (uint64_t) recipe->data.size * (uint64_t) recipe->data.size * 3;
  const Counts *counts = &estimate->counts;

  return estimate->steps.activation_bytes + estimate->totals.parameters * 16 +
         picture * ((uint64_t) counts->train + counts->validation + counts->test) +
         picture * 4 * 5 * (uint64_t) recipe->batch_size;
}

static bool
somebody_trains (void)
{
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, NULL);
  g_autoptr (GPtrArray) live = store != NULL ? thaw_store_live_runs (store, NULL) : NULL;

  return live != NULL && live->len > 0;
}

static bool
make_estimate (Session *session, const EstimateOptions *options, Estimate *estimate, GError **error)
{
  const ThawRecipe *recipe;
  const ThawModel *model;
  g_autoptr (ThawGraph) graph = NULL;
  g_autoptr (GArray) layers = NULL;

  session->recipe =
      session_recipe (options->preset != NULL ? options->preset : "day44-mobilenet-v3-small",
                      options->recipe, (const char *const *) options->set, error);
  if (session->recipe == NULL || !find_counts (session, options, &estimate->counts, error))
    return false;
  recipe = session->recipe;
  model = thaw_model_find (recipe->model.choice.entry->name);
  graph = thaw_model_graph_of (&recipe->model.choice, estimate->counts.classes, recipe->data.size,
                               recipe->model.dropout, error);
  if (graph == NULL)
    return false;
  layers = thaw_graph_layers (graph);
  estimate->totals = model_totals (model, layers);
  session->pool = thaw_pool_new (options->threads);
  estimate->threads = thaw_pool_threads (session->pool);
  estimate->disturbed = somebody_trains ();
  if (!calibrate (recipe, estimate->counts.classes, session->pool, !estimate->disturbed,
                  &estimate->steps, error))
    return false;
  add_up (recipe, estimate);
  estimate->memory_bytes = memory_of (recipe, estimate);
  return true;
}

/* --- Saying it --- */

static void
print_json (const Estimate *estimate, const ThawRecipe *recipe)
{
  CliJson *json = cli_json_new ();
  const ModelTotals *totals = &estimate->totals;
  double per_s = recipe->batch_size * 1e3;

  cli_json_begin_object (json, NULL);
  cli_json_real (json, "seconds", estimate->seconds);
  cli_json_real (json, "frozen_epoch_seconds", estimate->frozen_epoch_s);
  cli_json_real (json, "thawed_epoch_seconds", estimate->thawed_epoch_s);
  cli_json_real (json, "evaluation_seconds", estimate->evaluation_s);
  cli_json_real (json, "test_seconds", estimate->test_s);
  cli_json_int (json, "frozen_epochs", estimate->frozen_epochs);
  cli_json_int (json, "thawed_epochs", estimate->thawed_epochs);
  cli_json_int (json, "steps_per_epoch", (gint64) estimate->steps_per_epoch);
  cli_json_real (json, "frozen_images_per_second", per_s / estimate->steps.frozen_ms);
  cli_json_real (json, "thawed_images_per_second", per_s / estimate->steps.thawed_ms);
  cli_json_real (json, "inference_images_per_second", per_s / estimate->steps.eval_ms);
  cli_json_int (json, "train_images", estimate->counts.train);
  cli_json_int (json, "validation_images", estimate->counts.validation);
  cli_json_int (json, "test_images", estimate->counts.test);
  cli_json_int (json, "classes", estimate->counts.classes);
  cli_json_int (json, "threads", estimate->threads);
  cli_json_text (json, "model", recipe->model.choice.entry->name);
  cli_json_int (json, "parameters", (gint64) totals->parameters);
  cli_json_int (json, "live_parameters", (gint64) totals->live_parameters);
  cli_json_int (json, "trainable_frozen", (gint64) totals->head);
  cli_json_int (json, "trainable_thawed", (gint64) totals->parameters);
  cli_json_int (json, "macs", (gint64) totals->macs);
  cli_json_int (json, "live_macs", (gint64) totals->live_macs);
  cli_json_int (json, "final_map", totals->map);
  cli_json_int (json, "file_bytes", (gint64) totals->file_bytes);
  cli_json_int (json, "memory_bytes", (gint64) estimate->memory_bytes);
  cli_json_bool (json, "measured_now", !estimate->steps.cached);
  cli_json_bool (json, "disturbed", estimate->disturbed);
  cli_json_real (json, "took_ms", estimate->steps.took_ms);
  cli_json_end_object (json);
  cli_json_print (json);
}

static void
print_text (const Estimate *estimate)
{
  CliTable *table = cli_table_new (2, "ll");
  g_autofree char *all = cli_duration (estimate->seconds);
  g_autofree char *frozen = cli_duration (estimate->frozen_epoch_s);
  g_autofree char *thawed = cli_duration (estimate->thawed_epoch_s);
  g_autofree char *parameters = cli_count ((gint64) estimate->totals.parameters);
  g_autofree char *head = cli_count ((gint64) estimate->totals.head);
  g_autofree char *macs = cli_count ((gint64) estimate->totals.macs);
  g_autofree char *file = cli_bytes (estimate->totals.file_bytes);
  g_autofree char *memory = cli_bytes (estimate->memory_bytes);

  printf (_ ("About %s on this computer.\n\n"), all);
  cli_table_add (table, _ ("A frozen epoch"), estimate->frozen_epochs > 0 ? frozen : "–", NULL);
  cli_table_add (table, _ ("A thawed epoch"), estimate->thawed_epochs > 0 ? thawed : "–", NULL);
  cli_table_add (table, _ ("Parameters"), parameters, NULL);
  cli_table_add (table, _ ("Trainable while frozen"), head, NULL);
  cli_table_add (table, _ ("MACs an image"), macs, NULL);
  cli_table_add (table, _ ("Weights file"), file, NULL);
  cli_table_add (table, _ ("Memory"), memory, NULL);
  cli_table_print (table);
  if (estimate->disturbed)
    cli_note (_ ("A run trains now: it would be faster on an idle computer."));
}

int
cmd_estimate (int argc, char **argv)
{
  g_auto (EstimateOptions) options = {.classes = 10};
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  Estimate estimate = {0};
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
       N_ ("The data set: an archive or a folder, or 'sample'"), N_ ("PATH")},
      {"images", 0, 0, G_OPTION_ARG_INT, &options.images,
       N_ ("Reckon with so many training images instead of reading a data set"), N_ ("N")},
      {"test-images", 0, 0, G_OPTION_ARG_INT, &options.test_images,
       N_ ("With --images: so many for the test (0)"), N_ ("N")},
      {"classes", 0, 0, G_OPTION_ARG_INT, &options.classes,
       N_ ("With --images: so many classes (10)"), N_ ("N")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  if (options.preset != NULL && options.recipe != NULL)
    return cli_fail_usage (_ ("--preset and --recipe exclude each other"));
  if (options.threads < 0 || options.threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options.threads);
  if (options.images < 0 || options.test_images < 0 || options.classes < 2 ||
      options.classes > 100000)
    return cli_fail_usage (_ ("--images, --test-images and --classes are %d, %d and %d, expected "
                              "numbers from 0, 0 and 2"),
                           options.images, options.test_images, options.classes);
  if (!make_estimate (&session, &options, &estimate, &error))
    return cli_fail (error);
  if (options.json)
    print_json (&estimate, session.recipe);
  else
    print_text (&estimate);
  return CLI_OK;
}
