/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "curves-page.h"

#include "chart-export.h"
#include "chart-table.h"
#include "facts.h"
#include "happened.h"
#include "run-charts.h"
#include "scroll.h"
#include "settings.h"
#include "thaw-ui.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define FACTS_MS 1500 /* figures of a live run are worked out anew at most so often */
#define LIVE_MS 1500  /* curves of a live run are drawn anew at most so often             */
#define REACH_PX 14.0 /* a click means what lies within                              */

struct _ThawCurvesPage {
  GtkWidget parent_instance;
  ThawWatch *watch;
  ThawRunItem *item; /* (nullable) */
  ThawRunData *data; /* (nullable) */
  ThawRunCharts *run_charts;
  ThawChartGroup *group;
  ThawChartView *views[THAW_N_RUN_CHARTS]; /* NULL: not made yet */
  ThawXKind shown_x;
  guint facts_id, grown_id;
  gint64 fed_us;
  bool behind; /* rows came while nobody looked */

  GtkWidget *stack, *waiting, *spinner, *scrolled, *content, *cause_box, *cause, *facts, *controls,
      *x_axis, *log, *smoothing_scale, *smoothing_value, *reset, *menu, *charts;
};

G_DEFINE_FINAL_TYPE (ThawCurvesPage, thaw_curves_page, GTK_TYPE_WIDGET)

static const int heights[THAW_N_RUN_CHARTS] = {250, 220, 250, 150, 210};

static ThawRunRows
rows_of (ThawCurvesPage *self)
{
  return (ThawRunRows){.run = thaw_run_item_run (self->item),
                       .iterations = thaw_run_data_iterations (self->data),
                       .epochs = thaw_run_data_epochs (self->data),
                       .events = thaw_run_data_events (self->data),
                       .attempts = thaw_run_data_attempts (self->data),
                       .artifacts = thaw_run_data_artifacts (self->data)};
}

/* --- What is shown: nothing, waiting, or charts --- */

static void
wait_with (ThawCurvesPage *self, const char *title, const char *description, bool spin)
{
  adw_status_page_set_title (ADW_STATUS_PAGE (self->waiting), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->waiting), description);
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->waiting),
                                 spin ? NULL : "content-loading-symbolic");
  gtk_widget_set_visible (self->spinner, spin);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), spin);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "waiting");
}

static void
show_waiting (ThawCurvesPage *self)
{
  const ThawRun *run = thaw_run_item_run (self->item);

  if (!thaw_run_data_loaded (self->data)) {
    wait_with (self, _ ("Reading"), _ ("The run's numbers are read from the store."), true);
    return;
  }
  switch (run->state) {
  case THAW_RUN_QUEUED:
    wait_with (self, _ ("In the Queue"), _ ("Curves begin when it is this run's turn."), false);
    return;
  case THAW_RUN_STARTING:
    wait_with (self, _ ("Starting"), _ ("Data and weights are being read."), true);
    return;
  case THAW_RUN_RUNNING:
    wait_with (self, _ ("Training"), _ ("The first iteration is not done yet."), true);
    return;
  case THAW_RUN_FAILED:
    wait_with (self, _ ("Failed Before the First Iteration"),
               run->message != NULL ? run->message : "", false);
    return;
  case THAW_RUN_PAUSED:
  case THAW_RUN_INTERRUPTED:
  case THAW_RUN_STOPPED:
  case THAW_RUN_FINISHED:
  case THAW_RUN_DIVERGED:
  default:
    wait_with (self, _ ("No Curves"), _ ("This run ended before its first iteration."), false);
  }
}

static void
show_words (ThawCurvesPage *self)
{
  ThawRunRows rows = rows_of (self);
  g_autofree char *cause = thaw_divergence_cause (&rows);

  gtk_widget_set_visible (self->cause_box, cause != NULL);
  if (cause != NULL)
    gtk_label_set_text (GTK_LABEL (self->cause), cause);
  thaw_facts_show (THAW_FACTS (self->facts), &rows);
}

static gboolean
words_cb (gpointer data)
{
  ThawCurvesPage *self = data;

  self->facts_id = 0;
  if (self->item != NULL && self->data != NULL)
    show_words (self);
  return G_SOURCE_REMOVE;
}

static void
show_words_soon (ThawCurvesPage *self)
{
  if (self->facts_id == 0)
    self->facts_id = g_timeout_add (FACTS_MS, words_cb, self);
}

static double
smoothing_of (ThawCurvesPage *self)
{
  return gtk_range_get_value (GTK_RANGE (self->smoothing_scale));
}

static void
chosen_cb (ThawChartView *view, double x, double x_px, double y_px, ThawCurvesPage *self)
{
  const ThawTimeline *timeline = thaw_run_charts_timeline (self->run_charts);
  ThawXKind kind = thaw_run_charts_x (self->run_charts);
  ThawRunRows rows = rows_of (self);
  ThawRange range = thaw_chart_group_range (self->group);
  double per_px = (range.hi - range.lo) / MAX (gtk_widget_get_width (GTK_WIDGET (view)), 1);
  double steps = thaw_timeline_steps (timeline, kind, x);
  double reach = thaw_timeline_steps (timeline, kind, x + REACH_PX * per_px) - steps;

  thaw_chart_view_show_popover (view, thaw_happened_new (&rows, timeline, steps, MAX (reach, 20)),
                                x_px, y_px);
}

