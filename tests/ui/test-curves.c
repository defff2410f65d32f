/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The curves of a run, in process. */
#include "chart-table.h"
#include "chart-export.h"
#include "curves-page.h"
#include "fill.h"
#include "run-charts.h"
#include "scratch.h"
#include "thaw-resources.h"
#include "thaw-ui.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>

typedef struct {
  char *home;
  ThawStore *store;
  ThawWatch *watch;
  GtkWidget *window, *page;
} Fixture;

static const FillPlan finished = {"Finished", "resnet18",        8, 3, 0, 40, 1e-3,
                                  1e-4,       THAW_RUN_FINISHED, 1, 4, 5};
static const FillPlan diverged = {"Diverged", "mobilenet_v3_small", 8, 0, 3, 60, 1e-2,
                                  1e-2,       THAW_RUN_DIVERGED,    2};
static const FillPlan queued = {"Queued", "mobilenet_v3_small", 8, 0, 0, 60, 1e-2,
                                1e-2,     THAW_RUN_QUEUED,      2};

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->home = scratch_home_new ();
  f->store = thaw_store_open (f->home, THAW_STORE_WRITE, &error);
  g_assert_no_error (error);
  if (data != NULL)
    g_free (fill_run (f->store, data));
  f->watch = thaw_watch_new (f->home);
  f->page = thaw_curves_page_new (f->watch);
  f->window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 900, 700);
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  GtkWidget *page = f->page;

  g_object_add_weak_pointer (G_OBJECT (page), (gpointer *) &page);
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (page != NULL && g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (page);
  g_assert_finalize_object (f->watch);
  thaw_store_close (f->store);
  scratch_home_free (f->home);
}

static ThawRunItem *
newest (Fixture *f)
{
  g_autoptr (ThawRunItem) item = g_list_model_get_item (thaw_watch_runs (f->watch), 0);
  return item; /* the list keeps it */
}

static ThawChartView *
chart (Fixture *f, int which)
{
  return thaw_curves_page_chart (THAW_CURVES_PAGE (f->page), which);
}

static gpointer
part (Fixture *f, const char *name)
{
  return gtk_widget_get_template_child (f->page, THAW_TYPE_CURVES_PAGE, name);
}

static const char *
shown (Fixture *f)
{
  return gtk_stack_get_visible_child_name (part (f, "stack"));
}

static void
show_newest (Fixture *f)
{
  wait_until (g_list_model_get_n_items (thaw_watch_runs (f->watch)) > 0);
  thaw_curves_page_set_run (f->page, newest (f));
}

static void
show_charts (Fixture *f)
{
  show_newest (f);
  wait_until (chart (f, 0) != NULL);
  wait_until (thaw_chart_view_drawn (chart (f, 0)) > 0);
}

static GtkEventController *
controller (ThawChartView *view, GType type)
{
  g_autoptr (GListModel) all = gtk_widget_observe_controllers (GTK_WIDGET (view));

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GtkEventController) one = g_list_model_get_item (all, i);
    bool menu = GTK_IS_GESTURE_SINGLE (one) &&
                gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (one)) == GDK_BUTTON_SECONDARY;
    if (G_TYPE_CHECK_INSTANCE_TYPE (one, type) && !menu)
      return one; /* the widget keeps it */
  }
  g_error ("no %s", g_type_name (type));
}

static void
press (ThawChartView *view, guint key)
{
  gboolean used = FALSE;

  g_signal_emit_by_name (controller (view, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed", key, 0, 0,
                         &used);
  g_assert_true (used);
}

static void
point (ThawChartView *view, double x, double y)
{
  g_signal_emit_by_name (controller (view, GTK_TYPE_EVENT_CONTROLLER_MOTION), "motion", x, y);
}

static gboolean
turn_wheel (ThawChartView *view, double dx, double dy)
{
  gboolean used = FALSE;

  g_signal_emit_by_name (controller (view, GTK_TYPE_EVENT_CONTROLLER_SCROLL), "scroll", dx, dy,
                         &used);
  return used;
}

/* --- States --- */

static void
nothing_then_waiting (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (shown (f), ==, "none");
  show_newest (f);
  g_assert_cmpstr (shown (f), ==, "waiting");
  thaw_curves_page_set_run (f->page, NULL);
  g_assert_cmpstr (shown (f), ==, "none");
}

static void
a_finished_run (Fixture *f, gconstpointer data)
{
  show_charts (f);
  g_assert_cmpstr (shown (f), ==, "charts");
  g_assert_false (gtk_widget_get_visible (part (f, "cause_box")));
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++) {
    g_autofree char *words = thaw_chart_describe (thaw_chart_view_chart (chart (f, i)));
    gtk_test_accessible_assert_role (GTK_ACCESSIBLE (chart (f, i)), GTK_ACCESSIBLE_ROLE_IMG);
    gtk_test_accessible_assert_property (GTK_ACCESSIBLE (chart (f, i)),
                                         GTK_ACCESSIBLE_PROPERTY_LABEL, thaw_run_chart_name (i));
    g_assert_cmpuint (strlen (words), >, 20);
  }
}

