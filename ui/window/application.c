/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "application.h"

#include "background.h"
#include "guide-window.h"
#include "herald.h"
#include "settings.h"
#include "shortcuts.h"
#include "thaw-ui.h"
#include "window.h"
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

enum { LINGER_S = 15 * 60, HAND_OVER_MS = 5000 };

struct _ThawApplication {
  AdwApplication parent_instance;
  char *version;
  ThawWatch *watch;
  ThawHerald *herald;
  bool held;     /* without a window, for the notification at the end of a run */
  bool asked;    /* whether it may stay without a window */
  guint lingers; /* timeout that ends it */
};

G_DEFINE_FINAL_TYPE (ThawApplication, thaw_application, ADW_TYPE_APPLICATION)

/* --- Windows --- */

static ThawWindow *
find_window (ThawApplication *self)
{
  for (GList *link = gtk_application_get_windows (GTK_APPLICATION (self)); link != NULL;
       link = link->next)
    if (THAW_IS_WINDOW (link->data))
      return link->data;
  return NULL;
}

static void
seen_cb (ThawWindow *window, GParamSpec *spec, ThawApplication *self)
{
  ThawRunItem *run = thaw_window_run (window);

  if (run != NULL && self->herald != NULL && gtk_window_is_active (GTK_WINDOW (window)))
    thaw_herald_seen (self->herald, thaw_run_item_id (run));
}

static ThawWindow *
need_window (ThawApplication *self)
{
  ThawWindow *window = find_window (self);

  if (window == NULL) {
    window = THAW_WINDOW (thaw_window_new (GTK_APPLICATION (self), self->watch));
    g_signal_connect_object (window, "notify::is-active", G_CALLBACK (seen_cb), self, 0);
    g_signal_connect_object (window, "notify::title", G_CALLBACK (seen_cb), self, 0);
  }
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static gboolean
let_go_cb (gpointer user)
{
  ThawApplication *self = user;

  self->lingers = 0;
  self->held = false;
  g_application_release (G_APPLICATION (self));
  return G_SOURCE_REMOVE;
}

static void
ask_once (ThawApplication *self)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self));

  if (!self->asked && bus != NULL && thaw_background_is_sandboxed ())
    thaw_background_ask (bus);
  self->asked = true;
}

/* The process stays as long as something trains, so that the end can be told; without a window a
 * while longer, so that somebody may click on what was told. */
static void
hold_while_alive (bool alive, gpointer user)
{
  ThawApplication *self = user;

  g_clear_handle_id (&self->lingers, g_source_remove);
  if (alive)
    ask_once (self);
  if (alive && !self->held)
    g_application_hold (G_APPLICATION (self));
  else if (!alive && self->held)
    self->lingers =
        g_timeout_add_seconds (find_window (self) == NULL ? LINGER_S : 0, let_go_cb, self);
  self->held = self->held || alive;
}

/* --- Actions --- */

/* Unlike closing: nothing stays to tell of a run's end. A window may take its leave slowly. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user)
{
  ThawWindow *window = find_window (user);

  if (window == NULL) {
    g_application_quit (user);
    return;
  }
  g_signal_connect_object (window, "destroy", G_CALLBACK (g_application_quit), user,
                           G_CONNECT_SWAPPED);
  gtk_window_close (GTK_WINDOW (window));
}

static void
close_cb (GSimpleAction *action, GVariant *parameter, gpointer user)
{
  GtkWindow *window = gtk_application_get_active_window (user);

  if (window != NULL)
    gtk_window_close (window);
}

static void
show_run_cb (GSimpleAction *action, GVariant *parameter, gpointer user)
{
  ThawWindow *window = need_window (user);

  thaw_window_show_run (window, g_variant_get_string (parameter, NULL));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user)
{
  ThawApplication *self = user;

  adw_show_about_window (
      gtk_application_get_active_window (GTK_APPLICATION (self)), "application-name", _ ("Thaw"),
      "application-icon", THAW_APPLICATION_ID, "version", self->version, "developer-name",
      _ ("The Thaw contributors"), "comments",
      _ ("Shows what freezing, thawing and model size do to training, with evidence, on your own "
         "machine."),
      "license-type", GTK_LICENSE_GPL_3_0, "translator-credits",
      /* Translators: your names, one a line */
      _ ("translator-credits"), NULL);
}

static void
help_cb (GSimpleAction *action, GVariant *parameter, gpointer user)
{
  thaw_guide_present (user);
}

static void
shortcuts_cb (GSimpleAction *action, GVariant *parameter, gpointer user)
{
  thaw_shortcuts_present (gtk_application_get_active_window (user));
}

/* --- Light and dark --- */

static void
apply_color_scheme (const char *name)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  if (strcmp (name, "light") == 0)
    adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  else if (strcmp (name, "dark") == 0)
    adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  else
    adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
}

static void
color_scheme_cb (GSimpleAction *action, GVariant *value, gpointer user)
{
  const char *name = g_variant_get_string (value, NULL);

  g_simple_action_set_state (action, value);
  apply_color_scheme (name);
  if (thaw_settings () != NULL)
    g_settings_set_string (thaw_settings (), "color-scheme", name);
}

static void
restore_color_scheme (ThawApplication *self)
{
  g_autofree char *name = NULL;

  if (thaw_settings () == NULL)
    return;
  name = g_settings_get_string (thaw_settings (), "color-scheme");
  if (strcmp (name, "system") != 0)
    g_action_group_change_action_state (G_ACTION_GROUP (self), "color-scheme",
                                        g_variant_new_string (name));
}

/* --- Keys --- */

