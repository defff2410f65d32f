/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in class folders: parts (train, val, test), classes sorted bytewise, pictures sorted
 * bytewise. Links to files count while they stay inside the set; links to folders do not. */
#include "folder-private.h"
#include "picture-private.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_PICTURES 4000000
#define MANY_NAMES 64 /* looked at when only asking what a folder is */

typedef enum { NODE_FILE, NODE_FOLDER, NODE_LINK, NODE_OTHER } Node;

static Node
node_kind (const char *path)
{
  struct stat st;

  if (lstat (path, &st) != 0)
    return NODE_OTHER;
  if (S_ISLNK (st.st_mode))
    return NODE_LINK;
  return S_ISREG (st.st_mode) ? NODE_FILE : S_ISDIR (st.st_mode) ? NODE_FOLDER : NODE_OTHER;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
thaw_folder_names (const char *path, guint most, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &why);
  GPtrArray *names;
  const char *name;

  if (dir == NULL) {
    g_set_error_literal (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO, why->message);
    return NULL;
  }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((most == 0 || names->len < most) && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
is_picture_name (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL &&
         (g_ascii_strcasecmp (dot, ".png") == 0 || g_ascii_strcasecmp (dot, ".jpg") == 0 ||
          g_ascii_strcasecmp (dot, ".jpeg") == 0);
}

/* --- What is it? -------------------------------------------------------------------------------*/

static gboolean
is_picture_file (const char *path)
{
  ThawSource source;
  uint8_t head[8];
  gssize n;

  if (!thaw_source_open (&source, path, NULL, NULL))
    return FALSE;
  n = thaw_source_read (&source, head, sizeof head, NULL);
  thaw_source_close (&source);
  return n > 0 &&
         (thaw_picture_is_png (head, (size_t) n) || thaw_picture_is_jpeg (head, (size_t) n));
}

static gboolean
holds_picture (const char *folder)
{
  g_autoptr (GPtrArray) names = thaw_folder_names (folder, MANY_NAMES, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    if (is_picture_name (names->pdata[i]) && is_picture_file (path))
      return TRUE;
  }
  return FALSE;
}

gboolean
thaw_folder_has_classes (const char *path)
{
  g_autoptr (GPtrArray) names = thaw_folder_names (path, MANY_NAMES, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);
    if (node_kind (child) == NODE_FOLDER && holds_picture (child))
      return TRUE;
  }
  return FALSE;
}

gboolean
thaw_folder_has_parts (const char *path, gboolean strict)
{
  g_autofree char *train = g_build_filename (path, "train", NULL);
  g_autoptr (GPtrArray) names = NULL;

  if (strict)
    return thaw_folder_has_classes (train);
  names = thaw_folder_names (train, 0, NULL);
  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *child = g_build_filename (train, names->pdata[i], NULL);
    if (node_kind (child) == NODE_FOLDER)
      return TRUE;
  }
  return FALSE;
}

/* --- What is in it? ----------------------------------------------------------------------------*/

static void
clear_item (gpointer data)
{
  g_free (((ThawFolderItem *) data)->path);
}

static void
skip (ThawFolderScan *scan, const char *path, const char *why)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_ptr_array_add (scan->skipped, g_strdup_printf ("%s: %s", shown, why));
}

/* Does the link lead to a regular file below the set's own folder? */
static gboolean
link_stays_inside (const ThawFolderScan *scan, const char *path)
{
  char real[PATH_MAX];
  size_t length = strlen (scan->root);

  return realpath (path, real) != NULL && strncmp (real, scan->root, length) == 0 &&
         real[length] == '/' && node_kind (real) == NODE_FILE;
}

static gboolean
scan_class (ThawFolderScan *scan, int part, int label, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = thaw_folder_names (folder, 0, error);
  guint before = scan->items->len;

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    Node node = node_kind (path);

    if (node == NODE_FOLDER || !is_picture_name (names->pdata[i]))
      continue;
    if (node == NODE_LINK && !link_stays_inside (scan, path)) {
      skip (scan, path, _ ("is a link that leads out of the set"));
    } else if (node == NODE_OTHER) {
      skip (scan, path, _ ("is not a regular file"));
    } else {
      ThawFolderItem item = {g_steal_pointer (&path), (uint16_t) label, (uint8_t) part};
      g_array_append_val (scan->items, item);
    }
  }
  if (scan->items->len == before) {
    g_autofree char *shown = g_filename_display_name (folder);
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: this class folder holds no PNG or JPEG picture"), shown);
    return FALSE;
  }
  return TRUE;
}

