/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which page is shown, and what it is given. */
#include "pages.h"
#include "preset-title.h"
#include "settings.h"
#include "thaw-resources.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static guint
n_runs (ThawWindow *self)
{
  return g_list_model_get_n_items (thaw_watch_runs (self->watch));
}

static guint
n_trashed (ThawWindow *self)
{
  return g_list_model_get_n_items (thaw_watch_trash (self->watch));
}

static const char *
page_name (ThawWindow *self)
{
  ThawWatchState state = thaw_watch_state (self->watch);

  if (state == THAW_WATCH_LOADING)
    return "loading";
  if (state == THAW_WATCH_FAILED && n_runs (self) == 0)
    return "failed";
  if (self->in_draft)
    return "draft";
  if (self->selected->len > 1 && !self->in_trash)
    return "comparison";
  if (self->selected->len == 1)
    return "run";
  return n_runs (self) == 0 && !self->in_trash ? "welcome" : "nothing";
}

/* --- Parts --- */

static void
show_title (ThawWindow *self, const char *page)
{
  bool run = strcmp (page, "run") == 0;
  bool folded = adw_flap_get_folded (self->flap);
  g_autofree char *title = NULL;

  if (run)
    title = g_strdup (thaw_run_item_run (self->selected->pdata[0])->name);
  else if (strcmp (page, "draft") == 0)
    title = g_strdup (_ ("New Run"));
  else if (strcmp (page, "comparison") == 0)
    title = g_strdup_printf (
        ngettext ("Comparison of %u Run", "Comparison of %u Runs", self->selected->len),
        self->selected->len);
  else
    title = g_strdup (_ ("Thaw"));
  adw_view_switcher_title_set_title (self->title, title);
  adw_view_switcher_title_set_view_switcher_enabled (self->title, run && !folded);
  adw_view_switcher_bar_set_reveal (self->switcher_bar, run && folded);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* Trouble that leaves the runs readable; without runs it has the page to itself. */
static void
show_banner (ThawWindow *self, const char *page)
{
  const char *message = thaw_watch_message (self->watch);
  g_autofree char *escaped = message != NULL ? g_markup_escape_text (message, -1) : NULL;

  if (message != NULL)
    gtk_label_set_label (self->banner_text, message);
  gtk_widget_set_visible (GTK_WIDGET (self->banner_begin), thaw_window_can_begin_store (self));
  adw_status_page_set_description (self->failed_page, escaped); /* takes markup */
  gtk_revealer_set_reveal_child (self->banner, message != NULL && strcmp (page, "failed") != 0);
}

/* A flap that is on show and has no size yet divides its speed by that size: it would go to where
 * NaN is, and its children with it. Nothing is seen of it before, so nothing needs to move.
 * Source: libadwaita 1.2, animate_reveal () of adw-flap.c. */
void
thaw_window_reveal_list (ThawWindow *self, bool reveal)
{
  GtkWidget *flap = GTK_WIDGET (self->flap);
  bool still =
      gtk_widget_get_mapped (flap) && adw_swipeable_get_distance (ADW_SWIPEABLE (flap)) <= 0;

  if (still)
    gtk_widget_set_child_visible (flap, FALSE); /* what is not mapped jumps */
  adw_flap_set_reveal_flap (self->flap, reveal);
  if (still)
    gtk_widget_set_child_visible (flap, TRUE);
}

static void
show_sidebar (ThawWindow *self, const char *page)
{
  bool empty = n_runs (self) == 0 && n_trashed (self) == 0 && self->draft == NULL;
  bool gone = empty || strcmp (page, "loading") == 0;
  bool was_gone = !gtk_widget_get_visible (GTK_WIDGET (self->list_button));

  gtk_widget_set_visible (GTK_WIDGET (self->list_button), !gone);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button),
                          !gone && !adw_flap_get_folded (self->flap));
  adw_flap_set_locked (self->flap, TRUE);
  if (gone)
    thaw_window_reveal_list (self, FALSE);
  else if (was_gone && !adw_flap_get_folded (self->flap))
    thaw_window_reveal_list (self, thaw_settings () == NULL ||
                                       g_settings_get_boolean (thaw_settings (), "show-list"));
  gtk_widget_set_visible (GTK_WIDGET (self->draft_row), self->draft != NULL && !self->in_trash);
  gtk_widget_set_visible (GTK_WIDGET (self->trash_row), n_trashed (self) > 0 && !self->in_trash);
  gtk_widget_set_visible (GTK_WIDGET (self->lists_back), self->in_trash);
  gtk_widget_set_visible (GTK_WIDGET (self->empty_button), self->in_trash);
  gtk_widget_set_visible (GTK_WIDGET (self->group_button), !self->in_trash);
  gtk_widget_set_visible (GTK_WIDGET (self->select_button), !self->in_trash);
  gtk_label_set_label (self->list_title, self->in_trash ? _ ("Trash") : _ ("Runs"));
  if (self->in_draft)
    gtk_widget_add_css_class (GTK_WIDGET (self->draft_row), "current");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->draft_row), "current");
}

