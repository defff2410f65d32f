/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, times and tables for people. */
#include "cli.h"
#include "thaw-analysis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

char *
cli_count (gint64 n)
{
  return thaw_text_count (n);
}

char *
cli_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
cli_duration (double seconds)
{
  return thaw_text_duration (seconds);
}

char *
cli_percent (double share)
{
  return thaw_text_percent (share);
}

char *
cli_number (double value, int digits)
{
  return thaw_text_number (value, digits);
}

char *
cli_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) time =
      unix_ms > 0 ? g_date_time_new_from_unix_local (unix_ms / 1000) : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("–");
}

const char *
cli_state_text (ThawRunState state)
{
  return thaw_text_state (state);
}

struct _CliTable {
  int columns;
  const char *alignment;
  GPtrArray *rows; /* of char ** with `columns` cells, or NULL for a rule */
};

CliTable *
cli_table_new (int columns, const char *alignment)
{
  CliTable *table = g_new0 (CliTable, 1);

  table->columns = columns;
  table->alignment = alignment;
  table->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return table;
}

void
cli_table_row (CliTable *table, const char *const *cells)
{
  char **row = g_new0 (char *, table->columns + 1);

  for (int c = 0; c < table->columns; c++)
    row[c] = g_strdup (cells[c] != NULL ? cells[c] : "");
  g_ptr_array_add (table->rows, row);
}

void
cli_table_add (CliTable *table, ...)
{
  const char *cells[32];
  va_list arguments;

  g_assert (table->columns <= (int) G_N_ELEMENTS (cells));
  va_start (arguments, table);
  for (int c = 0; c < table->columns; c++)
    cells[c] = va_arg (arguments, const char *);
  g_assert (va_arg (arguments, const char *) == NULL);
  va_end (arguments);
  cli_table_row (table, cells);
}

void
cli_table_rule (CliTable *table)
{
  g_ptr_array_add (table->rows, NULL);
}

static void
print_row (const CliTable *table, char **row, const int *widths)
{
  for (int c = 0; c < table->columns; c++) {
    int room = widths[c] - thaw_text_columns (row[c]);
    bool last = c == table->columns - 1;
    if (table->alignment[c] == 'r')
      printf ("%*s%s%s", room, "", row[c], last ? "" : "  ");
    else
      printf ("%s%*s", row[c], last ? 0 : room + 2, "");
  }
  putchar ('\n');
}

void
cli_table_print (CliTable *table)
{
  g_autofree int *widths = g_new0 (int, table->columns);
  int total = 2 * (table->columns - 1);

  for (guint r = 0; r < table->rows->len; r++) {
    char **row = table->rows->pdata[r];
    for (int c = 0; row != NULL && c < table->columns; c++)
      widths[c] = MAX (widths[c], thaw_text_columns (row[c]));
  }
  for (int c = 0; c < table->columns; c++)
    total += widths[c];
  for (guint r = 0; r < table->rows->len; r++) {
    if (table->rows->pdata[r] != NULL) {
      print_row (table, table->rows->pdata[r], widths);
    } else {
      for (int i = 0; i < total; i++)
        fputs ("─", stdout);
      putchar ('\n');
    }
  }
  cli_table_free (table);
}

void
cli_table_free (CliTable *table)
{
  g_ptr_array_unref (table->rows);
  g_free (table);
}
