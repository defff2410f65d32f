/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding what a recipe names: data sets and weight files on this machine. */
#include "cli.h"
#include "thaw-data.h"
#include "thaw-foreign.h"
#include "sample.h"
#include "thaw-models.h"

#include <string.h>

char **
cli_data_folders (const char *given)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autofree char *home = thaw_store_default_home ();
  const char *listed = g_getenv ("THAW_DATA");

  if (given != NULL)
    g_ptr_array_add (folders, g_strdup (given));
  if (listed != NULL) {
    g_auto (GStrv) parts = g_strsplit (listed, G_SEARCHPATH_SEPARATOR_S, -1);
    for (char **p = parts; *p != NULL; p++)
      if (**p != '\0')
        g_ptr_array_add (folders, g_strdup (*p));
  }
  g_ptr_array_add (folders, g_build_filename (home, "datasets", NULL));
  g_ptr_array_add (folders, g_get_current_dir ());
  g_ptr_array_add (folders, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&folders), FALSE);
}

GPtrArray *
cli_find_sets (char **folders, GError **error)
{
  GPtrArray *found = thaw_foreign_sets ((const char *const *) folders, error);
  ThawSetInfo *sample;

  if (found == NULL)
    return NULL;
  for (guint i = found->len; i-- > 0;)
    if (strcmp (((ThawSetInfo *) found->pdata[i])->id, "sample") == 0)
      g_ptr_array_remove_index (found, i);
  sample = g_new0 (ThawSetInfo, 1);
  sample->kind = THAW_SET_IDX;
  sample->id = g_strdup ("sample");
  sample->title = g_strdup (_ ("Fashion-MNIST sample"));
  sample->path = g_strdup ("sample");
  g_ptr_array_add (found, sample);
  return found;
}

char *
cli_set_path (const char *given, GError **error)
{
  g_autofree char *home = thaw_store_default_home ();
  g_autofree char *sample = g_build_filename (home, "datasets", THAW_SAMPLE_FOLDER, NULL);
  bool missing = !g_file_test (given, G_FILE_TEST_EXISTS);

  if (missing && (strcmp (given, "sample") == 0 || strcmp (given, sample) == 0))
    return sample_write (error);
  return g_strdup (given);
}

/* The best of the sets found for data.set `wanted`; "auto" prefers CIFAR-10, then Fashion-MNIST,
 * then whatever comes first: the sample is the last. */
static ThawSetInfo *
choose (GPtrArray *found, const char *wanted)
{
  static const char *const preferred[] = {"cifar-10", "fashion-mnist"};
  bool any = strcmp (wanted, "auto") == 0;

  for (size_t k = 0; any && k < G_N_ELEMENTS (preferred); k++)
    for (guint i = 0; i < found->len; i++)
      if (strcmp (((ThawSetInfo *) found->pdata[i])->id, preferred[k]) == 0)
        return found->pdata[i];
  for (guint i = 0; i < found->len; i++)
    if (any || strcmp (((ThawSetInfo *) found->pdata[i])->id, wanted) == 0)
      return found->pdata[i];
  return NULL;
}

char *
cli_find_data (const ThawRecipe *recipe, const char *given, char **set_id, GError **error)
{
  g_auto (GStrv) folders = NULL;
  g_autoptr (GPtrArray) found = NULL;
  ThawSetInfo *info;

  if (given != NULL) {
    g_autofree char *path = cli_set_path (given, error);
    g_autoptr (ThawSetInfo) probed = path != NULL ? thaw_foreign_probe (path, error) : NULL;
    if (probed == NULL)
      return NULL;
    *set_id = g_strdup (probed->id);
    return g_strdup (probed->path);
  }
  folders = cli_data_folders (NULL);
  found = cli_find_sets (folders, error);
  if (found == NULL)
    return NULL;
  info = choose (found, recipe->data.set);
  if (info == NULL) {
    g_autofree char *looked = g_strjoinv (", ", folders);
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_NOT_FOUND,
                 _ ("data.set is '%s', but no such data set was found in %s; give its place with "
                    "--data PATH or "
                    "THAW_DATA"),
                 recipe->data.set, looked);
    return NULL;
  }
  if (strcmp (info->id, "sample") == 0 && strcmp (recipe->data.set, "sample") != 0)
    cli_note (_ ("No data set was found: the built-in sample is used."));
  *set_id = g_strdup (info->id);
  return cli_set_path (info->path, error);
}

