/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which run does a person mean? */
#include "store-private.h"

enum { SHORTEST_BEGINNING = 4, LISTED = 8 };

static void
fail_none (ThawStore *store, const char *text, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT count (*) FROM run WHERE trashed_ms = 0", error);
  int runs;

  if (statement == NULL || thaw_statement_step (store, statement, error) != THAW_STEP_ROW)
    return;
  runs = sqlite3_column_int (statement, 0);
  if (runs == 0)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN,
                 _ ("There is no run '%s': %s has no runs yet"), text, store->home);
  else
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN,
                 ngettext ("There is no run '%s'; %s has %d run",
                           "There is no run '%s'; %s has %d runs", (gulong) runs),
                 text, store->home, runs);
}

static void
fail_several (GPtrArray *runs, const char *text, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < MIN (runs->len, LISTED); i++) {
    ThawRun *run = g_ptr_array_index (runs, i);

    g_string_append_printf (list, "%s%.12s '%s'", i > 0 ? ", " : "", run->id, run->name);
  }
  if (runs->len > LISTED)
    g_string_append (list, ", ...");
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN, _ ("'%s' fits %u runs: %s"), text,
               runs->len, list->str);
}

/* (transfer full); NULL with error unless exactly one fits. */
static ThawRun *
only (ThawStore *store, GPtrArray *runs, const char *text, GError **error)
{
  if (runs == NULL)
    return NULL;
  if (runs->len == 1)
    return g_ptr_array_steal_index (runs, 0);
  if (runs->len == 0)
    fail_none (store, text, error);
  else
    fail_several (runs, text, error);
  return NULL;
}

static bool
is_beginning (const char *text)
{
  size_t length = strlen (text);

  return length >= SHORTEST_BEGINNING && length <= 32 &&
         strspn (text, "0123456789abcdefABCDEF") == length;
}

/* The N-th latest; `n` as decimal text. In a damaged store counted as they are listed. */
static GPtrArray *
find_nth (ThawStore *store, const char *n, GError **error)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_free);
  g_autoptr (GPtrArray) runs = NULL;
  guint64 number;

  if (!g_ascii_string_to_unsigned (n, 10, 1, G_MAXINT, &number, NULL))
    return found;
  if (thaw_store_trouble (store) != THAW_STORE_DAMAGED) {
    g_ptr_array_unref (found);
    return thaw_runs_where (
        store,
        "seq = (SELECT seq FROM run WHERE trashed_ms = 0 ORDER BY seq DESC LIMIT 1 "
        "OFFSET CAST (?1 AS INTEGER) - 1)",
        n, error);
  }
  runs = thaw_store_runs (store, error);
  if (runs != NULL && number <= runs->len)
    g_ptr_array_add (found, g_ptr_array_steal_index (runs, (guint) number - 1));
  return found;
}

/* By name, and by beginning of an id where it may be one; `trashed` as SQL has it. */
static GPtrArray *
find_by_text (ThawStore *store, const char *text, const char *trashed, GError **error)
{
  g_autofree char *condition = g_strconcat (
      is_beginning (text) ? "(name = ?1 OR substr (id, 1, length (?1)) = lower (?1))" : "name = ?1",
      " AND trashed_ms ", trashed, NULL);

  return thaw_runs_where (store, condition, text, error);
}

ThawRun *
thaw_store_find_run (ThawStore *store, const char *text, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;

  g_return_val_if_fail (store != NULL && text != NULL, NULL);

  if (g_str_equal (text, "latest"))
    runs = find_nth (store, "1", error);
  else if (text[0] == '@')
    runs = find_nth (store, text + 1, error);
  else
    runs = find_by_text (store, text, "= 0", error);
  if (runs != NULL && runs->len == 0 && text[0] != '@' && !g_str_equal (text, "latest")) {
    g_ptr_array_unref (runs);
    runs = find_by_text (store, text, "<> 0", error);
  }
  return only (store, runs, text, error);
}