/* It is a big page, and the window opens sooner without it. */
GtkWidget *
thaw_window_need_recipe (ThawWindow *self)
{
  if (self->recipe != NULL)
    return self->recipe;
  self->recipe = thaw_recipe_page_new (self->watch);
  adw_bin_set_child (self->recipe_bin, self->recipe);
  if (thaw_window_run (self) != NULL)
    thaw_recipe_page_set_run (self->recipe, thaw_window_run (self));
  return self->recipe;
}

static bool
wants_recipe (ThawWindow *self, const char *page)
{
  return strcmp (page, "run") == 0 &&
         adw_view_stack_get_visible_child (self->views) == GTK_WIDGET (self->recipe_bin);
}

static void
feed_pages (ThawWindow *self, const char *page)
{
  ThawRunItem *run = strcmp (page, "run") == 0 ? self->selected->pdata[0] : NULL;

  thaw_run_bar_set_item (self->bar, run);
  thaw_curves_page_set_run (self->curves, run);
  if (wants_recipe (self, page)) /* filling it takes a while: only when it is seen */
    thaw_recipe_page_set_run (thaw_window_need_recipe (self), run);
  if (strcmp (page, "comparison") == 0)
    thaw_comparison_page_set_runs (self->comparison, self->selected);
}

/* --- The first run to show --- */

static void
begin (ThawWindow *self)
{
  g_autoptr (ThawRunItem) latest = NULL;

  if (self->begun || thaw_watch_state (self->watch) == THAW_WATCH_LOADING)
    return;
  self->begun = true;
  latest = g_list_model_get_item (thaw_watch_runs (self->watch), 0);
  if (self->wanted != NULL)
    thaw_run_list_select (THAW_RUN_LIST (self->runs), self->wanted);
  else if (latest != NULL && !self->in_draft)
    thaw_run_list_select (THAW_RUN_LIST (self->runs), thaw_run_item_id (latest));
  thaw_window_make_spare_soon (self);
  g_clear_pointer (&self->wanted, g_free);
  if (self->wanted_file != NULL) {
    g_autoptr (GFile) file = g_steal_pointer (&self->wanted_file);
    thaw_window_open_file (self, file);
  }
}

/* The first run there ever was: nobody has to choose it. */
static void
show_first (ThawWindow *self)
{
  g_autoptr (ThawRunItem) latest = NULL;

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->main), "welcome") != 0 || self->in_draft ||
      n_runs (self) == 0 || self->selected->len > 0)
    return;
  latest = g_list_model_get_item (thaw_watch_runs (self->watch), 0);
  thaw_run_list_select (THAW_RUN_LIST (self->runs), thaw_run_item_id (latest));
}

/* The trash closes when nothing is in it any more. */
static void
leave_empty_trash (ThawWindow *self)
{
  if (self->in_trash && n_trashed (self) == 0)
    thaw_window_set_trash (self, false);
}

void
thaw_window_update (ThawWindow *self)
{
  const char *page;

  if (self->watch == NULL || self->runs == NULL)
    return;
  leave_empty_trash (self);
  begin (self);
  show_first (self);
  page = page_name (self);
  feed_pages (self, page);
  gtk_stack_set_visible_child_name (self->main, page);
  show_title (self, page);
  show_banner (self, page);
  show_sidebar (self, page);
  thaw_window_update_actions (self);
}

/* --- Draft --- */

