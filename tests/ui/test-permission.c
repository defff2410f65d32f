/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may not be read or written, met by the window: a sentence that names it, and nothing lost.
 * Permissions do not bind the superuser: as such, the test becomes nobody first. */
#include "chooser.h"
#include "engine.h"
#include "fill.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static const FillPlan plain = {"Plain", "mobilenet_v3_small", 4, 1, 0, 10, 1e-3,
                               1e-4,    THAW_RUN_FINISHED,    1};
static const FillPlan other = {"Other", "resnet18", 4, 1, 0, 10, 1e-3, 1e-4, THAW_RUN_FINISHED, 2};

/* --- Whoever permissions bind --- */

/* With a home of its own; the session's bus and folder are of somebody else. */
static bool
become_nobody (void)
{
  if (geteuid () != 0)
    return true;
  if (setgroups (0, NULL) != 0 || setresgid (NOBODY, NOBODY, NOBODY) != 0 ||
      setresuid (NOBODY, NOBODY, NOBODY) != 0)
    return false;
  prctl (PR_SET_DUMPABLE, 1); /* so that sanitizers may look at it */
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_unsetenv ("XDG_RUNTIME_DIR");
  return true;
}

static void
set_mode (const char *path, guint mode)
{
  g_assert_cmpint (g_chmod (path, (int) mode), ==, 0);
}

static char *
put_folder (Fixture *f, const char *name)
{
  char *folder = g_build_filename (f->top, name, NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  return folder;
}

/* --- The store --- */

static void
fill (Fixture *f, char **first, char **second)
{
  *first = fill_run (f->store, &plain);
  *second = fill_run (f->store, &other);
  g_clear_pointer (&f->store, thaw_store_close);
}

static void
expect_ready (Fixture *f, const char *id)
{
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY);
  g_assert_cmpstr (banner (f), ==, "");
  thaw_window_show_run (f->window, id);
  wait_until (shows (f, id) && can (f, "win.star"));
  act (f, "win.star");
  wait_until (thaw_run_item_run (thaw_watch_find (f->watch, id))->starred);
}

static void
test_not_writable (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->home, "store.db", NULL), *first = NULL,
                  *second = NULL, *before = NULL, *after = NULL;

  fill (f, &first, &second);
  before = hash_of (path);
  set_mode (f->home, 0500);
  open_window (f);
  wait_until (strstr (banner (f), "cannot be written to") != NULL);
  g_assert_nonnull (strstr (banner (f), f->home));
  g_assert_cmpuint (n_runs (f), ==, 2);
  expect_readable (f, first, 4);
  expect_read_only (f);
  after = hash_of (path);
  g_assert_cmpstr (before, ==, after);
  set_mode (f->home, 0700);
  expect_ready (f, first);
}

static void
test_not_readable (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL;

  fill (f, &first, &second);
  set_mode (f->home, 0);
  open_window (f);
  g_assert_cmpstr (page (f), ==, "failed");
  g_assert_nonnull (strstr (adw_status_page_get_description (f->window->failed_page), f->home));
  g_assert_false (can (f, "win.new-run") || can (f, "win.new-store"));
  set_mode (f->home, 0700);
  wait_until (n_runs (f) == 2);
  expect_ready (f, first);
  expect_readable (f, second, 4);
}

/* The file alone, in a folder that is open. */
static void
test_file_not_readable (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->home, "store.db", NULL), *first = NULL,
                  *second = NULL;

  fill (f, &first, &second);
  set_mode (path, 0);
  open_window (f);
  g_assert_cmpstr (page (f), ==, "failed");
  g_assert_nonnull (strstr (adw_status_page_get_description (f->window->failed_page), path));
  g_assert_false (can (f, "win.new-run") || can (f, "win.new-store"));
  set_mode (path, 0600);
  wait_until (n_runs (f) == 2);
  expect_ready (f, first);
}

/* Taken away, and given back, while the window is open. */
static void
test_taken (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL;

  fill (f, &first, &second);
  open_window (f);
  wait_until (shows (f, second));
  set_mode (f->home, 0500);
  wait_until (strstr (banner (f), "cannot be written to") != NULL);
  expect_readable (f, first, 4);
  expect_read_only (f);
  set_mode (f->home, 0);
  wait_until (strstr (banner (f), "cannot be reached any more: Permission denied") != NULL);
  g_assert_nonnull (strstr (banner (f), f->home));
  g_assert_cmpuint (n_runs (f), ==, 2);
  expect_readable (f, second, 4);
  expect_read_only (f);
  set_mode (f->home, 0700);
  expect_ready (f, first);
}

/* A first start where no store can be made: said at once, not when something is to be started. */
static void
test_no_place (Fixture *f, gconstpointer data)
{
  g_autofree char *closed = put_folder (f, "closed"), *id = NULL;

  g_free (f->home);
  f->home = g_build_filename (closed, "a", "b", NULL);
  set_mode (closed, 0500);
  open_window (f);
  wait_until (strstr (banner (f), f->home) != NULL);
  g_assert_cmpstr (page (f), ==, "welcome");
  g_assert_false (can (f, "win.new-run") || can (f, "win.one-minute") ||
                  can (f, "win.import-data"));
  set_mode (closed, 0700);
  wait_until (thaw_watch_state (f->watch) == THAW_WATCH_READY && can (f, "win.one-minute"));
  g_assert_cmpstr (banner (f), ==, "");
}

/* --- Files --- */

