/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strip-view.h"
#include "backbone.h"
#include "plot-look.h"
#include "rate-plan.h"
#include "thaw-optim.h"
#include "thaw-plots.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define ROW_PX 15
#define FRAME_PX 84 /* title, axis and labels around the rows */

struct _ThawStripView {
  GtkWidget parent_instance;

  ThawDraft *draft;
  ThawChart *strip; /* NULL: to be made anew */
  int held;         /* the edge that is being dragged; -1: none */
  int active;       /* the one that keys move */
};

G_DEFINE_FINAL_TYPE (ThawStripView, thaw_strip_view, GTK_TYPE_WIDGET)

/* --- The chart --- */

static const ThawBackbone *
backbone_of (ThawStripView *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  int classes = thaw_draft_data_facts (self->draft)->classes;

  return thaw_backbone_get (thaw_model_find (recipe->model.choice.entry->name),
                            classes > 0 ? classes : 10, recipe->data.size);
}

/* A cell an epoch; neighbours that are equal are one. */
static void
add_row (ThawChart *strip,
         size_t row,
         const ThawBlock *block,
         const ThawRecipe *recipe,
         const double *rates)
{
  bool moves = block->batch_norm && recipe->freeze.batch_norm == THAW_BN_UPDATE;
  double share = thaw_plan_share (recipe, block->number);

  for (int e = 0; e < recipe->epochs; e++)
    if (thaw_plan_trains (recipe, e, block->number))
      thaw_strip_add_cell (strip, row, e, e + 1, THAW_CELL_TRAINING, rates[e] * share);
    else
      thaw_strip_add_cell (strip, row, e, e + 1, moves ? THAW_CELL_STATISTICS : THAW_CELL_FROZEN,
                           0);
}

/* Steps where the rate holds through an epoch, a line where it changes within. */
static void
add_rate (ThawChart *strip, const ThawRecipe *recipe)
{
  g_autoptr (ThawSeries) series = thaw_series_new ();
  g_autoptr (GArray) course = thaw_rate_plan_line (recipe);
  double least = INFINITY, most = 0;

  for (guint i = 0; i < course->len; i++) {
    const ThawRatePoint *point = &g_array_index (course, ThawRatePoint, i);
    double end = i + 1 < course->len ? point[1].epoch : recipe->epochs;
    const ThawPoint step[] = {{point->epoch, point->lr}, {end, point->lr}};
    thaw_series_append (series, step, 2);
    least = fmin (least, point->lr);
    most = fmax (most, point->lr);
  }
  thaw_strip_set_rate (strip, series, least > 0 && most / least > 5);
}

/* An edge over the rows of blocks first..last, numbered from the head. */
static void
add_edge (ThawChart *strip,
          const ThawBackbone *backbone,
          int first,
          int last,
          double at,
          double lo,
          double hi)
{
  int top = -1, bottom = -1;

  for (guint i = 0; i < backbone->blocks->len; i++) {
    int number = g_array_index (backbone->blocks, ThawBlock, i).number;
    if (number < first || number > last)
      continue;
    top = top < 0 ? (int) i : top;
    bottom = (int) i;
  }
  if (top >= 0)
    thaw_strip_add_edge (strip, at, (size_t) top, (size_t) bottom, lo, hi, 1);
}

/* Edge 0 is the thaw, edge i step i - 1 of those on the way. */
static void
add_edges (ThawChart *strip, const ThawBackbone *backbone, const ThawRecipe *recipe)
{
  int n = recipe->freeze.n_steps, all = (int) backbone->steps->len, epoch = 0;
  int blocks = recipe->freeze.epochs > 0 ? thaw_plan_blocks (recipe, 0) : 0;
  int last = n > 0 ? thaw_choice_int (&recipe->freeze.steps[n - 1], "blocks") : blocks;

  add_edge (strip, backbone, last < all ? last + 1 : 1, all, recipe->freeze.epochs,
            n > 0 ? thaw_choice_int (&recipe->freeze.steps[n - 1], "epoch") + 1 : 0,
            recipe->epochs);
  for (int i = 0; i < n; i++) {
    const ThawChoice *step = &recipe->freeze.steps[i];
    int to = thaw_choice_int (step, "blocks"), at = thaw_choice_int (step, "epoch");
    int next =
        i + 1 < n ? thaw_choice_int (&recipe->freeze.steps[i + 1], "epoch") : recipe->freeze.epochs;
    add_edge (strip, backbone, blocks + 1, to, at, epoch + 1, next - 1);
    blocks = to;
    epoch = at;
  }
}

