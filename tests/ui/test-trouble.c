/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are not what they should be, and things that went away, met by the window with the
 * program `thaw` behind it: a sentence each time, and nothing else changes. */
#include "engine.h"
#include "page.h"
#include "scratch.h"
#include "thaw-resources.h"
#include "thaw-ui.h"
#include "window-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>

static GtkApplication *application;

typedef struct {
  char *top, *home;
  ThawWatch *watch;
  ThawWindow *window;
  bool mounted;
} Fixture;

static void
open_window (Fixture *f)
{
  f->watch = thaw_watch_new (f->home);
  f->window = THAW_WINDOW (thaw_window_new (application, f->watch));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1100, 700);
  gtk_window_present (GTK_WINDOW (f->window));
  wait_until (f->window->begun);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->top = scratch_home_new ();
  f->home = g_build_filename (f->top, "home", NULL);
  if (data == NULL)
    open_window (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->window != NULL) {
    g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
    gtk_window_destroy (GTK_WINDOW (f->window));
    wait_until (f->window == NULL);
    g_assert_finalize_object (f->watch);
  }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (f->mounted)
    g_assert_cmpint (umount2 (f->home, MNT_DETACH), ==, 0);
  scratch_home_free (f->top);
  g_free (f->home);
}

/* --- What is seen --- */

/* The sentence of the toast that comes. (transfer full) */
static char *
next_toast (Fixture *f)
{
  wait_until (f->window->said != NULL);
  g_test_message ("toast: %s", f->window->said);
  return g_steal_pointer (&f->window->said);
}

static guint
n_runs (Fixture *f)
{
  return g_list_model_get_n_items (thaw_watch_runs (f->watch));
}

static const char *
page (Fixture *f)
{
  return gtk_stack_get_visible_child_name (f->window->main);
}

static ThawRecipePage *
draft_page (Fixture *f)
{
  return THAW_RECIPE_PAGE (f->window->draft);
}

static ThawRunItem *
nth (Fixture *f, guint i)
{
  ThawRunItem *item = g_list_model_get_item (thaw_watch_runs (f->watch), i);

  g_object_unref (item); /* the list keeps it */
  return item;
}

static bool
all_in (Fixture *f, guint n, ThawRunState state)
{
  if (n_runs (f) != n)
    return false;
  for (guint i = 0; i < n; i++)
    if (thaw_run_item_run (nth (f, i))->state != state)
      return false;
  return true;
}

/* --- Files --- */

static char *
put (Fixture *f, const char *name, const void *bytes, gssize length)
{
  char *path = g_build_filename (f->top, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
  return path;
}

static char *
put_sample (Fixture *f, const char *name)
{
  char *folder = g_build_filename (f->top, name, NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (int i = 0; i < THAW_SAMPLE_FILES; i++) {
    const char *file;
    g_autoptr (GBytes) bytes = thaw_sample_file (i, &file);
    g_autofree char *path = g_build_filename (folder, file, NULL);
    gsize length;
    const char *data = g_bytes_get_data (bytes, &length);
    g_assert_true (g_file_set_contents (path, data, (gssize) length, NULL));
  }
  return folder;
}

/* A sound data set, but another one. */
static char *
put_pictures (Fixture *f)
{
  char *top = g_build_filename (f->top, "pictures", NULL);
  guchar pixels[32 * 32 * 3] = {0};

  for (int i = 0; i < 20; i++) {
    g_autofree char *folder = g_build_filename (top, i % 2 ? "cat" : "dog", NULL);
    g_autofree char *name = g_strdup_printf ("%d.png", i), *path = NULL;
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GdkTexture) texture = NULL;

    memset (pixels, i * 12, sizeof pixels);
    bytes = g_bytes_new (pixels, sizeof pixels);
    texture = gdk_memory_texture_new (32, 32, GDK_MEMORY_R8G8B8, bytes, 32 * 3);
    g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
    path = g_build_filename (folder, name, NULL);
    g_assert_true (gdk_texture_save_to_png (texture, path));
  }
  return top;
}

/* A .safetensors file with one tensor of that name and shape. */
static char *
put_tensor (Fixture *f, const char *name, const char *tensor)
{
  const char *format = "{\"%s\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";
  g_autofree char *header = g_strdup_printf (format, tensor);
  gsize n = strlen (header);
  g_autofree char *bytes = g_malloc0 (8 + n + 16);

  bytes[0] = (char) n;
  memcpy (bytes + 8, header, n);
  return put (f, name, bytes, (gssize) (8 + n + 16));
}

static void
drop (Fixture *f, const char *path)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.open-file", "^ay", path));
}

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
    if (i != 6 && i != 7)
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
      put (f, "mine.json", "{\"format\": \"thaw-recipe/1\", \"epochs\": 3}", -1);
  g_autofree char *set = put_sample (f, "moved-sample");

  drop (f, recipe);
  wait_until (f->window->draft != NULL && g_strcmp0 (page (f), "draft") == 0);
  wait_until (thaw_draft_recipe (draft_page (f)->draft)->epochs == 3);
  drop (f, set);
  wait_until (g_strcmp0 (thaw_draft_data_path (draft_page (f)->draft), set) == 0);
  g_assert_cmpint (thaw_draft_recipe (draft_page (f)->draft)->epochs, ==, 3);
}

/* --- Weights of another backbone --- */

