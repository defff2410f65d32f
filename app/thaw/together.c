/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "together.h"
#include "thaw-analysis.h"

#include <stdio.h>

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

bool
together_queue (GPtrArray *runs, ThawStore *store, const char *tag, bool json, GError **error)
{
  const char *tags[] = {tag, NULL};

  if (!thaw_store_add_queued_runs (store, (ThawRun *const *) runs->pdata, runs->len,
                                   tag != NULL ? tags : NULL, error))
    return false;
  for (guint i = 0; i < runs->len; i++)
    say_queued (runs->pdata[i], json);
  fflush (stdout);
  return true;
}