static ThawChart *
chart_new (ThawStripView *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  const ThawBackbone *backbone = backbone_of (self);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree double *rates = g_new (double, recipe->epochs);
  ThawChart *strip;

  if (backbone == NULL)
    return NULL;
  for (guint i = 0; i < backbone->blocks->len; i++) {
    const ThawBlock *block = &g_array_index (backbone->blocks, ThawBlock, i);
    g_ptr_array_add (names, block->name);
  }
  thaw_rate_plan (recipe, true, rates);
  strip = thaw_strip_new ("", _ ("epoch"), (const char *const *) names->pdata, names->len);
  for (guint i = 0; i < backbone->blocks->len; i++)
    add_row (strip, i, &g_array_index (backbone->blocks, ThawBlock, i), recipe, rates);
  add_rate (strip, recipe);
  thaw_chart_set_x_range (strip, 0, recipe->epochs);
  if (!thaw_draft_locked (self->draft))
    add_edges (strip, backbone, recipe);
  return strip;
}

static ThawChart *
chart (ThawStripView *self)
{
  if (self->strip == NULL) {
    g_autofree char *words = NULL;
    self->strip = chart_new (self);
    words = self->strip != NULL ? thaw_chart_describe (self->strip) : g_strdup ("");
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    words, -1);
  }
  if (self->strip != NULL && thaw_strip_n_edges (self->strip) > 0) {
    self->active = MIN (self->active, thaw_strip_n_edges (self->strip) - 1);
    thaw_strip_set_active_edge (self->strip, self->held >= 0 ? self->held
                                             : gtk_widget_has_focus (GTK_WIDGET (self))
                                                 ? self->active
                                                 : -1);
  }
  return self->strip;
}

static void
renew (ThawStripView *self)
{
  g_clear_pointer (&self->strip, thaw_chart_free);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Drawing --- */

static void
thaw_strip_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ThawStripView *self = THAW_STRIP_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  ThawPlotStyle style = thaw_plot_look (widget);
  cairo_t *cr;

  if (chart (self) == NULL || width < 1 || height < 1)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  thaw_chart_draw (self->strip, cr, 0, 0, width, height, &style);
  cairo_destroy (cr);
}

static void
thaw_strip_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  ThawStripView *self = THAW_STRIP_VIEW (widget);
  size_t rows = chart (self) != NULL ? thaw_strip_n_rows (self->strip) : 4;

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : (int) rows * ROW_PX + FRAME_PX;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : *minimum;
  *minimum_baseline = *natural_baseline = -1;
}

/* --- The hand --- */

static void
put_edge (ThawStripView *self, int edge, double epoch)
{
  g_autofree char *value = g_strdup_printf ("%d", (int) round (epoch));
  g_autofree char *path =
      edge == 0 ? g_strdup ("freeze.epochs") : g_strdup_printf ("freeze.steps.%d.epoch", edge - 1);

  thaw_draft_set (self->draft, path, value, NULL);
}

static void
measure_area (ThawStripView *self, ThawPlotArea *area)
{
  GtkWidget *widget = GTK_WIDGET (self);
  ThawPlotStyle style = thaw_plot_look (widget);

  thaw_chart_measure (chart (self), gtk_widget_get_width (widget), gtk_widget_get_height (widget),
                      &style, area);
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, ThawStripView *self)
{
  ThawPlotArea area;
  int edge;

  if (chart (self) == NULL || thaw_strip_n_edges (self->strip) == 0)
    return;
  measure_area (self, &area);
  edge = thaw_strip_hit_edge (self->strip, &area, x, y);
  if (edge < 0) {
    gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
    return;
  }
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  thaw_draft_settle (self->draft);
  self->held = self->active = edge;
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, ThawStripView *self)
{
  ThawPlotArea area;
  double x, y;

  if (self->held < 0 || chart (self) == NULL || self->held >= thaw_strip_n_edges (self->strip) ||
      !gtk_gesture_drag_get_start_point (drag, &x, &y))
    return;
  measure_area (self, &area);
  put_edge (self, self->held, thaw_strip_edge_at (self->strip, &area, self->held, x + dx));
}

