/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ending.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

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
  longer = g_strconcat (path, wanted, NULL);
  if (!g_file_test (longer, G_FILE_TEST_EXISTS))
    return longer;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _ ("%s: is there already; to replace it, choose it by its whole name"), longer);
  g_free (longer);
  return NULL;
}
