/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the translations are. */
#include "thaw-base.h"

#include <libintl.h>

/* share/locale as it lies beside the bin or libexec folder of a program that was installed,
 * wherever that was moved to: share/thaw beside it tells that it is ours. NULL when there is none.
 * (transfer full) */
static char *
beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (program != NULL ? program : "/usr/bin/thaw");
  const char *up = g_str_has_suffix (folder, "/libexec/thaw") ? "../.." : "..";
  g_autofree char *ours = g_build_filename (folder, up, "share", "thaw", NULL);
  g_autofree char *found = g_build_filename (folder, up, "share", "locale", NULL);

  return g_file_test (ours, G_FILE_TEST_IS_DIR) ? g_canonicalize_filename (found, NULL) : NULL;
}

void
thaw_texts_bind (const char *configured)
{
  const char *wanted = g_getenv ("THAW_LOCALEDIR");
  g_autofree char *beside = beside_program ();

  if (wanted == NULL)
    wanted = beside != NULL ? beside : configured;
  bindtextdomain (GETTEXT_PACKAGE, wanted);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
