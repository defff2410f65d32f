/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chart-view-private.h"

#include "chart-export.h"
#include "chart-table.h"
#include "plot-look.h"

#include <adwaita.h>
#include <math.h>

#define COMPACT_EM 36 /* narrower charts leave out what can be missed */

G_DEFINE_FINAL_TYPE (ThawChartView, thaw_chart_view, GTK_TYPE_WIDGET)

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

ThawPlotStyle
thaw_chart_view_style (ThawChartView *self)
{
  ThawPlotStyle style = thaw_plot_look (GTK_WIDGET (self));
  GdkRGBA color;

  style.background.a = 1; /* an opaque picture is put on the screen without mixing */
  if (gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)),
                                      "view_bg_color", &color))
    style.background = (ThawColor){color.red, color.green, color.blue, 1};
  return style;
}

/* --- Drawing --- */

/* Whether any of it lies within the scrolled window. */
static bool
in_sight (ThawChartView *self)
{
  GtkWidget *window = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t bounds;

  if (window == NULL || !gtk_widget_compute_bounds (GTK_WIDGET (self), window, &bounds))
    return true;
  return bounds.origin.y < gtk_widget_get_height (window) &&
         bounds.origin.y + bounds.size.height > 0;
}

static void
draw_picture (ThawChartView *self, int width, int height, const ThawPlotStyle *style)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * scale, height * scale);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  thaw_chart_draw (self->chart, cr, 0, 0, width, height, style);
  cairo_destroy (cr);
  thaw_chart_measure (self->chart, width, height, style, &self->area);

  g_clear_pointer (&self->picture, gsk_render_node_unref);
  self->picture = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (self->picture);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  self->drawn++;
}

static void
draw_cursor (
    ThawChartView *self, GtkSnapshot *snapshot, int width, int height, const ThawPlotStyle *style)
{
  ThawCursor cursor = {.x = thaw_chart_group_cursor (self->group),
                       .values = true,
                       .hit = self->hit.line >= 0 ? &self->hit : NULL};
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  cairo_t *cr;

  if (!isfinite (cursor.x) && cursor.hit == NULL)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  thaw_chart_draw_cursor (self->chart, cr, 0, 0, width, height, style, &cursor);
  cairo_destroy (cr);
}

static void
thaw_chart_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ThawChartView *self = THAW_CHART_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  ThawPlotStyle style;

  if (width < 1 || height < 1)
    return;
  self->skipped = self->stale && !in_sight (self);
  if (self->skipped)
    return;
  style = thaw_chart_view_style (self);
  if (self->stale || self->picture == NULL) {
    thaw_chart_group_align (self->group, &style);
    draw_picture (self, width, height, &style);
    self->stale = false;
  }
  gtk_snapshot_append_node (snapshot, self->picture);
  draw_cursor (self, snapshot, width, height, &style);
}

void
thaw_chart_view_changed (ThawChartView *self)
{
  self->stale = true;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  thaw_chart_view_describe_soon (self);
}

static void
thaw_chart_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  ThawPlotStyle style = thaw_chart_view_style (THAW_CHART_VIEW (widget));

  thaw_chart_set_compact (THAW_CHART_VIEW (widget)->chart, width < COMPACT_EM * style.font_px);
  thaw_chart_group_changed (THAW_CHART_VIEW (widget)->group);
  if (THAW_CHART_VIEW (widget)->menu != NULL)
    gtk_popover_present (GTK_POPOVER (THAW_CHART_VIEW (widget)->menu));
  if (THAW_CHART_VIEW (widget)->popover != NULL)
    gtk_popover_present (GTK_POPOVER (THAW_CHART_VIEW (widget)->popover));
}

static void
thaw_chart_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  ThawChartView *self = THAW_CHART_VIEW (widget);

  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? self->height : 200;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? self->height : 480;
}

static void
look_changed_cb (ThawChartView *self)
{
  thaw_chart_group_changed (self->group);
}

static void
thaw_chart_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (thaw_chart_view_parent_class)->css_changed (widget, change);
  if (THAW_CHART_VIEW (widget)->group != NULL)
    look_changed_cb (THAW_CHART_VIEW (widget));
}

/* --- Scrolling within a scrolled window: what was out of sight is drawn when it comes --- */

static void
scrolled_cb (ThawChartView *self)
{
  if (self->skipped) /* its new place is known only with the next frame */
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
thaw_chart_view_map (GtkWidget *widget)
{
  ThawChartView *self = THAW_CHART_VIEW (widget);
  GtkWidget *window = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);

  GTK_WIDGET_CLASS (thaw_chart_view_parent_class)->map (widget);
  if (window == NULL)
    return;
  g_set_object (&self->scroll, gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (window)));
  g_signal_connect_object (self->scroll, "value-changed", G_CALLBACK (scrolled_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
thaw_chart_view_unmap (GtkWidget *widget)
{
  ThawChartView *self = THAW_CHART_VIEW (widget);

  if (self->scroll != NULL)
    g_signal_handlers_disconnect_by_func (self->scroll, scrolled_cb, self);
  g_clear_object (&self->scroll);
  GTK_WIDGET_CLASS (thaw_chart_view_parent_class)->unmap (widget);
}

/* --- Actions --- */

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_chart_view_copy (THAW_CHART_VIEW (widget));
}

static void
table_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawChartView *self = THAW_CHART_VIEW (widget);

  thaw_chart_table_present (widget, self->chart, self->name);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawChartView *self = THAW_CHART_VIEW (widget);

  thaw_chart_export (widget, &self, 1, self->name);
}

