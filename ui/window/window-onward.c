/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run that has ended leads to: training more, another try, a comparison. */
#include "compare-menu.h"
#include "pages.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>

/* --- Drafts --- */

static void
train_more_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  g_autoptr (ThawRunItem) item = NULL;
  g_autoptr (ThawRunData) data = NULL; /* read already, and wanted when the bar lets go of it */

  if (thaw_window_run (self) == NULL)
    return;
  item = g_object_ref (thaw_window_run (self));
  data = thaw_watch_follow (self->watch, thaw_run_item_id (item));
  thaw_window_begin_draft (self);
  thaw_recipe_page_train_more (self->draft, item);
}

static void
fix_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  g_autoptr (ThawRunItem) item = NULL;

  if (thaw_window_run (self) == NULL)
    return;
  item = g_object_ref (thaw_window_run (self));
  thaw_window_begin_draft (self);
  thaw_recipe_page_fix (self->draft, item);
}

/* Of a run that has diverged: its recipe as a draft, and the range test of it. */
static void
find_rate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  g_autoptr (ThawRunItem) item = NULL;

  if (thaw_window_run (self) == NULL)
    return;
  item = g_object_ref (thaw_window_run (self));
  thaw_window_begin_draft (self);
  thaw_recipe_page_duplicate (self->draft, item);
  thaw_recipe_page_find_rate (self->draft);
}

/* --- Comparison --- */

static void
compare_with_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (thaw_window_run (self) != NULL && !self->in_trash)
    thaw_run_list_select_too (THAW_RUN_LIST (self->runs), g_variant_get_string (parameter, NULL));
}

static void
choose_others_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  thaw_window_reveal_list (self, TRUE);
  thaw_run_list_set_selecting (THAW_RUN_LIST (self->runs), true);
}

void
thaw_window_install_onward_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.train-more", NULL, train_more_cb);
  gtk_widget_class_install_action (class, "win.fix", NULL, fix_cb);
  gtk_widget_class_install_action (class, "win.find-rate", NULL, find_rate_cb);
  gtk_widget_class_install_action (class, "win.compare-with", "s", compare_with_cb);
  gtk_widget_class_install_action (class, "win.choose-others", NULL, choose_others_cb);
}
