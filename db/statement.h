/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small helpers round sqlite3_stmt: prepare, bind, step, read a column. Whatever comes from outside
 * enters SQL only through a bind. A bind that fails is remembered and reported by the next step. */
#pragma once

#include "thaw-db.h"

#include <sqlite3.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

typedef enum { THAW_STEP_FAILED = -1, THAW_STEP_DONE = 0, THAW_STEP_ROW = 1 } ThawSqlStep;

/* (transfer full) */
sqlite3_stmt *
thaw_statement_new (ThawStore *store, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
ThawSqlStep thaw_statement_step (ThawStore *store, sqlite3_stmt *statement, GError **error);
/* Steps to the end and resets, ready for the next binds. */
gboolean thaw_statement_run (ThawStore *store, sqlite3_stmt *statement, GError **error);
/* Statements without parameters or rows. */
gboolean thaw_statement_exec (ThawStore *store, const char *sql, GError **error);
/* One statement with the run's key as its only parameter. */
gboolean thaw_statement_exec_run (ThawStore *store, const char *sql, gint64 run, GError **error);

void thaw_bind_int (ThawStore *store, sqlite3_stmt *statement, int at, gint64 value);
void
thaw_bind_real (ThawStore *store, sqlite3_stmt *statement, int at, double value); /* NaN: NULL */
void thaw_bind_text (ThawStore *store, sqlite3_stmt *statement, int at, const char *text);
void thaw_bind_text_or_empty (ThawStore *store, sqlite3_stmt *statement, int at, const char *text);
/* Text for people: broken UTF-8 is mended. */
void thaw_bind_prose (ThawStore *store, sqlite3_stmt *statement, int at, const char *text);
/* A measured number as two columns, value and kind: SQLite has no NaN. */
void thaw_bind_measure (ThawStore *store, sqlite3_stmt *statement, int at, double value);

double thaw_column_real (sqlite3_stmt *statement, int at);    /* NULL: NaN               */
double thaw_column_measure (sqlite3_stmt *statement, int at); /* columns `at` and `at` + 1 */
char *thaw_column_text (sqlite3_stmt *statement, int at);     /* (nullable) (transfer full) */
