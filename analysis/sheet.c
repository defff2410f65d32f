/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet as text, Markdown, LaTeX, CSV. */
#include "sheet.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
row_free (ThawSheetRow *row, int n_columns)
{
  for (int c = 0; c < n_columns; c++)
    g_free (row->cells[c].text);
  g_free (row->cells);
  g_free (row->term);
  g_free (row->title);
  g_free (row->help);
  g_free (row);
}

void
thaw_sheet_keep_differences (ThawSheet *sheet)
{
  guint kept = 0;

  for (guint r = 0; r < sheet->rows->len; r++) {
    ThawSheetRow *row = sheet->rows->pdata[r];
    if (row->differs)
      sheet->rows->pdata[kept++] = row;
    else
      row_free (row, sheet->n_columns);
  }
  g_ptr_array_set_size (sheet->rows, (int) kept);
}

void
thaw_sheet_free (ThawSheet *sheet)
{
  if (sheet == NULL)
    return;
  for (guint r = 0; r < sheet->rows->len; r++)
    row_free (sheet->rows->pdata[r], sheet->n_columns);
  g_ptr_array_unref (sheet->rows);
  g_strfreev (sheet->columns);
  g_free (sheet->note);
  g_free (sheet);
}

/* --- Plain text --- */

static void
pad (GString *out, const char *text, int width)
{
  g_string_append (out, text);
  for (int i = thaw_text_columns (text); i < width; i++)
    g_string_append_c (out, ' ');
}

static char *
plain_cell (const ThawSheet *sheet, const ThawSheetCell *cell)
{
  if (sheet->turned)
    return g_strdup_printf ("%s%s", cell->text, cell->best ? " *" : "");
  /* Translators: marks the best value of a row; a number stands before it. */
  return cell->best ? g_strdup_printf (_ ("%s (best)"), cell->text) : g_strdup (cell->text);
}

static char *
plain_title (const ThawSheetRow *row, bool parts)
{
  return g_strdup_printf ("%s%s", parts ? "  " : "", row->title);
}

static void
end_line (GString *out)
{
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

#define HEADING_WIDTH 12 /* of a turned sheet, unless cells are wider */

/* The headings, in as many lines as the longest takes; widths grow with them. */
static void
write_headings (const ThawSheet *sheet, int *widths, GString *out)
{
  g_autoptr (GPtrArray) headings =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  guint most = 0;

  for (int c = 0; c < sheet->n_columns; c++) {
    int width = sheet->turned ? MAX (widths[c + 1], HEADING_WIDTH) : G_MAXINT;
    GPtrArray *lines = thaw_sheet_wrap (sheet->columns[c], width);
    for (guint i = 0; i < lines->len; i++)
      widths[c + 1] = MAX (widths[c + 1], thaw_text_columns (lines->pdata[i]));
    most = MAX (most, lines->len);
    g_ptr_array_add (headings, lines);
  }
  for (guint i = 0; i < most; i++) {
    pad (out, "", widths[0] + 2);
    for (int c = 0; c < sheet->n_columns; c++) {
      const GPtrArray *lines = headings->pdata[c];
      pad (out, i < lines->len ? lines->pdata[i] : "", widths[c + 1] + 2);
    }
    end_line (out);
  }
}

static void
write_text (const ThawSheet *sheet, GString *out)
{
  g_autofree int *widths = g_new0 (int, sheet->n_columns + 1);
  bool parts = false;

  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    parts |= row->term != NULL;
    widths[0] = MAX (widths[0], thaw_text_columns (row->title) + 2 * parts);
    for (int c = 0; c < sheet->n_columns; c++) {
      g_autofree char *cell = plain_cell (sheet, &row->cells[c]);
      widths[c + 1] = MAX (widths[c + 1], thaw_text_columns (cell));
    }
  }
  write_headings (sheet, widths, out);
  parts = false;
  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    if (row->term != NULL)
      g_string_append_printf (out, "%s\n", row->term), parts = true;
    g_autofree char *title = plain_title (row, parts);
    pad (out, title, widths[0] + 2);
    for (int c = 0; c < sheet->n_columns; c++) {
      g_autofree char *cell = plain_cell (sheet, &row->cells[c]);
      pad (out, cell, widths[c + 1] + 2);
    }
    end_line (out);
  }
  if (sheet->note != NULL)
    g_string_append_printf (out, "%s\n", sheet->note);
}

/* --- Markdown --- */

static void
markdown_text (GString *out, const char *text)
{
  for (const char *p = text; *p; p++) {
    if (strchr ("\\`*_{}[]<>|#", *p) != NULL)
      g_string_append_c (out, '\\');
    g_string_append_c (out, *p == '\n' || *p == '\r' ? ' ' : *p);
  }
}

