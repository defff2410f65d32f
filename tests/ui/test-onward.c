/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs lead to: training more, another try, a comparison; and what the bar says meanwhile. */
#include "compare-menu.h"
#include "fill.h"
#include "window-fixture.h"

#include <string.h>

static const FillPlan lesson = {"Lesson", "mobilenet_v3_small", 4, 1, 0, 10, 1e-3,
                                1e-4,     THAW_RUN_FINISHED,    1};
static const FillPlan other = {"Other_one", "resnet18",        4, 1, 0, 10, 1e-3,
                               1e-4,        THAW_RUN_FINISHED, 2};

static ThawDraft *
draft_of (Fixture *f)
{
  return draft_page (f)->draft;
}

static void
test_train_more (Fixture *f, gconstpointer data)
{
  g_autofree char *id = fill_run (f->store, &lesson);
  const ThawRecipe *recipe;

  open_window (f);
  wait_until (bar_can (f, THAW_CAN_TRAIN_MORE));
  g_assert_false (bar_can (f, THAW_CAN_COMPARE)); /* with what? */
  act (f, "win.train-more");
  recipe = thaw_draft_recipe (draft_of (f));
  g_assert_true (g_str_has_prefix (recipe->model.weights, f->home));
  g_assert_nonnull (strstr (recipe->model.weights, id));
  g_assert_nonnull (strstr (recipe->model.weights, "last"));
  g_assert_cmpint (recipe->freeze.epochs, ==, 0);
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "lr"), ==, 1e-4); /* after the thaw */
  g_assert_cmpstr (recipe->name, ==, "Lesson, further");
  g_assert_true (thaw_draft_is_changed (draft_of (f), "model.weights"));
  g_assert_true (gtk_revealer_get_reveal_child (
      GTK_REVEALER (THAW_RECIPE_PAGE (f->window->draft)->about_bar)));
}

static void
test_fix (Fixture *f, gconstpointer data)
{
  FillPlan plan = lesson;
  g_autofree char *id = NULL;
  ThawRecipePage *page;

  plan.state = THAW_RUN_FAILED;
  id = fill_run (f->store, &plan);
  g_assert_true (thaw_store_set_state (f->store, id, THAW_RUN_FAILED,
                                       "optimizer.lr is 7, expected less", NULL));
  open_window (f);
  wait_until (bar_can (f, THAW_CAN_FIX));
  act (f, "win.fix");
  page = THAW_RECIPE_PAGE (f->window->draft);
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (page->error_bar)));
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (page->error_text)), ==,
                   "optimizer.lr is 7, expected less");
}

/* A run that diverged leads to its recipe as a draft, and to the range test over it. */
static void
test_find_rate (Fixture *f, gconstpointer data)
{
  FillPlan plan = lesson;
  g_autofree char *id = NULL;
  g_autoptr (GList) toplevels = NULL;
  GtkWindow *finder = NULL;

  plan.state = THAW_RUN_DIVERGED;
  id = fill_run (f->store, &plan);
  open_window (f);
  wait_until (bar_can (f, THAW_CAN_FIND_RATE | THAW_CAN_DUPLICATE));
  act (f, "win.find-rate");
  g_assert_true (thaw_recipe_page_is_draft (f->window->draft));
  g_assert_cmpstr (thaw_draft_field (draft_of (f), "model.name")->value, ==,
                   "\"mobilenet_v3_small\"");
  toplevels = gtk_window_list_toplevels ();
  for (GList *l = toplevels; l != NULL; l = l->next)
    if (gtk_window_get_transient_for (l->data) == GTK_WINDOW (f->window))
      finder = l->data;
  g_assert_nonnull (finder);
  gtk_window_destroy (finder);
}

/* Starred ones are offered first; one that is chosen stands beside the run. */
static void
test_compare (Fixture *f, gconstpointer data)
{
  g_autofree char *first = fill_run (f->store, &lesson), *second = fill_run (f->store, &other),
                  *third = fill_run (f->store, &lesson);
  g_autoptr (GPtrArray) offers = NULL;

  g_assert_true (thaw_store_set_starred (f->store, first, TRUE, NULL));
  open_window (f);
  wait_until (bar_can (f, THAW_CAN_COMPARE));
  offers = thaw_compare_offers (f->watch, thaw_window_run (f->window));
  g_assert_cmpuint (offers->len, ==, 2);
  g_assert_cmpstr (thaw_run_item_id (offers->pdata[0]), ==, first);
  g_assert_cmpstr (thaw_run_item_id (offers->pdata[1]), ==, second);
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (f->window), "win.compare-with", "s", second));
  wait_until (f->window->selected->len == 2);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (f->window->main), ==, "comparison");
}

static int
least_width (gpointer widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

/* Neither a run's many buttons nor a comparison keep a window from being narrow, nor does the
 * longest of what is said of smoothing. */
static void
test_narrow (Fixture *f, gconstpointer data)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.thaw_workbench.Thaw");
  g_autofree char *first = fill_run (f->store, &lesson), *second = fill_run (f->store, &other);

  open_window (f);
  wait_until (bar_can (f, THAW_CAN_COMPARE | THAW_CAN_TRAIN_MORE | THAW_CAN_TRY));
  g_assert_cmpint (least_width (f->window->bar), <=, 360);
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (f->window->selected->len == 2);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f->window));
  g_settings_set_double (settings, "smoothing", 10);
  g_settings_set_double (settings, "comparison-smoothing", 10);
  g_assert_cmpint (least_width (f->window->comparison), <=, 360);
  g_assert_cmpint (least_width (f->window->views), <=, 360);
  g_settings_reset (settings, "smoothing");
  g_settings_reset (settings, "comparison-smoothing");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up_store, test, tear_down);
}

int
main (int argc, char **argv)
{
  if (!fixture_begin (&argc, &argv))
    return 0;
  add ("/ui/onward/train-more", test_train_more);
  add ("/ui/onward/fix", test_fix);
  add ("/ui/onward/find-rate", test_find_rate);
  add ("/ui/onward/compare", test_compare);
  add ("/ui/onward/narrow", test_narrow);
  return g_test_run ();
}
