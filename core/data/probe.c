/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which known set lies at a path: decided by what is inside, never by a file's name alone. */
#include "readers-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEBIAN_FASHION_MNIST "/usr/share/datasets/fashion-mnist"
#define MANY_NAMES 1000 /* looked at in a folder */

static ThawSetInfo *
info_new (ThawSetKind kind, const char *path)
{
  ThawSetInfo *info = g_new0 (ThawSetInfo, 1);
  g_autofree char *full = g_canonicalize_filename (path, NULL);

  info->kind = kind;
  info->path = g_strdup (path);
  switch (kind) {
  case THAW_SET_CIFAR10_BINARY:
    info->id = g_strdup ("cifar-10");
    info->title = g_strdup (_ ("CIFAR-10 (binary)"));
    break;
  case THAW_SET_CIFAR10_PYTHON:
    info->id = g_strdup ("cifar-10");
    info->title = g_strdup (_ ("CIFAR-10 (Python)"));
    break;
  case THAW_SET_IDX:
    if (g_str_has_suffix (full, "/" THAW_SAMPLE_FOLDER)) {
      info->id = g_strdup ("sample");
      info->title = g_strdup (_ ("Fashion-MNIST sample"));
    } else if (strcasestr (full, "fashion") != NULL) {
      info->id = g_strdup ("fashion-mnist");
      info->title = g_strdup ("Fashion-MNIST");
    } else {
      info->id = g_strdup ("mnist");
      info->title = g_strdup ("MNIST");
    }
    break;
  case THAW_SET_FOLDER:
    info->id = g_strdup ("folder");
    info->title = g_filename_display_basename (full);
    break;
  }
  return info;
}

/* An archive: NULL and error when it is none, or holds nothing that is known. */
static ThawSetInfo *
probe_archive (const char *path, GError **error)
{
  const char *names[2 * THAW_CIFAR_FILES];
  ThawSource source;
  int found = -1;
  gboolean good;
  g_autofree char *shown = NULL;

  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    names[i] = thaw_cifar_names (THAW_SET_CIFAR10_BINARY)[i];
    names[THAW_CIFAR_FILES + i] = thaw_cifar_names (THAW_SET_CIFAR10_PYTHON)[i];
  }
  if (!thaw_source_open (&source, path, NULL, error))
    return NULL;
  good = thaw_archive_find (&source, names, G_N_ELEMENTS (names), &found, error);
  thaw_source_close (&source);
  if (!good)
    return NULL;
  if (found >= 0)
    return info_new (found < THAW_CIFAR_FILES ? THAW_SET_CIFAR10_BINARY : THAW_SET_CIFAR10_PYTHON,
                     path);
  shown = g_filename_display_name (path);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_NOT_FOUND,
               _ ("%s: the archive holds no data_batch_1.bin (CIFAR-10, binary) nor data_batch_1 "
                  "(CIFAR-10, Python)"),
               shown);
  return NULL;
}

static gboolean
holds_cifar (const char *folder, ThawSetKind kind)
{
  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    g_autofree char *path = g_build_filename (folder, thaw_cifar_names (kind)[i], NULL);
    if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return TRUE;
  }
  return FALSE;
}

static gboolean
holds_idx (const char *folder)
{
  for (int i = 0; i < 4; i++) {
    g_autofree char *path = thaw_idx_path (folder, i);
    if (path != NULL)
      return TRUE;
  }
  return FALSE;
}

/* A folder that directly holds the files of CIFAR-10 or IDX. (nullable) */
static ThawSetInfo *
probe_files (const char *folder)
{
  if (holds_cifar (folder, THAW_SET_CIFAR10_BINARY))
    return info_new (THAW_SET_CIFAR10_BINARY, folder);
  if (holds_cifar (folder, THAW_SET_CIFAR10_PYTHON))
    return info_new (THAW_SET_CIFAR10_PYTHON, folder);
  return holds_idx (folder) ? info_new (THAW_SET_IDX, folder) : NULL;
}

static gboolean
is_archive_name (const char *name)
{
  return g_str_has_suffix (name, ".tar.gz") || g_str_has_suffix (name, ".tgz");
}

/* What a name in a folder is; *failure (nullable, may hold one already) gets the first archive's
 * fault. (nullable) */
static ThawSetInfo *
probe_child (const char *path, gboolean class_folders, GError **failure)
{
  ThawSetInfo *info = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    info = probe_files (path);
    if (info == NULL && class_folders &&
        (thaw_folder_has_parts (path, TRUE) || thaw_folder_has_classes (path)))
      info = info_new (THAW_SET_FOLDER, path);
  } else if (is_archive_name (path)) {
    info = probe_archive (path, failure != NULL && *failure == NULL ? failure : NULL);
  }
  return info;
}

