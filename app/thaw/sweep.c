/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "sweep "

bool
sweep_check_name (const char *name, GError **error)
{
  bool plain = *name != '\0' && strchr (name, ',') == NULL &&
               g_utf8_strlen (name, -1) <= SWEEP_NAME_MAX && !g_ascii_isspace (*name) &&
               !g_ascii_isspace (name[strlen (name) - 1]);

  for (const char *at = name; plain && *at != '\0'; at = g_utf8_next_char (at))
    plain = !g_unichar_iscntrl (g_utf8_get_char (at));
  if (!plain)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_VALUE,
                 _ ("--name is '%s', expected a line of up to %d characters without a comma"), name,
                 SWEEP_NAME_MAX);
  return plain;
}

char *
sweep_tag (const char *name)
{
  return g_strconcat (PREFIX, name, NULL);
}

const char *
sweep_of (const ThawRun *run)
{
  for (char **tag = run->tags; tag != NULL && *tag != NULL; tag++)
    if (g_str_has_prefix (*tag, PREFIX))
      return *tag + strlen (PREFIX);
  return NULL;
}

static bool
is_of (const ThawRun *run, const char *name)
{
  const char *own = sweep_of (run);

  return own != NULL && (name == NULL || strcmp (own, name) == 0);
}

/* Oldest first; name NULL: of all sweeps. */
static GPtrArray *
members (ThawStore *store, const char *name, GError **error)
{
  g_autoptr (GPtrArray) runs = thaw_store_runs (store, error);
  GPtrArray *found;

  if (runs == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_free);
  while (runs->len > 0) {
    ThawRun *run = g_ptr_array_steal_index (runs, runs->len - 1);
    if (is_of (run, name))
      g_ptr_array_add (found, run);
    else
      thaw_run_free (run);
  }
  return found;
}

GPtrArray *
sweep_runs (ThawStore *store, const char *name, GError **error)
{
  g_autoptr (GPtrArray) runs = members (store, name, error);

  if (runs != NULL && runs->len == 0) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN,
                 _ ("there is no sweep '%s'; 'thaw sweep' lists those that there are"), name);
    return NULL;
  }
  return g_steal_pointer (&runs);
}

char *
sweep_free_name (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) runs = members (store, NULL, error);

  for (int number = 1; runs != NULL; number++) {
    g_autofree char *name = g_strdup_printf ("%d", number);
    bool taken = false;
    for (guint i = 0; i < runs->len; i++)
      taken |= is_of (runs->pdata[i], name);
    if (!taken)
      return g_steal_pointer (&name);
  }
  return NULL;
}

static bool
is_due (const ThawRun *run, bool all)
{
  return run->state == THAW_RUN_INTERRUPTED ||
         (all && (run->state == THAW_RUN_STOPPED || run->state == THAW_RUN_FAILED));
}

bool
sweep_requeue (ThawStore *store, const char *name, bool all, int *n, GError **error)
{
  g_autoptr (GPtrArray) runs = members (store, name, error);

  *n = 0;
  if (runs == NULL)
    return false;
  for (guint i = runs->len; i-- > 0;) { /* the last goes first, so that the first ends in front */
    const ThawRun *run = runs->pdata[i];
    if (!is_due (run, all))
      continue;
    if (!thaw_store_queue_run (store, run->id, error) ||
        !thaw_store_queue_move (store, run->id, THAW_QUEUE_FIRST, error))
      return false;
    (*n)++;
  }
  return true;
}

/* --- Words --- */

typedef struct {
  int finished, waiting, training, other; /* other: ended before their end */
} Standing;

static Standing
count (GPtrArray *runs)
{
  Standing s = {0};

  for (guint i = 0; i < runs->len; i++) {
    ThawRunState state = ((const ThawRun *) runs->pdata[i])->state;
    s.finished += state == THAW_RUN_FINISHED;
    s.waiting += state == THAW_RUN_QUEUED;
    s.training +=
        state == THAW_RUN_STARTING || state == THAW_RUN_RUNNING || state == THAW_RUN_PAUSED;
  }
  s.other = (int) runs->len - s.finished - s.waiting - s.training;
  return s;
}

void
sweep_say (const char *name, GPtrArray *runs, bool json)
{
  Standing s = count (runs);

  if (json) {
    CliJson *line = cli_json_new ();
    cli_json_begin_object (line, NULL);
    cli_json_text (line, "event", "sweep");
    cli_json_text (line, "sweep", name);
    cli_json_int (line, "runs", runs->len);
    cli_json_int (line, "finished", s.finished);
    cli_json_int (line, "queued", s.waiting);
    cli_json_int (line, "live", s.training);
    cli_json_int (line, "ended", s.other);
    cli_json_end_object (line);
    cli_json_print (line);
    return;
  }
  printf (ngettext ("Sweep '%s': %d of %u run finished", "Sweep '%s': %d of %u runs finished",
                    runs->len),
          name, s.finished, runs->len);
  if (s.training > 0)
    printf (_ (", %d training"), s.training);
  if (s.waiting > 0)
    printf (_ (", %d queued"), s.waiting);
  if (s.other > 0)
    printf (_ (", %d ended before their end"), s.other);
  puts (".");
  if (s.waiting + s.other > 0)
    printf (_ ("'thaw sweep --resume \"%s\"' goes on with it.\n"), name);
  else if (s.finished == (int) runs->len)
    printf (_ ("'thaw compare --sweep \"%s\"' compares its runs.\n"), name);
}
