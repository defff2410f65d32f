/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GTK's own window for this needs a wide screen, begins with its last page where there are several,
 * and leaves its buttons without names. */
#include "shortcuts.h"

#include "escape.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

enum { MOST = 10 };

/* keys: as GtkShortcutLabel takes them, alternatives with a space between. */
static const struct {
  const char *title;
  struct {
    const char *title, *keys;
  } rows[MOST];
} groups[] = {
    {N_ ("Runs"),
     {
         {N_ ("New run"), "<Control>n"},
         {N_ ("Start the draft"), "<Control>Return"},
         {N_ ("Duplicate"), "<Control>u"},
         {N_ ("Rename"), "F2"},
         {N_ ("Edit tags"), "<Control>t"},
         {N_ ("Mark as baseline"), "<Control>b"},
         {N_ ("Move to trash"), "Delete"},
         {N_ ("Undo"), "<Control>z"},
         {N_ ("Menu of a run"), "<Shift>F10 Menu"},
     }},
    {N_ ("While a run trains"),
     {
         {N_ ("Pause"), "<Control>p"},
         {N_ ("Resume"), "<Control><Shift>r"},
         {N_ ("Save a checkpoint"), "<Control>s"},
     }},
    {N_ ("Charts"),
     {
         {N_ ("Walk the points"), "Left Right"},
         {N_ ("Next and previous line"), "Up Down"},
         {N_ ("Zoom in and out"), "plus minus"},
         {N_ ("Show everything"), "0"},
         {N_ ("Export charts"), "<Control>e"},
     }},
    {N_ ("Files"),
     {
         {N_ ("Open a recipe"), "<Control>o"},
         {N_ ("Import data"), "<Control>i"},
         {N_ ("Try a picture"), "<Control><Shift>p"},
         {N_ ("Copy as command"), "<Control><Shift>c"},
     }},
    {N_ ("Window"),
     {
         {N_ ("Filter runs"), "<Control>f"},
         {N_ ("Choose several runs"), "<Control><Shift>s"},
         {N_ ("Show or hide the runs"), "F9"},
         {N_ ("Recipe"), "<Control>1"},
         {N_ ("Curves"), "<Control>2"},
         {N_ ("Main menu"), "F10"},
         {N_ ("Guide"), "F1"},
         {N_ ("Keyboard shortcuts"), "<Control>question"},
         {N_ ("Close the window"), "<Control>w"},
         {N_ ("Quit"), "<Control>q"},
     }},
};

/* "Ctrl+N", for a reader. */
static char *
say_keys (const char *keys)
{
  g_auto (GStrv) each = g_strsplit (keys, " ", -1);

  for (int i = 0; each[i] != NULL; i++) {
    GdkModifierType modifiers;
    guint key;

    if (gtk_accelerator_parse (each[i], &key, &modifiers)) {
      g_free (each[i]);
      each[i] = gtk_accelerator_get_label (key, modifiers);
    }
  }
  return g_strjoinv (", ", each);
}

static GtkWidget *
new_row (const char *title, const char *keys)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", title, NULL);
  GtkWidget *label = gtk_shortcut_label_new (keys);
  g_autofree char *said = say_keys (keys);

  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, said,
                                  -1);
  return row;
}

static GtkWidget *
new_page (void)
{
  GtkWidget *page = adw_preferences_page_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++) {
    GtkWidget *group =
        g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _ (groups[i].title), NULL);

    for (int j = 0; j < MOST && groups[i].rows[j].title != NULL; j++)
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                                 new_row (_ (groups[i].rows[j].title), groups[i].rows[j].keys));
    adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  }
  gtk_widget_set_vexpand (page, TRUE);
  return page;
}

void
thaw_shortcuts_present (GtkWindow *parent)
{
  GtkWidget *window = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_window_set_title (GTK_WINDOW (window), _ ("Keyboard Shortcuts"));
  gtk_window_set_default_size (GTK_WINDOW (window), 480, 560);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  thaw_close_on_escape (window);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), new_page ());
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
}
