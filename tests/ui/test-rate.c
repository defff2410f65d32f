/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The range test: what the program's answer is read as, and the window around it, with the program
 * `thaw` behind it. */
#include "page.h"
#include "rate-test.h"
#include "scratch.h"
#include "thaw-ui.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

/* --- The answer --- */

static void
test_parse (void)
{
  const char *json = "{\"points\": [{\"lr\": 1e-3, \"loss\": 2.5, \"smooth\": 2.5},"
                     "{\"lr\": 1e-2, \"loss\": 1.5, \"smooth\": 1.75},"
                     "{\"lr\": 1e-2, \"loss\": 9, \"smooth\": 9}, 7,"
                     "{\"lr\": 1e-1, \"loss\": null, \"smooth\": null}],"
                     "\"suggestions\": [{\"name\": \"valley\", \"title\": \"Valley\", \"lr\": 5e-3,"
                     "\"reason\": \"because\"}, {\"title\": \"None\", \"lr\": null}, 3],"
                     "\"none\": null}";
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRateTest) test = thaw_rate_test_parse (json, &error);
  const ThawRateReading *reading;
  ThawSeries *mean;
  ThawPlotArea area;

  g_assert_no_error (error);
  g_assert_cmpuint (test->readings->len, ==, 1);
  reading = test->readings->pdata[0];
  g_assert_cmpstr (reading->title, ==, "Valley");
  g_assert_cmpstr (reading->reason, ==, "because");
  g_assert_cmpfloat (reading->rate, ==, 5e-3);
  g_assert_null (test->none);
  g_assert_cmpint (thaw_chart_n_lines (test->chart), ==, 2);
  mean = thaw_chart_line_series (test->chart, 1);
  g_assert_cmpuint (thaw_series_length (mean), ==, 3); /* the rate that did not grow is out */
  g_assert_cmpfloat (thaw_series_points (mean)[1].y, ==, 1.75);
  g_assert_true (isnan (thaw_series_points (mean)[2].y));
  /* the axis is logarithmic: the middle rate stands in the middle */
  thaw_chart_measure (test->chart, 600, 300, thaw_plot_style_light (), &area);
  g_assert_true (area.x_log);
  g_assert_cmpfloat_with_epsilon (
      thaw_plot_area_x_px (&area, 1e-2),
      (thaw_plot_area_x_px (&area, 1e-3) + thaw_plot_area_x_px (&area, 1e-1)) / 2, 0.01);
}

static void
test_none (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRateTest) test = thaw_rate_test_parse (
      "{\"points\": [], \"suggestions\": [], \"none\": \"The loss never falls\"}", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (test->readings->len, ==, 0);
  g_assert_cmpstr (test->none, ==, "The loss never falls");
}

static void
test_nonsense (void)
{
  static const char *const all[] = {"",
                                    "{",
                                    "[]",
                                    "7",
                                    "{}",
                                    "{\"points\": 3, \"suggestions\": []}",
                                    "{\"points\": [], \"suggestions\": {}}"};

  for (size_t i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (thaw_rate_test_parse (all[i], &error));
    g_assert_nonnull (error);
  }
}

/* --- The window --- */

typedef struct {
  char *home;
  ThawWatch *watch;
  GtkWidget *window, *page;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->home = scratch_home_new ();
  f->watch = thaw_watch_new (f->home);
  f->page = thaw_recipe_page_new (f->watch);
  f->window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1200, 800);
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
  thaw_recipe_page_draft (f->page, "one-minute-sample");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&f->watch);
  g_clear_pointer (&f->home, scratch_home_free);
}

/* The window that lies over the page. (nullable) */
static GtkWindow *
finder (Fixture *f)
{
  g_autoptr (GList) all = gtk_window_list_toplevels ();

  for (GList *l = all; l != NULL; l = l->next)
    if (gtk_window_get_transient_for (l->data) == GTK_WINDOW (f->window))
      return l->data;
  return NULL;
}

static void
collect (GtkWidget *widget, GType type, GPtrArray *found)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, type, found);
}

static GtkStack *
stack_of (GtkWindow *window)
{
  g_autoptr (GPtrArray) stacks = g_ptr_array_new ();

  collect (GTK_WIDGET (window), GTK_TYPE_STACK, stacks);
  g_assert_cmpuint (stacks->len, >, 0);
  return stacks->pdata[0];
}

static bool
shows (GtkWindow *window, const char *child)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (stack_of (window)), child) == 0;
}

/* What is read is offered, and what is chosen is in the draft afterwards, to be undone. */
static void
test_use (Fixture *f, gconstpointer data)
{
  ThawDraft *draft = THAW_RECIPE_PAGE (f->page)->draft;
  double before = thaw_choice_real (&thaw_draft_recipe (draft)->optimizer, "lr"), after;
  g_autoptr (GPtrArray) rows = g_ptr_array_new (), buttons = g_ptr_array_new ();
  const double *rate = NULL;

  thaw_recipe_page_find_rate (f->page);
  g_assert_true (shows (finder (f), "waiting"));
  wait_until (!shows (finder (f), "waiting"));
  g_assert_true (shows (finder (f), "answer"));
  collect (GTK_WIDGET (finder (f)), ADW_TYPE_ACTION_ROW, rows);
  g_assert_cmpuint (rows->len, ==, 3);
  collect (rows->pdata[2], GTK_TYPE_BUTTON, buttons);
  g_assert_cmpuint (buttons->len, ==, 1);
  rate = g_object_get_data (buttons->pdata[0], "thaw-rate");
  g_assert_cmpfloat (*rate, >, 0);
  after = *rate;
  g_signal_emit_by_name (buttons->pdata[0], "clicked");
  wait_until (finder (f) == NULL);
  g_assert_cmpfloat_with_epsilon (
      thaw_choice_real (&thaw_draft_recipe (draft)->optimizer, "lr") / after, 1, 0.06);
  g_assert_true (thaw_draft_undo (draft));
  g_assert_cmpfloat (thaw_choice_real (&thaw_draft_recipe (draft)->optimizer, "lr"), ==, before);
}

/* Closed before it ends, it ends, and touches nothing any more. */
static void
test_closed (Fixture *f, gconstpointer data)
{
  GtkWindow *window;

  thaw_recipe_page_find_rate (f->page);
  window = finder (f);
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_close (window);
  wait_until (window == NULL);
}

/* What cannot be read is told in the program's own sentence. */
static void
test_no_data (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new ();

  thaw_draft_set_data_path (THAW_RECIPE_PAGE (f->page)->draft, "/nowhere/to-be-found");
  thaw_recipe_page_find_rate (f->page);
  wait_until (!shows (finder (f), "waiting"));
  g_assert_true (shows (finder (f), "error"));
  collect (GTK_WIDGET (finder (f)), ADW_TYPE_STATUS_PAGE, pages);
  g_assert_nonnull (
      strstr (adw_status_page_get_description (pages->pdata[0]), "/nowhere/to-be-found"));
  gtk_window_destroy (finder (f));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/rate/parse", test_parse);
  g_test_add_func ("/ui/rate/none", test_none);
  g_test_add_func ("/ui/rate/nonsense", test_nonsense);
  if (!gtk_init_check ())
    return g_test_run ();
  adw_init ();
  thaw_ui_init ();
  g_test_add ("/ui/rate/use", Fixture, NULL, set_up, test_use, tear_down);
  g_test_add ("/ui/rate/closed", Fixture, NULL, set_up, test_closed, tear_down);
  g_test_add ("/ui/rate/no-data", Fixture, NULL, set_up, test_no_data, tear_down);
  return g_test_run ();
}
