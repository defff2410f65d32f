/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "names.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <stdbool.h>

static bool
has_label (GtkWidget *widget)
{
  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static bool
has_labeller (GtkWidget *widget)
{
  return gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                           GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

static void
name (GtkWidget *widget, const char *text)
{
  if (text != NULL && *text != '\0')
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                    -1);
}

/* A name and a label beside it are both told, mostly the same twice: the name stays. A button's
 * text is its name, with the underscore of the access key, and the label in it as well: that one
 * stays. */
static void
tell_once (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL) {
    if (gtk_button_get_use_underline (GTK_BUTTON (widget)))
      gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
  } else if (has_label (widget) && has_labeller (widget)) {
    gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  }
}

static void
name_menu_button (GtkWidget *button)
{
  const char *label = gtk_menu_button_get_label (GTK_MENU_BUTTON (button));
  g_auto (GStrv) parts = label != NULL ? g_strsplit (label, "_", -1) : NULL;
  g_autofree char *plain = parts != NULL ? g_strjoinv ("", parts) : NULL;

  name (button, plain != NULL ? plain : gtk_widget_get_tooltip_text (button));
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

/* Rows and cells take the keys: they tell the first words in them. */
static void
name_by_words (GtkWidget *holder)
{
  GtkWidget *label = find_label (holder);

  if (label != NULL)
    name (holder, gtk_label_get_text (GTK_LABEL (label)));
}

static void
name_by_row (GtkWidget *part)
{
  GtkWidget *row = gtk_widget_get_ancestor (part, ADW_TYPE_PREFERENCES_ROW);

  if (row != NULL)
    name (part, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
}

/* The icon labels its button, but has no name itself. */
static bool
name_by_icon (GtkWidget *widget)
{
  static const struct {
    const char *icon, *name;
  } known[] = {{"window-close-symbolic", N_ ("Close")}, {"go-previous-symbolic", N_ ("Back")}};
  const char *icon = GTK_IS_BUTTON (widget) ? gtk_button_get_icon_name (GTK_BUTTON (widget)) : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_strcmp0 (icon, known[i].icon) == 0) {
      name (widget, _ (known[i].name));
      return true;
    }
  return false;
}

/* --- What is seen --- */

static void
tell_hidden (GtkWidget *widget, bool hidden)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
  g_object_set_data (G_OBJECT (widget), "thaw-hidden", hidden ? widget : NULL);
}

/* The page of a stack that another one covers: it alone goes, with all that is in it. */
static gboolean
unmap_hook (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer unused)
{
  GtkWidget *widget = g_value_get_object (values), *parent = gtk_widget_get_parent (widget);

  if (gtk_widget_get_visible (widget) && parent != NULL && gtk_widget_get_mapped (parent) &&
      !GTK_IS_NATIVE (widget))
    tell_hidden (widget, true);
  return TRUE;
}

static void
name_nameless (GtkWidget *widget)
{
  if (has_label (widget) || name_by_icon (widget) || has_labeller (widget))
    return;
  if (GTK_IS_MENU_BUTTON (widget))
    name_menu_button (widget);
  else if (GTK_IS_FLOW_BOX_CHILD (widget) || GTK_IS_LIST_BOX_ROW (widget) ||
           (GTK_IS_BUTTON (widget) && GTK_IS_LABEL (gtk_button_get_child (GTK_BUTTON (widget)))))
    name_by_words (widget);
  else if (GTK_IS_SWITCH (widget))
    name_by_row (widget);
}

static gboolean
map_hook (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer unused)
{
  GtkWidget *widget = g_value_get_object (values);

  if (g_object_get_data (G_OBJECT (widget), "thaw-hidden") != NULL)
    tell_hidden (widget, false);
  name_nameless (widget);
  tell_once (widget);
  return TRUE; /* for the next one, too */
}

void
thaw_names_mend (void)
{
  g_type_class_unref (g_type_class_ref (GTK_TYPE_WIDGET)); /* signals come with the class */
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, map_hook, NULL, NULL);
  g_signal_add_emission_hook (g_signal_lookup ("unmap", GTK_TYPE_WIDGET), 0, unmap_hook, NULL,
                              NULL);
}
