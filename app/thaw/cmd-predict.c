/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw predict: what pictures show, by the best weights of a run; or how it does on pictures that
 * it was validated with. */
#include "pictures.h"
#include "predictor.h"
#include "thaw-foreign.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  int top, validation;
  gint64 seed;
  char *pictures, *data;
  gboolean json;
} PredictOptions;

static void
predict_options_clear (PredictOptions *options)
{
  g_free (options->pictures);
  g_free (options->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PredictOptions, predict_options_clear)

/* --- Files --- */

static void
print_classes (const Predictor *predictor, const float *p, int top)
{
  int n = predictor->info.n_classes;
  g_autofree int *order = g_new (int, n);

  predictor_rank (predictor, p, order);
  for (int i = 0; i < (top > 0 ? MIN (top, n) : n); i++) {
    g_autofree char *percent = cli_percent ((double) p[order[i]]);
    printf ("  %9s  %s\n", percent, predictor->info.class_names[order[i]]);
  }
}

static bool
predict_file (Predictor *predictor, const char *picture, int top, CliJson *json, GError **error)
{
  g_autoptr (GBytes) pixels = thaw_foreign_picture (picture, predictor->recipe->data.size, error);
  const uint8_t *one[1];
  const float *p;

  if (pixels == NULL)
    return false;
  one[0] = g_bytes_get_data (pixels, NULL);
  p = predictor_run (predictor, one, 1);
  if (json == NULL) {
    printf ("%s\n", picture);
    print_classes (predictor, p, top);
    return true;
  }
  cli_json_begin_object (json, NULL);
  cli_json_text (json, "picture", picture);
  predictor_classes_json (predictor, json, "classes", p, top);
  cli_json_end_object (json);
  return true;
}

static int
predict_files (Predictor *predictor, int n, char **files, const PredictOptions *options)
{
  CliJson *json = options->json ? cli_json_new () : NULL;
  int failed = 0;

  if (json != NULL)
    cli_json_begin_array (json, NULL);
  for (int i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    if (predict_file (predictor, files[i], options->top, json, &error))
      continue;
    cli_fail (error);
    failed++;
  }
  if (json != NULL) {
    cli_json_end_array (json);
    cli_json_print (json);
  }
  return failed > 0 ? CLI_FAILED : CLI_OK;
}

/* --- Validation pictures --- */

typedef struct {
  ThawDataset *set;
  ThawSplit *split;
  uint32_t *images, n;
  CliJson *json;
  CliTable *table;
  uint32_t right;
} Trial;

static void
trial_clear (Trial *trial)
{
  g_clear_pointer (&trial->set, thaw_dataset_free);
  g_clear_pointer (&trial->split, thaw_split_free);
  g_clear_pointer (&trial->images, g_free);
  g_clear_pointer (&trial->json, cli_json_free);
  g_clear_pointer (&trial->table, cli_table_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static bool
open_trial (Trial *trial,
            const Predictor *predictor,
            const ThawRun *run,
            const PredictOptions *options,
            GError **error)
{
  const ThawRecipe *recipe = predictor->recipe;
  const char *path = options->data != NULL ? options->data : run->data_path;

  trial->set = thaw_foreign_dataset (path, recipe->data.size, NULL, error);
  if (trial->set == NULL)
    return false;
  if (strcmp (thaw_dataset_fingerprint (trial->set), run->data_fingerprint) != 0) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: is not the data set that run %.8s was trained on: its fingerprint is "
                    "%.16s…, expected %.16s…"),
                 path, run->id, thaw_dataset_fingerprint (trial->set), run->data_fingerprint);
    return false;
  }
  trial->split = thaw_split_new (trial->set, recipe->data.validation, recipe->data.stratified,
                                 recipe->data.split_seed, error);
  if (trial->split == NULL)
    return false;
  if (trial->split->n_validation == 0) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_SPLIT,
                 _ ("run %.8s '%s' has no validation pictures: it was tuned on the test set"),
                 run->id, run->name);
    return false;
  }
  trial->n = (uint32_t) options->validation;
  trial->images = pictures_choose (trial->set, trial->split->validation, trial->split->n_validation,
                                   (uint64_t) options->seed, &trial->n);
  return true;
}

