/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window as a whole: its parts, its settings, its end. */
#include "pages.h"
#include "holder.h"
#include "settings.h"
#include "thaw-ui.h"
#include "welcome.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>

enum { LEAVE_MS = 2500 };

G_DEFINE_FINAL_TYPE (ThawWindow, thaw_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- Lists --- */

/* A search that hides the run whose page is open leaves the page alone. */
static bool
is_filtered_out (ThawWindow *self, const GPtrArray *chosen)
{
  gboolean searching;

  g_object_get (self->runs, "searching", &searching, NULL);
  return searching && chosen->len == 0 && self->selected->len == 1 && !self->in_trash &&
         thaw_run_item_run (self->selected->pdata[0])->trashed_ms == 0;
}

static void
chosen_cb (ThawWindow *self, ThawRunList *list)
{
  g_autoptr (GPtrArray) chosen = thaw_run_list_selected (list);

  if (self->in_trash != (list == THAW_RUN_LIST (self->trash)) || is_filtered_out (self, chosen))
    return;
  g_ptr_array_unref (self->selected);
  self->selected = g_steal_pointer (&chosen);
  if (self->selected->len > 0)
    self->in_draft = false;
  thaw_window_update (self);
}

/* In a narrow window the list lies over the page: a run that is opened uncovers its page. */
static void
opened_cb (ThawWindow *self)
{
  if (adw_flap_get_folded (self->flap))
    thaw_window_reveal_list (self, FALSE);
}

static void
edited_cb (ThawRunList *list, ThawRunItem *item, int what, const char *text, ThawWindow *self)
{
  thaw_window_edit_run (self, item, what, text);
}

static GtkWidget *
add_list (ThawWindow *self, bool trash)
{
  GtkWidget *list = thaw_run_list_new (self->watch, trash);

  gtk_stack_add_named (self->lists, list, trash ? "trash" : "runs");
  g_signal_connect_object (list, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "edited", G_CALLBACK (edited_cb), self, 0);
  return list;
}

static void
add_lists (ThawWindow *self)
{
  self->runs = add_list (self, false);
  self->trash = add_list (self, true);
  g_object_bind_property (self->runs, "searching", self->search_button, "active",
                          G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (self->runs, "selecting", self->select_button, "active",
                          G_BINDING_BIDIRECTIONAL);
}

/* --- Views --- */

static void
add_view (ThawWindow *self, GtkWidget *page, const char *name, const char *title, const char *icon)
{
  AdwViewStackPage *view = adw_view_stack_add_titled (self->views, page, name, title);

  adw_view_stack_page_set_icon_name (view, icon);
}

static void
remember_view_cb (ThawWindow *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->views);

  if (thaw_settings () != NULL && name != NULL)
    g_settings_set_string (thaw_settings (), "last-view", name);
  thaw_window_update (self);
}

static void
add_views (ThawWindow *self)
{
  g_autofree char *last =
      thaw_settings () != NULL ? g_settings_get_string (thaw_settings (), "last-view") : NULL;

  self->recipe_bin = ADW_BIN (adw_bin_new ());
  self->curves = thaw_curves_page_new (self->watch);
  self->comparison = thaw_comparison_page_new (self->watch);
  add_view (self, GTK_WIDGET (self->recipe_bin), "recipe", _ ("Recipe"), "thaw-recipe-symbolic");
  add_view (self, self->curves, "curves", _ ("Curves"), "thaw-curves-symbolic");
  gtk_widget_set_vexpand (self->comparison, TRUE);
  gtk_box_append (self->comparison_box, self->comparison);
  adw_view_stack_set_visible_child_name (self->views,
                                         g_strcmp0 (last, "recipe") == 0 ? "recipe" : "curves");
  g_signal_connect_object (self->views, "notify::visible-child", G_CALLBACK (remember_view_cb),
                           self, G_CONNECT_SWAPPED);
}

/* --- Width --- */

static void
fold (ThawWindow *self)
{
  bool folded = adw_flap_get_folded (self->flap);

  thaw_run_bar_set_narrow (self->bar, folded);
  if (folded)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  /* room for the title: a window that narrow is not minimised from its header */
  adw_header_bar_set_decoration_layout (self->header, folded ? ":close" : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->new_button), !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->new_narrow), folded);
  gtk_widget_set_visible (GTK_WIDGET (self->search_narrow), folded);
  if (folded)
    thaw_window_reveal_list (self, FALSE);
  else if (thaw_settings () == NULL || g_settings_get_boolean (thaw_settings (), "show-list"))
    thaw_window_reveal_list (self, TRUE);
  thaw_window_update (self);
}

