/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw: the command line, and the worker that trains. */
#include "cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static void
print_help (void)
{
  CliTable *table = cli_table_new (2, "ll");
  g_autofree char *home = thaw_store_default_home ();

  printf (_ ("Usage: thaw COMMAND [OPTIONS]\n\n"
             "Thaw shows what freezing, thawing and model size do to training.\n\nCommands:\n"));
  for (const CliCommand *c = cli_commands (); c->name != NULL; c++) {
    g_autofree char *name = g_strdup_printf ("  %s %s", c->name, c->arguments);
    cli_table_add (table, name, _ (c->help), NULL);
  }
  cli_table_print (table);
  printf (_ ("\n'thaw COMMAND --help' explains a command.\n\n"
             "Environment:\n"
             "  THAW_HOME  folder of the store: runs, weights (now %s)\n"
             "  THAW_DATA  folders to look for data sets in, separated by ':'\n\n"
             "RUN is an id, the beginning of one, a name, 'latest' or '@N' (the N-th latest).\n"
             "Exit status: 0 success, 1 failed, 2 wrong usage, 3 stopped on request, 130 "
             "interrupted.\n"),
          home);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C"); /* numbers in files and tables always have a point */
  thaw_texts_bind (LOCALEDIR);
  g_set_prgname ("thaw");

  if (argc < 2)
    return cli_fail_usage (_ ("a command is missing"));
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 ||
      strcmp (argv[1], "help") == 0) {
    print_help ();
    return CLI_OK;
  }
  if (strcmp (argv[1], "--version") == 0) {
    printf ("thaw %s\n", VERSION);
    return CLI_OK;
  }
  for (const CliCommand *c = cli_commands (); c->name != NULL; c++)
    if (strcmp (argv[1], c->name) == 0)
      return c->run (argc - 1, argv + 1);
  return cli_fail_usage (_ ("there is no command '%s'"), argv[1]);
}
