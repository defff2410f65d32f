/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a checkpoint says of itself. */
#include "train-private.h"

#include <math.h>

#define MAX_EPOCHS 1000000
#define MAX_CLASSES 100000
#define MAX_SIZE 4096

gboolean
thaw_meta_text (const ThawStateDict *dict,
                const char *path,
                const char *key,
                const char **value,
                GError **error)
{
  *value = thaw_state_dict_meta (dict, key);
  if (*value == NULL)
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: the checkpoint lacks its field '%s'"), path, key);
  return *value != NULL;
}

gboolean
thaw_meta_count (const ThawStateDict *dict,
                 const char *path,
                 const char *key,
                 uint64_t max,
                 uint64_t *value,
                 GError **error)
{
  const char *text;
  guint64 number;

  if (!thaw_meta_text (dict, path, key, &text, error))
    return FALSE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL)) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: field '%s' is '%.40s', expected a whole number up to %" PRIu64), path, key,
                 text, max);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

gboolean
thaw_meta_real (
    const ThawStateDict *dict, const char *path, const char *key, double *value, GError **error)
{
  const char *text;
  char *end = NULL;

  if (!thaw_meta_text (dict, path, key, &text, error))
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (*value)) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: field '%s' is '%.40s', expected a finite number"), path, key, text);
    return FALSE;
  }
  return TRUE;
}

void
thaw_checkpoint_info_clear (ThawCheckpointInfo *info)
{
  g_free (info->kind);
  g_free (info->recipe);
  g_free (info->recipe_hash);
  g_free (info->data_fingerprint);
  g_free (info->model);
  g_strfreev (info->class_names);
  g_free (info->best_file);
  *info = (ThawCheckpointInfo){0};
}

static gboolean
read_texts (const ThawStateDict *dict, const char *path, ThawCheckpointInfo *info, GError **error)
{
  struct {
    const char *key;
    char **value;
  } texts[] = {{"recipe", &info->recipe},
               {"recipe_hash", &info->recipe_hash},
               {"data_fingerprint", &info->data_fingerprint},
               {"model", &info->model}};

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text;
    if (!thaw_meta_text (dict, path, texts[i].key, &text, error))
      return FALSE;
    *texts[i].value = g_strdup (text);
  }
  return TRUE;
}

static gboolean
read_classes (const ThawStateDict *dict, const char *path, ThawCheckpointInfo *info, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  uint64_t classes;

  if (!thaw_meta_count (dict, path, "classes", MAX_CLASSES, &classes, error))
    return FALSE;
  for (uint64_t c = 0; c < classes; c++) {
    g_autofree char *key = g_strdup_printf ("class.%d", (int) c);
    const char *name;
    if (!thaw_meta_text (dict, path, key, &name, error))
      return FALSE;
    g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_add (names, NULL);
  info->n_classes = (int) classes;
  info->class_names = (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
  return TRUE;
}

static gboolean
read_input (const ThawStateDict *dict, const char *path, ThawCheckpointInfo *info, GError **error)
{
  uint64_t size;

  if (!thaw_meta_count (dict, path, "size", MAX_SIZE, &size, error))
    return FALSE;
  info->size = (int) size;
  for (int c = 0; c < 3; c++) {
    g_autofree char *mean = g_strdup_printf ("mean.%d", c);
    g_autofree char *std = g_strdup_printf ("std.%d", c);
    if (!thaw_meta_real (dict, path, mean, &info->mean[c], error) ||
        !thaw_meta_real (dict, path, std, &info->std[c], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_position (const ThawStateDict *dict,
               const char *path,
               ThawCheckpointInfo *info,
               GError **error)
{
  uint64_t epoch, batch, best;

  info->best_epoch = -1;
  info->best_accuracy = NAN;
  info->best_averaged = g_strcmp0 (thaw_state_dict_meta (dict, "best_weights"), "averaged") == 0;
  info->best_file = g_strdup (thaw_state_dict_meta (dict, "best_file"));
  if (!thaw_meta_count (dict, path, "epoch", MAX_EPOCHS, &epoch, error) ||
      !thaw_meta_count (dict, path, "batch", G_MAXINT, &batch, error) ||
      !thaw_meta_count (dict, path, "step", G_MAXINT64, &info->step, error))
    return FALSE;
  info->epoch = (int) epoch;
  info->batch = (uint32_t) batch;
  if (info->best_file != NULL && !thaw_keeper_is_ours (info->best_file, "best")) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: field 'best_file' is '%.80s', expected the name of a \"best\" checkpoint"),
                 path, info->best_file);
    return FALSE;
  }
  if (thaw_state_dict_meta (dict, "best_epoch") == NULL)
    return TRUE;
  if (!thaw_meta_count (dict, path, "best_epoch", MAX_EPOCHS, &best, error))
    return FALSE;
  info->best_epoch = (int) best;
  return thaw_meta_real (dict, path, "best_accuracy", &info->best_accuracy, error);
}

static gboolean
read_kind (const ThawStateDict *dict, const char *path, ThawCheckpointInfo *info, GError **error)
{
  const char *format = thaw_state_dict_meta (dict, "thaw_format");
  const char *kind = thaw_state_dict_meta (dict, "kind");

  if (format == NULL || kind == NULL) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: is not a checkpoint of Thaw"), path);
    return FALSE;
  }
  if (!g_str_equal (format, THAW_CHECKPOINT_FORMAT)) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: the checkpoint's format is '%.40s', this version reads '%s'"), path,
                 format, THAW_CHECKPOINT_FORMAT);
    return FALSE;
  }
  if (!g_str_equal (kind, "last") && !g_str_equal (kind, "best")) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
                 _ ("%s: field 'kind' is '%.40s', expected 'last' or 'best'"), path, kind);
    return FALSE;
  }
  info->kind = g_strdup (kind);
  return TRUE;
}

ThawStateDict *
thaw_checkpoint_read (const char *path, ThawCheckpointInfo *info, GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_weights_read (path, NULL, error);

  *info = (ThawCheckpointInfo){0};
  if (dict == NULL)
    return NULL;
  if (read_kind (dict, path, info, error) && read_texts (dict, path, info, error) &&
      read_classes (dict, path, info, error) && read_input (dict, path, info, error) &&
      read_position (dict, path, info, error))
    return g_steal_pointer (&dict);
  thaw_checkpoint_info_clear (info);
  return NULL;
}

gboolean
thaw_checkpoint_info (const char *path, ThawCheckpointInfo *info, GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_checkpoint_read (path, info, error);

  return dict != NULL;
}

ThawStateDict *
thaw_checkpoint_weights (const char *path, GError **error)
{
  g_auto (ThawCheckpointInfo) info = {0};
  g_autoptr (ThawStateDict) dict = thaw_checkpoint_read (path, &info, error);

  if (dict == NULL)
    return NULL;
  if (g_str_equal (info.kind, "best"))
    return g_steal_pointer (&dict);
  return thaw_state_dict_take (dict, THAW_CHECKPOINT_MODEL);
}
