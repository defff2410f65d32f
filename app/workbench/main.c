/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw-workbench: the window. */
#include "thaw-ui.h"

#include <libintl.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("THAW_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Thaw");
  g_autoptr (GApplication) application = thaw_application_new (VERSION);
  return g_application_run (application, argc, argv);
}
