/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seeds.h"

#include "draft.h"
#include "engine.h"
#include "thaw-analysis.h"
#include "window-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>

enum { MOST = 9 };

typedef struct {
  ThawWindow *window;
  ThawWatch *watch;
  ThawRunItem *item;
  GtkSpinButton *spin;
} Seeds;

static void
seeds_free (gpointer data, GClosure *closure)
{
  Seeds *seeds = data;

  g_object_unref (seeds->window);
  g_object_unref (seeds->watch);
  g_object_unref (seeds->item);
  g_free (seeds);
}

static bool
read_seed (const ThawRun *run, guint64 *seed)
{
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (run->recipe, -1, "recipe", thaw_catalogues (), NULL);

  if (recipe == NULL)
    return false;
  *seed = recipe->seed;
  return true;
}

static GHashTable *
used_seeds (GListModel *runs, const ThawRun *run)
{
  GHashTable *used = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autofree char *key = thaw_group_key (run);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (runs, i);
    g_autofree char *other = thaw_group_key (thaw_run_item_run (item));
    guint64 seed;
    if (strcmp (key, other) == 0 && read_seed (thaw_run_item_run (item), &seed))
      g_hash_table_add (used, g_memdup2 (&seed, sizeof seed));
  }
  return used;
}

char *
thaw_seeds_unused (GListModel *runs, const ThawRun *run, int n)
{
  g_autoptr (GHashTable) used = used_seeds (runs, run);
  GString *text = g_string_new (NULL);

  for (guint64 seed = 0; n > 0; seed++) {
    if (g_hash_table_contains (used, &seed))
      continue;
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, text->len > 0 ? "," : "", seed);
    n--;
  }
  return g_string_free (text, FALSE);
}

static void
queued_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (ThawWindow) window = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = thaw_engine_call_finish (result, &error);

  if (out == NULL)
    thaw_window_toast (window, error->message, NULL, NULL);
  else if (window->watch != NULL)
    thaw_window_work_queue (window);
}

static void
answered_cb (AdwMessageDialog *dialog, const char *answer, Seeds *seeds)
{
  g_autofree char *seeds_text = NULL, *list = NULL;

  if (strcmp (answer, "queue") != 0)
    return;
  seeds_text = thaw_seeds_unused (thaw_watch_runs (seeds->watch), thaw_run_item_run (seeds->item),
                                  gtk_spin_button_get_value_as_int (seeds->spin));
  list = g_strconcat (seeds_text, ",", NULL); /* a number alone would say how many */
  const char *args[] = {"train",   "--like", thaw_run_item_id (seeds->item),
                        "--queue", "--json", "--seeds",
                        list,      NULL};
  thaw_engine_call (thaw_watch_home (seeds->watch), args, NULL, queued_cb,
                    g_object_ref (seeds->window));
}

static GtkWidget *
new_row (Seeds *seeds)
{
  GtkWidget *group = adw_preferences_group_new (), *row = adw_action_row_new ();

  seeds->spin = GTK_SPIN_BUTTON (gtk_spin_button_new_with_range (1, MOST, 1));
  gtk_spin_button_set_value (seeds->spin, 2);
  gtk_widget_set_valign (GTK_WIDGET (seeds->spin), GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Further Runs"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (seeds->spin), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Further runs"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), GTK_WIDGET (seeds->spin));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), GTK_WIDGET (seeds->spin));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return group;
}

void
thaw_seeds_present (ThawWindow *window, ThawWatch *watch, ThawRunItem *item)
{
  Seeds *seeds = g_new0 (Seeds, 1);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (window), _ ("Run with Other Seeds"),
      _ ("One run is one dot. Several, with the same recipe and other seeds, tell how much of a "
         "difference is chance."));

  seeds->window = g_object_ref (window);
  seeds->watch = g_object_ref (watch);
  seeds->item = g_object_ref (item);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), new_row (seeds));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "queue",
                                    _ ("_Queue"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "queue",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "queue");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), seeds, seeds_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