/* The folders in `folder`, sorted; links to folders are skipped and told. */
static GPtrArray *
class_folders (ThawFolderScan *scan, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = thaw_folder_names (folder, 0, error);
  GPtrArray *classes;

  if (names == NULL)
    return NULL;
  classes = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    Node node = node_kind (path);

    if (node == NODE_FOLDER)
      g_ptr_array_add (classes, g_strdup (names->pdata[i]));
    else if (node == NODE_LINK && g_file_test (path, G_FILE_TEST_IS_DIR))
      skip (scan, path, _ ("is a link to a folder, which is not followed"));
  }
  return classes;
}

/* val/ and test/ must have the very classes of train/. */
static gboolean
check_classes (const ThawFolderScan *scan,
               const GPtrArray *classes,
               const char *folder,
               GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);
  guint n = MAX (classes->len, scan->classes->len);

  for (guint i = 0; i < n; i++) {
    const char *found = i < classes->len ? classes->pdata[i] : NULL;
    const char *wanted = i < scan->classes->len ? scan->classes->pdata[i] : NULL;
    gboolean extra;
    g_autofree char *name = NULL;

    if (found != NULL && wanted != NULL && strcmp (found, wanted) == 0)
      continue;
    extra = wanted == NULL || (found != NULL && strcmp (found, wanted) < 0);
    name = g_filename_display_name (extra ? found : wanted);
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 extra ? _ ("%s: has a class folder '%s' that the training images do not have")
                       : _ ("%s: has no class folder '%s', which the training images have"),
                 shown, name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
scan_part (ThawFolderScan *scan, int part, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) classes = class_folders (scan, folder, error);

  if (classes == NULL)
    return FALSE;
  if (part == THAW_PART_TRAIN)
    scan->classes = g_ptr_array_ref (classes);
  else if (!check_classes (scan, classes, folder, error))
    return FALSE;
  if (classes->len < 2 || classes->len > THAW_MAX_CLASSES) {
    g_autofree char *shown = g_filename_display_name (folder);
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: has %u class folders, expected 2 to %d"), shown, classes->len,
                 THAW_MAX_CLASSES);
    return FALSE;
  }
  for (guint c = 0; c < classes->len; c++) {
    g_autofree char *path = g_build_filename (folder, classes->pdata[c], NULL);
    if (!scan_class (scan, part, (int) c, path, error))
      return FALSE;
  }
  return TRUE;
}

/* The folder of a part, NULL when there is none. (transfer full) */
static char *
part_folder (const char *path, int part)
{
  static const char *const names[][3] = {
      {"train", NULL, NULL}, {"val", "valid", "validation"}, {"test", NULL, NULL}};

  for (int i = 0; i < 3 && names[part][i] != NULL; i++) {
    g_autofree char *folder = g_build_filename (path, names[part][i], NULL);
    if (node_kind (folder) == NODE_FOLDER)
      return g_steal_pointer (&folder);
  }
  return NULL;
}

static gboolean
scan_all (ThawFolderScan *scan, const char *path, GError **error)
{
  if (!thaw_folder_has_parts (path, FALSE))
    return scan_part (scan, THAW_PART_TRAIN, path, error);
  for (int part = 0; part < THAW_N_PARTS; part++) {
    g_autofree char *folder = part_folder (path, part);
    if (folder != NULL && !scan_part (scan, part, folder, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
thaw_folder_scan (ThawFolderScan *scan, const char *path, GError **error)
{
  char real[PATH_MAX];
  g_autofree char *shown = g_filename_display_name (path);

  *scan = (ThawFolderScan){.items = g_array_new (FALSE, FALSE, sizeof (ThawFolderItem)),
                           .skipped = g_ptr_array_new_with_free_func (g_free)};
  g_array_set_clear_func (scan->items, clear_item);
  if (realpath (path, real) == NULL) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO, _ ("%s: cannot be opened: %s"), shown,
                 g_strerror (errno));
    return FALSE;
  }
  scan->root = g_strdup (real);
  if (!scan_all (scan, path, error))
    return FALSE;
  if (scan->items->len <= MAX_PICTURES)
    return TRUE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
               _ ("%s: has %u pictures, at most %d are read"), shown, scan->items->len,
               MAX_PICTURES);
  return FALSE;
}

void
thaw_folder_scan_clear (ThawFolderScan *scan)
{
  g_clear_pointer (&scan->root, g_free);
  g_clear_pointer (&scan->items, g_array_unref);
  g_clear_pointer (&scan->classes, g_ptr_array_unref);
  g_clear_pointer (&scan->skipped, g_ptr_array_unref);
}
