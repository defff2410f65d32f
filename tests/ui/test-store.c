/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window over a store that is newer, damaged or none at all: what it shows, what it lets one
 * do, and that the file stays as it was. */
#include "fill.h"
#include "window-fixture.h"

#include <string.h>

enum { MANY = 30, PAGE = 4096 };

typedef struct {
  Fixture window;
  char *path, *ids[MANY];
  char *bytes, *hash; /* of the file, as the window found it */
  gsize length;
} Store;

static void
store_set_up (Store *s, gconstpointer data)
{
  FillPlan plan = {"", "mobilenet_v3_small", 4, 1, 0, 60, 1e-3, 1e-4, THAW_RUN_FINISHED, 1};
  Fixture *f = &s->window;

  set_up_store (f, data);
  s->path = g_build_filename (f->home, "store.db", NULL);
  for (int i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf ("Run <%02d>", i);
    plan.name = name;
    s->ids[i] = fill_run (f->store, &plan);
  }
  g_clear_pointer (&f->store, thaw_store_close);
  g_assert_true (g_file_get_contents (s->path, &s->bytes, &s->length, NULL));
}

/* Puts the changed bytes in place, and opens the window over them. */
static void
open_changed (Store *s)
{
  g_assert_true (g_file_set_contents (s->path, s->bytes, (gssize) s->length, NULL));
  s->hash = hash_of (s->path);
  open_window (&s->window);
}

static void
store_tear_down (Store *s, gconstpointer data)
{
  g_autofree char *after = NULL;

  close_window (&s->window);
  after = hash_of (s->path);
  g_assert_cmpstr (after, ==, s->hash); /* whatever was tried */
  tear_down (&s->window, data);
  for (int i = 0; i < MANY; i++)
    g_free (s->ids[i]);
  g_free (s->path);
  g_free (s->bytes);
  g_free (s->hash);
}

static void
test_newer (Store *s, gconstpointer data)
{
  Fixture *f = &s->window;
  s->bytes[63] = THAW_STORE_VERSION + 1; /* user_version */
  open_changed (s);
  wait_until (strstr (banner (f), "newer Thaw") != NULL);
  g_assert_nonnull (strstr (banner (f), s->path));
  g_assert_cmpuint (n_runs (f), ==, MANY);
  expect_readable (f, s->ids[3], 4);
  expect_read_only (f);
  g_assert_true (can (f, "win.new-store"));
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (g_strcmp0 (page (f), "comparison") == 0);
  thaw_window_show_run (f->window, s->ids[4]);
  adw_view_stack_set_visible_child_name (f->window->views, "recipe");
  wait_until (f->window->recipe != NULL);
}

/* The page that holds the row of one run in the middle. */
static void
test_torn (Store *s, gconstpointer data)
{
  Fixture *f = &s->window;
  char *at = memmem (s->bytes, s->length, "Run <15>", 8);
  g_autofree char *gone = g_strdup_printf ("Damaged run %.8s", s->ids[15]);
  ThawRunItem *item;

  g_assert_nonnull (at);
  memset (s->bytes + (at - s->bytes) / PAGE * PAGE, 0, PAGE);
  open_changed (s);
  wait_until (strstr (banner (f), "is damaged") != NULL && strstr (banner (f), gone) != NULL);
  g_assert_cmpuint (n_runs (f), ==, MANY);
  expect_readable (f, s->ids[2], 4);
  expect_readable (f, s->ids[27], 4);
  expect_read_only (f);
  item = thaw_watch_find (f->watch, s->ids[15]);
  g_assert_cmpstr (thaw_run_item_run (item)->name, ==, gone);
  for (int i = 0; i < 2; i++) { /* what is left of it, in either view */
    adw_view_stack_set_visible_child_name (f->window->views, i == 0 ? "curves" : "recipe");
    thaw_window_show_run (f->window, s->ids[15]);
    wait_until (thaw_window_run (f->window) == item);
  }
  wait_until (!can (f, "win.fix"));
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (g_strcmp0 (page (f), "comparison") == 0);
}

