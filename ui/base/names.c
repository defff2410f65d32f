/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "names.h"

#include <adwaita.h>

/* The label inside names the button as well. */
static void
tell_once (GtkWidget *button)
{
  GtkWidget *child = gtk_button_get_child (GTK_BUTTON (button));

  if (gtk_button_get_label (GTK_BUTTON (button)) != NULL && GTK_IS_LABEL (child))
    gtk_accessible_reset_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static void
name_arrow (GtkWidget *split)
{
  const char *tooltip = adw_split_button_get_dropdown_tooltip (ADW_SPLIT_BUTTON (split));

  if (tooltip == NULL || *tooltip == '\0')
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (split); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_MENU_BUTTON (child))
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      tooltip, -1);
}

/* (transfer none) (nullable) */
static GtkWidget *
find_label (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = GTK_IS_LABEL (child) ? child : find_label (child);
  return found;
}

/* The cell of a flow box takes the keys: it tells the first words in it. */
static void
name_cell (GtkWidget *cell)
{
  GtkWidget *label = find_label (cell);

  if (label != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    gtk_label_get_text (GTK_LABEL (label)), -1);
}

static gboolean
map_hook (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer unused)
{
  GtkWidget *widget = g_value_get_object (values);

  if (GTK_IS_BUTTON (widget))
    tell_once (widget);
  else if (ADW_IS_SPLIT_BUTTON (widget))
    name_arrow (widget);
  else if (GTK_IS_FLOW_BOX_CHILD (widget))
    name_cell (widget);
  return TRUE; /* for the next one, too */
}

void
thaw_names_mend (void)
{
  g_type_class_unref (g_type_class_ref (GTK_TYPE_WIDGET)); /* signals come with the class */
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, map_hook, NULL, NULL);
}
