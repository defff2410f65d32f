/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs side by side, in process. */
#include "compare-charts.h"
#include "comparison-page.h"
#include "fill.h"
#include "scratch.h"
#include "thaw-ui.h"

#include <adwaita.h>
#include <math.h>

typedef struct {
  char *home;
  ThawStore *store;
  ThawWatch *watch;
  GtkWidget *window, *page;
} Fixture;

static const FillPlan plans[] = {
    {"Seed 1", "mobilenet_v3_small", 6, 2, 0, 30, 1e-3, 1e-4, THAW_RUN_FINISHED, 1},
    {"Seed 2", "mobilenet_v3_small", 6, 2, 0, 30, 1e-3, 1e-4, THAW_RUN_FINISHED, 2},
    {"Longer", "resnet18", 9, 2, 0, 30, 1e-3, 1e-4, THAW_RUN_FINISHED, 1},
    {"Longer, seed 2", "resnet18", 9, 2, 0, 30, 1e-3, 1e-4, THAW_RUN_FINISHED, 2},
    {"Waiting", "resnet18", 9, 2, 0, 30, 1e-3, 1e-4, THAW_RUN_QUEUED, 5},
};

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->home = scratch_home_new ();
  f->store = thaw_store_open (f->home, THAW_STORE_WRITE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    g_free (fill_run (f->store, &plans[i]));
  f->watch = thaw_watch_new (f->home);
  f->page = thaw_comparison_page_new (f->watch);
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

static gpointer
part (Fixture *f, const char *name)
{
  return gtk_widget_get_template_child (f->page, THAW_TYPE_COMPARISON_PAGE, name);
}

static ThawChart *
chart (Fixture *f, int which)
{
  return thaw_chart_view_chart (thaw_comparison_page_chart (THAW_COMPARISON_PAGE (f->page), which));
}

/* names: separated by semicolons */
static void
show (Fixture *f, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, ";", -1);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *runs = thaw_watch_runs (f->watch);

  wait_until (g_list_model_get_n_items (runs) == G_N_ELEMENTS (plans));
  for (int k = 0; list[k] != NULL; k++)
    for (guint i = 0; i < G_N_ELEMENTS (plans); i++) {
      ThawRunItem *item = g_list_model_get_item (runs, i);
      if (strcmp (thaw_run_item_run (item)->name, list[k]) == 0)
        g_ptr_array_add (items, item);
      else
        g_object_unref (item);
    }
  g_assert_cmpuint (items->len, ==, g_strv_length (list));
  thaw_comparison_page_set_runs (f->page, items);
}

static size_t
n_points (Fixture *f, int which, int line)
{
  return thaw_series_length (thaw_chart_line_series (chart (f, which), line));
}

static void
wait_for_points (Fixture *f, int line)
{
  wait_until (n_points (f, THAW_COMPARE_ITERATIONS, line) > 0);
}

static void
side_by_side (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autofree char *latex = NULL;

  show (f, "Seed 1;Longer");
  wait_for_points (f, 0);
  wait_for_points (f, 1);
  g_assert_cmpint (thaw_chart_n_lines (chart (f, THAW_COMPARE_ACCURACY)), ==, 2);
  g_assert_cmpuint (n_points (f, THAW_COMPARE_ACCURACY, 0), ==, 6); /* ends where it ends */
  g_assert_cmpuint (n_points (f, THAW_COMPARE_ACCURACY, 1), ==, 9);
  g_assert_false (gtk_widget_get_visible (part (f, "seeds_place")));
  wait_until (strstr (latex = (g_free (latex), thaw_comparison_page_table (
                                                   THAW_COMPARISON_PAGE (f->page), "latex")),
                      "\\textbf") != NULL);
  g_assert_nonnull (strstr (latex, "Overfitting"));
  thaw_comparison_page_set_runs (f->page, none);
  g_assert_null (thaw_comparison_page_chart (THAW_COMPARISON_PAGE (f->page), 0));
}

static void
seeds_as_mean (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  show (f, "Seed 1;Seed 2;Longer");
  for (int i = 0; i < 3; i++)
    wait_for_points (f, i);
  g_assert_true (gtk_widget_get_visible (part (f, "seeds_place")));
  gtk_toggle_button_set_active (part (f, "seeds"), TRUE);
  g_assert_cmpint (thaw_chart_n_lines (chart (f, THAW_COMPARE_ACCURACY)), ==, 2);
  g_assert_cmpint (thaw_chart_n_lines (chart (f, THAW_COMPARE_ITERATIONS)), ==, 3);
  wait_until (strstr (text = (g_free (text),
                              thaw_comparison_page_table (THAW_COMPARISON_PAGE (f->page), "text")),
                      "(2 runs)") != NULL);
  gtk_toggle_button_set_active (part (f, "seeds"), FALSE);
  g_assert_cmpint (thaw_chart_n_lines (chart (f, THAW_COMPARE_ACCURACY)), ==, 3);
}