static void
a_diverged_run (Fixture *f, gconstpointer data)
{
  show_charts (f);
  g_assert_true (gtk_widget_get_visible (part (f, "cause_box")));
  g_assert_nonnull (strstr (gtk_label_get_text (part (f, "cause")), "learning rate 0.01"));
}

/* --- Reading --- */

static void
by_keys (Fixture *f, gconstpointer data)
{
  ThawChartView *view;
  ThawChartGroup *group;
  ThawSeries *losses;
  g_autofree char *words = NULL;

  show_charts (f);
  gtk_range_set_value (part (f, "smoothing_scale"), 0); /* else a mean of neighbours is read */
  view = chart (f, THAW_RUN_CHART_ITERATIONS);
  group = thaw_chart_view_group (view);
  press (view, GDK_KEY_Home);
  g_assert_cmpfloat_with_epsilon (thaw_chart_group_cursor (group), 1 / 40.0, 1e-9);
  losses = thaw_chart_line_series (thaw_chart_view_chart (view), 0);
  words = thaw_chart_point_text (thaw_chart_view_chart (view),
                                 &(ThawHit){0, 0, thaw_series_points (losses)[0]});
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, words);
  press (view, GDK_KEY_End);
  g_assert_cmpfloat_with_epsilon (thaw_chart_group_cursor (group), 8, 1e-9);
  press (view, GDK_KEY_Left);
  g_assert_cmpfloat (thaw_chart_group_cursor (group), <, 8);
  press (view, GDK_KEY_plus);
  g_assert_true (thaw_chart_group_zoomed (group));
  press (view, GDK_KEY_minus);
  press (view, GDK_KEY_0);
  g_assert_false (thaw_chart_group_zoomed (group));
  press (view, GDK_KEY_Return);
  press (view, GDK_KEY_Escape); /* the popover   */
  press (view, GDK_KEY_Escape); /* the crosshair */
  g_assert_true (isnan (thaw_chart_group_cursor (group)));
}

static void
by_pointer (Fixture *f, gconstpointer data)
{
  ThawChartView *view;
  ThawChartGroup *group;
  GtkEventController *drag, *click;
  ThawRange before, after;

  show_charts (f);
  view = chart (f, THAW_RUN_CHART_ITERATIONS);
  group = thaw_chart_view_group (view);
  point (view, 400, 120);
  g_assert_cmpfloat (thaw_chart_group_cursor (group), >, 0);
  g_assert_false (turn_wheel (view, 0, 1)); /* all is seen: the page scrolls */
  g_assert_true (turn_wheel (view, 0, -3));
  g_assert_true (thaw_chart_group_zoomed (group));
  before = thaw_chart_group_range (group);
  g_assert_cmpfloat (before.lo, <, thaw_chart_group_cursor (group));
  g_assert_cmpfloat (before.hi, >, thaw_chart_group_cursor (group));
  drag = controller (view, GTK_TYPE_GESTURE_DRAG);
  g_signal_emit_by_name (drag, "drag-begin", 400.0, 120.0);
  g_signal_emit_by_name (drag, "drag-update", -60.0, 3.0);
  g_signal_emit_by_name (drag, "drag-end", -60.0, 3.0);
  after = thaw_chart_group_range (group);
  g_assert_cmpfloat (after.lo, >, before.lo);
  g_assert_cmpfloat_with_epsilon (after.hi - after.lo, before.hi - before.lo, 1e-9);
  g_signal_emit_by_name (drag, "drag-begin", 400.0, 120.0); /* a click moves nothing */
  click = controller (view, GTK_TYPE_GESTURE_CLICK);
  g_signal_emit_by_name (click, "released", 1, 400.0, 120.0);
  g_assert_true (thaw_chart_view_close_popover (view));
  g_signal_emit_by_name (click, "released", 2, 400.0, 120.0);
  g_assert_false (thaw_chart_group_zoomed (group));
  point (view, 400, 2); /* above the plot */
  g_assert_true (isnan (thaw_chart_group_cursor (group)));
  g_assert_false (turn_wheel (view, 0, -3));
}

