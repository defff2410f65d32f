/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window in process: driven by its actions, with a store of its own. */
#include "fill.h"
#include "window-fixture.h"

static const FillPlan plain = {"Plain", "mobilenet_v3_small", 4, 1, 0, 10, 1e-3,
                               1e-4,    THAW_RUN_FINISHED,    1};
static const FillPlan other = {"Other", "resnet18", 4, 1, 0, 10, 1e-3, 1e-4, THAW_RUN_FINISHED, 2};

static guint
n_trashed (Fixture *f)
{
  return g_list_model_get_n_items (thaw_watch_trash (f->watch));
}

static void
test_welcome (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;

  open_window (f);
  g_assert_cmpstr (page (f), ==, "welcome");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (f->window->list_button)));
  id = fill_run (f->store, &plain); /* as from a terminal */
  wait_until (shows (f, id));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (f->window->list_button)));
}

static void
test_selection (Fixture *f, gconstpointer data)
{
  g_autofree char *first = fill_run (f->store, &plain), *second = fill_run (f->store, &other);

  open_window (f);
  wait_until (shows (f, second)); /* the latest */
  thaw_window_show_run (f->window, first);
  wait_until (shows (f, first));
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (f->window)), ==, "Plain");
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (g_strcmp0 (page (f), "comparison") == 0);
  thaw_window_show_run (f->window, second);
  wait_until (shows (f, second));
}

static void
test_trash_and_undo (Fixture *f, gconstpointer data)
{
  g_autofree char *first = fill_run (f->store, &plain), *second = fill_run (f->store, &other);

  open_window (f);
  wait_until (shows (f, second));
  act (f, "win.trash");
  wait_until (n_trashed (f) == 1 && shows (f, first)); /* the neighbour takes its place */
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (f->window->trash_row)));
  act (f, "win.undo");
  wait_until (n_trashed (f) == 0 && shows (f, second));
  act (f, "win.trash");
  wait_until (n_trashed (f) == 1);
  act (f, "win.show-trash");
  thaw_run_list_select (THAW_RUN_LIST (f->window->trash), second);
  wait_until (shows (f, second));
  wait_until (thaw_run_bar_can (f->window->bar) == THAW_CAN_RESTORE);
  act (f, "win.restore");
  wait_until (n_runs (f) == 2 && !f->window->in_trash); /* an empty trash closes */
}

static void
test_rename_and_undo (Fixture *f, gconstpointer data)
{
  g_autofree char *id = fill_run (f->store, &plain);
  ThawRunItem *item;

  open_window (f);
  wait_until (shows (f, id));
  item = thaw_window_run (f->window);
  thaw_window_edit_run (f->window, item, THAW_EDIT_NAME, "New name");
  wait_until (g_strcmp0 (thaw_run_item_run (item)->name, "New name") == 0);
  thaw_window_edit_run (f->window, item, THAW_EDIT_TAGS, " one, two ,");
  wait_until (g_strv_length (thaw_run_item_run (item)->tags) == 2);
  act (f, "win.undo");
  wait_until (g_strv_length (thaw_run_item_run (item)->tags) == 0);
  act (f, "win.undo");
  wait_until (g_strcmp0 (thaw_run_item_run (item)->name, "Plain") == 0);
  act (f, "win.star");
  wait_until (thaw_run_item_run (item)->starred);
}

static void
test_draft (Fixture *f, gconstpointer data)
{
  g_autofree char *id = fill_run (f->store, &plain);

  open_window (f);
  wait_until (shows (f, id));
  act (f, "win.new-run");
  g_assert_cmpstr (page (f), ==, "draft");
  g_assert_true (thaw_recipe_page_is_draft (f->window->draft));
  thaw_window_show_run (f->window, id);
  wait_until (shows (f, id));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (f->window->draft_row)));
  act (f, "win.show-draft");
  g_assert_cmpstr (page (f), ==, "draft");
  act (f, "win.discard-draft");
  g_assert_null (f->window->draft);
  act (f, "win.undo");
  g_assert_nonnull (f->window->draft);
  g_assert_cmpstr (page (f), ==, "draft");
  act (f, "win.discard-draft");
}

