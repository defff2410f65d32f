/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw datasets: what can be found; with paths, each is read whole and checked. */
#include "cli.h"
#include "thaw-data.h"

#include <stdio.h>

static int
list_sets (bool json)
{
  g_auto (GStrv) folders = cli_data_folders (NULL);
  g_autoptr (GPtrArray) found = thaw_sets_find ((const char *const *) folders);
  CliJson *builder;
  CliTable *table;

  if (json) {
    builder = cli_json_new ();
    cli_json_begin_array (builder, NULL);
    for (guint i = 0; i < found->len; i++) {
      const ThawSetInfo *info = found->pdata[i];
      cli_json_begin_object (builder, NULL);
      cli_json_text (builder, "id", info->id);
      cli_json_text (builder, "title", info->title);
      cli_json_text (builder, "path", info->path);
      cli_json_end_object (builder);
    }
    cli_json_end_array (builder);
    cli_json_print (builder);
    return CLI_OK;
  }
  if (found->len == 0) {
    g_autofree char *looked = g_strjoinv (", ", folders);
    printf (_ ("No data set was found in %s. THAW_DATA names more folders.\n"), looked);
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

static void
set_json (CliJson *builder, const ThawDataset *set)
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
  cli_json_end_object (builder);
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

int
cmd_datasets (int argc, char **argv)
{
  gboolean json = FALSE;
  int size = 32, status;
  CliJson *builder;
  const GOptionEntry entries[] = {
      {"size", 0, 0, G_OPTION_ARG_INT, &size,
       N_ ("Side in pixels that pictures are resized to (32)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, -1, &status))
    return status;
  if (size < 1 || size > 4096)
    return cli_fail_usage (_ ("--size is %d, expected 1 to 4096"), size);
  if (argc == 1)
    return list_sets (json);
  builder = cli_json_new ();
  cli_json_begin_array (builder, NULL);
  for (int i = 1; i < argc; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawDataset) set = thaw_dataset_open (argv[i], size, NULL, &error);
    if (set == NULL) {
      cli_json_free (builder);
      return cli_fail (error);
    }
    if (json)
      set_json (builder, set);
    else
      print_set (set);
  }
  cli_json_end_array (builder);
  if (json)
    cli_json_print (builder);
  else
    cli_json_free (builder);
  return CLI_OK;
}