char *
cli_weights_folder (void)
{
  g_autofree char *home = thaw_store_default_home ();

  return g_build_filename (home, "weights", NULL);
}

static char *
find_published (const ThawModel *model, GError **error)
{
  g_autofree char *folder = cli_weights_folder ();
  g_autofree char *path = NULL;

  if (model->weights == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
                 _ ("model.weights is 'imagenet', but no published weights are known for %s"),
                 model->entry.name);
    return NULL;
  }
  path = g_build_filename (folder, model->weights->name, NULL);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
                 _ ("model.weights is 'imagenet', but %s is not there; 'thaw weights fetch %s' "
                    "downloads it, "
                    "--set model.weights=FILE takes another file, --set model.weights=random "
                    "starts without"),
                 path, model->entry.name);
    return NULL;
  }
  return g_steal_pointer (&path);
}

/* Where starter weights may lie: beside the program as installed, beside it as built, and where
 * data of programs is. (transfer full) */
static char **
starter_folders (void)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  const char *const *system = g_get_system_data_dirs ();
  char **folders;

  if (folder != NULL) {
    g_autofree char *installed = g_build_filename (folder, "..", "share", "thaw", "weights", NULL);
    g_autofree char *built = g_build_filename (folder, "..", "data", "weights", NULL);
    g_strv_builder_add (builder, installed);
    g_strv_builder_add (builder, built);
  }
  for (; *system != NULL; system++) {
    g_autofree char *path = g_build_filename (*system, "thaw", "weights", NULL);
    g_strv_builder_add (builder, path);
  }
  folders = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return folders;
}

char *
cli_starter_path (const ThawWeightsFile *file)
{
  g_auto (GStrv) folders = starter_folders ();
  g_autofree char *first = g_build_filename (folders[0], file->name, NULL);

  for (char **folder = folders; *folder != NULL; folder++) {
    g_autofree char *path = g_build_filename (*folder, file->name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return g_canonicalize_filename (path, NULL);
  }
  return g_canonicalize_filename (first, NULL);
}

char *
cli_find_starter (const ThawModel *model, GError **error)
{
  const ThawWeightsFile *file = model->starter;
  g_autofree char *path = NULL, *sha256 = NULL;

  if (file == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
                 _ ("model.weights is 'starter', but this version has no starter weights for %s; "
                    "--set model.weights=random starts without"),
                 model->entry.name);
    return NULL;
  }
  path = cli_starter_path (file);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
                 _ ("model.weights is 'starter', but %s, which comes with Thaw, is not there; "
                    "install Thaw again, or start without: --set model.weights=random"),
                 path);
    return NULL;
  }
  sha256 = thaw_file_sha256 (path, NULL, error);
  if (sha256 == NULL)
    return NULL;
  if (strcmp (sha256, file->sha256) == 0)
    return g_steal_pointer (&path);
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
               _ ("%s is damaged: its SHA-256 is %s, expected %s; install Thaw again"), path,
               sha256, file->sha256);
  return NULL;
}

char *
cli_find_weights (const ThawRecipe *recipe, GError **error)
{
  const char *weights = recipe->model.weights;
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);

  if (strcmp (weights, "random") == 0)
    return NULL;
  if (strcmp (weights, "imagenet") == 0)
    return find_published (model, error);
  if (strcmp (weights, "starter") == 0)
    return cli_find_starter (model, error);
  return g_canonicalize_filename (weights, NULL);
}
