/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "together.h"
#include "thaw-analysis.h"
#include "thaw-catalogues.h"

#include <stdio.h>
#include <string.h>

GPtrArray *
together_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_free);
}

static void
say_queued (const ThawRun *run, bool json)
{
  uint64_t seed = 0;
  CliJson *line;

  if (!json) {
    printf (_ ("Run %.8s '%s' is queued.\n"), run->id, run->name);
    return;
  }
  thaw_run_seed (run, &seed);
  line = cli_json_new ();
  cli_json_begin_object (line, NULL);
  cli_json_text (line, "event", "queued");
  cli_json_text (line, "run", run->id);
  cli_json_text (line, "name", run->name);
  cli_json_int (line, "seed", (gint64) seed);
  cli_json_text (line, "group", run->group_id);
  cli_json_end_object (line);
  cli_json_print (line);
}

/* The run keeps its seed, so that it does not know any more that it was drawn: the finding is
 * written now. */
static bool
write_drawn (ThawStore *store, const ThawRun *run, GError **error)
{
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (run->recipe, -1, run->name, thaw_catalogues (), error);
  g_autoptr (GPtrArray) findings = NULL;

  if (recipe == NULL)
    return false;
  findings = session_findings (recipe, true, 10);
  for (guint i = 0; i < findings->len; i++) {
    const ThawFinding *finding = findings->pdata[i];
    g_autofree char *detail = g_strdup_printf ("%s: %s", finding->field, finding->message);
    if (strcmp (finding->id, "no-seed") == 0 &&
        !thaw_store_add_event (store, run->id, run->attempt, 0, 0, "finding", detail, error))
      return false;
  }
  return true;
}

bool
together_queue (
    GPtrArray *runs, ThawStore *store, const char *tag, bool seed_drawn, bool json, GError **error)
{
  const char *tags[] = {tag, NULL};

  if (!thaw_store_add_queued_runs (store, (ThawRun *const *) runs->pdata, runs->len,
                                   tag != NULL ? tags : NULL, error))
    return false;
  for (guint i = 0; seed_drawn && i < runs->len; i++)
    if (!write_drawn (store, runs->pdata[i], error))
      return false;
  for (guint i = 0; i < runs->len; i++)
    say_queued (runs->pdata[i], json);
  fflush (stdout);
  return true;
}
