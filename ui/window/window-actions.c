/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions of the window that are not about a run's state, and which actions make sense now. */
#include "engine.h"
#include "pages.h"
#include "settings.h"
#include "welcome.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* --- Which make sense --- */

static const struct {
  const char *action;
  guint can;
} by_status[] = {
    {"win.pause", THAW_CAN_PAUSE},
    {"win.continue", THAW_CAN_CONTINUE},
    {"win.stop", THAW_CAN_STOP | THAW_CAN_CANCEL},
    {"win.save-checkpoint", THAW_CAN_SAVE},
    {"win.start-now", THAW_CAN_START},
    {"win.resume", THAW_CAN_RESUME},
    {"win.queue-up", THAW_CAN_MOVE},
    {"win.queue-down", THAW_CAN_MOVE},
    {"win.queue-remove", THAW_CAN_LEAVE},
    {"win.locate-data", THAW_CAN_LOCATE},
    {"win.train-more", THAW_CAN_TRAIN_MORE},
    {"win.fix", THAW_CAN_FIX},
    {"win.find-rate", THAW_CAN_FIND_RATE},
};

static bool
any_alive (ThawWindow *self)
{
  for (guint i = 0; i < self->selected->len; i++)
    if (thaw_run_item_alive (self->selected->pdata[i]))
      return true;
  return false;
}

static bool
has_weights (ThawRunItem *item)
{
  return item != NULL && thaw_run_item_run (item)->epochs_done > 0;
}

static void
enable (ThawWindow *self, const char *action, bool enabled)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), action, enabled);
}

void
thaw_window_update_actions (ThawWindow *self)
{
  bool writable, some, one, draft;
  ThawRunItem *run;
  guint can;

  if (self->watch == NULL || self->bar == NULL)
    return;
  writable = thaw_watch_state (self->watch) == THAW_WATCH_READY;
  run = thaw_window_run (self);
  can = writable ? thaw_run_bar_can (self->bar) : 0;
  some = self->selected->len > 0 && !self->in_draft;
  one = run != NULL && !self->in_trash;
  draft = self->in_draft && self->draft != NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (by_status); i++)
    enable (self, by_status[i].action, (can & by_status[i].can) != 0);
  enable (self, "win.rename", writable && run != NULL);
  enable (self, "win.edit-tags", writable && run != NULL);
  enable (self, "win.star", writable && some);
  enable (self, "win.duplicate", writable && one);
  enable (self, "win.other-seeds", writable && one);
  enable (self, "win.try-picture",
          some && !self->in_trash && has_weights (self->selected->pdata[0]));
  enable (self, "win.export-weights", one && has_weights (run));
  enable (self, "win.trash", writable && some && !self->in_trash && !any_alive (self));
  enable (self, "win.restore", writable && some && self->in_trash);
  enable (self, "win.delete", writable && some && self->in_trash);
  enable (self, "win.empty-trash", writable && self->in_trash);
  enable (self, "win.new-run", writable);
  enable (self, "win.draft", writable);
  enable (self, "win.one-minute", writable && !self->trying);
  enable (self, "win.start", writable && draft);
  enable (self, "win.copy-command", draft || one);
  enable (self, "win.export",
          thaw_window_page (self) != NULL && (thaw_window_page (self) == self->curves ||
                                              thaw_window_page (self) == self->comparison));
  enable (self, "win.open-recipe", writable);
  enable (self, "win.import-data", writable);
  enable (self, "win.import-folder", writable);
  enable (self, "win.new-store", thaw_window_can_begin_store (self));
  enable (self, "win.undo", writable && !g_queue_is_empty (&self->undo));
}

/* --- Draft --- */

static void
new_run_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  bool fresh = self->draft == NULL;

  thaw_window_begin_draft (self);
  if (fresh)
    thaw_recipe_page_draft (self->draft, NULL);
}

static void
draft_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  thaw_window_begin_draft (self);
  thaw_recipe_page_draft (self->draft, g_variant_get_string (parameter, NULL));
}

static void
show_draft_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (self->draft != NULL)
    thaw_window_begin_draft (self);
}

static void
discard_draft_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_window_discard_draft (THAW_WINDOW (widget));
}

static void
start_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (self->in_draft && self->draft != NULL)
    thaw_recipe_page_start (self->draft);
}

static void
copy_command_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  thaw_recipe_page_copy_command (
      self->in_draft && self->draft != NULL ? self->draft : thaw_window_need_recipe (self));
}

/* --- One minute --- */

static void
set_trying (ThawWindow *self, bool trying)
{
  self->trying = trying;
  thaw_welcome_set_busy (THAW_WELCOME (self->welcome), trying);
  thaw_window_update_actions (self);
}

/* The id in {"event": "queued", "run": ID, ...}. */
static char *
id_in (const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!json_parser_load_from_data (parser, json, -1, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  return g_strdup (
      json_object_get_string_member_with_default (json_node_get_object (root), "run", NULL));
}

static void
tried_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (ThawWindow) self = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = thaw_engine_call_finish (result, &error);
  g_autofree char *id = out != NULL ? id_in (out) : NULL;

  if (self->watch == NULL)
    return; /* the window was closed meanwhile */
  set_trying (self, false);
  if (out == NULL) {
    thaw_welcome_set_problem (THAW_WELCOME (self->welcome), error->message);
    return;
  }
  thaw_window_work_queue (self);
  adw_view_stack_set_visible_child_name (self->views, "curves");
  if (id != NULL)
    thaw_window_show_run (self, id);
}