static bool
say_one (Trial *trial,
         const Predictor *predictor,
         uint32_t image,
         const float *p,
         const PredictOptions *options,
         GError **error)
{
  int truth = thaw_dataset_label (trial->set, image), n = predictor->info.n_classes;
  g_autofree int *order = g_new (int, n);
  g_autofree char *file = NULL, *number = g_strdup_printf ("%u", image);
  g_autofree char *percent = NULL;

  predictor_rank (predictor, p, order);
  percent = cli_percent ((double) p[order[0]]);
  trial->right += order[0] == truth;
  if (options->pictures != NULL) {
    file = pictures_write (trial->set, image, options->pictures, error);
    if (file == NULL)
      return false;
  }
  cli_json_begin_object (trial->json, NULL);
  cli_json_int (trial->json, "image", image);
  cli_json_text (trial->json, "file", file);
  cli_json_int (trial->json, "true_class", truth);
  cli_json_text (trial->json, "true_name", predictor->info.class_names[truth]);
  cli_json_int (trial->json, "given_class", order[0]);
  cli_json_text (trial->json, "given_name", predictor->info.class_names[order[0]]);
  cli_json_real (trial->json, "confidence", (double) p[order[0]]);
  cli_json_bool (trial->json, "right", order[0] == truth);
  predictor_classes_json (predictor, trial->json, "classes", p, options->top);
  cli_json_end_object (trial->json);
  cli_table_add (trial->table, number, predictor->info.class_names[truth],
                 predictor->info.class_names[order[0]], percent,
                 order[0] == truth ? _ ("right") : _ ("wrong"), NULL);
  return true;
}

static bool
say_all (Trial *trial, Predictor *predictor, const PredictOptions *options, GError **error)
{
  for (uint32_t from = 0; from < trial->n; from += PREDICTOR_BATCH) {
    const uint8_t *pixels[PREDICTOR_BATCH];
    int n = (int) MIN (PREDICTOR_BATCH, trial->n - from);
    const float *p;

    for (int i = 0; i < n; i++)
      pixels[i] = thaw_dataset_image (trial->set, trial->images[from + (uint32_t) i]);
    p = predictor_run (predictor, pixels, n);
    for (int i = 0; i < n; i++)
      if (!say_one (trial, predictor, trial->images[from + (uint32_t) i],
                    p + (gsize) i * (gsize) predictor->info.n_classes, options, error))
        return false;
  }
  return true;
}

static int
predict_validation (Predictor *predictor, const ThawRun *run, const PredictOptions *options)
{
  g_auto (Trial) trial = {.json = cli_json_new (), .table = cli_table_new (5, "rllrl")};
  g_autoptr (GError) error = NULL;

  if (!open_trial (&trial, predictor, run, options, &error))
    return cli_fail (error);
  cli_json_begin_array (trial.json, NULL);
  cli_table_add (trial.table, _ ("Picture"), _ ("True"), _ ("Given"), _ ("Confidence"), "", NULL);
  cli_table_rule (trial.table);
  if (!say_all (&trial, predictor, options, &error))
    return cli_fail (error);
  cli_json_end_array (trial.json);
  if (options->json) {
    cli_json_print (g_steal_pointer (&trial.json));
    return CLI_OK;
  }
  cli_table_print (g_steal_pointer (&trial.table));
  printf (_ ("%u of %u right\n"), trial.right, trial.n);
  return CLI_OK;
}

/* --- The command --- */

static int
check_options (const PredictOptions *options, int argc)
{
  if (options->top < 0)
    return cli_fail_usage (_ ("--top is %d, expected 1 or more, or 0 for all"), options->top);
  if (options->validation < 0 || options->seed < 0)
    return cli_fail_usage (
        _ ("--validation and --seed are %d and %" PRId64 ", expected numbers from 0"),
        options->validation, options->seed);
  if (options->validation == 0 && argc < 3)
    return cli_fail_usage (_ ("which pictures? Expected files, or --validation N"));
  if (options->validation > 0 && argc > 2)
    return cli_fail_usage (_ ("--validation takes pictures of the data set, and no files"));
  if (options->validation == 0 && options->pictures != NULL)
    return cli_fail_usage (_ ("--pictures belongs to --validation"));
  return CLI_OK;
}

int
cmd_predict (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Predictor) predictor = {0};
  g_auto (PredictOptions) options = {.top = 3};
  int status;
  const GOptionEntry entries[] = {
      {"top", 'k', 0, G_OPTION_ARG_INT, &options.top, N_ ("How many classes to name (3); 0: all"),
       N_ ("N")},
      {"validation", 0, 0, G_OPTION_ARG_INT, &options.validation,
       N_ ("Instead of files: N of the run's validation pictures"), N_ ("N")},
      {"seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, N_ ("With --validation: which of them (0)"),
       N_ ("N")},
      {"pictures", 0, 0, G_OPTION_ARG_FILENAME, &options.pictures,
       N_ ("With --validation: write them into this folder as PNG"), N_ ("FOLDER")},
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
       N_ ("Where the data set is now, if it was moved"), N_ ("PATH")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, -1, &status))
    return status;
  status = check_options (&options, argc);
  if (status != CLI_OK)
    return status;
  store = cli_store (THAW_STORE_READ, &error);
  run = store != NULL ? thaw_store_find_run (store, argv[1], &error) : NULL;
  if (run == NULL || !predictor_load (&predictor, store, run, &error))
    return cli_fail (error);
  return options.validation > 0 ? predict_validation (&predictor, run, &options)
                                : predict_files (&predictor, argc - 2, argv + 2, &options);
}
