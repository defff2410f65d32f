/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which file of the home is its store, and beginning another one beside it. */
#include "store-private.h"

#include <errno.h>

enum { FIRST = 2, MOST = 10000 };

/* store-2.db, store-3.db, ...: never a path, and never the name of a copy (store-v1.db). */
static bool
is_name (const char *name)
{
  const char *digits = g_str_has_prefix (name, "store-") ? name + strlen ("store-") : "";
  size_t n = strspn (digits, "0123456789");

  return n > 0 && n <= 5 && strcmp (digits + n, ".db") == 0;
}

char *
thaw_store_file (const char *home)
{
  g_autofree char *use = g_build_filename (home, "store.use", NULL);
  g_autofree char *name = NULL;

  if (g_file_get_contents (use, &name, NULL, NULL) && is_name (g_strstrip (name)))
    return g_build_filename (home, name, NULL);
  return g_build_filename (home, "store.db", NULL);
}

static char *
free_name (const char *home)
{
  for (int n = FIRST; n < MOST; n++) {
    g_autofree char *name = g_strdup_printf ("store-%d.db", n);
    g_autofree char *path = g_build_filename (home, name, NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      return g_steal_pointer (&name);
  }
  return NULL;
}

static bool
is_sound (const char *home)
{
  ThawStore *store = thaw_store_open (home, THAW_STORE_WRITE, NULL);
  bool sound = store != NULL;

  thaw_store_close (store);
  return sound;
}

static gboolean
use (const char *home, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (home, "store.use", NULL);
  g_autofree char *line = g_strconcat (name, "\n", NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents_full (path, line, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local))
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, "%s: %s", path, local->message);
  return FALSE;
}

gboolean
thaw_store_begin_beside (const char *home, char **name, GError **error)
{
  ThawStoreOptions options = {0};
  g_autofree char *file = NULL;
  ThawStore *store;

  g_return_val_if_fail (home != NULL && name != NULL, FALSE);

  if (is_sound (home)) {
    g_autofree char *path = thaw_store_file (home);
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE,
                 _ ("%s: is sound, there is no need for another store beside it"), path);
    return FALSE;
  }
  options.file = file = free_name (home);
  if (file == NULL) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: has too many stores"), home);
    return FALSE;
  }
  store = thaw_store_open_with (home, THAW_STORE_WRITE, &options, error);
  thaw_store_close (store);
  if (store == NULL || !use (home, file, error))
    return FALSE;
  *name = g_steal_pointer (&file);
  return TRUE;
}
