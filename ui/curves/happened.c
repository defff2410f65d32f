/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "happened.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static GtkWidget *
text (const char *words, const char *class, float xalign)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 34);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static void
append_where (GtkBox *box, const ThawTimeline *timeline, double steps)
{
  g_autofree char *count = thaw_text_count (lround (steps));
  g_autofree char *words = NULL;
  double epoch = thaw_timeline_x (timeline, THAW_X_EPOCH, steps);

  if (isfinite (epoch))
    /* Translators: a place in a run: how many epochs and how many iterations are done there. */
    words = g_strdup_printf (_ ("After %.2f epochs, %s iterations"), epoch, count);
  else
    words = g_strdup_printf (_ ("After %s iterations"), count);
  gtk_box_append (box, text (words, "dim-label", 0));
}

static void
append_moment (GtkBox *box, const ThawMoment *moment)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *count = thaw_text_count (lround (moment->steps));
  g_autofree char *title = NULL;

  /* Translators: what happened ("thaw"), and after how many iterations. */
  title = g_strdup_printf (_ ("%s, iteration %s"), moment->label, count);
  gtk_box_append (GTK_BOX (row), text (title, "heading", 0));
  if (moment->detail != NULL)
    gtk_box_append (GTK_BOX (row), text (moment->detail, NULL, 0));
  gtk_box_append (box, row);
}

static void
attach_values (GtkGrid *grid, int row, const char *name, char *before, char *after)
{
  gtk_grid_attach (grid, text (name, "dim-label", 0), 0, row, 1, 1);
  gtk_grid_attach (grid, text (before, "numeric", 1), 1, row, 1, 1);
  gtk_grid_attach (grid, text (after, "numeric", 1), 2, row, 1, 1);
  g_free (before);
  g_free (after);
}

static GtkWidget *
values_of (const ThawAround *around)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  gtk_grid_attach (GTK_GRID (grid), text (_ ("before"), "dim-label", 1), 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), text (_ ("after"), "dim-label", 1), 2, 0, 1, 1);
  attach_values (GTK_GRID (grid), 1, _ ("Loss"), thaw_text_number (around->loss_before, 4),
                 thaw_text_number (around->loss_after, 4));
  attach_values (GTK_GRID (grid), 2, _ ("Learning rate"), thaw_text_rate (around->lr_before),
                 thaw_text_rate (around->lr_after));
  attach_values (GTK_GRID (grid), 3, _ ("Accuracy"), thaw_text_percent (around->accuracy_before),
                 thaw_text_percent (around->accuracy_after));
  return grid;
}

GtkWidget *
thaw_happened_new (const ThawRunRows *rows,
                   const ThawTimeline *timeline,
                   double steps,
                   double reach)
{
  g_autoptr (ThawAround) around = thaw_around (rows, steps, reach);
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_widget_add_css_class (box, "happened");
  gtk_box_append (GTK_BOX (box), text (_ ("What Happened Here"), "title-4", 0));
  append_where (GTK_BOX (box), timeline, around->steps);
  for (guint i = 0; i < around->moments->len; i++)
    append_moment (GTK_BOX (box), around->moments->pdata[i]);
  if (around->moments->len == 0)
    gtk_box_append (GTK_BOX (box), text (_ ("No event near this place."), NULL, 0));
  gtk_box_append (GTK_BOX (box), values_of (around));
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What Happened Here"), -1);
  return popover;
}
