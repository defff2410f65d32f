/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window over a store that is newer, damaged or none at all: what it shows, what it lets one
 * do, and that the file stays as it was. */
#include "fill.h"
#include "pages.h"
#include "scratch.h"
#include "thaw-ui.h"
#include "window-private.h"

#include <string.h>

enum { MANY = 30, PAGE = 4096 };

static GtkApplication *application;

typedef struct {
  char *home, *path;
  char *ids[MANY];
  char *bytes, *hash;
  gsize length;
  ThawWatch *watch;
  ThawWindow *window;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  FillPlan plan = {"", "mobilenet_v3_small", 4, 1, 0, 60, 1e-3, 1e-4, THAW_RUN_FINISHED, 1};
  ThawStore *store;

  f->home = scratch_home_new ();
  f->path = g_build_filename (f->home, "store.db", NULL);
  store = thaw_store_open (f->home, THAW_STORE_WRITE, NULL);
  for (int i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf ("Run <%02d>", i);
    plan.name = name;
    f->ids[i] = fill_run (store, &plan);
  }
  thaw_store_close (store);
  g_assert_true (g_file_get_contents (f->path, &f->bytes, &f->length, NULL));
}

static char *
hash_of (Fixture *f)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (f->path, &bytes, &length, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length);
}

/* Puts the changed bytes in place, and opens the window over them. */
static void
open_window (Fixture *f)
{
  g_assert_true (g_file_set_contents (f->path, f->bytes, (gssize) f->length, NULL));
  f->hash = hash_of (f);
  f->watch = thaw_watch_new (f->home);
  f->window = THAW_WINDOW (thaw_window_new (application, f->watch));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 640);
  gtk_window_present (GTK_WINDOW (f->window));
  wait_until (f->window->begun);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *after = NULL;

  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
  gtk_window_destroy (GTK_WINDOW (f->window));
  wait_until (f->window == NULL);
  g_assert_finalize_object (f->watch);
  after = hash_of (f);
  g_assert_cmpstr (after, ==, f->hash); /* whatever was tried */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  scratch_home_free (f->home);
  for (int i = 0; i < MANY; i++)
    g_free (f->ids[i]);
  g_free (f->path);
  g_free (f->bytes);
  g_free (f->hash);
}

static const char *
page (Fixture *f)
{
  return gtk_stack_get_visible_child_name (f->window->main);
}

static const char *
banner (Fixture *f)
{
  return gtk_revealer_get_reveal_child (f->window->banner)
             ? gtk_label_get_label (f->window->banner_text)
             : "";
}

/* As a button of it would show. */
static bool
can (Fixture *f, const char *action)
{
  GtkWidget *button = gtk_button_new ();
  bool sensitive;

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (f->window->run_box, button);
  sensitive = gtk_widget_get_sensitive (button);
  gtk_box_remove (f->window->run_box, button);
  return sensitive;
}

static guint
n_runs (Fixture *f)
{
  return g_list_model_get_n_items (thaw_watch_runs (f->watch));
}

static void
expect_read_only (Fixture *f)
{
  static const char *const off[] = {
      "win.new-run", "win.open-recipe", "win.import-data",  "win.rename", "win.edit-tags",
      "win.star",    "win.duplicate",   "win.other-seeds",  "win.trash",  "win.one-minute",
      "win.resume",  "win.train-more",  "win.import-folder"};
  static const char *const on[] = {"win.export",       "win.export-weights", "win.try-picture",
                                   "win.copy-command", "win.new-store",      "win.open-home"};

  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_READ_ONLY);
  for (gsize i = 0; i < G_N_ELEMENTS (off); i++) {
    g_test_message ("%s", off[i]);
    g_assert_false (can (f, off[i]));
    gtk_widget_activate_action (GTK_WIDGET (f->window), off[i], NULL);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (on); i++) {
    g_test_message ("%s", on[i]);
    g_assert_true (can (f, on[i]));
  }
  g_assert_false (f->window->in_draft);
}

/* Its curves, and the comparison of all. */
static void
expect_readable (Fixture *f, const char *id)
{
  g_autoptr (ThawRunData) data = NULL;

  adw_view_stack_set_visible_child_name (f->window->views, "curves");
  thaw_window_show_run (f->window, id);
  wait_until (g_strcmp0 (page (f), "run") == 0 &&
              thaw_window_run (f->window) == thaw_watch_find (f->watch, id));
  data = thaw_watch_follow (f->watch, id);
  wait_until (thaw_run_data_loaded (data));
  g_assert_cmpuint (thaw_run_data_epochs (data)->len, ==, 4);
  g_assert_cmpuint (thaw_run_data_iterations (data)->len, >, 100);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  f->bytes[63] = THAW_STORE_VERSION + 1; /* user_version */
  open_window (f);
  wait_until (strstr (banner (f), "newer Thaw") != NULL);
  g_assert_nonnull (strstr (banner (f), f->path));
  g_assert_cmpuint (n_runs (f), ==, MANY);
  expect_readable (f, f->ids[3]);
  expect_read_only (f);
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (g_strcmp0 (page (f), "comparison") == 0);
  thaw_window_show_run (f->window, f->ids[4]);
  adw_view_stack_set_visible_child_name (f->window->views, "recipe");
  wait_until (f->window->recipe != NULL);
}