static gboolean
fold_cb (gpointer data)
{
  ThawWindow *self = data;

  self->fold_source = 0;
  fold (self);
  return G_SOURCE_REMOVE;
}

/* It comes while sizes are given, when none may be asked for: the header, which has its own by
 * then, would be drawn without one, which GTK warns of. */
static void
folded_cb (ThawWindow *self)
{
  if (self->fold_source == 0 && self->watch != NULL)
    self->fold_source = g_idle_add_full (G_PRIORITY_HIGH, fold_cb, self, NULL);
}

/* --- Settings --- */

static void
restore_settings (ThawWindow *self)
{
  GSettings *settings = thaw_settings ();

  if (settings == NULL)
    return;
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  thaw_window_reveal_list (self, g_settings_get_boolean (settings, "show-list"));
}

static void
save_settings (ThawWindow *self)
{
  GSettings *settings = thaw_settings ();
  int width, height;

  if (settings == NULL)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (settings, "window-width", width);
  g_settings_set_int (settings, "window-height", height);
  g_settings_set_boolean (settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
  if (!adw_flap_get_folded (self->flap) && gtk_widget_get_visible (GTK_WIDGET (self->list_button)))
    g_settings_set_boolean (settings, "show-list", adw_flap_get_reveal_flap (self->flap));
}

/* --- The end --- */

static bool
something_trains (ThawWindow *self)
{
  GListModel *runs = thaw_watch_runs (self->watch);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (runs, i);
    if (thaw_run_item_alive (item))
      return true;
  }
  return false;
}

