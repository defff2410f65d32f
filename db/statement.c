/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prepare, bind, step, read. */
#include "store-private.h"

#include <errno.h>

#include <math.h>

enum { KIND_FINITE, KIND_NAN, KIND_PLUS_INFINITY, KIND_MINUS_INFINITY };

sqlite3_stmt *
thaw_statement_new (ThawStore *store, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int rc;

  errno = 0; /* thaw_db_fail looks at it */
  rc = sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL);
  store->bind_rc = SQLITE_OK;
  store->failed_rc = rc;
  if (rc != SQLITE_OK) {
    thaw_db_fail (store, rc, error);
    return NULL;
  }
  return statement;
}

ThawSqlStep
thaw_statement_step (ThawStore *store, sqlite3_stmt *statement, GError **error)
{
  int rc = store->bind_rc;

  errno = 0;
  if (rc == SQLITE_OK)
    rc = sqlite3_step (statement);
  store->bind_rc = SQLITE_OK;
  if (rc == SQLITE_ROW)
    return THAW_STEP_ROW;
  if (rc == SQLITE_DONE)
    return THAW_STEP_DONE;
  store->failed_rc = rc;
  thaw_db_fail (store, rc, error);
  return THAW_STEP_FAILED;
}

gboolean
thaw_statement_run (ThawStore *store, sqlite3_stmt *statement, GError **error)
{
  ThawSqlStep step;

  do
    step = thaw_statement_step (store, statement, error);
  while (step == THAW_STEP_ROW);
  sqlite3_reset (statement);
  return step == THAW_STEP_DONE;
}

gboolean
thaw_statement_exec (ThawStore *store, const char *sql, GError **error)
{
  int rc;

  errno = 0;
  rc = sqlite3_exec (store->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK || thaw_db_fail (store, rc, error);
}

gboolean
thaw_statement_exec_run (ThawStore *store, const char *sql, gint64 run, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  return thaw_statement_run (store, statement, error);
}

static void
bound (ThawStore *store, int rc)
{
  g_assert (rc != SQLITE_RANGE && rc != SQLITE_MISUSE);
  if (store->bind_rc == SQLITE_OK)
    store->bind_rc = rc;
}

void
thaw_bind_int (ThawStore *store, sqlite3_stmt *statement, int at, gint64 value)
{
  bound (store, sqlite3_bind_int64 (statement, at, value));
}

void
thaw_bind_real (ThawStore *store, sqlite3_stmt *statement, int at, double value)
{
  bound (store, sqlite3_bind_double (statement, at, value));
}

void
thaw_bind_text (ThawStore *store, sqlite3_stmt *statement, int at, const char *text)
{
  bound (store, sqlite3_bind_text (statement, at, text, -1, SQLITE_TRANSIENT));
}

void
thaw_bind_text_or_empty (ThawStore *store, sqlite3_stmt *statement, int at, const char *text)
{
  thaw_bind_text (store, statement, at, text != NULL ? text : "");
}

void
thaw_bind_prose (ThawStore *store, sqlite3_stmt *statement, int at, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  thaw_bind_text (store, statement, at, valid);
}

void
thaw_bind_measure (ThawStore *store, sqlite3_stmt *statement, int at, double value)
{
  int kind = KIND_FINITE;

  if (isnan (value))
    kind = KIND_NAN;
  else if (isinf (value))
    kind = value > 0 ? KIND_PLUS_INFINITY : KIND_MINUS_INFINITY;
  if (kind == KIND_FINITE)
    bound (store, sqlite3_bind_double (statement, at, value));
  else
    bound (store, sqlite3_bind_null (statement, at));
  bound (store, sqlite3_bind_int (statement, at + 1, kind));
}

double
thaw_column_real (sqlite3_stmt *statement, int at)
{
  if (sqlite3_column_type (statement, at) == SQLITE_NULL)
    return NAN;
  return sqlite3_column_double (statement, at);
}

double
thaw_column_measure (sqlite3_stmt *statement, int at)
{
  switch (sqlite3_column_int (statement, at + 1)) {
  case KIND_FINITE:
    return thaw_column_real (statement, at);
  case KIND_PLUS_INFINITY:
    return INFINITY;
  case KIND_MINUS_INFINITY:
    return -INFINITY;
  default:
    return NAN;
  }
}

char *
thaw_column_text (sqlite3_stmt *statement, int at)
{
  const char *text = (const char *) sqlite3_column_text (statement, at);

  /* bytes of a damaged page may come as text */
  return text == NULL || g_utf8_validate (text, -1, NULL) ? g_strdup (text)
                                                          : g_utf8_make_valid (text, -1);
}