static void
write_markdown (const ThawSheet *sheet, GString *out)
{
  g_string_append (out, "| |");
  for (int c = 0; c < sheet->n_columns; c++) {
    g_string_append_c (out, ' ');
    markdown_text (out, sheet->columns[c]);
    g_string_append (out, " |");
  }
  g_string_append (out, "\n|:--|");
  for (int c = 0; c < sheet->n_columns; c++)
    g_string_append (out, "--:|");
  g_string_append_c (out, '\n');
  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    if (row->term != NULL) {
      g_string_append (out, "| **");
      markdown_text (out, row->term);
      g_string_append (out, "** |");
      for (int c = 0; c < sheet->n_columns; c++)
        g_string_append (out, " |");
      g_string_append_c (out, '\n');
    }
    g_string_append (out, "| ");
    markdown_text (out, row->title);
    g_string_append (out, " |");
    for (int c = 0; c < sheet->n_columns; c++) {
      g_autofree char *cell = plain_cell (sheet, &row->cells[c]);
      g_string_append (out, row->cells[c].best ? " **" : " ");
      markdown_text (out, cell);
      g_string_append (out, row->cells[c].best ? "** |" : " |");
    }
    g_string_append_c (out, '\n');
  }
  if (sheet->note != NULL) {
    g_string_append_c (out, '\n');
    markdown_text (out, sheet->note);
    g_string_append_c (out, '\n');
  }
}

/* --- LaTeX --- */

static void
latex_text (GString *out, const char *text)
{
  static const struct {
    const char *from, *to;
  } special[] = {
      {"\\", "\\textbackslash{}"},
      {"{", "\\{"},
      {"}", "\\}"},
      {"$", "\\$"},
      {"&", "\\&"},
      {"#", "\\#"},
      {"%", "\\%"},
      {"_", "\\_"},
      {"~", "\\textasciitilde{}"},
      {"^", "\\textasciicircum{}"},
      {"±", "$\\pm$"},
      {"–", "--"},
      {"∞", "$\\infty$"},
      {"\n", " "},
      {"·", "$\\cdot$"},
      {"<", "$<$"},
      {">", "$>$"},
  };

  while (*text) {
    guint i = 0;
    while (i < G_N_ELEMENTS (special) && !g_str_has_prefix (text, special[i].from))
      i++;
    if (i < G_N_ELEMENTS (special)) {
      g_string_append (out, special[i].to);
      text += strlen (special[i].from);
    } else {
      g_string_append_c (out, *text++);
    }
  }
}

static void
write_latex (const ThawSheet *sheet, GString *out)
{
  g_string_append (out, "\\begin{tabular}{l");
  for (int c = 0; c < sheet->n_columns; c++)
    g_string_append_c (out, 'r');
  g_string_append (out, "}\n\\hline\n");
  for (int c = 0; c < sheet->n_columns; c++) {
    g_string_append (out, " & ");
    latex_text (out, sheet->columns[c]);
  }
  g_string_append (out, " \\\\\n\\hline\n");
  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    if (row->term != NULL) {
      g_string_append_printf (out, "%s\\multicolumn{%d}{l}{\\textit{", r > 0 ? "\\hline\n" : "",
                              sheet->n_columns + 1);
      latex_text (out, row->term);
      g_string_append (out, "}} \\\\\n");
    }
    latex_text (out, row->title);
    for (int c = 0; c < sheet->n_columns; c++) {
      g_autofree char *cell = plain_cell (sheet, &row->cells[c]);
      g_string_append (out, row->cells[c].best ? " & \\textbf{" : " & ");
      latex_text (out, cell);
      g_string_append (out, row->cells[c].best ? "}" : "");
    }
    g_string_append (out, " \\\\\n");
  }
  g_string_append (out, "\\hline\n\\end{tabular}\n");
  if (sheet->note != NULL) {
    g_string_append (out, "\\par\\smallskip ");
    latex_text (out, sheet->note);
    g_string_append_c (out, '\n');
  }
}

/* --- CSV --- */

static void
csv_text (GString *out, const char *text)
{
  bool quote = strpbrk (text, ",\"\n\r") != NULL;

  if (quote)
    g_string_append_c (out, '"');
  for (const char *p = text; *p; p++) {
    if (*p == '"')
      g_string_append_c (out, '"');
    g_string_append_c (out, *p);
  }
  if (quote)
    g_string_append_c (out, '"');
}

static void
write_csv (const ThawSheet *sheet, GString *out)
{
  for (int c = 0; c < sheet->n_columns; c++) {
    g_string_append_c (out, ',');
    csv_text (out, sheet->columns[c]);
  }
  g_string_append_c (out, '\n');
  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    csv_text (out, row->title);
    for (int c = 0; c < sheet->n_columns; c++) {
      g_string_append_c (out, ',');
      csv_text (out, row->cells[c].text);
    }
    g_string_append_c (out, '\n');
  }
}

char *
thaw_sheet_write (const ThawSheet *sheet, ThawSheetFormat format)
{
  GString *out = g_string_new (NULL);
  g_autoptr (ThawSheet) turned = NULL;

  if (sheet->n_columns > THAW_SHEET_MANY && !sheet->turned && format != THAW_SHEET_CSV)
    sheet = turned = thaw_sheet_turn (sheet);
  switch (format) {
  case THAW_SHEET_MARKDOWN:
    write_markdown (sheet, out);
    break;
  case THAW_SHEET_LATEX:
    write_latex (sheet, out);
    break;
  case THAW_SHEET_CSV:
    write_csv (sheet, out);
    break;
  case THAW_SHEET_TEXT:
  default:
    write_text (sheet, out);
  }
  return g_string_free (out, FALSE);
}