/* The page that holds the row of one run in the middle. */
static void
test_torn (Fixture *f, gconstpointer data)
{
  char *at = memmem (f->bytes, f->length, "Run <15>", 8);
  g_autofree char *gone = g_strdup_printf ("Damaged run %.8s", f->ids[15]);
  ThawRunItem *item;

  g_assert_nonnull (at);
  memset (f->bytes + (at - f->bytes) / PAGE * PAGE, 0, PAGE);
  open_window (f);
  wait_until (strstr (banner (f), "is damaged") != NULL && strstr (banner (f), gone) != NULL);
  g_assert_cmpuint (n_runs (f), ==, MANY);
  expect_readable (f, f->ids[2]);
  expect_readable (f, f->ids[27]);
  expect_read_only (f);
  item = thaw_watch_find (f->watch, f->ids[15]);
  g_assert_cmpstr (thaw_run_item_run (item)->name, ==, gone);
  for (int i = 0; i < 2; i++) { /* what is left of it, in either view */
    adw_view_stack_set_visible_child_name (f->window->views, i == 0 ? "curves" : "recipe");
    thaw_window_show_run (f->window, f->ids[15]);
    wait_until (thaw_window_run (f->window) == item);
  }
  wait_until (!can (f, "win.fix"));
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (g_strcmp0 (page (f), "comparison") == 0);
}

/* The page with the last iterations of one run: its neighbours are whole, and it is named. */
static void
test_torn_curve (Fixture *f, gconstpointer data)
{
  g_autofree char *name = NULL;

  for (gsize p = f->length / PAGE * 2 / 3; p < f->length / PAGE; p++)
    if (f->bytes[p * PAGE] == 10) { /* a leaf of a table without row ids */
      memset (f->bytes + p * PAGE, 0, PAGE);
      break;
    }
  open_window (f);
  wait_until (strstr (banner (f), "is damaged") != NULL && strstr (banner (f), "Run <") != NULL);
  g_assert_cmpuint (n_runs (f), ==, MANY);
  name = g_strdup (strstr (banner (f), "Run <"));
  for (int i = 0; i < MANY; i++) { /* every one opens */
    thaw_window_show_run (f->window, f->ids[i]);
    wait_until (thaw_window_run (f->window) == thaw_watch_find (f->watch, f->ids[i]));
  }
  g_assert_cmpint (thaw_watch_state (f->watch), ==, THAW_WATCH_READ_ONLY);
}

/* Nothing to read: said on a page of its own; a new store begins beside it, and is used at once. */
static void
test_noise (Fixture *f, gconstpointer data)
{
  g_autofree char *beside = g_build_filename (f->home, "store-2.db", NULL);
  FillPlan plan = {"After", "resnet18", 4, 1, 0, 10, 1e-3, 1e-4, THAW_RUN_FINISHED, 2};
  g_autofree char *id = NULL;
  ThawStore *store;

  for (gsize i = 0; i < f->length; i++)
    f->bytes[i] = (char) (i * 2654435761u >> 11);
  open_window (f);
  wait_until (g_strcmp0 (page (f), "failed") == 0);
  g_assert_nonnull (strstr (adw_status_page_get_description (f->window->failed_page), f->path));
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
test_put_right (Fixture *f, gconstpointer data)
{
  g_autofree char *good = g_memdup2 (f->bytes, f->length);

  memset (f->bytes + f->length - PAGE, 0, PAGE);
  f->bytes[63] = THAW_STORE_VERSION + 1;
  open_window (f);
  wait_until (*banner (f) != '\0');
  g_assert_true (g_file_set_contents (f->path, good, (gssize) f->length, NULL));
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  g_assert_cmpstr (banner (f), ==, "");
  g_assert_true (can (f, "win.new-run"));
  g_free (f->hash);
  f->hash = hash_of (f);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
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
  application = gtk_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  add ("/ui/store/newer", test_newer);
  add ("/ui/store/torn", test_torn);
  add ("/ui/store/torn-curve", test_torn_curve);
  add ("/ui/store/noise", test_noise);
  add ("/ui/store/put-right", test_put_right);
  return g_test_run ();
}