static const ThawFinding *
stopping (Fixture *f, const char *id)
{
  const GPtrArray *findings = thaw_draft_findings (draft_page (f)->draft);

  for (guint i = 0; i < findings->len; i++) {
    const ThawDraftFinding *item = findings->pdata[i];
    if (item->stops && strcmp (item->finding->id, id) == 0)
      return item->finding;
  }
  return NULL;
}

static void
begin_draft (Fixture *f)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.draft", "s",
                                             "quick-mobilenet-v3-small"));
  wait_until (draft_page (f)->building == 0);
}

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

static void
start_small (Fixture *f, const char *set, const char *epochs)
{
  ThawDraft *draft;

  begin_draft (f);
  draft = draft_page (f)->draft;
  if (set != NULL)
    thaw_draft_set_data_path (draft, set);
  else
    g_assert_true (thaw_draft_set (draft, "data.set", "sample", NULL));
  g_assert_true (thaw_draft_set (draft, "epochs", epochs, NULL));
  g_assert_true (thaw_draft_set (draft, "data.split.validation", "0.9", NULL));
  g_assert_true (thaw_draft_set (draft, "evaluate.clean_train", "false", NULL));
  g_assert_true (thaw_draft_set (draft, "evaluate.test_at_end", "false", NULL));
  wait_until (thaw_draft_data_facts (draft)->n_train > 0);
  wait_until (!thaw_draft_stopped (draft));
}

static const char *
bar_more (Fixture *f)
{
  return thaw_run_bar_more (f->window->bar);
}

/* A run is stopped, its data moved: the bar says where it was and what is expected, another set is
 * refused, the right one lets it finish. */
static void
test_run_data_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "before"),
                  *moved = g_build_filename (f->top, "after", NULL);
  g_autofree char *other = put_pictures (f), *text = NULL, *start = NULL, *again = NULL;
  ThawRunItem *item;

  start_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  wait_until (thaw_window_run (f->window) == item);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.stop", NULL));
  wait_until (all_in (f, 1, THAW_RUN_STOPPED));
  g_assert_cmpint (g_rename (set, moved), ==, 0);

  thaw_window_begin_draft (f->window); /* somewhere else, and back */
  thaw_window_show_run (f->window, thaw_run_item_id (item));
  wait_until ((thaw_run_bar_can (f->window->bar) & THAW_CAN_LOCATE) != 0);
  start = g_strndup (thaw_run_item_run (item)->data_fingerprint, 12);
  g_assert_nonnull (strstr (bar_more (f), set));
  g_assert_nonnull (strstr (bar_more (f), start));
  g_assert_false (thaw_run_bar_can (f->window->bar) & THAW_CAN_RESUME);

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
  g_autofree char *other = put_pictures (f), *start = NULL;
  ThawRunItem *item;

  start_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  item = nth (f, 0);
  wait_until (thaw_window_run (f->window) == item);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.stop", NULL));
  wait_until (all_in (f, 1, THAW_RUN_STOPPED));
  g_assert_cmpint (g_rename (set, aside), ==, 0);
  g_assert_cmpint (g_rename (other, set), ==, 0);
  wait_until ((thaw_run_bar_can (f->window->bar) & THAW_CAN_RESUME) != 0);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.resume", NULL));
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FAILED);
  start = g_strndup (thaw_run_item_run (item)->data_fingerprint, 12);
  g_test_message ("%s", thaw_run_item_run (item)->message);
  g_assert_nonnull (strstr (thaw_run_item_run (item)->message, start));
  wait_until ((thaw_run_bar_can (f->window->bar) & THAW_CAN_LOCATE) != 0);
  thaw_window_locate (f->window, item, aside);
  wait_until (thaw_run_item_run (item)->state == THAW_RUN_FINISHED);
}

/* --- Seeds --- */

static void
test_seeds (Fixture *f, gconstpointer data)
{
  g_autofree char *group = NULL;

  start_small (f, NULL, "1");
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
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.other-seeds", NULL));
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
  g_autofree char *out = g_build_filename (f->top, "last.safetensors", NULL), *bytes = NULL;
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
  gsize length;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_file_get_contents (out, &bytes, &length, NULL));
  g_unlink (out);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length);
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
  start_small (f, set, "20");
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
  start_small (f, set, "20");
  thaw_recipe_page_start (f->window->draft);
  wait_until (all_in (f, 2, THAW_RUN_FINISHED));
  plain = last_weights (f, nth (f, 0));
  g_assert_cmpstr (disturbed, ==, plain);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer), const void *data)
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_setenv ("GTK_USE_PORTAL", "0", TRUE); /* choosers of our own process */
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ()) {
    g_print ("1..0 # SKIP no display\n");
    return 0;
  }
  adw_init ();
  thaw_ui_init ();
  application = gtk_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  add ("/ui/trouble/wrong-files", test_wrong_files, NULL);
  add ("/ui/trouble/right-files", test_right_files, NULL);
  add ("/ui/trouble/weights-of-another", test_weights_of_another, NULL);
  add ("/ui/trouble/draft-data-gone", test_draft_data_gone, NULL);
  add ("/ui/trouble/run-data-gone", test_run_data_gone, NULL);
  add ("/ui/trouble/run-data-changed", test_run_data_changed, NULL);
  add ("/ui/trouble/seeds", test_seeds, NULL);
  add ("/ui/trouble/full-disk", test_full_disk, "window later");
  return g_test_run ();
}