static void
reset_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_chart_group_reset (THAW_CHART_VIEW (widget)->group);
}

/* --- Life --- */

static void
thaw_chart_view_dispose (GObject *object)
{
  ThawChartView *self = THAW_CHART_VIEW (object);

  if (self->group != NULL)
    thaw_chart_group_remove (self->group, self);
  g_clear_object (&self->group);
  g_clear_handle_id (&self->describe_id, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  G_OBJECT_CLASS (thaw_chart_view_parent_class)->dispose (object);
}

static void
thaw_chart_view_finalize (GObject *object)
{
  ThawChartView *self = THAW_CHART_VIEW (object);

  g_clear_object (&self->scroll);
  g_clear_pointer (&self->chart, thaw_chart_free);
  g_free (self->name);
  G_OBJECT_CLASS (thaw_chart_view_parent_class)->finalize (object);
}

static void
thaw_chart_view_class_init (ThawChartViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_chart_view_dispose;
  G_OBJECT_CLASS (class)->finalize = thaw_chart_view_finalize;
  widget_class->snapshot = thaw_chart_view_snapshot;
  widget_class->size_allocate = thaw_chart_view_size_allocate;
  widget_class->measure = thaw_chart_view_measure;
  widget_class->css_changed = thaw_chart_view_css_changed;
  widget_class->map = thaw_chart_view_map;
  widget_class->unmap = thaw_chart_view_unmap;
  gtk_widget_class_set_css_name (widget_class, "thawchart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_install_action (widget_class, "chart.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "chart.table", NULL, table_action);
  gtk_widget_class_install_action (widget_class, "chart.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "chart.reset", NULL, reset_action);
  signals[CHOSEN] =
      g_signal_new ("chosen", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

static void
thaw_chart_view_init (ThawChartView *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  self->hit.line = -1;
  self->zoomable = true;
  self->stale = true;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (look_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (look_changed_cb), self,
                           G_CONNECT_SWAPPED);
  thaw_chart_view_add_input (self);
}

GtkWidget *
thaw_chart_view_new (ThawChart *chart, const char *name, ThawChartGroup *group, int height)
{
  ThawChartView *self = g_object_new (THAW_TYPE_CHART_VIEW, NULL);

  self->chart = chart;
  self->name = g_strdup (name);
  self->group = g_object_ref (group);
  self->height = height;
  thaw_chart_group_add (group, self);
  thaw_chart_view_describe (self);
  return GTK_WIDGET (self);
}

ThawChart *
thaw_chart_view_chart (ThawChartView *self)
{
  return self->chart;
}

const char *
thaw_chart_view_name (ThawChartView *self)
{
  return self->name;
}

ThawChartGroup *
thaw_chart_view_group (ThawChartView *self)
{
  return self->group;
}

void
thaw_chart_view_set_zoomable (ThawChartView *self, bool zoomable)
{
  self->zoomable = zoomable;
}

guint
thaw_chart_view_drawn (ThawChartView *self)
{
  return self->drawn;
}

void
thaw_chart_view_choose (ThawChartView *self, double x, double x_px, double y_px)
{
  g_signal_emit (self, signals[CHOSEN], 0, x, x_px, y_px);
}

/* A popover counts from the frame of its parent, pointers and charts from within its padding. */
void
thaw_chart_view_point (ThawChartView *self, GtkWidget *popover, double x_px, double y_px)
{
  GtkBorder padding;

  gtk_style_context_get_padding (gtk_widget_get_style_context (GTK_WIDGET (self)), &padding);
  gtk_popover_set_pointing_to (
      GTK_POPOVER (popover),
      &(GdkRectangle){(int) x_px + padding.left, (int) y_px + padding.top, 1, 1});
}

void
thaw_chart_view_show_popover (ThawChartView *self, GtkWidget *popover, double x_px, double y_px)
{
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  self->popover = popover;
  thaw_chart_view_point (self, popover, x_px, y_px);
  gtk_popover_set_autohide (GTK_POPOVER (popover), self->by_key);
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  gtk_popover_popup (GTK_POPOVER (popover));
}

bool
thaw_chart_view_close_popover (ThawChartView *self)
{
  if (self->popover == NULL || !gtk_widget_get_visible (self->popover))
    return false;
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  return true;
}
