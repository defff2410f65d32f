/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw rename, tag, star: what a person says about a run. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

/* The store for writing, and the run that `which` means in it; NULL after the error is said. */
static ThawRun *
open_run (ThawStore **store, const char *which)
{
  g_autoptr (GError) error = NULL;
  ThawRun *run;

  *store = cli_store (THAW_STORE_WRITE, &error);
  run = *store != NULL ? thaw_store_find_run (*store, which, &error) : NULL;
  if (run == NULL)
    cli_fail (error);
  return run;
}

int
cmd_rename (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (NULL, NULL, &argc, &argv, 2, 2, &status))
    return status;
  run = open_run (&store, argv[1]);
  if (run == NULL)
    return CLI_FAILED;
  return thaw_store_rename (store, run->id, argv[2], &error) ? CLI_OK : cli_fail (error);
}

/* --- Tags --- */

static bool
remove_tag (GPtrArray *tags, const char *tag)
{
  for (guint i = 0; i < tags->len; i++)
    if (strcmp (tags->pdata[i], tag) == 0) {
      g_ptr_array_remove_index (tags, i);
      return true;
    }
  return false;
}

/* Applies "+TAG", "-TAG" or "TAG" to the run's tags; NULL after the error is said. Ends with a
 * NULL. (transfer full) */
static GPtrArray *
changed_tags (const ThawRun *run, char *const *changes, int n)
{
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func (g_free);

  for (char **tag = run->tags; *tag != NULL; tag++)
    g_ptr_array_add (tags, g_strdup (*tag));
  for (int i = 0; i < n; i++) {
    const char *tag = changes[i][0] == '+' || changes[i][0] == '-' ? changes[i] + 1 : changes[i];
    if (changes[i][0] != '-') {
      g_ptr_array_add (tags, g_strdup (tag));
    } else if (!remove_tag (tags, tag)) {
      cli_note (_ ("thaw: run %.8s '%s' has no tag '%s'"), run->id, run->name, tag);
      return NULL;
    }
  }
  g_ptr_array_add (tags, NULL);
  return g_steal_pointer (&tags);
}

static void
print_tags (char *const *tags, bool json)
{
  CliJson *builder;

  if (!json) {
    for (; *tags != NULL; tags++)
      puts (*tags);
    return;
  }
  builder = cli_json_new ();
  cli_json_begin_array (builder, NULL);
  for (; *tags != NULL; tags++)
    cli_json_text (builder, NULL, *tags);
  cli_json_end_array (builder);
  cli_json_print (builder);
}

/* "-TAG" is no option: whatever comes after the run is a tag, so that nobody needs to type "--".
 * *own: the new *argv, to be freed by the caller. */
static bool
parse_tag (int *argc, char ***argv, char ***own, gboolean *json, int *status)
{
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, json, N_ ("The tags as one JSON array, for programs"),
       NULL},
      {NULL},
  };
  GPtrArray *seen = g_ptr_array_new ();
  int run = 1;

  while (run < *argc && (*argv)[run][0] == '-')
    run++;
  for (int i = 0; i < *argc; i++) /* the run and what belongs before it; options from anywhere */
    if (i <= run || (g_str_has_prefix ((*argv)[i], "--") && (*argv)[i][2] != '\0'))
      g_ptr_array_add (seen, (*argv)[i]);
  g_ptr_array_add (seen, (gpointer) "--");
  for (int i = run + 1; i < *argc; i++)
    if (!g_str_has_prefix ((*argv)[i], "--"))
      g_ptr_array_add (seen, (*argv)[i]);
  *argc = (int) seen->len;
  g_ptr_array_add (seen, NULL);
  *argv = *own = (char **) g_ptr_array_free (seen, FALSE);
  return cli_parse (NULL, entries, argc, argv, 1, -1, status);
}

int
cmd_tag (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL, changed = NULL;
  g_autoptr (GPtrArray) tags = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char **own = NULL;
  gboolean json = FALSE;
  int status, first;

  if (!parse_tag (&argc, &argv, &own, &json, &status))
    return status;
  run = open_run (&store, argv[1]);
  if (run == NULL)
    return CLI_FAILED;
  first = argc > 2 && strcmp (argv[2], "--") == 0 ? 3 : 2; /* GLib leaves some of them */
  if (argc == first) {
    print_tags (run->tags, json);
    return CLI_OK;
  }
  tags = changed_tags (run, argv + first, argc - first);
  if (tags == NULL)
    return CLI_FAILED;
  if (!thaw_store_set_tags (store, run->id, (const char *const *) tags->pdata, &error))
    return cli_fail (error);
  changed = thaw_store_find_run (store, run->id, &error);
  if (changed == NULL)
    return cli_fail (error);
  print_tags (changed->tags, json);
  return CLI_OK;
}

int
cmd_star (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;
  gboolean off = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"off", 0, 0, G_OPTION_ARG_NONE, &off, N_ ("Take the star away"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  run = open_run (&store, argv[1]);
  if (run == NULL)
    return CLI_FAILED;
  return thaw_store_set_starred (store, run->id, !off, &error) ? CLI_OK : cli_fail (error);
}
