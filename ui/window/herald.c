/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "herald.h"

#include "window.h"
#include <glib/gi18n-lib.h>
#include <math.h>

struct _ThawHerald {
  GtkApplication *application;
  ThawWatch *watch;
  GHashTable *alive; /* ids of runs that trained when last looked */
  GPowerProfileMonitor *power;
  guint inhibited; /* cookie; 0: not */
  void (*on_alive) (bool alive, gpointer user);
  gpointer user;
};

/* --- Suspend --- */

static void
update_inhibit (ThawHerald *self)
{
  bool saving = g_power_profile_monitor_get_power_saver_enabled (self->power);
  bool wanted = g_hash_table_size (self->alive) > 0 && !saving;

  if (wanted && self->inhibited == 0)
    self->inhibited = gtk_application_inhibit (
        self->application, gtk_application_get_active_window (self->application),
        GTK_APPLICATION_INHIBIT_SUSPEND, _ ("A network is being trained"));
  else if (!wanted && self->inhibited != 0) {
    gtk_application_uninhibit (self->application, self->inhibited);
    self->inhibited = 0;
  }
}

/* --- Notifications --- */

static bool
is_looked_at (ThawHerald *self, const char *id)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);
  ThawRunItem *shown;

  if (window == NULL || !gtk_window_is_active (window) || !THAW_IS_WINDOW (window))
    return false;
  shown = thaw_window_run (THAW_WINDOW (window));
  return shown != NULL && g_strcmp0 (thaw_run_item_id (shown), id) == 0;
}

static bool
is_window_active (ThawHerald *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  return window != NULL && gtk_window_is_active (window);
}

static char *
notification_id (const char *id)
{
  return g_strconcat ("run-", id, NULL);
}

static char *
title_of (const ThawRun *run)
{
  switch (run->state) {
  case THAW_RUN_FINISHED:
    return g_strdup_printf (_ ("“%s” has finished"), run->name);
  case THAW_RUN_FAILED:
    return g_strdup_printf (_ ("“%s” has failed"), run->name);
  case THAW_RUN_DIVERGED:
    return g_strdup_printf (_ ("“%s” has diverged"), run->name);
  case THAW_RUN_INTERRUPTED:
    return g_strdup_printf (_ ("“%s” was interrupted"), run->name);
  default:
    return NULL; /* stopped on request, or queued again: somebody knows */
  }
}

static char *
body_of (const ThawRun *run)
{
  if (run->state == THAW_RUN_FAILED && run->message != NULL)
    return g_strdup (run->message);
  if (isfinite (run->best_accuracy))
    return g_strdup_printf (_ ("Best accuracy %.1f %%, in epoch %d of %d"),
                            100 * run->best_accuracy, run->best_epoch + 1, run->epochs);
  return NULL;
}

static void
tell_ended (ThawHerald *self, const char *id)
{
  ThawRunItem *item = thaw_watch_find (self->watch, id);
  g_autofree char *title = item != NULL ? title_of (thaw_run_item_run (item)) : NULL;
  g_autofree char *body = item != NULL ? body_of (thaw_run_item_run (item)) : NULL;
  g_autofree char *key = notification_id (id);
  g_autoptr (GNotification) notification = NULL;

  if (title == NULL || is_window_active (self))
    return;
  notification = g_notification_new (title);
  if (body != NULL)
    g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-run", "s", id);
  g_application_send_notification (G_APPLICATION (self->application), key, notification);
}

void
thaw_herald_seen (ThawHerald *self, const char *id)
{
  g_autofree char *key = notification_id (id);

  if (is_looked_at (self, id))
    g_application_withdraw_notification (G_APPLICATION (self->application), key);
}

/* --- Looking --- */

static GHashTable *
find_alive (ThawHerald *self)
{
  GHashTable *alive = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GListModel *runs = thaw_watch_runs (self->watch);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (runs, i);
    if (thaw_run_item_alive (item))
      g_hash_table_add (alive, g_strdup (thaw_run_item_id (item)));
  }
  return alive;
}

static void
look (ThawHerald *self)
{
  g_autoptr (GHashTable) before = self->alive;
  bool was = g_hash_table_size (before) > 0, is;
  GHashTableIter iter;
  gpointer id;

  self->alive = find_alive (self);
  is = g_hash_table_size (self->alive) > 0;
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (self->alive, id))
      tell_ended (self, id);
  update_inhibit (self);
  if (was != is)
    self->on_alive (is, self->user);
}

ThawHerald *
thaw_herald_new (GtkApplication *application,
                 ThawWatch *watch,
                 void (*on_alive) (bool alive, gpointer user),
                 gpointer user)
{
  ThawHerald *self = g_new0 (ThawHerald, 1);

  self->application = application;
  self->watch = g_object_ref (watch);
  self->alive = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->power = g_power_profile_monitor_dup_default ();
  self->on_alive = on_alive;
  self->user = user;
  g_signal_connect_swapped (watch, "changed", G_CALLBACK (look), self);
  g_signal_connect_swapped (self->power, "notify::power-saver-enabled", G_CALLBACK (update_inhibit),
                            self);
  return self;
}

void
thaw_herald_free (ThawHerald *self)
{
  g_signal_handlers_disconnect_by_data (self->watch, self);
  g_signal_handlers_disconnect_by_data (self->power, self);
  if (self->inhibited != 0)
    gtk_application_uninhibit (self->application, self->inhibited);
  g_clear_object (&self->watch);
  g_clear_object (&self->power);
  g_hash_table_unref (self->alive);
  g_free (self);
}

bool
thaw_herald_alive (ThawHerald *self)
{
  return g_hash_table_size (self->alive) > 0;
}
