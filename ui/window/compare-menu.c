/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare-menu.h"

#include "thaw-analysis.h"
#include <glib/gi18n-lib.h>
#include <math.h>

enum { MOST = 8 };

static bool
has_curves (ThawRunItem *item)
{
  return thaw_run_item_run (item)->epochs_done > 0;
}

bool
thaw_compare_has_others (ThawWatch *watch, ThawRunItem *item)
{
  GListModel *runs = thaw_watch_runs (watch);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) other = g_list_model_get_item (runs, i);
    if (other != item && has_curves (other))
      return true;
  }
  return false;
}

static void
add_offers (GPtrArray *offers, GListModel *runs, ThawRunItem *item, bool starred)
{
  for (guint i = 0; i < g_list_model_get_n_items (runs) && offers->len < MOST; i++) {
    g_autoptr (ThawRunItem) other = g_list_model_get_item (runs, i);
    if (other != item && has_curves (other) && thaw_run_item_run (other)->starred == starred)
      g_ptr_array_add (offers, g_steal_pointer (&other));
  }
}

GPtrArray *
thaw_compare_offers (ThawWatch *watch, ThawRunItem *item)
{
  GPtrArray *offers = g_ptr_array_new_with_free_func (g_object_unref);

  add_offers (offers, thaw_watch_runs (watch), item, true);
  add_offers (offers, thaw_watch_runs (watch), item, false);
  return offers;
}

static void
add_offer (GMenu *menu, ThawRunItem *item)
{
  const ThawRun *run = thaw_run_item_run (item);
  g_autofree char *best = thaw_text_percent (run->best_accuracy);
  g_autofree char *plain = isfinite (run->best_accuracy)
                               /* Translators: a run's name and its accuracy. */
                               ? g_strdup_printf (_ ("%s (%s)"), run->name, best)
                               : g_strdup (run->name);
  g_auto (GStrv) parts = g_strsplit (plain, "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts); /* no access keys in names */
  g_autoptr (GMenuItem) entry = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (entry, "win.compare-with", "s", run->id);
  g_menu_append_item (menu, entry);
}

static void
fill_cb (GtkMenuButton *button, gpointer user)
{
  ThawWatch *watch = g_object_get_data (G_OBJECT (button), "thaw-watch");
  ThawRunItem *item = g_object_get_data (G_OBJECT (button), "thaw-item");
  g_autoptr (GPtrArray) offers = thaw_compare_offers (watch, item);
  g_autoptr (GMenu) menu = g_menu_new (), with = g_menu_new (), more = g_menu_new ();

  for (guint i = 0; i < offers->len; i++)
    add_offer (with, offers->pdata[i]);
  g_menu_append (more, _ ("_Choose in the List"), "win.choose-others");
  g_menu_append_section (menu, _ ("Compare With"), G_MENU_MODEL (with));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

GtkWidget *
thaw_compare_button_new (ThawWatch *watch, ThawRunItem *item)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("_Compare"));
  gtk_menu_button_set_use_underline (GTK_MENU_BUTTON (button), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Compare"), -1);
  g_object_set_data_full (G_OBJECT (button), "thaw-watch", g_object_ref (watch), g_object_unref);
  g_object_set_data_full (G_OBJECT (button), "thaw-item", g_object_ref (item), g_object_unref);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_cb, NULL, NULL);
  return button;
}
