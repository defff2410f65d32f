/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set taken apart, and put together again from parts that nobody has to believe. */
#include "readers-private.h"

#include <string.h>

void
thaw_dataset_parts (const ThawDataset *set, ThawDatasetParts *parts)
{
  *parts = (ThawDatasetParts){.info = *set->info,
                              .size = set->size,
                              .classes = set->classes,
                              .class_names = (const char *const *) set->class_names,
                              .n_train = set->n_train,
                              .n_own_validation = set->n_own_validation,
                              .n_test = set->n_test,
                              .pixels = set->pixels,
                              .labels = set->labels,
                              .here = set->here,
                              .fingerprint = set->fingerprint,
                              .skipped = set->skipped};
}

bool
thaw_set_info_valid (const ThawSetInfo *info)
{
  static const char *const ids[][4] = {[THAW_SET_CIFAR10_BINARY] = {"cifar-10"},
                                       [THAW_SET_CIFAR10_PYTHON] = {"cifar-10"},
                                       [THAW_SET_IDX] = {"sample", "fashion-mnist", "mnist"},
                                       [THAW_SET_FOLDER] = {"folder"}};

  if ((unsigned int) info->kind >= G_N_ELEMENTS (ids) || info->id == NULL || info->path == NULL ||
      info->title == NULL || !g_utf8_validate (info->title, -1, NULL))
    return false;
  for (int i = 0; ids[info->kind][i] != NULL; i++)
    if (strcmp (info->id, ids[info->kind][i]) == 0)
      return true;
  return false;
}

static gboolean
odd (GError **error, const ThawDatasetParts *parts, const char *what)
{
  g_autofree char *shown =
      g_filename_display_name (parts->info.path != NULL ? parts->info.path : "?");

  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: the parts of this data set do not fit together: %s"), shown, what);
  return FALSE;
}

static bool
is_digest (const char *text)
{
  return strlen (text) == 2 * THAW_DIGEST_BYTES &&
         strspn (text, "0123456789abcdef") == 2 * THAW_DIGEST_BYTES;
}

static gboolean
check_texts (const ThawDatasetParts *parts, GError **error)
{
  if (!thaw_set_info_valid (&parts->info))
    return odd (error, parts, "info");
  if (parts->classes < 1 || parts->classes > THAW_MAX_CLASSES)
    return odd (error, parts, "classes");
  for (int c = 0; c < parts->classes; c++)
    if (parts->class_names[c] == NULL || !g_utf8_validate (parts->class_names[c], -1, NULL))
      return odd (error, parts, "class_names");
  if ((parts->fingerprint == NULL) != (parts->here != NULL) ||
      (parts->fingerprint != NULL && !is_digest (parts->fingerprint)))
    return odd (error, parts, "fingerprint");
  return TRUE;
}

/* *n: how many images there are. */
static gboolean
check_pixels (const ThawDatasetParts *parts, GBytes *home, uint32_t *n, GError **error)
{
  uint64_t all = (uint64_t) parts->n_train + parts->n_own_validation + parts->n_test, bytes;
  gsize size;
  const uint8_t *start = g_bytes_get_data (home, &size);

  if (parts->size < 1 || parts->size > THAW_MAX_SIDE)
    return odd (error, parts, "size");
  bytes = (uint64_t) parts->size * (uint64_t) parts->size * 3;
  if (all > UINT32_MAX || __builtin_mul_overflow (bytes, all, &bytes))
    return odd (error, parts, "count");
  if (parts->pixels < start || bytes > size || (size_t) (parts->pixels - start) > size - bytes)
    return odd (error, parts, "pixels");
  *n = (uint32_t) all;
  return TRUE;
}

static gboolean
check_images (const ThawDatasetParts *parts, uint32_t n, GError **error)
{
  for (uint32_t i = 0; i < n; i++)
    if (parts->labels[i] >= parts->classes || (parts->here != NULL && parts->here[i] > 1))
      return odd (error, parts, "labels");
  return TRUE;
}

ThawDataset *
thaw_dataset_from_parts (const ThawDatasetParts *parts, GBytes *home, GError **error)
{
  ThawDataset *set;
  uint32_t n = 0;

  if (!check_texts (parts, error) || !check_pixels (parts, home, &n, error) ||
      !check_images (parts, n, error))
    return NULL;
  set = g_new0 (ThawDataset, 1);
  set->info = thaw_set_info_copy (&parts->info);
  set->size = parts->size;
  set->classes = parts->classes;
  set->class_names = g_new0 (char *, parts->classes + 1);
  for (int c = 0; c < parts->classes; c++)
    set->class_names[c] = g_strdup (parts->class_names[c]);
  set->n_train = parts->n_train;
  set->n_own_validation = parts->n_own_validation;
  set->n_test = parts->n_test;
  set->pixels = parts->pixels;
  set->home = g_bytes_ref (home);
  set->labels = g_memdup2 (parts->labels, n * sizeof *parts->labels);
  set->here = g_memdup2 (parts->here, n);
  set->fingerprint = g_strdup (parts->fingerprint);
  set->skipped = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < parts->skipped->len; i++)
    g_ptr_array_add (set->skipped, g_strdup (parts->skipped->pdata[i]));
  return set;
}
