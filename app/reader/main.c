/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw-reader: reads one foreign file for thaw or thaw-workbench, confined; nobody starts it by
 * hand. */
#include "thaw-base.h"
#include "thaw-foreign.h"

#include <locale.h>
#include <stdio.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  thaw_texts_bind (LOCALEDIR);
  g_set_prgname ("thaw-reader");
  _exit (thaw_foreign_serve ()); /* nothing is to be tidied, and nothing could be */
}
