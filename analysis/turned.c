/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet with a line a run, for many runs: what was a row's title is a column's heading. */
#include "sheet.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static bool
says_nothing (const ThawSheetRow *row, int n)
{
  for (int c = 0; c < n; c++)
    if (strcmp (row->cells[c].text, "–") != 0)
      return false;
  return true;
}

static ThawSheetRow *
row_of (const ThawSheet *sheet, GPtrArray *kept, int column)
{
  ThawSheetRow *row = g_new0 (ThawSheetRow, 1);

  row->title = g_strdup (sheet->columns[column]);
  row->cells = g_new0 (ThawSheetCell, kept->len);
  for (guint i = 0; i < kept->len; i++) {
    const ThawSheetRow *from = kept->pdata[i];
    row->cells[i] = from->cells[column];
    row->cells[i].text = g_strdup (from->cells[column].text);
    row->differs |= from->differs;
  }
  return row;
}

ThawSheet *
thaw_sheet_turn (const ThawSheet *sheet)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  ThawSheet *turned = g_new0 (ThawSheet, 1);
  bool best = false;

  for (guint r = 0; r < sheet->rows->len; r++)
    if (!says_nothing (sheet->rows->pdata[r], sheet->n_columns))
      g_ptr_array_add (kept, sheet->rows->pdata[r]);
  turned->turned = true;
  turned->n_columns = (int) kept->len;
  turned->columns = g_new0 (char *, kept->len + 1);
  turned->rows = g_ptr_array_new ();
  for (guint i = 0; i < kept->len; i++) {
    const ThawSheetRow *row = kept->pdata[i];
    turned->columns[i] = g_strdup (row->title);
    for (int c = 0; c < sheet->n_columns; c++)
      best |= row->cells[c].best;
  }
  for (int c = 0; c < sheet->n_columns; c++)
    g_ptr_array_add (turned->rows, row_of (sheet, kept, c));
  if (sheet->note != NULL && best)
    turned->note = g_strdup_printf ("%s %s", _ ("* is the best of its column."), sheet->note);
  else
    turned->note = g_strdup (sheet->note);
  return turned;
}

/* --- Headings in several lines --- */

/* Words into lines of up to `width`; a longer word has a line of its own. (transfer full) */
GPtrArray *
thaw_sheet_wrap (const char *text, int width)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GString) line = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++) {
    if (line->len > 0 && thaw_text_columns (line->str) + 1 + thaw_text_columns (*word) > width) {
      g_ptr_array_add (lines, g_strdup (line->str));
      g_string_truncate (line, 0);
    }
    if (line->len > 0)
      g_string_append_c (line, ' ');
    g_string_append (line, *word);
  }
  g_ptr_array_add (lines, g_strdup (line->str));
  return lines;
}