static void
started_cb (ThawWindow *self, const char *id)
{
  g_autofree char *kept = g_strdup (id);

  thaw_window_work_queue (self);
  thaw_window_leave_draft (self);
  adw_view_stack_set_visible_child_name (self->views, "curves");
  thaw_window_show_run (self, kept);
}

void
thaw_window_begin_draft (ThawWindow *self)
{
  if (self->draft == NULL) {
    self->draft = thaw_window_take_spare (self);
    g_signal_connect_object (self->draft, "started", G_CALLBACK (started_cb), self,
                             G_CONNECT_SWAPPED);
  }
  if (self->in_trash)
    thaw_window_set_trash (self, false);
  self->in_draft = true;
  thaw_run_list_select (THAW_RUN_LIST (self->runs), NULL);
  if (adw_flap_get_folded (self->flap))
    thaw_window_reveal_list (self, FALSE);
  thaw_window_update (self);
}

static gboolean
remove_draft_cb (gpointer data)
{
  ThawWindow *self = data;

  if (self->draft_box != NULL && self->draft == NULL) {
    GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (self->draft_box));
    if (page != NULL)
      gtk_box_remove (self->draft_box, page);
    thaw_window_make_spare_soon (self);
  }
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* The page goes once it has finished what it is doing: this may come from one of its signals. */
void
thaw_window_leave_draft (ThawWindow *self)
{
  self->in_draft = false;
  if (self->draft != NULL) {
    self->draft = NULL;
    g_idle_add (remove_draft_cb, g_object_ref (self));
  }
  thaw_window_update (self);
}

/* The page is kept as it was, for whoever takes it back. */
static void
undo_discard (gpointer user)
{
  GtkWidget *page = user;
  ThawWindow *self = g_object_get_data (G_OBJECT (page), "thaw-window");

  if (self->draft == NULL) {
    thaw_window_drop_spare (self);
    self->draft = page;
    gtk_box_append (self->draft_box, page);
    thaw_window_begin_draft (self);
  }
  g_object_unref (page);
}

void
thaw_window_discard_draft (ThawWindow *self)
{
  GtkWidget *page = self->draft;

  if (page == NULL)
    return;
  g_object_set_data (G_OBJECT (page), "thaw-window", self);
  g_object_ref (page);
  gtk_box_remove (self->draft_box, page);
  self->draft = NULL;
  self->in_draft = false;
  thaw_window_toast_undo (self, _ ("Draft discarded"), G_CALLBACK (undo_discard), page,
                          g_object_unref);
  thaw_window_make_spare_soon (self);
  thaw_window_update (self);
}

/* --- Others --- */

void
thaw_window_show_run (ThawWindow *self, const char *id)
{
  self->in_draft = false;
  if (!self->begun) {
    g_free (self->wanted);
    self->wanted = g_strdup (id);
    return;
  }
  if (self->in_trash)
    thaw_window_set_trash (self, false);
  thaw_run_list_select (THAW_RUN_LIST (self->runs), id);
  thaw_window_update (self);
}

void
thaw_window_set_trash (ThawWindow *self, bool trash)
{
  if (self->in_trash == trash)
    return;
  self->in_trash = trash;
  self->in_draft = false;
  gtk_stack_set_visible_child_name (self->lists, trash ? "trash" : "runs");
  g_clear_pointer (&self->selected, g_ptr_array_unref);
  self->selected = thaw_run_list_selected (THAW_RUN_LIST (trash ? self->trash : self->runs));
  thaw_window_update (self);
}

GtkWidget *
thaw_window_page (ThawWindow *self)
{
  const char *page = gtk_stack_get_visible_child_name (self->main);

  if (strcmp (page, "draft") == 0)
    return self->draft;
  if (strcmp (page, "comparison") == 0)
    return self->comparison;
  return strcmp (page, "run") == 0 ? adw_view_stack_get_visible_child (self->views) : NULL;
}

void
thaw_window_fill_presets (ThawWindow *self)
{
  g_auto (GStrv) names = thaw_presets_list ();

  for (char **name = names; *name != NULL; name++) {
    g_autofree char *title = thaw_preset_title (*name);
    g_autoptr (GMenuItem) item = g_menu_item_new (title, NULL);
    g_menu_item_set_action_and_target (item, "win.draft", "s", *name);
    g_menu_append_item (self->preset_menu, item);
  }
}
