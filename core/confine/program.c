/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the helper is. */
#include "confine-private.h"

#define NAME "thaw-reader"

static const char *chosen; /* by a test */

void
thaw_confine_set_program (const char *path)
{
  chosen = g_intern_string (path);
}

static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self != NULL ? self : "/usr/bin/thaw");
  const char *named = g_getenv ("THAW_READER");
  char *places[] = {g_build_filename (folder, NAME, NULL),
                    g_build_filename (folder, "..", "libexec", "thaw", NAME, NULL),
                    g_strdup (named != NULL && *named != '\0' ? named : NULL),
                    g_build_filename (LIBEXECDIR, NAME, NULL)};
  char *found = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (places); i++) {
    if (found == NULL && places[i] != NULL && g_file_test (places[i], G_FILE_TEST_IS_EXECUTABLE))
      found = g_steal_pointer (&places[i]);
    g_free (places[i]);
  }
  return found != NULL ? found : g_build_filename (LIBEXECDIR, NAME, NULL);
}

const char *
thaw_confine_program (void)
{
  static char *program = NULL;
  static gsize once = 0;

  if (chosen != NULL)
    return chosen;
  if (g_once_init_enter (&once)) {
    program = find_program ();
    g_once_init_leave (&once, 1);
  }
  return program;
}