/* The page with the last iterations of one run: its neighbours are whole, and it is named. */
static void
test_torn_curve (Store *s, gconstpointer data)
{
  Fixture *f = &s->window;
  g_autofree char *name = NULL;

  for (gsize p = s->length / PAGE * 2 / 3; p < s->length / PAGE; p++)
    if (s->bytes[p * PAGE] == 10) { /* a leaf of a table without row ids */
      memset (s->bytes + p * PAGE, 0, PAGE);
      break;
    }
  open_changed (s);
  wait_until (strstr (banner (f), "is damaged") != NULL && strstr (banner (f), "Run <") != NULL);
  g_assert_cmpuint (n_runs (f), ==, MANY);
  name = g_strdup (strstr (banner (f), "Run <"));
  for (int i = 0; i < MANY; i++) { /* every one opens */
    thaw_window_show_run (f->window, s->ids[i]);
    wait_until (thaw_window_run (f->window) == thaw_watch_find (f->watch, s->ids[i]));
  }
  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_READ_ONLY);
}

/* Nothing to read: said on a page of its own; a new store begins beside it, and is used at once. */
static void
test_noise (Store *s, gconstpointer data)
{
  Fixture *f = &s->window;
  g_autofree char *beside = g_build_filename (f->home, "store-2.db", NULL);
  FillPlan plan = {"After", "resnet18", 4, 1, 0, 10, 1e-3, 1e-4, THAW_RUN_FINISHED, 2};
  g_autofree char *id = NULL;
  ThawStore *store;

  for (gsize i = 0; i < s->length; i++)
    s->bytes[i] = (char) (i * 2654435761u >> 11);
  open_changed (s);
  wait_until (g_strcmp0 (page (f), "failed") == 0);
  g_assert_nonnull (strstr (adw_status_page_get_description (f->window->failed_page), s->path));
  g_assert_true (can (f, "win.open-home") && can (f, "win.new-store"));
  g_assert_false (can (f, "win.new-run") || can (f, "win.import-data"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.new-store", NULL));
  wait_until (g_strcmp0 (page (f), "welcome") == 0);
  g_assert_true (g_file_test (beside, G_FILE_TEST_EXISTS));
  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_READY);
  g_assert_true (can (f, "win.new-run"));
  g_assert_false (can (f, "win.new-store"));
  store = thaw_store_open (f->home, THAW_STORE_WRITE, NULL);
  id = fill_run (store, &plan);
  thaw_store_close (store);
  wait_until (n_runs (f) == 1);
}

/* A damaged store that is put right while the window is open is read anew, and written again. */
static void
test_put_right (Store *s, gconstpointer data)
{
  Fixture *f = &s->window;
  g_autofree char *good = g_memdup2 (s->bytes, s->length);

  memset (s->bytes + s->length - PAGE, 0, PAGE);
  s->bytes[63] = THAW_STORE_VERSION + 1;
  open_changed (s);
  wait_until (*banner (f) != '\0');
  g_assert_true (g_file_set_contents (s->path, good, (gssize) s->length, NULL));
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  g_assert_cmpstr (banner (f), ==, "");
  g_assert_true (can (f, "win.new-run"));
  g_free (s->hash);
  s->hash = hash_of (s->path);
}

static void
add (const char *path, void (*test) (Store *, gconstpointer))
{
  g_test_add (path, Store, NULL, store_set_up, test, store_tear_down);
}

int
main (int argc, char **argv)
{
  if (!fixture_begin (&argc, &argv))
    return 0;
  add ("/ui/store/newer", test_newer);
  add ("/ui/store/torn", test_torn);
  add ("/ui/store/torn-curve", test_torn_curve);
  add ("/ui/store/noise", test_noise);
  add ("/ui/store/put-right", test_put_right);
  return g_test_run ();
}