/* A set that is on this machine, else the sample that every installation has. */
static const char *
preset_for (const char *datasets)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *sets;

  if (datasets == NULL || !json_parser_load_from_data (parser, datasets, -1, NULL) ||
      !JSON_NODE_HOLDS_ARRAY (json_parser_get_root (parser)))
    return "one-minute-sample";
  sets = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (sets); i++) {
    JsonNode *set = json_array_get_element (sets, i);
    const char *id;
    if (!JSON_NODE_HOLDS_OBJECT (set))
      continue;
    id = json_object_get_string_member_with_default (json_node_get_object (set), "id", "");
    if (strcmp (id, "cifar-10") == 0 || strcmp (id, "fashion-mnist") == 0)
      return "one-minute";
  }
  return "one-minute-sample";
}

static void
datasets_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (ThawWindow) self = user;
  g_autofree char *out = thaw_engine_call_finish (result, NULL);
  const char *args[] = {"train",         "--preset", preset_for (out), "--name",
                        _ ("First run"), "--queue",  "--json",         NULL};

  if (self->watch != NULL)
    thaw_engine_call (thaw_watch_home (self->watch), args, NULL, tried_cb, g_object_ref (self));
}

static void
one_minute_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  const char *args[] = {"datasets", "--json", NULL};

  if (self->trying)
    return;
  thaw_welcome_set_problem (THAW_WELCOME (self->welcome), NULL);
  set_trying (self, true);
  thaw_engine_call (thaw_watch_home (self->watch), args, NULL, datasets_cb, g_object_ref (self));
}

/* --- List, trash, views --- */

static void
search_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (!gtk_widget_get_visible (GTK_WIDGET (self->list_button)))
    return;
  if (self->in_trash)
    thaw_window_set_trash (self, false);
  thaw_window_reveal_list (self, TRUE);
  thaw_run_list_search (THAW_RUN_LIST (self->runs));
}

static void
toggle_list_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (gtk_widget_get_visible (GTK_WIDGET (self->list_button)))
    thaw_window_reveal_list (self, !adw_flap_get_reveal_flap (self->flap));
}

static void
select_mode_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawRunList *list = THAW_RUN_LIST (THAW_WINDOW (widget)->runs);

  thaw_run_list_set_selecting (list, !thaw_run_list_selecting (list));
}

static void
show_trash_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_window_set_trash (THAW_WINDOW (widget), true);
}

static void
close_trash_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_window_set_trash (THAW_WINDOW (widget), false);
}

static void
view_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->views, g_variant_get_string (parameter, NULL));
}

static void
export_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  GtkWidget *page = thaw_window_page (self);

  if (page == self->curves)
    gtk_widget_activate_action (page, "curves.export", NULL);
  else if (page == self->comparison)
    gtk_widget_activate_action (page, "comparison.export", NULL);
}

static void
undo_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_window_undo (THAW_WINDOW (widget));
}

/* --- The grouping, a state kept in the settings --- */

static void
grouping_changed_cb (GSimpleAction *action, GVariant *value, gpointer user)
{
  static const char *const names[] = {"none", "backbone", "tag", "seeds"};
  ThawWindow *self = user;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (g_variant_get_string (value, NULL), names[i]) != 0)
      continue;
    g_simple_action_set_state (action, value);
    thaw_run_list_set_grouping (THAW_RUN_LIST (self->runs), (ThawGrouping) i);
    if (thaw_settings () != NULL)
      g_settings_set_enum (thaw_settings (), "grouping", (int) i);
  }
}

void
thaw_window_add_state_actions (ThawWindow *self)
{
  static const GActionEntry entries[] = {
      {.name = "grouping",
       .parameter_type = "s",
       .state = "'none'",
       .change_state = grouping_changed_cb},
  };
  g_autofree char *grouping =
      thaw_settings () != NULL ? g_settings_get_string (thaw_settings (), "grouping") : NULL;

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  if (grouping != NULL)
    g_action_group_change_action_state (G_ACTION_GROUP (self), "grouping",
                                        g_variant_new_string (grouping));
}

void
thaw_window_install_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.new-run", NULL, new_run_cb);
  gtk_widget_class_install_action (class, "win.draft", "s", draft_cb);
  gtk_widget_class_install_action (class, "win.show-draft", NULL, show_draft_cb);
  gtk_widget_class_install_action (class, "win.discard-draft", NULL, discard_draft_cb);
  gtk_widget_class_install_action (class, "win.start", NULL, start_cb);
  gtk_widget_class_install_action (class, "win.copy-command", NULL, copy_command_cb);
  gtk_widget_class_install_action (class, "win.one-minute", NULL, one_minute_cb);
  gtk_widget_class_install_action (class, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (class, "win.toggle-list", NULL, toggle_list_cb);
  gtk_widget_class_install_action (class, "win.select-mode", NULL, select_mode_cb);
  gtk_widget_class_install_action (class, "win.show-trash", NULL, show_trash_cb);
  gtk_widget_class_install_action (class, "win.close-trash", NULL, close_trash_cb);
  gtk_widget_class_install_action (class, "win.view", "s", view_cb);
  gtk_widget_class_install_action (class, "win.export", NULL, export_cb);
  gtk_widget_class_install_action (class, "win.undo", NULL, undo_cb);
}
