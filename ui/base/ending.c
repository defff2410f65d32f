/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ending.h"

#include <glib/gi18n-lib.h>

/* A file chosen through the desktop's portal lies alone in a folder of its own:
 * RUNTIME-DIR/doc/NUMBER/NAME. Source: xdg-desktop-portal, "The document portal". */
bool
thaw_ending_is_lent (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *above = g_path_get_dirname (folder);
  g_autofree char *lent = g_build_filename (g_get_user_runtime_dir (), "doc", NULL);

  return g_str_equal (above, lent) || g_str_equal (above, "/run/flatpak/doc");
}

const char *const thaw_recipe_endings[] = {".thaw-recipe", ".json", NULL};
const char *const thaw_archive_endings[] = {".gz", ".tgz", ".tar", ".zip", ".bin", NULL};

GtkFileFilter *
thaw_ending_add_filter (GtkFileChooser *chooser, const char *title, const char *const *endings)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, title);
  for (; *endings != NULL; endings++)
    gtk_file_filter_add_suffix (filter, *endings + 1);
  gtk_file_chooser_add_filter (chooser, filter);
  return filter;
}

bool
thaw_ending_among (const char *path, const char *const *endings)
{
  g_autofree char *small = g_ascii_strdown (path, -1);

  for (; *endings != NULL; endings++)
    if (g_str_has_suffix (small, *endings))
      return true;
  return false;
}

char *
thaw_ending_complete (const char *path,
                      const char *const *endings,
                      const char *wanted,
                      GError **error)
{
  g_autofree char *name = g_path_get_basename (path), *small = g_ascii_strdown (name, -1);
  char *longer;

  for (; *endings != NULL; endings++)
    if (g_str_has_suffix (small, *endings) && !g_str_equal (small, *endings))
      return g_strdup (path);
  if (thaw_ending_is_lent (path)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 _ ("%s: says no format by its ending, and the desktop lets no other name be "
                    "written; choose one that ends in %s"),
                 name, wanted);
    return NULL;
  }
  longer = g_strconcat (path, wanted, NULL);
  if (!g_file_test (longer, G_FILE_TEST_EXISTS))
    return longer;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _ ("%s: is there already; to replace it, choose it by its whole name"), longer);
  g_free (longer);
  return NULL;
}
