/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scratch.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <unistd.h>

char *
scratch_home_new (void)
{
  char *pattern = access ("/dev/shm", W_OK) == 0
                      ? g_strdup ("/dev/shm/thaw-ui-XXXXXX")
                      : g_build_filename (g_get_tmp_dir (), "thaw-ui-XXXXXX", NULL);
  char *home = g_mkdtemp (pattern);

  g_assert_nonnull (home);
  return home;
}

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *place)
{
  return g_remove (path);
}

void
scratch_home_free (char *home)
{
  g_assert_cmpint (nftw (home, remove_one, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (home);
}