static gboolean
leave_cb (gpointer data)
{
  ThawWindow *self = data;

  self->leave_source = 0;
  gtk_window_close (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

/* The first time that the window is closed over a training run, it says what becomes of that, and
 * closes a moment later. */
static gboolean
thaw_window_close_request (GtkWindow *window)
{
  ThawWindow *self = THAW_WINDOW (window);
  GSettings *settings = thaw_settings ();

  save_settings (self);
  if (!self->leaving && settings != NULL && !g_settings_get_boolean (settings, "told-background") &&
      something_trains (self)) {
    self->leaving = true;
    g_settings_set_boolean (settings, "told-background", TRUE);
    thaw_window_toast (self, _ ("The run goes on without the window."), NULL, NULL);
    self->leave_source = g_timeout_add (LEAVE_MS, leave_cb, self);
    return GDK_EVENT_STOP;
  }
  return GTK_WINDOW_CLASS (thaw_window_parent_class)->close_request (window);
}

static void
thaw_window_dispose (GObject *object)
{
  ThawWindow *self = THAW_WINDOW (object);

  g_clear_handle_id (&self->leave_source, g_source_remove);
  g_clear_handle_id (&self->fold_source, g_source_remove);
  g_clear_handle_id (&self->spare_source, g_source_remove);
  g_clear_pointer (&self->unmeasured, g_ptr_array_unref);
  if (self->bar != NULL)
    thaw_run_bar_set_item (self->bar, NULL);
  thaw_window_clear_undo (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), THAW_TYPE_WINDOW);
  g_clear_pointer (&self->selected, g_ptr_array_unref);
  g_clear_pointer (&self->wanted, g_free);
  g_clear_object (&self->wanted_file);
  g_clear_pointer (&self->said, g_free);
  g_clear_object (&self->watch);
  G_OBJECT_CLASS (thaw_window_parent_class)->dispose (object);
}

/* What could be taken back holds the window: it goes with the window's last appearance. */
static void
thaw_window_unrealize (GtkWidget *widget)
{
  thaw_window_clear_undo (THAW_WINDOW (widget));
  GTK_WIDGET_CLASS (thaw_window_parent_class)->unrealize (widget);
}

/* --- The class --- */

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_set_template_from_resource (class, THAW_RESOURCE_PATH "window/window.ui");
  gtk_widget_class_bind_template_child (class, ThawWindow, toasts);
  gtk_widget_class_bind_template_child (class, ThawWindow, header);
  gtk_widget_class_bind_template_child (class, ThawWindow, list_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, search_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, search_narrow);
  gtk_widget_class_bind_template_child (class, ThawWindow, new_narrow);
  gtk_widget_class_bind_template_child (class, ThawWindow, select_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, new_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, menu_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, group_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, title);
  gtk_widget_class_bind_template_child (class, ThawWindow, switcher_bar);
  gtk_widget_class_bind_template_child (class, ThawWindow, banner);
  gtk_widget_class_bind_template_child (class, ThawWindow, banner_text);
  gtk_widget_class_bind_template_child (class, ThawWindow, banner_folder);
  gtk_widget_class_bind_template_child (class, ThawWindow, banner_begin);
  gtk_widget_class_bind_template_child (class, ThawWindow, flap);
  gtk_widget_class_bind_template_child (class, ThawWindow, main);
  gtk_widget_class_bind_template_child (class, ThawWindow, lists);
  gtk_widget_class_bind_template_child (class, ThawWindow, views);
  gtk_widget_class_bind_template_child (class, ThawWindow, run_box);
  gtk_widget_class_bind_template_child (class, ThawWindow, draft_box);
  gtk_widget_class_bind_template_child (class, ThawWindow, comparison_box);
  gtk_widget_class_bind_template_child (class, ThawWindow, list_title);
  gtk_widget_class_bind_template_child (class, ThawWindow, draft_row);
  gtk_widget_class_bind_template_child (class, ThawWindow, trash_row);
  gtk_widget_class_bind_template_child (class, ThawWindow, lists_back);
  gtk_widget_class_bind_template_child (class, ThawWindow, empty_button);
  gtk_widget_class_bind_template_child (class, ThawWindow, failed_page);
  gtk_widget_class_bind_template_child (class, ThawWindow, preset_menu);
  gtk_widget_class_bind_template_child (class, ThawWindow, welcome);
  gtk_widget_class_bind_template_child (class, ThawWindow, bar);
  gtk_widget_class_bind_template_callback (class, folded_cb);
}

static void
thaw_window_class_init (ThawWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_window_dispose;
  widget_class->unrealize = thaw_window_unrealize;
  GTK_WINDOW_CLASS (class)->close_request = thaw_window_close_request;
  g_type_ensure (THAW_TYPE_HOLDER);
  g_type_ensure (THAW_TYPE_RUN_BAR);
  g_type_ensure (THAW_TYPE_WELCOME);
  bind_template (widget_class);
  thaw_window_install_actions (widget_class);
  thaw_window_install_run_actions (widget_class);
  thaw_window_install_onward_actions (widget_class);
  thaw_window_install_open_actions (widget_class);
  thaw_window_install_locate_actions (widget_class);
  thaw_window_install_store_actions (widget_class);
  /* after the widget that has the focus: entries have an undo of their own */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "win.undo", NULL);
}

static void
thaw_window_init (ThawWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->selected = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->undo);
}

GtkWidget *
thaw_window_new (GtkApplication *application, ThawWatch *watch)
{
  ThawWindow *self = g_object_new (THAW_TYPE_WINDOW, "application", application, NULL);

  self->watch = g_object_ref (watch);
  thaw_run_bar_set_watch (self->bar, watch);
  g_signal_connect_object (self->bar, "updated", G_CALLBACK (thaw_window_update_actions), self,
                           G_CONNECT_SWAPPED);
  add_lists (self);
  add_views (self);
  thaw_window_add_state_actions (self);
  thaw_window_fill_presets (self);
  thaw_window_accept_drops (self);
  g_signal_connect_object (watch, "changed", G_CALLBACK (thaw_window_update), self,
                           G_CONNECT_SWAPPED);
  restore_settings (self);
  fold (self);
  return GTK_WIDGET (self);
}

ThawRunItem *
thaw_window_run (ThawWindow *self)
{
  return self->selected->len == 1 && !self->in_draft ? self->selected->pdata[0] : NULL;
}
