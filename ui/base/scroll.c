/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scroll.h"

static void
focus_cb (GtkWidget *root, GParamSpec *pspec, GtkWidget *viewport)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (root));
  GtkWidget *content = gtk_viewport_get_child (GTK_VIEWPORT (viewport));
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport));
  graphene_rect_t bounds;

  if (focus == NULL || content == NULL || !gtk_widget_is_ancestor (focus, content) ||
      gtk_widget_get_native (focus) != gtk_widget_get_native (viewport))
    return;
  if (GTK_IS_TEXT (focus))
    focus = gtk_widget_get_parent (focus);
  if (gtk_widget_compute_bounds (focus, content, &bounds))
    gtk_adjustment_clamp_page (adjustment, bounds.origin.y, bounds.origin.y + bounds.size.height);
}

/* Of a window that the page was in before, nothing is heard: its focus is not in the page. */
static void
root_cb (GtkWidget *viewport)
{
  GtkRoot *root = gtk_widget_get_root (viewport);

  if (root == NULL)
    return;
  g_signal_handlers_disconnect_by_func (root, focus_cb, viewport);
  g_signal_connect_object (root, "notify::focus-widget", G_CALLBACK (focus_cb), viewport, 0);
}

void
thaw_scroll_to_own_focus (GtkWidget *scroller)
{
  GtkWidget *viewport = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scroller));

  g_return_if_fail (GTK_IS_VIEWPORT (viewport));
  gtk_viewport_set_scroll_to_focus (GTK_VIEWPORT (viewport), FALSE);
  g_signal_connect (viewport, "notify::root", G_CALLBACK (root_cb), NULL);
  root_cb (viewport);
}

void
thaw_scroll_to_focus (GtkWidget *scroller)
{
  GtkWidget *viewport = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scroller));
  GtkRoot *root = gtk_widget_get_root (scroller);

  g_return_if_fail (GTK_IS_VIEWPORT (viewport));
  if (root != NULL)
    focus_cb (GTK_WIDGET (root), NULL, viewport);
}
