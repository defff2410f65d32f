/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw weights: the known published files; what is in a file; a verified download. */
#include "weights-check.h"
#include "thaw-fetch.h"
#include "thaw-foreign.h"
#include "thaw-models.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- list --- */

static void
list_file (CliJson *builder, CliTable *table, const ThawWeightsFile *file, const char *path)
{
  g_autofree char *size = cli_bytes (file->bytes);
  bool here = g_file_test (path, G_FILE_TEST_IS_REGULAR);

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "name", file->name);
  cli_json_text (builder, "url", file->url);
  cli_json_int (builder, "bytes", (gint64) file->bytes);
  cli_json_text (builder, "sha256", file->sha256);
  cli_json_text (builder, "path", path);
  cli_json_bool (builder, "here", here);
  cli_json_end_object (builder);
  cli_table_add (table, file->name, size, here ? _ ("yes") : _ ("no"), _ (file->help), NULL);
}

/* What comes with Thaw, then what can be downloaded. */
static int
list_weights (bool json)
{
  g_autofree char *folder = cli_weights_folder (), *own = NULL;
  CliJson *builder = cli_json_new ();
  CliTable *table = cli_table_new (4, "lrll");

  cli_json_begin_array (builder, NULL);
  cli_table_add (table, _ ("File"), _ ("Size"), _ ("Here"), _ ("About"), NULL);
  cli_table_rule (table);
  for (const ThawModel *const *model = thaw_models (); *model != NULL; model++) {
    g_autofree char *path = (*model)->starter != NULL ? cli_starter_path ((*model)->starter) : NULL;
    if (path == NULL)
      continue;
    list_file (builder, table, (*model)->starter, path);
    g_free (own);
    own = g_path_get_dirname (path);
  }
  for (const ThawWeightsFile *const *w = thaw_weights_catalogue (); *w != NULL; w++) {
    g_autofree char *path = g_build_filename (folder, (*w)->name, NULL);
    list_file (builder, table, *w, path);
  }
  cli_json_end_array (builder);
  if (json) {
    cli_table_free (table);
    cli_json_print (builder);
  } else {
    cli_json_free (builder);
    cli_table_print (table);
    if (own != NULL)
      printf (_ ("With Thaw: %s\n"), own);
    printf (_ ("Folder: %s\n"), folder);
  }
  return CLI_OK;
}

/* --- inspect --- */

static void
inspect_json (const char *path, ThawFormat format, const ThawStateDict *dict)
{
  CliJson *builder = cli_json_new ();
  g_autoptr (GList) keys = thaw_state_dict_meta_keys (dict);

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "path", path);
  cli_json_text (builder, "format", thaw_format_name (format));
  cli_json_begin_object (builder, "metadata");
  for (GList *key = keys; key != NULL; key = key->next)
    cli_json_text (builder, key->data, thaw_state_dict_meta (dict, key->data));
  cli_json_end_object (builder);
  cli_json_begin_array (builder, "tensors");
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "name", tensor->name);
    cli_json_text (builder, "dtype", thaw_dtype_name (tensor->dtype));
    cli_json_begin_array (builder, "shape");
    for (int d = 0; d < tensor->ndim; d++)
      cli_json_int (builder, NULL, (gint64) tensor->shape[d]);
    cli_json_end_array (builder);
    cli_json_int (builder, "nonfinite", (gint64) thaw_tensor_count_nonfinite (tensor));
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  cli_json_end_object (builder);
  cli_json_print (builder);
}

static void
inspect_text (const char *path, ThawFormat format, const ThawStateDict *dict)
{
  CliTable *table = cli_table_new (4, "lllr");
  guint64 values = 0, nonfinite = 0;

  printf ("%s: %s\n", path, thaw_format_name (format));
  cli_table_add (table, _ ("Tensor"), _ ("Type"), _ ("Shape"), _ ("Not finite"), NULL);
  cli_table_rule (table);
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    g_autofree char *shape = thaw_tensor_shape_text (tensor);
    guint64 bad = thaw_tensor_count_nonfinite (tensor);
    g_autofree char *bad_text = bad > 0 ? cli_count ((gint64) bad) : g_strdup ("");
    cli_table_add (table, tensor->name, thaw_dtype_name (tensor->dtype), shape, bad_text, NULL);
    values += tensor->count;
    nonfinite += bad;
  }
  cli_table_print (table);
  g_autofree char *count = cli_count ((gint64) values);
  printf (
      ngettext ("%zu tensor, %s values\n", "%zu tensors, %s values\n", thaw_state_dict_size (dict)),
      thaw_state_dict_size (dict), count);
  if (nonfinite > 0)
    cli_note (_ ("Warning: %" PRIu64 " values are NaN or infinite."), nonfinite);
}

static int
inspect (const char *path, bool json)
{
  g_autoptr (GError) error = NULL;
  ThawFormat format;
  g_autoptr (ThawStateDict) dict = thaw_foreign_weights (path, &format, &error);

  if (dict == NULL)
    return cli_fail (error);
  if (json)
    inspect_json (path, format, dict);
  else
    inspect_text (path, format, dict);
  return CLI_OK;
}