static void
every_axis (Fixture *f, gconstpointer data)
{
  const double ends[THAW_N_X] = {320, 8, 0, 320 * 64, 1};
  ThawChartGroup *group;

  show_charts (f);
  group = thaw_chart_view_group (chart (f, 0));
  for (guint kind = 0; kind < THAW_N_X; kind++) {
    gtk_drop_down_set_selected (part (f, "x_axis"), kind);
    ThawRange range = thaw_chart_group_range (group);
    g_assert_cmpfloat (range.lo, ==, 0);
    if (ends[kind] > 0)
      g_assert_cmpfloat_with_epsilon (range.hi, ends[kind], ends[kind] * 0.02);
    else
      g_assert_cmpfloat (range.hi, >, 10);
  }
}

static void
smoothed (Fixture *f, gconstpointer data)
{
  ThawChart *losses;

  show_charts (f);
  losses = thaw_chart_view_chart (chart (f, THAW_RUN_CHART_ITERATIONS));
  gtk_range_set_value (part (f, "smoothing_scale"), 0.5);
  g_assert_cmpint (thaw_chart_line_look (losses, 0)->smooth, ==, 20);
  g_assert_nonnull (strstr (thaw_chart_line_look (losses, 0)->smooth_text, "0.5"));
  gtk_range_set_value (part (f, "smoothing_scale"), 0);
  g_assert_cmpint (thaw_chart_line_look (losses, 0)->smooth, ==, 0);
}

/* --- Drawing no more than is seen --- */

static void
out_of_sight (Fixture *f, gconstpointer data)
{
  ThawChartView *top, *bottom;
  GtkAdjustment *scroll;
  guint drawn;

  show_charts (f);
  top = chart (f, 0);
  bottom = chart (f, THAW_RUN_CHART_STRIP);
  g_assert_cmpuint (thaw_chart_view_drawn (bottom), ==, 0);
  drawn = thaw_chart_view_drawn (top);
  for (int i = 0; i < 5; i++) /* however often it changes within a frame */
    thaw_chart_group_changed (thaw_chart_view_group (top));
  gtk_test_widget_wait_for_draw (f->window);
  wait_until (thaw_chart_view_drawn (top) > drawn);
  g_assert_cmpuint (thaw_chart_view_drawn (top), <=, drawn + 2);
  drawn = thaw_chart_view_drawn (top);
  thaw_chart_group_set_cursor (thaw_chart_view_group (top), 2); /* over the kept picture */
  gtk_test_widget_wait_for_draw (f->window);
  g_assert_cmpuint (thaw_chart_view_drawn (top), ==, drawn);
  scroll = gtk_scrolled_window_get_vadjustment (part (f, "scrolled"));
  gtk_adjustment_set_value (scroll, gtk_adjustment_get_upper (scroll));
  wait_until (thaw_chart_view_drawn (bottom) > 0);
}

/* --- Live --- */

static size_t
n_points (Fixture *f)
{
  return thaw_series_length (
      thaw_chart_line_series (thaw_chart_view_chart (chart (f, THAW_RUN_CHART_ITERATIONS)), 0));
}

/* Rows arrive; then the run goes on from further back, and rows go away. */
static void
grows_and_goes_back (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  int attempt;
  g_autoptr (GError) error = NULL;
  ThawIterationRow rows[3];

  show_charts (f);
  g_assert_cmpuint (n_points (f), ==, 320);
  id = g_strdup (thaw_run_item_id (newest (f)));
  thaw_store_begin_attempt (f->store, id, 2, 80, &attempt, &error);
  g_assert_no_error (error);
  wait_until (chart (f, 0) != NULL && n_points (f) == 80);
  for (int i = 0; i < 3; i++)
    rows[i] = (ThawIterationRow){80 + i, 2, 1.5, 1e-3};
  thaw_store_add_iterations (f->store, id, attempt, rows, 3, &error);
  g_assert_no_error (error);
  wait_until (n_points (f) == 83);
  g_assert_cmpstr (shown (f), ==, "charts");
}

/* --- Taking it elsewhere --- */

static void
exported_cb (GtkWidget *from, const GError *error, gpointer user)
{
  *(char **) user = g_strdup (error != NULL ? error->message : "");
}

