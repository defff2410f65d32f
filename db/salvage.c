/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs, when a page of their table is gone. Who was there is still said by the other pages, by the
 * table's two indices, and by the tables that refer to it; whose row can be reached is read by its
 * number, which takes only the pages on the way to it. */
#include "store-private.h"

#include <math.h>

enum { SHORTEST_BEGINNING = 4 };

/* Each is read forwards and backwards, up to the hole. */
static const char *const sources[] = {
    "SELECT seq, id FROM run INDEXED BY sqlite_autoindex_run_1 ORDER BY id",
    "SELECT seq, id FROM run INDEXED BY sqlite_autoindex_run_1 ORDER BY id DESC",
    "SELECT seq, id FROM run NOT INDEXED ORDER BY seq",
    "SELECT seq, id FROM run NOT INDEXED ORDER BY seq DESC",
    "SELECT seq, NULL FROM run INDEXED BY run_by_revision WHERE revision > 0 ORDER BY revision",
    "SELECT run, NULL FROM attempt ORDER BY run, number",
    "SELECT run, NULL FROM attempt ORDER BY run DESC, number DESC",
};

static void
collect (ThawStore *store, const char *sql, GHashTable *keys)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, NULL);

  while (statement != NULL && thaw_statement_step (store, statement, NULL) == THAW_STEP_ROW) {
    gint64 key = sqlite3_column_int64 (statement, 0);
    g_autofree char *id = thaw_column_text (statement, 1);

    if (id != NULL && !thaw_run_id_is_valid (id))
      continue;
    if (id != NULL || !g_hash_table_contains (keys, &key))
      g_hash_table_insert (keys, g_memdup2 (&key, sizeof key), g_steal_pointer (&id));
  }
}

/* seq -> id, or NULL where no page says it. */
static GHashTable *
collect_keys (ThawStore *store)
{
  GHashTable *keys = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    collect (store, sources[i], keys);
  return keys;
}

static int
latest_first (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

  return (one < other) - (one > other);
}

/* What can be said of a run whose row is gone. */
static ThawRun *
bare_run (ThawStore *store, gint64 key, const char *id)
{
  ThawRun *run = g_new0 (ThawRun, 1);
  g_autofree char *folder = g_build_filename (store->home, "runs", id, NULL);

  run->seq = key;
  run->id = g_strdup (id);
  run->name = g_strdup_printf (_ ("Damaged run %.8s"), id);
  run->state = THAW_RUN_FAILED;
  run->message = g_strdup_printf (
      _ ("What the store said of this run cannot be read any more. Its files are still in %s."),
      folder);
  run->recipe = g_strdup ("");
  run->recipe_hash = g_strdup ("");
  run->model = g_strdup ("");
  run->data_title = g_strdup ("");
  run->data_fingerprint = g_strdup ("");
  run->weights = g_strdup ("");
  run->machine = g_strdup ("");
  run->tags = g_new0 (char *, 1);
  run->best_epoch = -1;
  run->best_accuracy = run->test_loss = run->test_accuracy = NAN;
  return run;
}

/* A row that is gone fits a list of runs, and the beginning of its id. */
static bool
bare_fits (const char *id, const char *condition, const char *text)
{
  g_autofree char *small = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  if (text == NULL)
    return strcmp (condition, "1") == 0 || strcmp (condition, "trashed_ms = 0") == 0;
  return strlen (small) >= SHORTEST_BEGINNING && g_str_has_prefix (id, small) &&
         strstr (condition, "<> 0") == NULL;
}

/* DONE: there is none that fits. */
static ThawSqlStep
read_where (ThawStore *store, gint64 key, const char *condition, const char *text, ThawRun **run)
{
  g_autofree char *sql = g_strconcat ("SELECT " THAW_RUN_COLUMNS " FROM run WHERE seq = ?2 AND (",
                                      condition, ")", NULL);
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, NULL);

  *run = NULL;
  if (statement == NULL)
    return THAW_STEP_FAILED;
  if (text != NULL)
    thaw_bind_text (store, statement, 1, text);
  thaw_bind_int (store, statement, 2, key);
  return thaw_run_step (store, statement, run, NULL);
}

/* A row that has lost a value must not slip through a condition on it. */
static ThawRun *
read_one (ThawStore *store, gint64 key, const char *condition, const char *text, bool *gone)
{
  g_autoptr (ThawRun) any = NULL;
  ThawRun *run = NULL;

  read_where (store, key, "1", NULL, &any);
  *gone = any == NULL;
  if (any != NULL)
    read_where (store, key, condition, text, &run);
  return run;
}

GPtrArray *
thaw_salvage_runs (ThawStore *store, const char *condition, const char *text)
{
  GPtrArray *runs = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_run_free);
  g_autoptr (GHashTable) keys = collect_keys (store);
  g_autoptr (GList) order = g_list_sort (g_hash_table_get_keys (keys), latest_first);

  for (GList *link = order; link != NULL; link = link->next) {
    gint64 key = *(const gint64 *) link->data;
    const char *id = g_hash_table_lookup (keys, &key);
    bool gone;
    ThawRun *run = read_one (store, key, condition, text, &gone);

    if (gone && id != NULL && bare_fits (id, condition, text)) {
      run = bare_run (store, key, id);
      thaw_trouble_note (store, id, run->name);
    }
    if (run != NULL)
      g_ptr_array_add (runs, run);
  }
  return runs;
}

bool
thaw_salvage_key (ThawStore *store, const char *run_id, gint64 *key)
{
  g_autoptr (GHashTable) keys = collect_keys (store);
  GHashTableIter iter;
  gpointer seq, id;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &seq, &id))
    if (g_strcmp0 (id, run_id) == 0) {
      *key = *(gint64 *) seq;
      return true;
    }
  return false;
}
