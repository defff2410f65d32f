/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pointer, wheel, touch and keys on a chart. */
#include "chart-view-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define WHEEL_STEP 1.25  /* zoom of one notch                                        */
#define KEY_STEP 1.6     /* zoom of one key                                          */
#define CLICK_SLACK_PX 6 /* a press that moves less is a click                       */
#define HIT_RADIUS_PX 24

static bool
in_plot (ThawChartView *self, double x, double y)
{
  const ThawPlotArea *area = &self->area;

  return self->picture != NULL && x >= area->left && x <= area->left + area->width &&
         y >= area->top && y <= area->top + area->height;
}

static double
x_at (ThawChartView *self, double x_px)
{
  return thaw_plot_area_x (&self->area, x_px);
}

/* --- Pointer --- */

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, ThawChartView *self)
{
  self->pointer_x = x;
  self->pointer_y = y;
  if (!self->zoomable) {
    if (self->picture != NULL &&
        thaw_chart_hit (self->chart, &self->area, x, y, HIT_RADIUS_PX, &self->hit))
      thaw_chart_view_describe (self);
    gtk_widget_queue_draw (GTK_WIDGET (self));
    return;
  }
  thaw_chart_group_set_cursor (self->group, in_plot (self, x, y) ? x_at (self, x) : NAN);
}

