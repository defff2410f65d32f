/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store that goes away or becomes another one while its window is open: it is said, what was read
 * stays readable, nothing is written in its place, and all is well when it is back. */
#include "fill.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  Fixture window;
  char *first, *second; /* runs */
  char *path, *aside;   /* of the store, and of a place to move things to */
} Gone;

static const FillPlan plain = {"Plain", "mobilenet_v3_small", 4, 1, 0, 10, 1e-3,
                               1e-4,    THAW_RUN_FINISHED,    1};
static const FillPlan other = {"Other", "resnet18", 4, 1, 0, 10, 1e-3, 1e-4, THAW_RUN_FINISHED, 2};

static void
gone_set_up (Gone *g, gconstpointer data)
{
  Fixture *f = &g->window;

  set_up_store (f, data);
  g->first = fill_run (f->store, &plain);
  g->second = fill_run (f->store, &other);
  g_clear_pointer (&f->store, thaw_store_close);
  g->path = g_build_filename (f->home, "store.db", NULL);
  g->aside = g_build_filename (f->top, "aside", NULL);
  open_window (f);
  wait_until (shows (f, g->second)); /* and of the first nothing was read yet */
}

static void
gone_tear_down (Gone *g, gconstpointer data)
{
  tear_down (&g->window, data);
  g_free (g->first);
  g_free (g->second);
  g_free (g->path);
  g_free (g->aside);
}

static void
move (const char *from, const char *to)
{
  g_assert_cmpint (g_rename (from, to), ==, 0);
}

static void
expect_gone (Gone *g)
{
  Fixture *f = &g->window;

  wait_until (strstr (banner (f), "is not there any more") != NULL);
  g_assert_nonnull (strstr (banner (f), g->path));
  g_assert_cmpuint (n_runs (f), ==, 2);
  expect_readable (f, g->first, 4);
  expect_read_only (f);
  g_assert_false (can (f, "win.new-store"));
  g_assert_false (g_file_test (g->path, G_FILE_TEST_EXISTS));
}

static void
expect_back (Gone *g)
{
  Fixture *f = &g->window;

  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  g_assert_cmpstr (banner (f), ==, "");
  g_assert_cmpuint (n_runs (f), ==, 2);
  thaw_window_show_run (f->window, g->first);
  wait_until (shows (f, g->first) && can (f, "win.star"));
  act (f, "win.star");
  wait_until (thaw_run_item_run (thaw_window_run (f->window))->starred);
  f->store = thaw_store_open (f->home, THAW_STORE_READ, NULL); /* as others see it */
  g_autoptr (ThawRun) run = thaw_store_find_run (f->store, g->first, NULL);
  g_assert_true (run->starred);
}

static void
test_folder (Gone *g, gconstpointer data)
{
  Fixture *f = &g->window;

  move (f->home, g->aside);
  expect_gone (g);
  g_assert_false (g_file_test (f->home, G_FILE_TEST_EXISTS));
  move (g->aside, f->home);
  expect_back (g);
}

static void
test_file (Gone *g, gconstpointer data)
{
  move (g->path, g->aside);
  expect_gone (g);
  move (g->aside, g->path);
  expect_back (g);
}

/* A write right after it, before anybody has noticed, goes nowhere and says so; no empty store
 * keeps the old one from coming back. */
static void
test_write (Gone *g, gconstpointer data)
{
  Fixture *f = &g->window;
  ThawRunItem *item = thaw_window_run (f->window);
  bool before = GPOINTER_TO_INT (data) != 0; /* something was written before */
  g_autofree char *text = NULL;

  if (before) {
    thaw_window_edit_run (f->window, item, THAW_EDIT_NAME, "Named");
    wait_until (g_strcmp0 (thaw_run_item_run (item)->name, "Named") == 0);
  }
  g_clear_pointer (&f->window->said, g_free);
  move (f->home, g->aside);
  thaw_window_edit_run (f->window, item, THAW_EDIT_NAME, "Lost");
  text = next_toast (f);
  g_assert_nonnull (strstr (text, g->path));
  g_assert_nonnull (strstr (text, "nothing was changed"));
  g_assert_false (g_file_test (f->home, G_FILE_TEST_EXISTS));
  move (g->aside, f->home);
  expect_back (g);
  g_assert_cmpstr (thaw_run_item_run (item)->name, ==, before ? "Named" : "Other");
}

