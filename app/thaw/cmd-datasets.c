/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw datasets: what can be found; with paths, each is read whole and checked. */
#include "pictures.h"
#include "thaw-foreign.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  int size, samples;
  char *pictures;
  gboolean json;
} DatasetsOptions;

static void
datasets_options_clear (DatasetsOptions *options)
{
  g_free (options->pictures);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DatasetsOptions, datasets_options_clear)

static int
list_sets (bool json)
{
  g_auto (GStrv) folders = cli_data_folders (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = cli_find_sets (folders, &error);
  CliJson *builder;
  CliTable *table;

  if (found == NULL)
    return cli_fail (error);
  if (json) {
    builder = cli_json_new ();
    cli_json_begin_array (builder, NULL);
    for (guint i = 0; i < found->len; i++) {
      const ThawSetInfo *info = found->pdata[i];
      cli_json_begin_object (builder, NULL);
      cli_json_text (builder, "id", info->id);
      cli_json_text (builder, "title", info->title);
      cli_json_text (builder, "path", info->path);
      cli_json_bool (builder, "built_in", strcmp (info->id, "sample") == 0);
      cli_json_end_object (builder);
    }
    cli_json_end_array (builder);
    cli_json_print (builder);
    return CLI_OK;
  }
  table = cli_table_new (3, "lll");
  cli_table_add (table, _ ("Set"), _ ("Title"), _ ("Place"), NULL);
  cli_table_rule (table);
  for (guint i = 0; i < found->len; i++) {
    const ThawSetInfo *info = found->pdata[i];
    cli_table_add (table, info->id, info->title, info->path, NULL);
  }
  cli_table_print (table);
  if (found->len == 1) {
    g_autofree char *looked = g_strjoinv (", ", folders);
    printf (_ ("No other data set was found in %s. THAW_DATA names more folders.\n"), looked);
  }
  return CLI_OK;
}

/* Images of each class in the range [from, to). */
static uint32_t
count_class (const ThawDataset *set, int c, uint32_t from, uint32_t to)
{
  uint32_t n = 0;

  for (uint32_t i = from; i < to; i++)
    n += thaw_dataset_label (set, i) == c;
  return n;
}

/* Training pictures, each class in turn; as PNG files when a folder is given. */
static bool
samples_json (
    CliJson *builder, const ThawDataset *set, uint32_t n, const char *folder, GError **error)
{
  uint32_t count = thaw_dataset_n_train (set);
  g_autofree uint32_t *all = g_new (uint32_t, MAX (count, 1)), *chosen = NULL;

  for (uint32_t i = 0; i < count; i++)
    all[i] = i;
  chosen = pictures_choose (set, all, count, 0, &n);
  cli_json_begin_array (builder, "samples");
  for (uint32_t i = 0; i < n; i++) {
    int label = thaw_dataset_label (set, chosen[i]);
    g_autofree char *file = folder != NULL ? pictures_write (set, chosen[i], folder, error) : NULL;
    if (folder != NULL && file == NULL)
      return false;
    cli_json_begin_object (builder, NULL);
    cli_json_int (builder, "image", chosen[i]);
    cli_json_int (builder, "class", label);
    cli_json_text (builder, "name", thaw_dataset_class_name (set, label));
    cli_json_text (builder, "file", file);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  return true;
}

static bool
set_json (
    CliJson *builder, const ThawDataset *set, uint32_t samples, const char *folder, GError **error)
{
  const ThawSetInfo *info = thaw_dataset_info (set);
  const GPtrArray *skipped = thaw_dataset_skipped (set);

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "id", info->id);
  cli_json_text (builder, "title", info->title);
  cli_json_text (builder, "path", info->path);
  cli_json_int (builder, "train", thaw_dataset_n_train (set));
  cli_json_int (builder, "validation", thaw_dataset_n_own_validation (set));
  cli_json_int (builder, "test", thaw_dataset_n_test (set));
  cli_json_text (builder, "fingerprint", thaw_dataset_fingerprint (set));
  cli_json_begin_array (builder, "classes");
  for (int c = 0; c < thaw_dataset_classes (set); c++) {
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "name", thaw_dataset_class_name (set, c));
    cli_json_int (builder, "train", count_class (set, c, 0, thaw_dataset_n_train (set)));
    cli_json_int (builder, "all", count_class (set, c, 0, thaw_dataset_count (set)));
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  cli_json_begin_array (builder, "skipped");
  for (guint i = 0; i < skipped->len; i++)
    cli_json_text (builder, NULL, skipped->pdata[i]);
  cli_json_end_array (builder);
  if (samples > 0 && !samples_json (builder, set, samples, folder, error))
    return false;
  cli_json_end_object (builder);
  return true;
}

static void
print_set (const ThawDataset *set)
{
  const GPtrArray *skipped = thaw_dataset_skipped (set);
  CliTable *table = cli_table_new (3, "lrr");

  printf ("%s: %s\n", thaw_dataset_info (set)->path, thaw_dataset_info (set)->title);
  printf (_ ("%u images to train on, %u for validation, %u for the test; fingerprint %.16s…\n"),
          thaw_dataset_n_train (set), thaw_dataset_n_own_validation (set),
          thaw_dataset_n_test (set), thaw_dataset_fingerprint (set));
  cli_table_add (table, _ ("Class"), _ ("Train"), _ ("All"), NULL);
  cli_table_rule (table);
  for (int c = 0; c < thaw_dataset_classes (set); c++) {
    g_autofree char *train = cli_count (count_class (set, c, 0, thaw_dataset_n_train (set)));
    g_autofree char *all = cli_count (count_class (set, c, 0, thaw_dataset_count (set)));
    cli_table_add (table, thaw_dataset_class_name (set, c), train, all, NULL);
  }
  cli_table_print (table);
  for (guint i = 0; i < skipped->len; i++)
    cli_note (_ ("Left out: %s"), (const char *) skipped->pdata[i]);
}

/* Reads a set whole; says what is in it. */
static bool
check_set (CliJson *builder, const char *given, const DatasetsOptions *options, GError **error)
{
  g_autofree char *path = cli_set_path (given, error);
  g_autoptr (ThawDataset) set =
      path != NULL ? thaw_foreign_dataset (path, options->size, NULL, error) : NULL;

  if (set == NULL)
    return false;
  if (builder != NULL)
    return set_json (builder, set, (uint32_t) options->samples, options->pictures, error);
  print_set (set);
  return true;
}

static int
check_sets (int n, char **paths, const DatasetsOptions *options)
{
  g_autoptr (CliJson) builder = options->json ? cli_json_new () : NULL;
  g_autoptr (GError) error = NULL;

  if (builder != NULL)
    cli_json_begin_array (builder, NULL);
  for (int i = 0; i < n; i++)
    if (!check_set (builder, paths[i], options, &error))
      return cli_fail (error);
  if (builder != NULL) {
    cli_json_end_array (builder);
    cli_json_print (g_steal_pointer (&builder));
  }
  return CLI_OK;
}

int
cmd_datasets (int argc, char **argv)
{
  g_auto (DatasetsOptions) options = {.size = 32};
  int status;
  const GOptionEntry entries[] = {
      {"size", 0, 0, G_OPTION_ARG_INT, &options.size,
       N_ ("Side in pixels that pictures are resized to (32)"), N_ ("N")},
      {"samples", 0, 0, G_OPTION_ARG_INT, &options.samples,
       N_ ("With --json and a path: name N training pictures, of as many classes as possible"),
       N_ ("N")},
      {"pictures", 0, 0, G_OPTION_ARG_FILENAME, &options.pictures,
       N_ ("With --samples: write them into this folder as PNG"), N_ ("FOLDER")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, -1, &status))
    return status;
  if (options.size < 1 || options.size > 4096)
    return cli_fail_usage (_ ("--size is %d, expected 1 to 4096"), options.size);
  if (options.samples < 0 || (options.samples > 0 && (!options.json || argc == 1)) ||
      (options.pictures != NULL && options.samples == 0))
    return cli_fail_usage (_ ("--samples needs --json and a path, and --pictures needs --samples"));
  return argc == 1 ? list_sets (options.json) : check_sets (argc - 1, argv + 1, &options);
}
