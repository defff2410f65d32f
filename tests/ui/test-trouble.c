/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are not what they should be, and things that went away, met by the window with the
 * program `thaw` behind it: a sentence each time, and nothing else changes. */
#include "engine.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>

/* --- Wrong files on the window --- */

static void
test_wrong_files (Fixture *f, gconstpointer data)
{
  g_autofree char *many = g_strnfill (2 << 20, ' ');
  char *paths[] = {
      put (f, "notes.txt", "Dear diary,", -1),
      put (f, "nothing.tar.gz", "", 0),
      put (f, "cifar-10-binary.tar.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03 and no more", 22),
      put (f, "half.json", "{\"format\": \"thaw-recipe/1\", \"epochs\": ", -1),
      put (f, "field.json", "{\"format\": \"thaw-recipe/1\", \"epochz\": 3}", -1),
      put (f, "big.json", many, 2 << 20),
      put_tensor (f, "w.safetensors", "x"),
      put (f, "picture.png", "not a picture", -1), /* no run is chosen to try it */
      g_build_filename (f->top, "none.tar.gz", NULL),
      g_build_filename (f->top, "empty-folder", NULL),
      g_build_filename (f->top, "gone.json", NULL),
  };

  g_assert_cmpint (g_mkdir (paths[9], 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *base = g_path_get_basename (paths[i]), *text = NULL;

    drop (f, paths[i]);
    text = next_toast (f);
    g_assert_nonnull (strstr (text, base)); /* names the file */
    g_assert_cmpstr (page (f), ==, "welcome");
    g_assert_null (f->window->draft);
    g_assert_cmpuint (n_runs (f), ==, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_free (paths[i]);
}

/* What is right after all of that is taken as ever. */
static void
test_right_files (Fixture *f, gconstpointer data)
{
  g_autofree char *recipe =
      put (f, "MINE.Thaw-Recipe", "{\"format\": \"thaw-recipe/1\", \"epochs\": 3}", -1);
  g_autofree char *set = put_sample (f, "moved-sample");

  drop (f, recipe);
  wait_until (f->window->draft != NULL && g_strcmp0 (page (f), "draft") == 0);
  wait_until (thaw_draft_recipe (draft_page (f)->draft)->epochs == 3);
  drop (f, set);
  wait_until (g_strcmp0 (thaw_draft_data_path (draft_page (f)->draft), set) == 0);
  g_assert_cmpint (thaw_draft_recipe (draft_page (f)->draft)->epochs, ==, 3);
}

/* A file that is double-clicked comes before the store has been read. */
static void
test_early_file (Fixture *f, gconstpointer data)
{
  g_autofree char *path =
      put (f, "mine.thaw-recipe", "{\"format\": \"thaw-recipe/1\", \"epochs\": 3}", -1);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  begin_window (f);
  g_assert_false (f->window->begun);
  thaw_window_open_file (f->window, file);
  wait_until (f->window->draft != NULL && thaw_draft_recipe (draft_page (f)->draft)->epochs == 3);
  g_assert_null (f->window->said);
}

/* --- Weights of another backbone --- */

static void
test_weights_of_another (Fixture *f, gconstpointer data)
{
  g_autofree char *path = put_tensor (f, "other.safetensors", "features.0.0.weight");
  g_autofree char *text = put (f, "text.pth", "no weights at all", -1);
  const ThawFinding *finding = NULL;
  ThawDraft *draft;

  begin_draft (f);
  draft = draft_page (f)->draft;
  g_assert_true (thaw_draft_set_text (draft, "model.weights", path, NULL));
  wait_until ((finding = stopping (f, "weights-do-not-fit")) != NULL);
  g_test_message ("%s", finding->message);
  g_assert_cmpstr (finding->field, ==, "model.weights");
  g_assert_nonnull (strstr (finding->message, "other.safetensors"));
  g_assert_nonnull (strstr (finding->message, "features.0.0.weight"));
  g_assert_nonnull (strstr (finding->message, "(2, 2)"));        /* found */
  g_assert_nonnull (strstr (finding->message, "(16, 3, 3, 3)")); /* expected */
  thaw_recipe_page_start (f->window->draft);
  g_assert_false (draft_page (f)->starting);

  g_assert_true (thaw_draft_set_text (draft, "model.weights", text, NULL));
  wait_until ((finding = stopping (f, "weights-do-not-fit")) != NULL &&
              strstr (finding->message, "text.pth") != NULL);
  g_assert_true (
      thaw_draft_assign (draft, (const char *const *) finding->changes, NULL)); /* its button */
  wait_until (stopping (f, "weights-do-not-fit") == NULL);
  g_assert_cmpstr (thaw_draft_recipe (draft)->model.weights, ==, "random");
  g_assert_cmpuint (n_runs (f), ==, 0);
}

/* --- Data that went away --- */

static void
test_draft_data_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (f->top, "nowhere", NULL);
  g_autofree char *set = put_sample (f, "here"), *wrong = put (f, "notes.txt", "no set", -1);
  g_autoptr (GFile) here = g_file_new_for_path (set);
  g_autoptr (GFile) not_a_set = g_file_new_for_path (wrong);
  const ThawFinding *finding = NULL;
  ThawRecipePage *self;

  begin_draft (f);
  self = draft_page (f);
  thaw_draft_set_data_path (self->draft, nowhere);
  wait_until ((finding = stopping (f, "data-unreadable")) != NULL);
  g_assert_nonnull (strstr (finding->message, nowhere));
  thaw_recipe_page_import (f->window->draft, not_a_set); /* as *Locate…* does with what is chosen */
  wait_until (gtk_revealer_get_reveal_child (GTK_REVEALER (self->error_bar)));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (self->error_text)), "notes.txt"));
  g_assert_cmpstr (thaw_draft_data_path (self->draft), ==, nowhere); /* still */
  thaw_recipe_page_import (f->window->draft, here);
  wait_until (g_strcmp0 (thaw_draft_data_path (self->draft), set) == 0);
  wait_until (thaw_draft_data_facts (self->draft)->n_train > 0);
  g_assert_null (stopping (f, "data-unreadable"));
}