/* Deleted for good: the window stays as it is, and another store that is made there is shown. */
static void
test_deleted (Gone *g, gconstpointer data)
{
  Fixture *f = &g->window;
  g_autofree char *id = NULL;

  g_assert_cmpint (g_remove (g->path), ==, 0);
  expect_gone (g);
  f->store = thaw_store_open (f->home, THAW_STORE_WRITE, NULL);
  id = fill_run (f->store, &plain);
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY && n_runs (f) == 1);
  g_assert_cmpstr (thaw_run_item_id (nth (f, 0)), ==, id);
  g_assert_cmpstr (banner (f), ==, "");
  expect_readable (f, id, 4);
}

/* Another store in its place at once: its runs are shown, and the draft is still there. */
static void
test_replaced (Gone *g, gconstpointer data)
{
  Fixture *f = &g->window;
  g_autofree char *home = g_build_filename (f->top, "another", NULL), *id = NULL;
  ThawStore *store = thaw_store_open (home, THAW_STORE_WRITE, NULL);

  id = fill_run (store, &other);
  thaw_store_close (store);
  begin_draft (f);
  g_assert_true (thaw_draft_set (draft_page (f)->draft, "epochs", "77", NULL));
  move (f->home, g->aside);
  move (home, f->home);
  wait_until (n_runs (f) == 1 && g_strcmp0 (thaw_run_item_id (nth (f, 0)), id) == 0);
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  g_assert_cmpstr (page (f), ==, "draft");
  g_assert_cmpint (thaw_draft_recipe (draft_page (f)->draft)->epochs, ==, 77);
  expect_readable (f, id, 4);
}

/* Something that is no store in its place: what was read stays in the list, under a banner. */
static void
test_noise (Gone *g, gconstpointer data)
{
  Fixture *f = &g->window;

  move (g->path, g->aside);
  g_assert_true (g_file_set_contents (g->path, "not a store of ours at all", -1, NULL));
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_FAILED);
  g_assert_nonnull (strstr (banner (f), g->path));
  g_assert_cmpuint (n_runs (f), ==, 2);
  g_assert_false (can (f, "win.new-run") || can (f, "win.star"));
  move (g->aside, g->path);
  expect_back (g);
}

/* The folder of a run that trains: its worker cannot save any more and says so; when the folder is
 * back the run goes on from its last checkpoint, to its end. */
static void
test_training (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "set"), *aside = g_build_filename (f->top, "aside", NULL);
  ThawRunItem *item;
  int done;

  draft_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  move (f->home, aside);
  wait_until (strstr (banner (f), "is not there any more") != NULL);
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FAILED);
  g_test_message ("%s", thaw_run_item_run (item)->message);
  done = thaw_run_item_run (item)->epochs_done;
  g_assert_false (g_file_test (f->home, G_FILE_TEST_EXISTS));
  move (aside, f->home);
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  thaw_window_show_run (f->window, thaw_run_item_id (nth (f, 0)));
  g_assert_cmpint (thaw_run_item_run (nth (f, 0))->epochs_done, ==, done);
  wait_until (bar_can (f, THAW_CAN_RESUME) && can (f, "win.resume"));
  act (f, "win.resume");
  wait_until (all_in (f, 1, THAW_RUN_FINISHED));
  g_assert_cmpint (thaw_run_item_run (nth (f, 0))->epochs_done, ==, 30);
}

static void
add (const char *path, void (*test) (Gone *, gconstpointer), int data)
{
  g_test_add (path, Gone, GINT_TO_POINTER (data), gone_set_up, test, gone_tear_down);
}

int
main (int argc, char **argv)
{
  if (!fixture_begin (&argc, &argv))
    return 0;
  add ("/ui/gone/folder", test_folder, 0);
  add ("/ui/gone/file", test_file, 0);
  add ("/ui/gone/write", test_write, 0);
  add ("/ui/gone/write-again", test_write, 1);
  add ("/ui/gone/deleted", test_deleted, 0);
  add ("/ui/gone/replaced", test_replaced, 0);
  add ("/ui/gone/noise", test_noise, 0);
  g_test_add ("/ui/gone/training", Fixture, NULL, set_up_window, test_training, tear_down);
  return g_test_run ();
}
