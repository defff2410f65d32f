/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include "thaw-resources.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>

static GtkApplication *application;

bool
fixture_begin (int *argc, char ***argv)
{
  g_setenv ("GTK_USE_PORTAL", "0", TRUE); /* choosers of our own process */
  g_test_init (argc, argv, NULL);
  if (!gtk_init_check ()) {
    g_print ("1..0 # SKIP no display\n");
    return false;
  }
  adw_init ();
  thaw_ui_init ();
  application = gtk_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  return true;
}

void
set_up (Fixture *f, gconstpointer data)
{
  f->top = scratch_home_new ();
  f->home = g_build_filename (f->top, "home", NULL);
}

void
set_up_store (Fixture *f, gconstpointer data)
{
  set_up (f, data);
  f->store = thaw_store_open (f->home, THAW_STORE_WRITE, NULL);
  g_assert_nonnull (f->store);
}

void
set_up_window (Fixture *f, gconstpointer data)
{
  set_up (f, data);
  open_window (f);
}

void
begin_window (Fixture *f)
{
  f->watch = thaw_watch_new (f->home);
  f->window = THAW_WINDOW (thaw_window_new (application, f->watch));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 640);
  gtk_window_present (GTK_WINDOW (f->window));
}

void
open_window (Fixture *f)
{
  begin_window (f);
  wait_until (f->window->begun);
}

void
close_window (Fixture *f)
{
  if (f->window == NULL)
    return;
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
  gtk_window_destroy (GTK_WINDOW (f->window));
  wait_until (f->window == NULL);
  g_assert_finalize_object (g_steal_pointer (&f->watch));
}

void
tear_down (Fixture *f, gconstpointer data)
{
  close_window (f);
  g_clear_pointer (&f->store, thaw_store_close);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (f->mounted)
    g_assert_cmpint (umount2 (f->home, MNT_DETACH), ==, 0);
  scratch_home_free (f->top);
  g_free (f->home);
}

/* --- What is seen --- */

const char *
page (Fixture *f)
{
  return gtk_stack_get_visible_child_name (f->window->main);
}

const char *
banner (Fixture *f)
{
  return gtk_revealer_get_reveal_child (f->window->banner)
             ? gtk_label_get_label (f->window->banner_text)
             : "";
}

const char *
bar_more (Fixture *f)
{
  return thaw_run_bar_more (f->window->bar);
}

bool
bar_can (Fixture *f, guint what)
{
  return (thaw_run_bar_can (f->window->bar) & what) == what;
}

bool
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

void
act (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), action, NULL));
}

bool
shows (Fixture *f, const char *id)
{
  ThawRunItem *run = thaw_window_run (f->window);

  return run != NULL && g_strcmp0 (thaw_run_item_id (run), id) == 0 &&
         g_strcmp0 (page (f), "run") == 0;
}

char *
next_toast (Fixture *f)
{
  wait_until (f->window->said != NULL);
  g_test_message ("toast: %s", f->window->said);
  return g_steal_pointer (&f->window->said);
}

guint
n_runs (Fixture *f)
{
  return g_list_model_get_n_items (thaw_watch_runs (f->watch));
}

ThawRunItem *
nth (Fixture *f, guint i)
{
  ThawRunItem *item = g_list_model_get_item (thaw_watch_runs (f->watch), i);

  g_object_unref (item); /* the list keeps it */
  return item;
}

bool
all_in (Fixture *f, guint n, ThawRunState state)
{
  if (n_runs (f) != n)
    return false;
  for (guint i = 0; i < n; i++)
    if (thaw_run_item_run (nth (f, i))->state != state)
      return false;
  return true;
}

void
expect_readable (Fixture *f, const char *id, guint n_epochs)
{
  g_autoptr (ThawRunData) data = NULL;

  adw_view_stack_set_visible_child_name (f->window->views, "curves");
  thaw_window_show_run (f->window, id);
  wait_until (shows (f, id));
  data = thaw_watch_follow (f->watch, id);
  wait_until (thaw_run_data_loaded (data));
  wait_until (thaw_run_data_epochs (data)->len >= n_epochs); /* the last may just have ended */
  g_assert_cmpuint (thaw_run_data_epochs (data)->len, ==, n_epochs);
  g_assert_cmpuint (thaw_run_data_iterations (data)->len, >, n_epochs);
}

void
expect_read_only (Fixture *f)
{
  static const char *const off[] = {
      "win.new-run", "win.open-recipe", "win.import-data",  "win.rename", "win.edit-tags",
      "win.star",    "win.duplicate",   "win.other-seeds",  "win.trash",  "win.one-minute",
      "win.resume",  "win.train-more",  "win.import-folder"};
  static const char *const on[] = {"win.export", "win.export-weights", "win.try-picture",
                                   "win.copy-command", "win.open-home"};

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

/* --- Files --- */

char *
put (Fixture *f, const char *name, const void *bytes, gssize length)
{
  char *path = g_build_filename (f->top, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
  return path;
}

char *
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

char *
put_pictures (Fixture *f, const char *name)
{
  char *top = g_build_filename (f->top, name, NULL);
  guchar pixels[32 * 32 * 3] = {0};

  for (int i = 0; i < 20; i++) {
    g_autofree char *folder = g_build_filename (top, i % 2 ? "cat" : "dog", NULL);
    g_autofree char *file = g_strdup_printf ("%d.png", i), *path = NULL;
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GdkTexture) texture = NULL;

    memset (pixels, i * 12, sizeof pixels);
    bytes = g_bytes_new (pixels, sizeof pixels);
    texture = gdk_memory_texture_new (32, 32, GDK_MEMORY_R8G8B8, bytes, 32 * 3);
    g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
    path = g_build_filename (folder, file, NULL);
    g_assert_true (gdk_texture_save_to_png (texture, path));
  }
  return top;
}

char *
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

char *
hash_of (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length);
}

void
drop (Fixture *f, const char *path)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.open-file", "^ay", path));
}

/* --- A draft, and runs of it --- */

ThawRecipePage *
draft_page (Fixture *f)
{
  return THAW_RECIPE_PAGE (f->window->draft);
}

void
begin_draft (Fixture *f)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.draft", "s",
                                             "quick-mobilenet-v3-small"));
  wait_until (draft_page (f)->building == 0);
}

const ThawFinding *
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

void
draft_small (Fixture *f, const char *set, const char *epochs)
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

ThawRunItem *
train_small (Fixture *f)
{
  draft_small (f, NULL, "1");
  thaw_recipe_page_start (f->window->draft);
  wait_until (all_in (f, 1, THAW_RUN_FINISHED) && thaw_window_run (f->window) == nth (f, 0));
  return nth (f, 0);
}