/* A run is stopped, its data moved: the bar says where it was and what is expected, another set is
 * refused, the right one lets it finish. */
static void
test_run_data_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "before"),
                  *moved = g_build_filename (f->top, "after", NULL);
  g_autofree char *other = put_pictures (f, "pictures"), *text = NULL, *start = NULL, *again = NULL;
  ThawRunItem *item;

  draft_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  wait_until (thaw_window_run (f->window) == item);
  act (f, "win.stop");
  wait_until (all_in (f, 1, THAW_RUN_STOPPED));
  g_assert_cmpint (g_rename (set, moved), ==, 0);

  thaw_window_begin_draft (f->window); /* somewhere else, and back */
  thaw_window_show_run (f->window, thaw_run_item_id (item));
  wait_until (bar_can (f, THAW_CAN_LOCATE));
  start = g_strndup (thaw_run_item_run (item)->data_fingerprint, 12);
  g_assert_nonnull (strstr (bar_more (f), set));
  g_assert_nonnull (strstr (bar_more (f), start));
  g_assert_false (bar_can (f, THAW_CAN_RESUME));

  thaw_window_locate (f->window, item, other);
  text = next_toast (f); /* that it looks */
  again = next_toast (f);
  g_assert_nonnull (strstr (again, start));
  g_assert_cmpint (thaw_run_item_run (item)->state, ==, THAW_RUN_STOPPED);

  thaw_window_locate (f->window, item, moved);
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FINISHED);
  g_assert_cmpint (thaw_run_item_run (item)->epochs_done, ==, 30);
}

/* Other images at the same place: the run fails with both fingerprints, keeps what it has, and goes
 * on when the images are back. */
static void
test_run_data_changed (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "set"), *aside = g_build_filename (f->top, "aside", NULL);
  g_autofree char *other = put_pictures (f, "pictures"), *start = NULL;
  ThawRunItem *item;

  draft_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  wait_until (thaw_window_run (f->window) == item);
  act (f, "win.stop");
  wait_until (all_in (f, 1, THAW_RUN_STOPPED));
  g_assert_cmpint (g_rename (set, aside), ==, 0);
  g_assert_cmpint (g_rename (other, set), ==, 0);
  wait_until (bar_can (f, THAW_CAN_RESUME));
  act (f, "win.resume");
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FAILED);
  start = g_strndup (thaw_run_item_run (item)->data_fingerprint, 12);
  g_test_message ("%s", thaw_run_item_run (item)->message);
  g_assert_nonnull (strstr (thaw_run_item_run (item)->message, start));
  wait_until (bar_can (f, THAW_CAN_LOCATE));
  thaw_window_locate (f->window, item, aside);
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FINISHED);
}

/* --- Seeds --- */