static void
leave_cb (GtkEventControllerMotion *controller, ThawChartView *self)
{
  if (!gtk_widget_has_focus (GTK_WIDGET (self)) || self->hit.line < 0)
    thaw_chart_group_set_cursor (self->group, NAN);
  if (!self->zoomable)
    self->hit.line = -1, gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The wheel goes nearer where the pointer is. What it cannot use (all is seen already, or the
 * pointer is beside the plot) scrolls the page. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, ThawChartView *self)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  ThawRange range = thaw_chart_group_range (self->group);

  if (!self->zoomable || !in_plot (self, self->pointer_x, self->pointer_y))
    return GDK_EVENT_PROPAGATE;
  if (state & GDK_SHIFT_MASK)
    dx = dx != 0 ? dx : dy, dy = 0;
  if (dx != 0 && fabs (dx) > fabs (dy)) {
    if (!thaw_chart_group_zoomed (self->group))
      return GDK_EVENT_PROPAGATE;
    thaw_chart_group_pan (self->group, dx * 0.08 * (range.hi - range.lo));
    return GDK_EVENT_STOP;
  }
  if (dy == 0 || (dy > 0 && !thaw_chart_group_zoomed (self->group)))
    return GDK_EVENT_PROPAGATE;
  thaw_chart_group_zoom (self->group, x_at (self, self->pointer_x), pow (WHEEL_STEP, dy));
  return GDK_EVENT_STOP;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, ThawChartView *self)
{
  self->drag_x = 0;
  self->dragged = false;
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, ThawChartView *self)
{
  ThawRange range = thaw_chart_group_range (self->group);

  if (!self->dragged && fabs (dx) < CLICK_SLACK_PX && fabs (dy) < CLICK_SLACK_PX)
    return;
  if (!self->dragged && fabs (dy) > fabs (dx)) { /* a page scrolled by touch */
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
    return;
  }
  self->dragged = true;
  if (!self->zoomable || !thaw_chart_group_zoomed (self->group) || self->area.width <= 0)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
  thaw_chart_group_pan (self->group,
                        (self->drag_x - dx) / self->area.width * (range.hi - range.lo));
  self->drag_x = dx;
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, ThawChartView *self)
{
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

static void
released_cb (GtkGestureClick *gesture, int n, double x, double y, ThawChartView *self)
{
  bool closed = thaw_chart_view_close_popover (self);

  if (self->dragged || !self->zoomable)
    return;
  self->by_key = false;
  if (n >= 2)
    thaw_chart_group_reset (self->group);
  else if (!closed && in_plot (self, x, y))
    thaw_chart_view_choose (self, x_at (self, x), x, y);
}

/* --- Touch --- */

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, ThawChartView *self)
{
  self->pinch = 1;
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, ThawChartView *self)
{
  double x, y;

  if (!self->zoomable || scale <= 0 ||
      !gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  self->dragged = true;
  thaw_chart_group_zoom (self->group, x_at (self, x), self->pinch / scale);
  self->pinch = scale;
}

/* --- Keys --- */

static void
keep_in_view (ThawChartView *self, double x)
{
  ThawRange range = thaw_chart_group_range (self->group);
  double width = range.hi - range.lo;

  if (x < range.lo)
    thaw_chart_group_pan (self->group, x - range.lo - width / 10);
  else if (x > range.hi)
    thaw_chart_group_pan (self->group, x - range.hi + width / 10);
}

static void
walk (ThawChartView *self, ThawWalk step)
{
  bool begins = self->hit.line < 0; /* a walk begins with the last point, whatever the step */

  if (self->picture == NULL || !thaw_chart_walk (self->chart, &self->area, step, &self->hit)) {
    gtk_widget_error_bell (GTK_WIDGET (self));
    return;
  }
  if (begins && step == THAW_WALK_FIRST)
    thaw_chart_walk (self->chart, &self->area, step, &self->hit);
  if (self->zoomable) {
    keep_in_view (self, self->hit.point.x);
    thaw_chart_group_set_cursor (self->group, self->hit.point.x);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  thaw_chart_view_describe (self);
}

static void
zoom_by_key (ThawChartView *self, double factor)
{
  ThawRange range = thaw_chart_group_range (self->group);
  double at = thaw_chart_group_cursor (self->group);

  if (!self->zoomable)
    return;
  if (!(at >= range.lo && at <= range.hi))
    at = (range.lo + range.hi) / 2;
  thaw_chart_group_zoom (self->group, at, factor);
}

static void
choose_by_key (ThawChartView *self)
{
  double x = self->hit.line >= 0 ? self->hit.point.x : thaw_chart_group_cursor (self->group);

  if (!isfinite (x) || self->picture == NULL || !self->zoomable)
    return;
  self->by_key = true;
  thaw_chart_view_choose (self, x, thaw_plot_area_x_px (&self->area, x),
                          self->area.top + self->area.height / 3);
}

static gboolean
forget_point (ThawChartView *self)
{
  if (thaw_chart_view_close_popover (self))
    return GDK_EVENT_STOP;
  if (self->hit.line < 0)
    return GDK_EVENT_PROPAGATE;
  self->hit.line = -1;
  thaw_chart_group_set_cursor (self->group, NAN);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  thaw_chart_view_describe (self);
  return GDK_EVENT_STOP;
}

/* Made when it is first asked for: pages have many charts, and most are never asked. */
static void
need_menu (ThawChartView *self)
{
  g_autoptr (GMenu) menu = NULL;

  if (self->menu != NULL)
    return;
  menu = g_menu_new ();
  g_menu_append (menu, _ ("_Copy"), "chart.copy");
  g_menu_append (menu, _ ("Show as _Table"), "chart.table");
  g_menu_append (menu, _ ("_Export…"), "chart.export");
  g_menu_append (menu, _ ("Show _All of It"), "chart.reset");
  self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}

static void
show_menu (ThawChartView *self, double x, double y)
{
  need_menu (self);
  thaw_chart_view_point (self, self->menu, x, y);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint key,
        guint code,
        GdkModifierType state,
        ThawChartView *self)
{
  GdkModifierType held = state & gtk_accelerator_get_default_mod_mask ();

  if (held == GDK_CONTROL_MASK && (key == GDK_KEY_c || key == GDK_KEY_C)) {
    thaw_chart_view_copy (self);
    return GDK_EVENT_STOP;
  }
  if ((held == GDK_SHIFT_MASK && key == GDK_KEY_F10) || (held == 0 && key == GDK_KEY_Menu)) {
    show_menu (self, self->area.left, self->area.top);
    return GDK_EVENT_STOP;
  }
  if (held & ~GDK_SHIFT_MASK)
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    walk (self, THAW_WALK_PREVIOUS);
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    walk (self, THAW_WALK_NEXT);
    return GDK_EVENT_STOP;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    walk (self, THAW_WALK_UP);
    return GDK_EVENT_STOP;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    walk (self, THAW_WALK_DOWN);
    return GDK_EVENT_STOP;
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    walk (self, THAW_WALK_FIRST);
    return GDK_EVENT_STOP;
  case GDK_KEY_End:
  case GDK_KEY_KP_End:
    walk (self, THAW_WALK_LAST);
    return GDK_EVENT_STOP;
  case GDK_KEY_plus:
  case GDK_KEY_equal:
  case GDK_KEY_KP_Add:
    zoom_by_key (self, 1 / KEY_STEP);
    return GDK_EVENT_STOP;
  case GDK_KEY_minus:
  case GDK_KEY_KP_Subtract:
    zoom_by_key (self, KEY_STEP);
    return GDK_EVENT_STOP;
  case GDK_KEY_0:
  case GDK_KEY_KP_0:
    thaw_chart_group_reset (self->group);
    return GDK_EVENT_STOP;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_space:
    choose_by_key (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_Escape:
    return forget_point (self);
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

static void
focus_leave_cb (GtkEventControllerFocus *controller, ThawChartView *self)
{
  if (!self->by_key || self->popover == NULL || !gtk_widget_get_visible (self->popover))
    forget_point (self);
}

static void
menu_cb (GtkGestureClick *gesture, int n, double x, double y, ThawChartView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  show_menu (self, x, y);
}

static GtkEventController *
add (ThawChartView *self, GtkEventController *controller)
{
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
  return controller;
}

void
thaw_chart_view_add_input (ThawChartView *self)
{
  GtkEventController *motion = add (self, gtk_event_controller_motion_new ());
  GtkEventController *scroll =
      add (self, gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES));
  GtkEventController *drag = add (self, GTK_EVENT_CONTROLLER (gtk_gesture_drag_new ()));
  GtkEventController *click = add (self, GTK_EVENT_CONTROLLER (gtk_gesture_click_new ()));
  GtkEventController *second = add (self, GTK_EVENT_CONTROLLER (gtk_gesture_click_new ()));
  GtkEventController *pinch = add (self, GTK_EVENT_CONTROLLER (gtk_gesture_zoom_new ()));
  GtkEventController *keys = add (self, gtk_event_controller_key_new ());
  GtkEventController *focus = add (self, gtk_event_controller_focus_new ());

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (second), GDK_BUTTON_SECONDARY);
  g_signal_connect (second, "pressed", G_CALLBACK (menu_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  g_signal_connect (focus, "leave", G_CALLBACK (focus_leave_cb), self);
  gtk_gesture_group (GTK_GESTURE (drag), GTK_GESTURE (click));
}
