/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sheet-view.h"

#include "plot-look.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

enum { LONG_CHARS = 36 };

struct _ThawSheetView {
  GtkWidget parent_instance;
  GtkWidget *squeezer; /* the wide table, else a narrow one */
};

G_DEFINE_FINAL_TYPE (ThawSheetView, thaw_sheet_view, GTK_TYPE_WIDGET)

static void
thaw_sheet_view_dispose (GObject *object)
{
  g_clear_pointer (&THAW_SHEET_VIEW (object)->squeezer, gtk_widget_unparent);
  G_OBJECT_CLASS (thaw_sheet_view_parent_class)->dispose (object);
}

static void
thaw_sheet_view_class_init (ThawSheetViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_sheet_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "thawsheet");
}

static void
thaw_sheet_view_init (ThawSheetView *self)
{
  AdwSqueezer *squeezer = ADW_SQUEEZER (adw_squeezer_new ());

  adw_squeezer_set_homogeneous (squeezer, FALSE);
  adw_squeezer_set_switch_threshold_policy (squeezer, ADW_FOLD_THRESHOLD_POLICY_MINIMUM);
  self->squeezer = GTK_WIDGET (squeezer);
  gtk_widget_set_parent (self->squeezer, GTK_WIDGET (self));
}

GtkWidget *
thaw_sheet_view_new (void)
{
  return g_object_new (THAW_TYPE_SHEET_VIEW, NULL);
}

/* --- Cells --- */

static void
draw_look_cb (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  ThawPlotStyle style = thaw_plot_look (GTK_WIDGET (area));

  thaw_look_draw (cr, 0, 0, width, height, data, &style);
}

static GtkWidget *
look_sample (const ThawLook *look)
{
  GtkWidget *area = gtk_drawing_area_new ();
  ThawLook *copy = g_memdup2 (look, sizeof *look);

  copy->label = copy->smooth_text = NULL;
  gtk_widget_set_size_request (area, 28, 14);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_look_cb, copy, g_free);
  thaw_plot_look_follow (area);
  return area;
}

static GtkWidget *
label_of (const char *text, float xalign, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

/* most: characters, before it is cut */
static GtkWidget *
heading (const char *name, const ThawLook *look, int most)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = label_of (name, 1, "heading");

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), CLAMP ((int) g_utf8_strlen (name, -1), 4, 16));
  gtk_label_set_max_width_chars (GTK_LABEL (label), most);
  gtk_widget_set_tooltip_text (label, name);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  if (look != NULL)
    gtk_box_append (GTK_BOX (box), look_sample (look));
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static GtkWidget *
title_of (const ThawSheetRow *row)
{
  GtkWidget *label = label_of (row->title, 0, NULL);

  if (row->help != NULL)
    gtk_widget_set_tooltip_text (label, row->help);
  return label;
}

/* narrow: a word about the value stands below it, so that two runs fit on a telephone's screen. */
static GtkWidget *
cell_of (const ThawSheetCell *cell, const char *title, const char *column, bool narrow)
{
  g_autofree char *text =
      cell->best ? g_strdup_printf (_ ("%s (best)"), cell->text) : g_strdup (cell->text);
  /* Translators: a row of a table, a column, and what stands there. */
  g_autofree char *said = g_strdup_printf (_ ("%s, %s: %s"), title, column, text);
  g_autofree char *lines =
      cell->best && narrow ? g_strdup_printf ("%s\n%s", cell->text, _ ("(best)")) : NULL;
  GtkWidget *label = label_of (lines != NULL ? lines : text, 1, "numeric");

  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_RIGHT);
  gtk_widget_set_valign (label, narrow ? GTK_ALIGN_START : GTK_ALIGN_FILL);
  gtk_label_set_selectable (GTK_LABEL (label), FALSE);
  if (g_utf8_strlen (text, -1) > LONG_CHARS) { /* a sentence may have lines */
    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_width_chars (GTK_LABEL (label), LONG_CHARS - 2);
  }
  if (cell->best)
    gtk_widget_add_css_class (label, "best");
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, said,
                                  -1);
  return label;
}

/* In a narrow table the title stands above its cells. */
static int
attach_row (GtkGrid *grid, const ThawSheet *sheet, const ThawSheetRow *row, int at, bool narrow)
{
  GtkWidget *title = title_of (row);

  if (narrow) {
    gtk_widget_add_css_class (title, "dim-label");
    gtk_widget_add_css_class (title, "caption");
    gtk_grid_attach (grid, title, 0, at++, sheet->n_columns, 1);
  } else {
    gtk_grid_attach (grid, title, 0, at, 1, 1);
  }
  for (int c = 0; c < sheet->n_columns; c++)
    gtk_grid_attach (grid, cell_of (&row->cells[c], row->title, sheet->columns[c], narrow),
                     c + !narrow, at, 1, 1);
  return at + 1;
}

static void
attach_term (GtkGrid *grid, const ThawSheet *sheet, const char *term, int at)
{
  GtkWidget *label = label_of (term, 0, "heading");

  gtk_widget_add_css_class (label, "term");
  gtk_grid_attach (grid, label, 0, at, sheet->n_columns + 1, 1);
}

static GtkWidget *
grid_of (const ThawSheet *sheet, const ThawLook *looks, bool narrow)
{
  GtkWidget *grid = gtk_grid_new ();
  int at = 1;

  gtk_widget_add_css_class (grid, "sheet");
  gtk_grid_set_column_spacing (GTK_GRID (grid), narrow ? 12 : 18);
  gtk_grid_set_row_spacing (GTK_GRID (grid), narrow ? 2 : 6);
  for (int c = 0; c < sheet->n_columns; c++) {
    GtkWidget *head = heading (sheet->columns[c], looks != NULL ? &looks[c] : NULL,
                               sheet->n_columns == 1 ? 60 : 24);
    gtk_widget_set_hexpand (head, TRUE);
    gtk_grid_attach (GTK_GRID (grid), head, c + !narrow, 0, 1, 1);
  }
  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    if (row->term != NULL)
      attach_term (GTK_GRID (grid), sheet, row->term, at++);
    at = attach_row (GTK_GRID (grid), sheet, row, at, narrow);
  }
  return grid;
}

void
thaw_sheet_view_show (ThawSheetView *self, const ThawSheet *sheet, const ThawLook *looks)
{
  GtkWidget *old, *scrolled = gtk_scrolled_window_new ();

  while ((old = gtk_widget_get_first_child (self->squeezer)) != NULL)
    adw_squeezer_remove (ADW_SQUEEZER (self->squeezer), old);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), grid_of (sheet, looks, true));
  adw_squeezer_add (ADW_SQUEEZER (self->squeezer), grid_of (sheet, looks, false));
  adw_squeezer_add (ADW_SQUEEZER (self->squeezer), scrolled);
}