/* Not here, but bound where the focus is: Delete, F2, Ctrl+Z, which entries need themselves. */
static const struct {
  const char *action, *keys[3];
} keys[] = {
    {"win.new-run", {"<Control>n"}},
    {"win.open-recipe", {"<Control>o"}},
    {"win.import-data", {"<Control>i"}},
    {"win.search", {"<Control>f"}},
    {"win.start", {"<Control>Return", "<Control>KP_Enter"}},
    {"win.duplicate", {"<Control>u"}},
    {"win.star", {"<Control>b"}},
    {"win.edit-tags", {"<Control>t"}},
    {"win.export", {"<Control>e"}},
    {"win.copy-command", {"<Control><Shift>c"}},
    {"win.try-picture", {"<Control><Shift>p"}},
    {"win.select-mode", {"<Control><Shift>s"}},
    {"win.save-checkpoint", {"<Control>s"}},
    {"win.pause", {"<Control>p"}},
    {"win.continue", {"<Control><Shift>r"}},
    {"win.view::recipe", {"<Control>1"}},
    {"win.view::curves", {"<Control>2"}},
    {"win.toggle-list", {"F9"}},
    {"app.help", {"F1"}},
    {"app.shortcuts", {"<Control>question"}},
    {"app.close", {"<Control>w"}},
    {"app.quit", {"<Control>q"}},
};

static void
add_actions (ThawApplication *self)
{
  static const GActionEntry entries[] = {
      {.name = "quit", .activate = quit_cb},
      {.name = "close", .activate = close_cb},
      {.name = "show-run", .parameter_type = "s", .activate = show_run_cb},
      {.name = "about", .activate = about_cb},
      {.name = "help", .activate = help_cb},
      {.name = "shortcuts", .activate = shortcuts_cb},
      {.name = "color-scheme",
       .parameter_type = "s",
       .state = "'system'",
       .change_state = color_scheme_cb},
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), keys[i].action,
                                           (const char *const *) keys[i].keys);
}

/* --- The application --- */

static void
thaw_application_startup (GApplication *application)
{
  ThawApplication *self = THAW_APPLICATION (application);

  G_APPLICATION_CLASS (thaw_application_parent_class)->startup (application);
  thaw_ui_init ();
  gtk_window_set_default_icon_name (THAW_APPLICATION_ID);
  add_actions (self);
  restore_color_scheme (self);
  self->watch = thaw_watch_new (NULL);
  self->herald = thaw_herald_new (GTK_APPLICATION (self), self->watch, hold_while_alive, self);
}

static void
thaw_application_activate (GApplication *application)
{
  need_window (THAW_APPLICATION (application));
}

/* thaw-workbench [FILE|RUN]: a name of which there is a file is that file, else a run. */
static void
thaw_application_open (GApplication *application, GFile **files, int n, const char *hint)
{
  ThawWindow *window = need_window (THAW_APPLICATION (application));

  for (int i = 0; i < n; i++) {
    g_autofree char *name = g_file_get_basename (files[i]);
    if (g_file_query_exists (files[i], NULL))
      thaw_window_open_file (window, files[i]);
    else
      thaw_window_show_run (window, name);
  }
}

/* A second start hands on what it was asked to the first, and ends. In a sandbox a proxy stands
 * between it and the bus, which ends with it: what that has not passed on by then is lost. What the
 * bus answers to a question comes after all that was sent before. */
static gboolean
thaw_application_local_command_line (GApplication *application, char ***arguments, int *status)
{
  gboolean done = G_APPLICATION_CLASS (thaw_application_parent_class)
                      ->local_command_line (application, arguments, status);
  g_autoptr (GVariant) answer = NULL;

  if (g_application_get_is_registered (application) && g_application_get_is_remote (application))
    answer = g_dbus_connection_call_sync (g_application_get_dbus_connection (application),
                                          "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                          "org.freedesktop.DBus", "GetId", NULL, NULL,
                                          G_DBUS_CALL_FLAGS_NONE, HAND_OVER_MS, NULL, NULL);
  return done;
}

static void
thaw_application_shutdown (GApplication *application)
{
  ThawApplication *self = THAW_APPLICATION (application);

  g_clear_handle_id (&self->lingers, g_source_remove);
  g_clear_pointer (&self->herald, thaw_herald_free);
  G_APPLICATION_CLASS (thaw_application_parent_class)->shutdown (application);
  g_clear_object (&self->watch);
}

static void
thaw_application_finalize (GObject *object)
{
  g_free (THAW_APPLICATION (object)->version);
  G_OBJECT_CLASS (thaw_application_parent_class)->finalize (object);
}

static void
thaw_application_class_init (ThawApplicationClass *class)
{
  G_OBJECT_CLASS (class)->finalize = thaw_application_finalize;
  G_APPLICATION_CLASS (class)->local_command_line = thaw_application_local_command_line;
  G_APPLICATION_CLASS (class)->startup = thaw_application_startup;
  G_APPLICATION_CLASS (class)->activate = thaw_application_activate;
  G_APPLICATION_CLASS (class)->open = thaw_application_open;
  G_APPLICATION_CLASS (class)->shutdown = thaw_application_shutdown;
}

static void
thaw_application_init (ThawApplication *self)
{
}

GApplication *
thaw_application_new (const char *version)
{
  ThawApplication *self = g_object_new (
      THAW_TYPE_APPLICATION, "application-id", THAW_APPLICATION_ID, "flags",
      G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/io/github/thaw_workbench/Thaw", NULL);

  self->version = g_strdup (version);
  return G_APPLICATION (self);
}