/* --- fetch --- */

static const ThawWeightsFile *
find_file (const char *name)
{
  const ThawModel *model = thaw_model_find (name);

  if (model != NULL)
    return model->weights;
  for (const ThawWeightsFile *const *w = thaw_weights_catalogue (); *w != NULL; w++)
    if (strcmp ((*w)->name, name) == 0)
      return *w;
  return NULL;
}

typedef struct {
  bool live;
  gint64 last_us;
} Download;

static void
progress_cb (uint64_t done, uint64_t total, void *user)
{
  Download *download = user;
  gint64 now = g_get_monotonic_time ();
  g_autofree char *done_text = NULL, *total_text = NULL;

  if (!download->live || (now - download->last_us < 100000 && done != total))
    return;
  download->last_us = now;
  done_text = cli_bytes (done);
  total_text = cli_bytes (total);
  fputs ("\r\033[K", stdout);
  if (total > 0)
    printf (_ ("%s of %s"), done_text, total_text);
  else
    fputs (done_text, stdout);
  fflush (stdout);
}

static int
fetch (const char *name, bool json)
{
  const ThawWeightsFile *file = find_file (name);
  const char *mirror = g_getenv ("THAW_WEIGHTS_MIRROR");
  g_autofree char *folder = cli_weights_folder (), *path = NULL, *url = NULL;
  g_autoptr (GError) error = NULL;
  Download download = {.live = !json && isatty (STDOUT_FILENO)};
  ThawFetchSpec spec;

  if (file == NULL) {
    cli_note (_ ("thaw: no published weights are known as '%s'; 'thaw weights list' names them"),
              name);
    return CLI_FAILED;
  }
  if (g_mkdir_with_parents (folder, 0700) != 0) {
    cli_note (_ ("thaw: %s: cannot be made: %s"), folder, g_strerror (errno));
    return CLI_FAILED;
  }
  path = g_build_filename (folder, file->name, NULL);
  url = mirror != NULL && *mirror != '\0'
            ? g_strdup_printf ("%s%s%s", mirror, g_str_has_suffix (mirror, "/") ? "" : "/",
                               file->name)
            : g_strdup (file->url);
  spec = (ThawFetchSpec){
      .url = url,
      .path = path,
      .bytes = file->bytes,
      .sha256 = file->sha256,
      .ca_file = g_getenv ("THAW_CA_FILE"),
  };
  if (!thaw_fetch (&spec, progress_cb, &download, NULL, &error)) {
    if (download.live)
      putchar ('\n');
    return cli_fail (error);
  }
  if (download.live)
    fputs ("\r\033[K", stdout);
  if (json) {
    CliJson *builder = cli_json_new ();
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "path", path);
    cli_json_text (builder, "sha256", file->sha256);
    cli_json_end_object (builder);
    cli_json_print (builder);
  } else {
    printf (_ ("%s is there and verified.\n"), path);
  }
  return CLI_OK;
}

int
cmd_weights (int argc, char **argv)
{
  g_auto (WeightsCheck) check = {.classes = 10};
  gboolean json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"preset", 'p', 0, G_OPTION_ARG_STRING, &check.preset,
       N_ ("Start from a preset (see: thaw presets)"), N_ ("NAME")},
      {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &check.recipe, N_ ("Start from a recipe file"),
       N_ ("FILE")},
      {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &check.set,
       N_ ("Change a field of the recipe, e.g. --set epochs=3; may be repeated"),
       N_ ("KEY.PATH=VALUE")},
      {"classes", 0, 0, G_OPTION_ARG_INT, &check.classes, N_ ("Check for so many classes (10)"),
       N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("JSON, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (
          _ ("Pretrained weights.\n\n"
             "  list          the published files that are known, and whether they are here\n"
             "  inspect FILE  format, tensors and metadata of a .safetensors or .pth file\n"
             "  fetch NAME    download a published file (by its name or its backbone's) and verify "
             "it\n"
             "  check         whether a recipe's weights fit its backbone: with --preset, "
             "--recipe, "
             "--set\n\n"
             "THAW_WEIGHTS_MIRROR names another https:// folder to fetch from, THAW_CA_FILE a PEM "
             "file of\n"
             "authorities to trust instead of the system's."),
          entries, &argc, &argv, 1, -1, &status))
    return status;
  if (strcmp (argv[1], "list") == 0 && argc == 2)
    return list_weights (json);
  if (strcmp (argv[1], "inspect") == 0 && argc >= 3) {
    for (int i = 2; i < argc; i++)
      if ((status = inspect (argv[i], json)) != CLI_OK)
        return status;
    return CLI_OK;
  }
  if (strcmp (argv[1], "fetch") == 0 && argc == 3)
    return fetch (argv[2], json);
  if (strcmp (argv[1], "check") == 0 && argc == 2)
    return weights_check (&check, json);
  return cli_fail_usage (_ ("expected 'list', 'inspect FILE', 'fetch NAME' or 'check'"));
}
