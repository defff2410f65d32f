/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set in memory, and which reader opens which kind. */
#include "dataset-private.h"
#include "readers-private.h"

#include <string.h>

void
thaw_set_info_free (ThawSetInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->id);
  g_free (info->title);
  g_free (info->path);
  g_free (info);
}

ThawSetInfo *
thaw_set_info_copy (const ThawSetInfo *info)
{
  ThawSetInfo *copy = g_new (ThawSetInfo, 1);

  *copy =
      (ThawSetInfo){info->kind, g_strdup (info->id), g_strdup (info->title), g_strdup (info->path)};
  return copy;
}

static ThawDataset *
read_set (const char *path, const ThawReading *reading, GError **error)
{
  g_autoptr (ThawSetInfo) info = thaw_set_probe (path, error);

  if (info == NULL)
    return NULL;
  switch (info->kind) {
  case THAW_SET_CIFAR10_BINARY:
  case THAW_SET_CIFAR10_PYTHON:
    return thaw_cifar_open (info, reading, error);
  case THAW_SET_IDX:
    return thaw_idx_open (info, reading, error);
  case THAW_SET_FOLDER:
    return thaw_folder_open (info, reading, error);
  }
  g_assert_not_reached ();
}

ThawDataset *
thaw_dataset_open (const char *path, int size, GCancellable *cancel, GError **error)
{
  g_return_val_if_fail (path != NULL && size >= 1 && size <= THAW_MAX_SIDE, NULL);

  return read_set (path, &(ThawReading){.size = size, .cancel = cancel}, error);
}

ThawDataset *
thaw_dataset_sample (
    const char *path, int size, uint32_t each, GCancellable *cancel, GError **error)
{
  g_return_val_if_fail (path != NULL && size >= 1 && size <= THAW_MAX_SIDE && each > 0, NULL);

  return read_set (path, &(ThawReading){size, each, cancel}, error);
}

void
thaw_dataset_free (ThawDataset *set)
{
  if (set == NULL)
    return;
  thaw_set_info_free (set->info);
  g_strfreev (set->class_names);
  if (set->home != NULL)
    g_bytes_unref (set->home);
  else
    g_free (set->pixels);
  g_free (set->labels);
  g_free (set->here);
  g_free (set->fingerprint);
  g_clear_pointer (&set->skipped, g_ptr_array_unref);
  g_free (set);
}

const ThawSetInfo *
thaw_dataset_info (const ThawDataset *set)
{
  return set->info;
}

int
thaw_dataset_size (const ThawDataset *set)
{
  return set->size;
}

int
thaw_dataset_classes (const ThawDataset *set)
{
  return set->classes;
}

const char *
thaw_dataset_class_name (const ThawDataset *set, int c)
{
  g_return_val_if_fail (c >= 0 && c < set->classes, NULL);
  return set->class_names[c];
}

uint32_t
thaw_dataset_count (const ThawDataset *set)
{
  return set->n_train + set->n_own_validation + set->n_test;
}

uint32_t
thaw_dataset_n_train (const ThawDataset *set)
{
  return set->n_train;
}

uint32_t
thaw_dataset_n_own_validation (const ThawDataset *set)
{
  return set->n_own_validation;
}

uint32_t
thaw_dataset_n_test (const ThawDataset *set)
{
  return set->n_test;
}

const uint8_t *
thaw_dataset_image (const ThawDataset *set, uint32_t i)
{
  g_return_val_if_fail (i < thaw_dataset_count (set) && thaw_dataset_has_image (set, i), NULL);
  return set->pixels + (size_t) i * set->size * set->size * 3;
}

bool
thaw_dataset_has_image (const ThawDataset *set, uint32_t i)
{
  return set->here == NULL || set->here[i];
}

int
thaw_dataset_label (const ThawDataset *set, uint32_t i)
{
  g_return_val_if_fail (i < thaw_dataset_count (set), -1);
  return set->labels[i];
}

const char *
thaw_dataset_fingerprint (const ThawDataset *set)
{
  return set->fingerprint;
}

const GPtrArray *
thaw_dataset_skipped (const ThawDataset *set)
{
  return set->skipped;
}
