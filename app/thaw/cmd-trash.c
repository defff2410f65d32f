/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw trash, restore: runs are put away, taken back, or deleted for good from there. */
#include "run-json.h"

#include <stdio.h>

static int
list_trash (ThawStore *store, bool json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = thaw_store_trashed_runs (store, &error);

  if (runs == NULL)
    return cli_fail (error);
  if (json)
    runs_json (runs);
  else if (runs->len == 0)
    puts (_ ("The trash is empty."));
  else
    runs_print (runs);
  return CLI_OK;
}

/* Those that are in the way do not keep the others. */
static int
empty_trash (ThawStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = thaw_store_trashed_runs (store, &error);
  guint deleted = 0;

  if (runs == NULL)
    return cli_fail (error);
  for (guint i = 0; i < runs->len; i++) {
    g_autoptr (GError) local = NULL;
    if (thaw_store_delete_run (store, ((ThawRun *) runs->pdata[i])->id, &local))
      deleted++;
    else
      cli_fail (local);
  }
  printf (ngettext ("%u run was deleted for good.\n", "%u runs were deleted for good.\n", deleted),
          deleted);
  return deleted == runs->len ? CLI_OK : CLI_FAILED;
}

typedef gboolean (*RunFunc) (ThawStore *store, const char *run_id, GError **error);

/* Each argument is a run. All are found before the first is touched: "@1 @2" means what it meant.
 * One that fails does not keep the others. */
static int
each_run (ThawStore *store, int argc, char **argv, RunFunc func)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_free);
  int failed = 0;

  for (int i = 1; i < argc; i++) {
    g_autoptr (GError) error = NULL;
    ThawRun *run = thaw_store_find_run (store, argv[i], &error);
    if (run == NULL)
      return cli_fail (error);
    g_ptr_array_add (runs, run);
  }
  for (guint i = 0; i < runs->len; i++) {
    g_autoptr (GError) error = NULL;
    if (func (store, ((ThawRun *) runs->pdata[i])->id, &error))
      continue;
    cli_fail (error);
    failed++;
  }
  return failed > 0 ? CLI_FAILED : CLI_OK;
}

int
cmd_trash (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean list = FALSE, empty = FALSE, json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"list", 0, 0, G_OPTION_ARG_NONE, &list, N_ ("List what is in the trash"), NULL},
      {"empty", 0, 0, G_OPTION_ARG_NONE, &empty,
       N_ ("Delete for good what is in the trash: rows, checkpoints, everything"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("With --list: one JSON array, for programs"),
       NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, -1, &status))
    return status;
  if (list + empty + (argc > 1) != 1)
    return cli_fail_usage (_ ("expected runs, or --list, or --empty"));
  store = cli_store (list ? THAW_STORE_READ : THAW_STORE_WRITE, &error);
  if (store == NULL)
    return cli_fail (error);
  if (list)
    return list_trash (store, json);
  return empty ? empty_trash (store) : each_run (store, argc, argv, thaw_store_trash);
}

int
cmd_restore (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (NULL, NULL, &argc, &argv, 1, -1, &status))
    return status;
  store = cli_store (THAW_STORE_WRITE, &error);
  return store != NULL ? each_run (store, argc, argv, thaw_store_restore) : cli_fail (error);
}