static void
make_charts (ThawCurvesPage *self)
{
  self->run_charts =
      thaw_run_charts_new (thaw_run_item_run (self->item), thaw_run_item_hue (self->item));
  thaw_run_charts_set_x (self->run_charts,
                         (ThawXKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->x_axis)));
  thaw_run_charts_set_log (self->run_charts,
                           gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->log)));
  thaw_run_charts_set_smoothing (self->run_charts, smoothing_of (self));
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++) {
    GtkWidget *view = thaw_chart_view_new (thaw_run_charts_take (self->run_charts, i),
                                           thaw_run_chart_name (i), self->group, heights[i]);
    self->views[i] = THAW_CHART_VIEW (view);
    gtk_widget_add_css_class (view, "card");
    g_signal_connect_object (view, "chosen", G_CALLBACK (chosen_cb), self, 0);
    gtk_box_append (GTK_BOX (self->charts), view);
  }
}

static void
drop_charts (ThawCurvesPage *self)
{
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++)
    if (self->views[i] != NULL)
      gtk_box_remove (GTK_BOX (self->charts), GTK_WIDGET (self->views[i]));
  memset (self->views, 0, sizeof self->views);
  g_clear_pointer (&self->run_charts, thaw_run_charts_free);
  thaw_chart_group_reset (self->group);
}

static void
feed (ThawCurvesPage *self)
{
  ThawRunRows rows = rows_of (self);

  self->fed_us = g_get_monotonic_time ();
  self->behind = false;
  thaw_run_charts_feed (self->run_charts, &rows);
  if (thaw_run_charts_x (self->run_charts) != self->shown_x) {
    self->shown_x = thaw_run_charts_x (self->run_charts);
    thaw_chart_group_reset (self->group);
  }
  thaw_chart_group_set_full (self->group, thaw_run_charts_full (self->run_charts));
  thaw_chart_group_changed (self->group);
}

/* Anything of the run may be another one now. */
static void
update (ThawCurvesPage *self)
{
  bool first = self->run_charts == NULL;

  if (thaw_run_data_iterations (self->data)->len == 0) {
    drop_charts (self);
    show_waiting (self);
    return;
  }
  if (first)
    make_charts (self);
  feed (self);
  if (first)
    show_words (self);
  else
    show_words_soon (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "charts");
}

static gboolean
grown_later_cb (gpointer data)
{
  ThawCurvesPage *self = data;

  self->grown_id = 0;
  if (self->data != NULL)
    update (self);
  return G_SOURCE_REMOVE;
}

/* Drawing takes from the cores that train: seldom, and nothing while nobody sees it. */
static void
grown_cb (ThawCurvesPage *self)
{
  gint64 since_ms = (g_get_monotonic_time () - self->fed_us) / 1000;

  if (self->run_charts != NULL && !gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->behind = true;
  else if (self->run_charts == NULL || since_ms >= LIVE_MS)
    update (self);
  else if (self->grown_id == 0)
    self->grown_id = g_timeout_add ((guint) (LIVE_MS - since_ms), grown_later_cb, self);
}

static void
thaw_curves_page_map (GtkWidget *widget)
{
  ThawCurvesPage *self = THAW_CURVES_PAGE (widget);

  GTK_WIDGET_CLASS (thaw_curves_page_parent_class)->map (widget);
  if (self->behind && self->data != NULL)
    update (self);
}

static void
let_go (ThawCurvesPage *self)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  if (self->data != NULL)
    g_signal_handlers_disconnect_by_data (self->data, self);
  g_clear_handle_id (&self->grown_id, g_source_remove);
  g_clear_object (&self->item);
  g_clear_object (&self->data);
}

void
thaw_curves_page_set_run (GtkWidget *page, ThawRunItem *item)
{
  ThawCurvesPage *self = THAW_CURVES_PAGE (page);

  if (self->item == item)
    return;
  let_go (self);
  drop_charts (self);
  if (item == NULL) {
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "none");
    return;
  }
  self->item = g_object_ref (item);
  self->data = thaw_watch_follow (self->watch, thaw_run_item_id (item));
  g_signal_connect_swapped (self->item, "changed", G_CALLBACK (grown_cb), self);
  g_signal_connect_swapped (self->data, "grown", G_CALLBACK (grown_cb), self);
  g_signal_connect_swapped (self->data, "reset", G_CALLBACK (update), self);
  gtk_adjustment_set_value (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled)), 0);
  update (self);
}

/* --- Controls --- */

static void
x_selected_cb (ThawCurvesPage *self)
{
  if (self->run_charts == NULL)
    return;
  thaw_run_charts_set_x (self->run_charts,
                         (ThawXKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->x_axis)));
  feed (self);
}

static void
log_toggled_cb (ThawCurvesPage *self)
{
  if (self->run_charts == NULL)
    return;
  thaw_run_charts_set_log (self->run_charts,
                           gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->log)));
  thaw_chart_group_changed (self->group);
}

