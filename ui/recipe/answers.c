/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thaw strip and the augmented samples, each in a card with its own small controls. */
#include "draw-grid.h"
#include "rate-plan.h"
#include "sections.h"
#include "strip-view.h"

#include <glib/gi18n-lib.h>

/* A card with 12 px around its content. */
static GtkWidget *
card_new (GtkWidget *child)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "thaw-answer");
  gtk_box_append (GTK_BOX (box), child);
  return box;
}

static GtkWidget *
note_new (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 20);
  return label;
}

/* --- The strip --- */

static void
show_note (GtkLabel *note)
{
  ThawDraft *draft = g_object_get_data (G_OBJECT (note), "thaw-draft");
  g_autofree char *text = thaw_rate_plan_note (thaw_draft_recipe (draft));

  gtk_label_set_text (note, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (note), text != NULL);
}

static void
note_changed_cb (GtkLabel *note, const char *const *paths)
{
  show_note (note);
}

GtkWidget *
thaw_strip_answer_new (ThawDraft *draft)
{
  AdwPreferencesGroup *group = thaw_section_group_new (_ ("Freeze Plan and Learning Rate"), NULL);
  GtkWidget *card = card_new (thaw_strip_view_new (draft)), *note = note_new ();

  g_object_set_data_full (G_OBJECT (note), "thaw-draft", g_object_ref (draft), g_object_unref);
  gtk_box_append (GTK_BOX (card), note);
  show_note (GTK_LABEL (note));
  g_signal_connect_object (draft, "changed", G_CALLBACK (note_changed_cb), note, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (show_note), note, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, card);
  return GTK_WIDGET (group);
}

/* --- The draws --- */

static void
hold_cb (GtkToggleButton *button, ThawDrawGrid *grid)
{
  thaw_draw_grid_set_held (grid, gtk_toggle_button_get_active (button));
}

static void
anew_cb (GtkButton *button, ThawDrawGrid *grid)
{
  thaw_draw_grid_draw_anew (grid);
}

static GtkWidget *
draw_controls_new (GtkWidget *grid)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0),
            *anew = gtk_button_new_from_icon_name ("view-refresh-symbolic"),
            *hold = gtk_toggle_button_new_with_mnemonic (_ ("_Hold"));

  gtk_widget_set_tooltip_text (anew, _ ("Draw Anew"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (anew), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Draw Anew"), -1);
  g_signal_connect_object (anew, "clicked", G_CALLBACK (anew_cb), grid, 0);
  gtk_widget_set_tooltip_text (hold, _ ("Keep the same draw while parameters change"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (hold), TRUE);
  g_signal_connect_object (hold, "toggled", G_CALLBACK (hold_cb), grid, 0);
  gtk_widget_add_css_class (anew, "flat");
  gtk_widget_add_css_class (hold, "flat");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), anew);
  gtk_box_append (GTK_BOX (box), hold);
  return box;
}

GtkWidget *
thaw_draws_answer_new (ThawDraft *draft, ThawDataSource *source)
{
  AdwPreferencesGroup *group = thaw_section_group_new (_ ("What the Network Sees"), NULL);
  GtkWidget *grid = thaw_draw_grid_new (draft, source), *card = card_new (grid),
            *note = note_new ();

  gtk_label_set_text (GTK_LABEL (note), _ ("On top the picture itself, below it five draws."));
  gtk_box_append (GTK_BOX (card), note);
  adw_preferences_group_set_header_suffix (group, draw_controls_new (grid));
  adw_preferences_group_add (group, card);
  return GTK_WIDGET (group);
}

/* --- Cost --- */

static void
show_cost (AdwActionRow *row, ThawCost *cost)
{
  GtkWidget *spinner = g_object_get_data (G_OBJECT (row), "thaw-spinner");
  g_autofree char *text = thaw_cost_text (cost), *detail = thaw_cost_detail (cost);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  adw_action_row_set_subtitle (row, detail);
  gtk_widget_set_visible (spinner, thaw_cost_state (cost) == THAW_COST_ASKING);
  gtk_spinner_set_spinning (GTK_SPINNER (spinner), thaw_cost_state (cost) == THAW_COST_ASKING);
}

static void
cost_cb (AdwActionRow *row)
{
  show_cost (row, g_object_get_data (G_OBJECT (row), "thaw-cost"));
}

GtkWidget *
thaw_cost_answer_new (ThawCost *cost)
{
  AdwPreferencesGroup *group = thaw_section_group_new (_ ("Cost"), NULL);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title-lines", 2,
                                 "subtitle-lines", 0, NULL),
            *spinner = gtk_spinner_new ();

  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("preferences-system-time-symbolic"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), spinner);
  g_object_set_data (G_OBJECT (row), "thaw-spinner", spinner);
  g_object_set_data_full (G_OBJECT (row), "thaw-cost", g_object_ref (cost), g_object_unref);
  show_cost (ADW_ACTION_ROW (row), cost);
  g_signal_connect_object (cost, "changed", G_CALLBACK (cost_cb), row, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, row);
  return GTK_WIDGET (group);
}