/* Which of several sets in a folder is the best to take: lower is better. */
static int
rank (const ThawSetInfo *info)
{
  gboolean unpacked = g_file_test (info->path, G_FILE_TEST_IS_DIR);

  switch (info->kind) {
  case THAW_SET_CIFAR10_BINARY:
    return unpacked ? 0 : 2;
  case THAW_SET_CIFAR10_PYTHON:
    return unpacked ? 1 : 3;
  case THAW_SET_IDX:
    return 4;
  case THAW_SET_FOLDER:
    break;
  }
  return 5;
}

/* The best set one level below. (nullable) */
static ThawSetInfo *
probe_children (const char *folder, gboolean class_folders, GError **failure)
{
  g_autoptr (GPtrArray) names = thaw_folder_names (folder, MANY_NAMES, NULL);
  g_autoptr (ThawSetInfo) best = NULL;

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    g_autoptr (ThawSetInfo) info = probe_child (path, class_folders, failure);

    if (info != NULL && (best == NULL || rank (info) < rank (best))) {
      g_clear_pointer (&best, thaw_set_info_free);
      best = g_steal_pointer (&info);
    }
  }
  return g_steal_pointer (&best);
}

static void
cannot_open (const char *path, int number, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO, _ ("%s: cannot be opened: %s"), shown,
               g_strerror (number));
}

static ThawSetInfo *
probe_folder (const char *path, GError **error)
{
  GError *failure = NULL;
  ThawSetInfo *info = probe_files (path);
  g_autofree char *shown = NULL;

  if (info == NULL && thaw_folder_has_parts (path, FALSE))
    info = info_new (THAW_SET_FOLDER, path);
  if (info == NULL)
    info = probe_children (path, FALSE, &failure);
  if (info == NULL && thaw_folder_has_classes (path))
    info = info_new (THAW_SET_FOLDER, path);
  if (info == NULL)
    info = probe_children (path, TRUE, NULL);
  if (info != NULL) {
    g_clear_error (&failure);
    return info;
  }
  if (failure != NULL) {
    g_propagate_error (error, failure);
    return NULL;
  }
  if (access (path, R_OK | X_OK) != 0) { /* nobody could look */
    cannot_open (path, errno, error);
    return NULL;
  }
  shown = g_filename_display_name (path);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_NOT_FOUND,
               _ ("%s: no known data set here: looked for CIFAR-10 (cifar-10-binary.tar.gz, "
                  "cifar-10-python.tar.gz or their folders), IDX files "
                  "(train-images-idx3-ubyte[.gz] and the other three) and a folder of PNG or JPEG "
                  "pictures for each class"),
               shown);
  return NULL;
}

ThawSetInfo *
thaw_set_probe (const char *path, GError **error)
{
  struct stat st;
  g_autofree char *shown = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  if (stat (path, &st) == 0)
    return S_ISDIR (st.st_mode) ? probe_folder (path, error) : probe_archive (path, error);
  if (errno != ENOENT && errno != ENOTDIR) {
    cannot_open (path, errno, error);
    return NULL;
  }
  shown = g_filename_display_name (path);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_NOT_FOUND, _ ("%s: does not exist"), shown);
  return NULL;
}

static void
add_once (GPtrArray *sets, ThawSetInfo *info)
{
  g_autofree char *full = NULL;

  if (info == NULL)
    return;
  full = g_canonicalize_filename (info->path, NULL);
  for (guint i = 0; i < sets->len; i++) {
    g_autofree char *other = g_canonicalize_filename (((ThawSetInfo *) sets->pdata[i])->path, NULL);
    if (strcmp (other, full) == 0) {
      thaw_set_info_free (info);
      return;
    }
  }
  g_ptr_array_add (sets, info);
}

/* The folder itself, else all that lies one level below. */
static void
find_in (GPtrArray *sets, const char *folder)
{
  ThawSetInfo *itself = probe_child (folder, TRUE, NULL);
  g_autoptr (GPtrArray) names = NULL;

  if (itself != NULL) {
    add_once (sets, itself);
    return;
  }
  names = thaw_folder_names (folder, MANY_NAMES, NULL);
  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    add_once (sets, probe_child (path, TRUE, NULL));
  }
}

GPtrArray *
thaw_sets_find (const char *const *folders)
{
  GPtrArray *sets = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_set_info_free);

  for (int i = 0; folders != NULL && folders[i] != NULL; i++)
    find_in (sets, folders[i]);
  if (holds_idx (DEBIAN_FASHION_MNIST))
    add_once (sets, info_new (THAW_SET_IDX, DEBIAN_FASHION_MNIST));
  return sets;
}