static void
smoothing_changed_cb (ThawCurvesPage *self)
{
  double epochs = smoothing_of (self);
  g_autofree char *text =
      epochs > 0
          ? g_strdup_printf (ngettext ("%.2f epoch", "%.2f epochs", epochs == 1 ? 1 : 2), epochs)
          : g_strdup (_ ("none"));

  gtk_label_set_text (GTK_LABEL (self->smoothing_value), text);
  if (self->run_charts == NULL)
    return;
  thaw_run_charts_set_smoothing (self->run_charts, epochs);
  thaw_chart_group_changed (self->group);
}

static void
zoomed_cb (ThawCurvesPage *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "curves.reset",
                                 thaw_chart_group_zoomed (self->group));
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++)
    if (self->views[i] != NULL)
      thaw_chart_view_close_popover (self->views[i]);
}

/* --- Actions --- */

/* The chart that has the focus, else the first. */
static ThawChartView *
current_view (ThawCurvesPage *self)
{
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++)
    if (self->views[i] != NULL && gtk_widget_has_focus (GTK_WIDGET (self->views[i])))
      return self->views[i];
  return self->views[0];
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawCurvesPage *self = THAW_CURVES_PAGE (widget);

  if (self->run_charts != NULL)
    thaw_chart_export (widget, self->views, THAW_N_RUN_CHARTS,
                       thaw_run_item_run (self->item)->name);
}

static void
table_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawCurvesPage *self = THAW_CURVES_PAGE (widget);

  if (self->run_charts != NULL)
    gtk_widget_activate_action (GTK_WIDGET (current_view (self)), "chart.table", NULL);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawCurvesPage *self = THAW_CURVES_PAGE (widget);

  if (self->run_charts != NULL)
    gtk_widget_activate_action (GTK_WIDGET (current_view (self)), "chart.copy", NULL);
}

static void
reset_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_chart_group_reset (THAW_CURVES_PAGE (widget)->group);
}

/* --- Life --- */

static void
thaw_curves_page_dispose (GObject *object)
{
  ThawCurvesPage *self = THAW_CURVES_PAGE (object);

  let_go (self);
  g_clear_handle_id (&self->facts_id, g_source_remove);
  if (self->charts != NULL)
    drop_charts (self);
  if (self->stack != NULL)
    gtk_widget_dispose_template (GTK_WIDGET (self), THAW_TYPE_CURVES_PAGE);
  g_clear_object (&self->group);
  g_clear_object (&self->watch);
  G_OBJECT_CLASS (thaw_curves_page_parent_class)->dispose (object);
}

static void
thaw_curves_page_class_init (ThawCurvesPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_curves_page_dispose;
  widget_class->map = thaw_curves_page_map;
  g_type_ensure (THAW_TYPE_FACTS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               THAW_RESOURCE_PATH "curves/curves-page.ui");
#define BIND(name) gtk_widget_class_bind_template_child (widget_class, ThawCurvesPage, name)
  BIND (stack);
  BIND (waiting);
  BIND (spinner);
  BIND (scrolled);
  BIND (content);
  BIND (cause_box);
  BIND (cause);
  BIND (facts);
  BIND (controls);
  BIND (x_axis);
  BIND (log);
  BIND (smoothing_scale);
  BIND (smoothing_value);
  BIND (reset);
  BIND (menu);
  BIND (charts);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, x_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, log_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, smoothing_changed_cb);
  gtk_widget_class_install_action (widget_class, "curves.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "curves.table", NULL, table_action);
  gtk_widget_class_install_action (widget_class, "curves.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "curves.reset", NULL, reset_action);
  gtk_widget_class_set_css_name (widget_class, "thawcurves");
}

static void
thaw_curves_page_init (ThawCurvesPage *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GSettings *settings = thaw_settings ();

  self->group = thaw_chart_group_new ();
  self->shown_x = THAW_N_X;
  gtk_widget_init_template (GTK_WIDGET (self));
  thaw_scroll_to_own_focus (self->scrolled);
  for (int i = 0; i < THAW_N_X; i++)
    gtk_string_list_append (names, thaw_x_name ((ThawXKind) i));
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->x_axis), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->x_axis), THAW_X_EPOCH);
  if (settings != NULL)
    g_settings_bind (settings, "smoothing",
                     gtk_range_get_adjustment (GTK_RANGE (self->smoothing_scale)), "value",
                     G_SETTINGS_BIND_DEFAULT);
  smoothing_changed_cb (self);
  g_signal_connect_object (self->group, "zoomed", G_CALLBACK (zoomed_cb), self, G_CONNECT_SWAPPED);
  zoomed_cb (self);
}

GtkWidget *
thaw_curves_page_new (ThawWatch *watch)
{
  ThawCurvesPage *self = g_object_new (THAW_TYPE_CURVES_PAGE, NULL);

  self->watch = g_object_ref (watch);
  return GTK_WIDGET (self);
}

ThawChartView *
thaw_curves_page_chart (ThawCurvesPage *self, int which)
{
  return self->views[which];
}
