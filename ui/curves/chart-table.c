/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chart-table.h"

#include "escape.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define MAX_ROWS 2000

/* --- A row as an object, for the list --- */

#define TYPE_LINE (line_get_type ())
G_DECLARE_FINAL_TYPE (Line, line, THAW, TABLE_LINE, GObject)
struct _Line {
  GObject parent_instance;
  char **cells;
};
G_DEFINE_FINAL_TYPE (Line, line, G_TYPE_OBJECT)

static void
line_finalize (GObject *object)
{
  g_strfreev (THAW_TABLE_LINE (object)->cells);
  G_OBJECT_CLASS (line_parent_class)->finalize (object);
}

static void
line_class_init (LineClass *class)
{
  G_OBJECT_CLASS (class)->finalize = line_finalize;
}

static void
line_init (Line *self)
{
}

static GListModel *
lines_of (const ThawTable *table)
{
  GListStore *store = g_list_store_new (TYPE_LINE);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_object_unref);

  for (size_t r = 0; r < table->n_rows; r++) {
    Line *line = g_object_new (TYPE_LINE, NULL);
    line->cells = g_new0 (char *, table->n_columns + 1);
    for (size_t c = 0; c < table->n_columns; c++)
      line->cells[c] = g_strdup (table->cells[r * table->n_columns + c]);
    g_ptr_array_add (lines, line);
  }
  g_list_store_splice (store, 0, 0, lines->pdata, lines->len);
  return G_LIST_MODEL (store);
}

/* --- Columns --- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0); /* as the headings are */
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

/* Rows are the list's own widgets, which GTK names after their type: they tell their cells. row
 * (nullable). */
static void
name_row (GtkWidget *row, char **cells)
{
  g_autofree char *text = g_strjoinv (", ", cells);

  if (row != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer column)
{
  Line *line = THAW_TABLE_LINE (gtk_list_item_get_item (item));

  GtkWidget *cell = gtk_widget_get_parent (gtk_list_item_get_child (item));

  if (GPOINTER_TO_UINT (column) == 0 && cell != NULL)
    name_row (gtk_widget_get_parent (cell), line->cells);
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)),
                      line->cells[GPOINTER_TO_UINT (column)]);
}

static GtkWidget *
view_of (const ThawTable *table)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (gtk_single_selection_new (lines_of (table)));
  GtkWidget *view = gtk_column_view_new (selection);

  g_autofree char **heads = g_new0 (char *, table->n_columns + 1); /* the texts are the table's */

  gtk_widget_add_css_class (view, "data-table");
  for (size_t c = 0; c < table->n_columns; c++) {
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
    GtkColumnViewColumn *column;
    g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER ((guint) c));
    g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), GUINT_TO_POINTER ((guint) c));
    column = gtk_column_view_column_new (table->head[c], factory);
    heads[c] = table->head[c];
    gtk_column_view_column_set_resizable (column, TRUE);
    gtk_column_view_column_set_expand (column, TRUE);
    gtk_column_view_append_column (GTK_COLUMN_VIEW (view), column);
    g_object_unref (column);
  }
  name_row (gtk_widget_get_first_child (view), heads);
  return view;
}

static void
copy_cb (GtkButton *button, GtkWidget *window)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (window),
                          g_object_get_data (G_OBJECT (window), "text"));
}

GtkWidget *
thaw_chart_table_present (GtkWidget *from, ThawChart *chart, const char *title)
{
  g_autoptr (ThawTable) table = thaw_chart_table (chart, MAX_ROWS);
  GtkWidget *window = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new (), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  GtkWidget *view = view_of (table);
  GtkRoot *root = gtk_widget_get_root (from);

  gtk_widget_set_tooltip_text (copy, _ ("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Copy"),
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect (copy, "clicked", G_CALLBACK (copy_cb), window);
  g_object_set_data_full (G_OBJECT (window), "text", thaw_chart_table_text (chart), g_free);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), copy);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window), 560, 480);
  thaw_close_on_escape (window);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

char *
thaw_chart_table_text (ThawChart *chart)
{
  g_autoptr (ThawTable) table = thaw_chart_table (chart, MAX_ROWS);
  GString *text = g_string_new (NULL);

  for (size_t c = 0; c < table->n_columns; c++)
    g_string_append_printf (text, "%s%s", c > 0 ? "\t" : "", table->head[c]);
  g_string_append_c (text, '\n');
  for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
    g_string_append_printf (text, "%s%s", table->cells[i],
                            (i + 1) % table->n_columns == 0 ? "\n" : "\t");
  return g_string_free (text, FALSE);
}