static void
exported (Fixture *f, gconstpointer data)
{
  g_autofree char *png = g_build_filename (f->home, "curves.png", NULL);
  g_autofree char *csv = g_build_filename (f->home, "curves.csv", NULL);
  g_autofree char *nowhere = g_build_filename (f->home, "no", "folder.png", NULL);
  g_autofree char *numbers = NULL, *answer = NULL, *refusal = NULL;
  ThawChartView *views[THAW_N_RUN_CHARTS];

  show_charts (f);
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++)
    views[i] = chart (f, i);
  thaw_chart_export_to (f->page, views, THAW_N_RUN_CHARTS, png, true, exported_cb, &answer);
  wait_until (answer != NULL);
  g_assert_cmpstr (answer, ==, "");
  g_assert_true (g_file_test (png, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_get_contents (csv, &numbers, NULL, NULL));
  g_assert_cmpuint (strlen (numbers), >, 1000);
  thaw_chart_export_to (f->page, views, 1, nowhere, false, exported_cb, &refusal);
  wait_until (refusal != NULL);
  g_assert_nonnull (strstr (refusal, "folder.png"));
}

static void
as_a_table (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  GtkWidget *window;

  show_charts (f);
  text = thaw_chart_table_text (thaw_chart_view_chart (chart (f, THAW_RUN_CHART_ACCURACY)));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 8 + 1);
  window = thaw_chart_table_present (f->page, thaw_chart_view_chart (chart (f, 0)), "Table");
  gtk_test_widget_wait_for_draw (window);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
copied (Fixture *f, gconstpointer data)
{
  GdkContentFormats *formats;

  show_charts (f);
  gtk_widget_activate_action (GTK_WIDGET (chart (f, 0)), "chart.copy", NULL);
  formats = gdk_clipboard_get_formats (gtk_widget_get_clipboard (f->page));
  g_assert_true (gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE));
  g_assert_true (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING));
}

/* --- A thaw block by block --- */

/* (transfer full) */
static char *
preset_json (const char *name)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (name);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The thaw map of ten epochs of the preset, which thaws at epochs 2, 4, 6 and 8. */
static void
gradual (void)
{
  g_autofree char *recipe = preset_json ("gradual-thaw"), *words = NULL;
  ThawRun run = {.id = (char *) "1",
                 .name = (char *) "Gradual",
                 .model = (char *) "resnet18",
                 .recipe = recipe,
                 .epochs = 20,
                 .steps_planned = 200,
                 .best_epoch = -1,
                 .best_accuracy = NAN};
  g_autoptr (GArray) epochs = g_array_new (FALSE, TRUE, sizeof (ThawEpochRow));
  g_autoptr (ThawRunCharts) charts = thaw_run_charts_new (&run, 0);
  ThawChart *strip = thaw_run_charts_take (charts, THAW_RUN_CHART_STRIP);

  for (int e = 0; e < 10; e++) {
    const ThawEpochRow row = {
        .epoch = e, .step = 10 * (e + 1), .frozen = e < 8, .lr = 1e-3, .seconds = 1};
    g_array_append_val (epochs, row);
  }
  thaw_run_charts_feed (charts, &(ThawRunRows){.run = &run, .epochs = epochs});
  words = thaw_chart_describe (strip);
  g_test_message ("%s", words);
  g_assert_nonnull (strstr (words, "fc trains from 0 to 10, at first with rate 0.001."));
  g_assert_nonnull (strstr (words, "Each of layer4.0 to layer4.1 is frozen from 0 to 2."));
  g_assert_nonnull (strstr (words, "Each of layer3.0 to layer3.1 is frozen from 0 to 4."));
  g_assert_nonnull (strstr (words, "Each of conv1 to layer1.1 is frozen from 0 to 8."));
  thaw_chart_free (strip);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ()) {
    g_print ("1..0 # SKIP no display\n");
    return 0;
  }
  adw_init ();
  thaw_ui_init ();
#define ADD(path, plan, func)                                                                      \
  g_test_add ("/ui/curves/" path, Fixture, plan, set_up, func, tear_down)
  ADD ("nothing-then-waiting", &queued, nothing_then_waiting);
  ADD ("a-finished-run", &finished, a_finished_run);
  ADD ("a-diverged-run", &diverged, a_diverged_run);
  ADD ("by-keys", &finished, by_keys);
  ADD ("by-pointer", &finished, by_pointer);
  ADD ("every-axis", &finished, every_axis);
  ADD ("smoothed", &finished, smoothed);
  ADD ("out-of-sight", &finished, out_of_sight);
  ADD ("grows-and-goes-back", &finished, grows_and_goes_back);
  ADD ("exported", &finished, exported);
  ADD ("as-a-table", &finished, as_a_table);
  ADD ("copied", &finished, copied);
  g_test_add_func ("/ui/curves/gradual", gradual);
  return g_test_run ();
}