/* A request is written for the worker, and said at once. */
static void
test_pause (Fixture *f, gconstpointer data)
{
  FillPlan plan = plain;
  g_autofree char *id = NULL;
  g_autoptr (ThawRunLock) lock = NULL;

  plan.done = 2;
  id = fill_run (f->store, &plan);
  lock = thaw_run_lock (f->store, id, NULL);
  g_assert_true (thaw_store_set_state (f->store, id, THAW_RUN_RUNNING, NULL, NULL));
  open_window (f);
  wait_until (shows (f, id) && bar_can (f, THAW_CAN_PAUSE));
  act (f, "win.pause");
  g_assert_false (bar_can (f, THAW_CAN_PAUSE));
  g_autoptr (ThawRequest) request = NULL;
  wait_until ((request = thaw_store_next_request (f->store, id, NULL)) != NULL);
  g_assert_cmpstr (request->verb, ==, "pause");
  g_assert_true (thaw_store_set_state (f->store, id, THAW_RUN_PAUSED, NULL, NULL));
  wait_until (bar_can (f, THAW_CAN_CONTINUE));
  g_clear_pointer (&lock, thaw_run_unlock); /* killed */
  wait_until (bar_can (f, THAW_CAN_RESUME) || bar_can (f, THAW_CAN_LOCATE));
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->home, "store.db", NULL);

  g_clear_pointer (&f->store, thaw_store_close);
  g_assert_true (g_file_set_contents (path, "this is not a store of ours at all", -1, NULL));
  open_window (f);
  wait_until (g_strcmp0 (page (f), "failed") == 0);
  g_assert_nonnull (adw_status_page_get_description (f->window->failed_page));
}

static void
test_search_keeps_page (Fixture *f, gconstpointer data)
{
  g_autofree char *first = fill_run (f->store, &plain), *second = fill_run (f->store, &other);

  open_window (f);
  wait_until (shows (f, second));
  act (f, "win.search");
  thaw_run_list_set_text (THAW_RUN_LIST (f->window->runs), "plain");
  for (int i = 0; i < 50; i++) {
    g_usleep (5000);
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_true (shows (f, second));
}

/* Borders may be part of it. */
static gboolean
has_width (Fixture *f, int width)
{
  int now = gtk_widget_get_width (GTK_WIDGET (f->window));

  return now <= width && now > width - 30;
}

/* From wide to narrow at once: what is left out of a narrow header does not hold the window. A
 * warning of GTK's would end the test. */
static void
test_narrow_at_once (Fixture *f, gconstpointer data)
{
  g_autofree char *run = fill_run (f->store, &plain);

  open_window (f);
  wait_until (shows (f, run) && has_width (f, 1000));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 360, 640);
  wait_until (has_width (f, 360));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 640);
  wait_until (has_width (f, 1000));
  wait_until (!adw_flap_get_folded (f->window->flap));
  for (int width = 1000; width >= 360;
       width -= 40) { /* and by little steps, with pictures of each */
    gtk_window_set_default_size (GTK_WINDOW (f->window), width, 640);
    wait_until (has_width (f, width));
    gtk_test_widget_wait_for_draw (GTK_WIDGET (f->window));
  }
}

/* Before the window has its first sizes the list moves by no number, which would become its
 * children's width: it does not move, it is there. */
static void
test_list_before_sizes (Fixture *f, gconstpointer data)
{
  g_autofree char *run = fill_run (f->store, &plain);

  begin_window (f);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (f->window->flap)));
  g_assert_cmpfloat (adw_swipeable_get_distance (ADW_SWIPEABLE (f->window->flap)), ==, 0);
  for (int i = 0; i < 3; i++) {
    const bool there = i % 2 == 0;

    thaw_window_reveal_list (f->window, there);
    g_assert_true (adw_flap_get_reveal_flap (f->window->flap) == there);
    g_assert_cmpfloat (adw_flap_get_reveal_progress (f->window->flap), ==, there ? 1 : 0);
  }
  wait_until (shows (f, run));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f->window));
  g_assert_cmpfloat (adw_flap_get_reveal_progress (f->window->flap), ==, 1);
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
  add ("/ui/window/welcome", test_welcome);
  add ("/ui/window/selection", test_selection);
  add ("/ui/window/trash-and-undo", test_trash_and_undo);
  add ("/ui/window/rename-and-undo", test_rename_and_undo);
  add ("/ui/window/draft", test_draft);
  add ("/ui/window/pause", test_pause);
  add ("/ui/window/damaged", test_damaged);
  add ("/ui/window/list-before-sizes", test_list_before_sizes);
  add ("/ui/window/narrow-at-once", test_narrow_at_once);
  add ("/ui/window/search-keeps-page", test_search_keeps_page);
  return g_test_run ();
}