static double
best_of (Fixture *f, const char *name)
{
  GListModel *runs = thaw_watch_runs (f->watch);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (runs, i);
    if (strcmp (thaw_run_item_run (item)->name, name) == 0)
      return thaw_run_item_run (item)->best_accuracy;
  }
  g_assert_not_reached ();
}

/* Two recipes with two seeds each, seed by seed: in the page and in what is copied. */
static void
by_seed (Fixture *f, gconstpointer data)
{
  static const char *const formats[] = {"text", "markdown", "latex"};
  g_autofree char *mean = NULL;

  show (f, "Seed 1;Longer");
  g_assert_false (gtk_widget_get_visible (part (f, "pairs_box")));
  show (f, "Seed 1;Seed 2;Longer;Longer, seed 2");
  for (int i = 0; i < 4; i++)
    wait_for_points (f, i);
  g_assert_true (gtk_widget_get_visible (part (f, "pairs_box")));
  g_assert_nonnull (strstr (gtk_label_get_text (part (f, "pairs_note")), "Student"));
  mean = g_strdup_printf ("%+.2f points (",
                          50 * (best_of (f, "Longer") - best_of (f, "Seed 1") +
                                best_of (f, "Longer, seed 2") - best_of (f, "Seed 2")));
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *text = NULL;
    wait_until (strstr (text = (g_free (text), thaw_comparison_page_table (
                                                   THAW_COMPARISON_PAGE (f->page), formats[i])),
                        mean) != NULL);
    g_assert_nonnull (strstr (text, "Longer less Seed 1"));
    g_assert_nonnull (strstr (text, "2 seeds"));
    g_assert_nonnull (strstr (text, "Overfitting"));
  }
}

static void
every_axis_and_cost (Fixture *f, gconstpointer data)
{
  ThawChartGroup *group;

  show (f, "Seed 1;Longer");
  wait_for_points (f, 0);
  wait_for_points (f, 1);
  group = thaw_chart_view_group (thaw_comparison_page_chart (THAW_COMPARISON_PAGE (f->page), 0));
  for (guint kind = 0; kind < THAW_N_X; kind++) {
    const double ends[THAW_N_X] = {270, 9, 0, 270 * 64, 1};
    gtk_drop_down_set_selected (part (f, "x_axis"), kind);
    if (ends[kind] > 0)
      g_assert_cmpfloat_with_epsilon (thaw_chart_group_full (group).hi, ends[kind],
                                      ends[kind] / 50);
    else
      g_assert_cmpfloat (thaw_chart_group_full (group).hi, >, 10);
  }
  for (guint cost = 0; cost < THAW_N_COSTS; cost++) {
    g_autofree char *words = g_strdup ("");
    gtk_drop_down_set_selected (part (f, "cost"), cost);
    wait_until (
        strstr (words = (g_free (words), thaw_chart_describe (chart (f, THAW_COMPARE_SCATTER))),
                "Longer") != NULL);
  }
}

/* A run without any row, and the fields in which recipes differ. */
static void
with_a_run_that_waits (Fixture *f, gconstpointer data)
{
  show (f, "Longer;Waiting");
  wait_for_points (f, 0);
  g_assert_cmpint (thaw_chart_n_lines (chart (f, THAW_COMPARE_ACCURACY)), ==, 2);
  g_assert_cmpuint (n_points (f, THAW_COMPARE_ITERATIONS, 1), ==, 0);
  g_assert_true (gtk_widget_get_visible (part (f, "recipes"))); /* their seeds differ */
  gtk_toggle_button_set_active (part (f, "all_fields"), TRUE);
  g_assert_cmpstr (gtk_label_get_text (part (f, "recipes_title")), ==, "Recipes");
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
#define ADD(path, func) g_test_add ("/ui/comparison/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("side-by-side", side_by_side);
  ADD ("seeds-as-mean", seeds_as_mean);
  ADD ("by-seed", by_seed);
  ADD ("every-axis-and-cost", every_axis_and_cost);
  ADD ("with-a-run-that-waits", with_a_run_that_waits);
  return g_test_run ();
}
