/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw-workbench: the window. */
#include "thaw-base.h"
#include "thaw-ui.h"

#include <locale.h>

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  thaw_texts_bind (LOCALEDIR);
  g_set_application_name ("Thaw");
  g_autoptr (GApplication) application = thaw_application_new (VERSION);
  return g_application_run (application, argc, argv);
}