static void
test_seeds (Fixture *f, gconstpointer data)
{
  g_autofree char *group = NULL;

  draft_small (f, NULL, "1");
  gtk_adjustment_set_value (draft_page (f)->n_seeds, 2);
  thaw_recipe_page_start (f->window->draft);
  wait_until (all_in (f, 2, THAW_RUN_FINISHED));
  group = g_strdup (thaw_run_item_run (nth (f, 0))->group_id);
  g_assert_nonnull (group);
  g_assert_cmpstr (thaw_run_item_run (nth (f, 1))->group_id, ==, group);
  g_assert_cmpstr (thaw_run_item_run (nth (f, 0))->recipe, !=,
                   thaw_run_item_run (nth (f, 1))->recipe);

  /* and from a run: Run with Other Seeds */
  wait_until (thaw_window_run (f->window) != NULL);
  act (f, "win.other-seeds");
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) dialog = g_list_model_get_item (windows, i);
    if (!ADW_IS_MESSAGE_DIALOG (dialog))
      continue;
    adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "queue");
    gtk_window_destroy (dialog);
    break;
  }
  wait_until (all_in (f, 4, THAW_RUN_FINISHED));
}

/* --- A full disk --- */

static char *
last_weights (Fixture *f, ThawRunItem *item)
{
  g_autofree char *out = g_build_filename (f->top, "last.safetensors", NULL);
  g_autofree char *home = g_strdup_printf ("THAW_HOME=%s", f->home);
  const char *argv[] = {"env",
                        home,
                        thaw_engine_program (),
                        "export",
                        thaw_run_item_id (item),
                        "--which",
                        "last",
                        "-o",
                        out,
                        NULL};
  char *hash;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  hash = hash_of (out);
  g_unlink (out);
  return hash;
}

static void
fill_disk (const char *path)
{
  g_autofree char *block = g_malloc0 (1 << 20);
  FILE *file = g_fopen (path, "w");

  g_assert_nonnull (file);
  while (fwrite (block, 1, 1 << 20, file) == 1 << 20 && fflush (file) == 0)
    ;
  fclose (file);
}

/* Trains on a small disk that fills up meanwhile: the window says so and what to do; nothing is
 * lost, and with room again the run ends with the very bits of one that was never disturbed. */
static void
test_full_disk (Fixture *f, gconstpointer data)
{
  g_autofree char *filler = g_build_filename (f->home, "filler", NULL),
                  *set = put_sample (f, "set");
  g_autofree char *disturbed = NULL, *plain = NULL;
  ThawRunItem *item;

  g_assert_cmpint (g_mkdir (f->home, 0700), ==, 0);
  if (mount ("none", f->home, "tmpfs", 0, "size=256m,mode=0700") != 0) {
    g_test_skip ("no file system can be mounted here");
    return;
  }
  f->mounted = true;
  open_window (f);
  draft_small (f, set, "20");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  wait_until (thaw_window_run (f->window) == item);
  fill_disk (filler);
  wait_until (bar_more (f) != NULL &&
              (strstr (bar_more (f), "room") != NULL || strstr (bar_more (f), "disk") != NULL));
  g_test_message ("%s", bar_more (f));
  g_assert_cmpint (thaw_run_item_run (item)->state, !=, THAW_RUN_FINISHED);
  g_assert_cmpint (g_unlink (filler), ==, 0);
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FINISHED);
  g_assert_cmpint (thaw_run_item_run (item)->epochs_done, ==, 20);
  disturbed = last_weights (f, item);

  thaw_window_show_run (f->window, thaw_run_item_id (item));
  draft_small (f, set, "20");
  thaw_recipe_page_start (f->window->draft);
  wait_until (all_in (f, 2, THAW_RUN_FINISHED));
  plain = last_weights (f, nth (f, 0));
  g_assert_cmpstr (disturbed, ==, plain);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up_window, test, tear_down);
}

int
main (int argc, char **argv)
{
  if (!fixture_begin (&argc, &argv))
    return 0;
  add ("/ui/trouble/wrong-files", test_wrong_files);
  add ("/ui/trouble/right-files", test_right_files);
  g_test_add ("/ui/trouble/early-file", Fixture, NULL, set_up, test_early_file, tear_down);
  add ("/ui/trouble/weights-of-another", test_weights_of_another);
  add ("/ui/trouble/draft-data-gone", test_draft_data_gone);
  add ("/ui/trouble/run-data-gone", test_run_data_gone);
  add ("/ui/trouble/run-data-changed", test_run_data_changed);
  add ("/ui/trouble/seeds", test_seeds);
  g_test_add ("/ui/trouble/full-disk", Fixture, NULL, set_up, test_full_disk, tear_down);
  return g_test_run ();
}
