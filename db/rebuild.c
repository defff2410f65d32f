/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store made anew from the rows of its tables. Indices say nothing that the tables do not; when
 * every table can be read to its end, in the order of its keys and with each key once, what is hurt
 * is an index, or a page that nobody uses. */
#include "store-private.h"

enum { MOST_FINDINGS = 5 };

/* --- What SQLite says --- */

GPtrArray *
thaw_check_integrity (ThawStore *store, bool quick)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *sql =
      g_strdup_printf ("PRAGMA %s(%d)", quick ? "quick_check" : "integrity_check", MOST_FINDINGS);
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, NULL);
  ThawSqlStep step = THAW_STEP_FAILED;

  while (statement != NULL &&
         (step = thaw_statement_step (store, statement, NULL)) == THAW_STEP_ROW) {
    g_autofree char *text = thaw_column_text (statement, 0);
    if (g_strcmp0 (text, "ok") != 0)
      g_ptr_array_add (found, g_strdelimit (g_steal_pointer (&text), "\n", ' '));
  }
  if (step == THAW_STEP_FAILED)
    g_ptr_array_add (found, g_strdup (sqlite3_errmsg (store->db)));
  return found;
}

/* --- Rows --- */

/* Tables are read in the order of their keys: what a column of the key does from row to row. */
typedef enum { ANY, NEVER_FALLS, RISES } Order;

/* Of the first column. What a fresh store has of itself makes way. */
static const struct {
  const char *name;
  Order order;
} tables[] = {
    {"run", RISES},         {"attempt", NEVER_FALLS}, {"iteration", NEVER_FALLS},
    {"epoch", NEVER_FALLS}, {"metric", NEVER_FALLS},  {"event", RISES},
    {"artifact", RISES},    {"request", RISES},       {"revision", ANY},
    {"gone", ANY},          {"sqlite_sequence", ANY},
};

static sqlite3_stmt *
prepare_insert (ThawStore *to, const char *table, int columns, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  g_string_printf (sql, "INSERT INTO %s VALUES (", table);
  for (int i = 1; i <= columns; i++)
    g_string_append_printf (sql, "%s?%d", i > 1 ? ", " : "", i);
  g_string_append_c (sql, ')');
  return thaw_statement_new (to, sql->str, error);
}

static gboolean
copy_row (ThawStore *to, sqlite3_stmt *row, sqlite3_stmt *insert, GError **error)
{
  for (int i = 0; i < sqlite3_column_count (row); i++) {
    int rc = sqlite3_bind_value (insert, i + 1, sqlite3_column_value (row, i));
    if (rc != SQLITE_OK)
      return thaw_db_fail (to, rc, error);
  }
  return thaw_statement_run (to, insert, error);
}

/* Rows out of order were read through a page that is not what it was. */
static bool
in_order (sqlite3_stmt *row, Order order, gint64 *latest)
{
  gint64 before = *latest;

  if (order == ANY)
    return true;
  *latest = sqlite3_column_int64 (row, 0);
  return order == RISES ? *latest > before : *latest >= before;
}

static gboolean
copy_rows (ThawStore *from, ThawStore *to, const char *name, Order order, GError **error)
{
  g_autofree char *select = g_strdup_printf ("SELECT * FROM %s NOT INDEXED", name);
  g_autoptr (sqlite3_stmt) rows = thaw_statement_new (from, select, error), insert = NULL;
  gint64 latest = 0;
  ThawSqlStep step;

  if (rows == NULL)
    return FALSE;
  insert = prepare_insert (to, name, sqlite3_column_count (rows), error);
  if (insert == NULL)
    return FALSE;
  while ((step = thaw_statement_step (from, rows, error)) == THAW_STEP_ROW) {
    if (!in_order (rows, order, &latest)) {
      g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED,
                   _ ("%s: rows of '%s' are out of order"), from->path, name);
      return FALSE;
    }
    if (!copy_row (to, rows, insert, error))
      return FALSE;
  }
  return step == THAW_STEP_DONE;
}

static gboolean
copy_table (ThawStore *from, ThawStore *to, const char *name, Order order, GError **error)
{
  g_autofree char *clear = g_strdup_printf ("DELETE FROM %s", name);

  return thaw_statement_exec (to, clear, error) && copy_rows (from, to, name, order, error);
}

static gboolean
check_whole (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) found = thaw_check_integrity (store, false);
  g_autoptr (sqlite3_stmt) orphans = NULL;

  if (found->len > 0) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED, "%s: %s", store->path,
                 (const char *) found->pdata[0]);
    return FALSE;
  }
  orphans = thaw_statement_new (store, "PRAGMA foreign_key_check", error);
  if (orphans == NULL)
    return FALSE;
  if (thaw_statement_step (store, orphans, error) == THAW_STEP_DONE)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED,
               _ ("%s: has rows of runs that are not there"), store->path);
  return FALSE;
}

static gint64
page_bytes (ThawStore *store)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, "PRAGMA page_size", NULL);

  if (statement == NULL || thaw_statement_step (store, statement, NULL) != THAW_STEP_ROW)
    return 4096;
  return sqlite3_column_int64 (statement, 0);
}

static gboolean
fill (ThawStore *from, ThawStore *to, GError **error)
{
  if (!thaw_statement_exec (to, "BEGIN", error) || !thaw_statement_exec (from, "BEGIN", error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!copy_table (from, to, tables[i].name, tables[i].order, error))
      return FALSE;
  return thaw_statement_exec (to, "COMMIT", error) && check_whole (to, error);
}

ThawStore *
thaw_rebuild (ThawStore *store, GError **error)
{
  ThawStore *fresh = thaw_connection_new_temporary (store, page_bytes (store), error);
  gboolean good = fresh != NULL && fill (store, fresh, error);

  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  if (good)
    return fresh;
  thaw_store_close (fresh);
  return NULL;
}