/* A folder, its file, an archive, weights, a recipe. */
static void
test_files (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "set"), *weights = put_tensor (f, "w.safetensors", "x"),
                  *archive = put (f, "cifar-10-binary.tar.gz", "\x1f\x8b", 2),
                  *recipe = put (f, "mine.json", "{\"format\": \"thaw-recipe/1\"}", -1);
  g_autofree char *images = g_build_filename (set, "train-images-idx3-ubyte.gz", NULL);
  g_autofree char *dropped = NULL, *opened = NULL;
  const ThawFinding *finding = NULL;
  ThawDraft *draft;

  set_mode (archive, 0);
  set_mode (recipe, 0);
  drop (f, archive);
  dropped = next_toast (f);
  g_assert_nonnull (strstr (dropped, archive));
  g_assert_nonnull (strstr (dropped, "Permission denied"));
  drop (f, recipe);
  opened = next_toast (f);
  g_assert_nonnull (strstr (opened, "mine.json"));
  g_assert_null (f->window->draft);

  begin_draft (f);
  draft = draft_page (f)->draft;
  set_mode (images, 0);
  thaw_draft_set_data_path (draft, set);
  wait_until ((finding = stopping (f, "data-unreadable")) != NULL);
  g_test_message ("%s", finding->message);
  g_assert_nonnull (strstr (finding->message, "train-images-idx3-ubyte"));
  g_assert_nonnull (strstr (finding->message, "Permission denied"));
  set_mode (images, 0600);
  thaw_draft_set_data_path (draft, NULL);
  wait_until (stopping (f, "data-unreadable") == NULL);
  set_mode (set, 0);
  thaw_draft_set_data_path (draft, set);
  wait_until ((finding = stopping (f, "data-unreadable")) != NULL);
  g_test_message ("%s", finding->message);
  g_assert_true (g_str_has_prefix (finding->message, set));
  g_assert_nonnull (strstr (finding->message, "Permission denied"));
  set_mode (set, 0700);

  set_mode (weights, 0);
  g_assert_true (thaw_draft_set_text (draft, "model.weights", weights, NULL));
  wait_until ((finding = stopping (f, "weights-do-not-fit")) != NULL);
  g_test_message ("%s", finding->message);
  g_assert_nonnull (strstr (finding->message, weights));
  g_assert_nonnull (strstr (finding->message, "Permission denied"));
  g_assert_cmpuint (n_runs (f), ==, 0);
}

/* --- Where to write --- */

static void
save_in (Fixture *f, GtkWidget *widget, const char *action, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *text = NULL;

  g_clear_pointer (&f->window->said, g_free);
  g_assert_true (gtk_widget_activate_action (widget, action, NULL));
  chooser_save (path, NULL);
  text = next_toast (f);
  g_assert_nonnull (strstr (text, path));
  g_assert_nonnull (strstr (text, "Permission denied"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_exports (Fixture *f, gconstpointer data)
{
  g_autofree char *closed = put_folder (f, "closed");
  ThawRunItem *run = train_small (f);

  expect_readable (f, thaw_run_item_id (run), 1);
  set_mode (closed, 0500);
  save_in (f, GTK_WIDGET (f->window), "win.export-weights", closed, "best.safetensors");
  save_in (f, GTK_WIDGET (f->window), "win.export", closed, "curves.png");
  begin_draft (f);
  save_in (f, f->window->draft, "recipe.save", closed, "mine.thaw-recipe");
  set_mode (closed, 0700);
}

/* --- Data of a run --- */

/* Its images may not be read when it is to go on: it fails with their path, keeps what it has, and
 * ends when they may. */
static void
test_run_data (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "set");
  g_autofree char *images = g_build_filename (set, "train-images-idx3-ubyte.gz", NULL);
  ThawRunItem *item;
  int done;

  draft_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  wait_until (thaw_window_run (f->window) == item);
  act (f, "win.stop");
  wait_until (all_in (f, 1, THAW_RUN_STOPPED));
  done = thaw_run_item_run (item)->epochs_done;
  set_mode (images, 0);
  wait_until (bar_can (f, THAW_CAN_RESUME));
  act (f, "win.resume");
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FAILED);
  g_test_message ("%s", thaw_run_item_run (item)->message);
  g_assert_nonnull (strstr (thaw_run_item_run (item)->message, images));
  g_assert_nonnull (strstr (thaw_run_item_run (item)->message, "Permission denied"));
  g_assert_cmpint (thaw_run_item_run (item)->epochs_done, ==, done);
  set_mode (images, 0600);
  wait_until (bar_can (f, THAW_CAN_RESUME));
  act (f, "win.resume");
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FINISHED);
  g_assert_cmpint (thaw_run_item_run (item)->epochs_done, ==, 30);
}

static void
add (const char *path,
     void (*begin) (Fixture *, gconstpointer),
     void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, begin, test, tear_down);
}

int
main (int argc, char **argv)
{
  char *home;
  int status;

  if (!become_nobody () || access (thaw_engine_program (), X_OK) != 0) {
    g_print ("1..0 # SKIP nobody may not run the program here\n");
    return 0;
  }
  home = scratch_home_new ();
  g_setenv ("HOME", home, TRUE);
  if (!fixture_begin (&argc, &argv))
    return 0;
  add ("/ui/permission/not-writable", set_up_store, test_not_writable);
  add ("/ui/permission/not-readable", set_up_store, test_not_readable);
  add ("/ui/permission/file-not-readable", set_up_store, test_file_not_readable);
  add ("/ui/permission/taken", set_up_store, test_taken);
  add ("/ui/permission/no-place", set_up, test_no_place);
  add ("/ui/permission/files", set_up_window, test_files);
  add ("/ui/permission/exports", set_up_window, test_exports);
  add ("/ui/permission/run-data", set_up_window, test_run_data);
  status = g_test_run ();
  scratch_home_free (home);
  return status;
}