static void
drag_end_cb (GtkGestureDrag *drag, double dx, double dy, ThawStripView *self)
{
  self->held = -1;
  thaw_draft_settle (self->draft);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, ThawStripView *self)
{
  ThawPlotArea area;
  bool over = false;

  if (chart (self) != NULL && thaw_strip_n_edges (self->strip) > 0) {
    measure_area (self, &area);
    over = self->held >= 0 || thaw_strip_hit_edge (self->strip, &area, x, y) >= 0;
  }
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), over ? "ew-resize" : NULL);
}

/* Down and up: the next handle below and above, of the thaw and the steps on the way to it. */
static bool
choose_edge (ThawStripView *self, guint key)
{
  int n = thaw_strip_n_edges (self->strip), place = self->active == 0 ? 0 : n - self->active;

  if (key == GDK_KEY_Down || key == GDK_KEY_KP_Down)
    place++;
  else if (key == GDK_KEY_Up || key == GDK_KEY_KP_Up)
    place--;
  else
    return false;
  if (place < 0 || place >= n)
    return false;
  self->active = place == 0 ? 0 : n - place;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return true;
}

static gboolean
key_cb (
    GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, ThawStripView *self)
{
  bool mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int steps = 0;

  if (chart (self) == NULL || thaw_strip_n_edges (self->strip) == 0 ||
      (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (choose_edge (self, key))
    return GDK_EVENT_STOP;
  if (key == GDK_KEY_Left || key == GDK_KEY_KP_Left)
    steps = mirrored ? 1 : -1;
  else if (key == GDK_KEY_Right || key == GDK_KEY_KP_Right)
    steps = mirrored ? -1 : 1;
  else if (key == GDK_KEY_Page_Down || key == GDK_KEY_Page_Up)
    steps = key == GDK_KEY_Page_Up ? 5 : -5;
  else if (key == GDK_KEY_Home || key == GDK_KEY_End)
    steps = key == GDK_KEY_End ? 100000 : -100000;
  if (steps == 0)
    return GDK_EVENT_PROPAGATE;
  put_edge (self, self->active, thaw_strip_edge_by (self->strip, self->active, steps));
  return GDK_EVENT_STOP;
}

/* --- The object --- */

static void
changed_cb (ThawStripView *self, const char *const *paths)
{
  static const char *const parts[] = {"freeze.",   "model.name", "data.size", "data.facts",
                                      "optimizer", "schedule",   "epochs",    "rates."};

  for (; *paths != NULL; paths++)
    for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
      if (g_str_has_prefix (*paths, parts[i])) {
        renew (self);
        return;
      }
}

static void
thaw_strip_view_dispose (GObject *object)
{
  ThawStripView *self = THAW_STRIP_VIEW (object);

  g_clear_pointer (&self->strip, thaw_chart_free);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (thaw_strip_view_parent_class)->dispose (object);
}

static void
thaw_strip_view_class_init (ThawStripViewClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = thaw_strip_view_dispose;
  widget->snapshot = thaw_strip_view_snapshot;
  widget->measure = thaw_strip_view_measure;
  gtk_widget_class_set_css_name (widget, "thaw-strip");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
add_controllers (ThawStripView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new (),
                     *keys = gtk_event_controller_key_new (),
                     *focus = gtk_event_controller_focus_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, keys);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_add_controller (widget, focus);
}

static void
thaw_strip_view_init (ThawStripView *self)
{
  self->held = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Freeze plan and learning rate"), -1);
  add_controllers (self);
}

GtkWidget *
thaw_strip_view_new (ThawDraft *draft)
{
  ThawStripView *self = g_object_new (THAW_TYPE_STRIP_VIEW, NULL);

  self->draft = g_object_ref (draft);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (renew), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (renew), self, G_CONNECT_SWAPPED);
  thaw_plot_look_follow (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
