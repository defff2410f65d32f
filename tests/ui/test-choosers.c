/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every file chooser of the window, to its end: what is chosen arrives, what is cancelled changes
 * nothing, and what was not asked for is not replaced. */
#include "chooser.h"
#include "data-fixtures.h"
#include "field-row.h"
#include "fill.h"
#include "picture-window.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static const FillPlan plain = {"Plain 0.1", "mobilenet_v3_small", 4, 1, 0, 10, 1e-3,
                               1e-4,        THAW_RUN_FINISHED,    1};
static const FillPlan other = {"Other", "resnet18", 4, 1, 0, 10, 1e-3, 1e-4, THAW_RUN_FINISHED, 2};

static char *
in_top (Fixture *f, const char *name)
{
  return g_build_filename (f->top, name, NULL);
}

static bool
is_there (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static bool
begins_with (const char *path, const char *bytes)
{
  g_autofree char *found = NULL;
  gsize length;

  return g_file_get_contents (path, &found, &length, NULL) && length >= strlen (bytes) &&
         memcmp (found, bytes, strlen (bytes)) == 0;
}

static ThawDraft *
draft (Fixture *f)
{
  return draft_page (f)->draft;
}

static void
on_draft (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (f->window->draft, action, NULL));
}

static bool
has_data (Fixture *f, const char *path)
{
  return f->window->draft != NULL && g_strcmp0 (thaw_draft_data_path (draft (f)), path) == 0;
}

/* --- Recipes --- */

static void
test_recipes (Fixture *f, gconstpointer data)
{
  g_autofree char *one = put (f, "one.json", "{\"format\": \"thaw-recipe/1\", \"epochs\": 3}", -1),
                  *two = put (f, "two.thaw-recipe",
                              "{\"format\": \"thaw-recipe/1\", \"epochs\": 4}", -1),
                  *text = put (f, "text.json", "no recipe", -1);

  act (f, "win.open-recipe");
  chooser_cancel ();
  g_assert_null (f->window->draft);
  g_assert_null (f->window->said);
  act (f, "win.open-recipe");
  chooser_open (one);
  wait_until (f->window->draft != NULL && thaw_draft_recipe (draft (f))->epochs == 3);
  on_draft (f, "recipe.open");
  chooser_cancel ();
  g_assert_cmpint (thaw_draft_recipe (draft (f))->epochs, ==, 3);
  on_draft (f, "recipe.open");
  chooser_open (two);
  wait_until (thaw_draft_recipe (draft (f))->epochs == 4);
  on_draft (f, "recipe.open");
  chooser_open (text);
  wait_until (strstr (gtk_label_get_text (GTK_LABEL (draft_page (f)->error_text)), "text.json"));
  g_assert_cmpint (thaw_draft_recipe (draft (f))->epochs, ==, 4);
}

/* A name gets the ending that opens it again; what stands under the longer name is not replaced
 * unasked. */
static void
test_save_recipe (Fixture *f, gconstpointer data)
{
  g_autofree char *bare = in_top (f, "mine"), *whole = in_top (f, "mine.thaw-recipe");
  g_autofree char *text = NULL, *refused = NULL, *again = NULL, *before = NULL, *after = NULL;

  begin_draft (f);
  on_draft (f, "recipe.save");
  chooser_cancel ();
  on_draft (f, "recipe.save");
  chooser_save (bare, NULL);
  text = next_toast (f);
  g_assert_nonnull (strstr (text, "mine.thaw-recipe"));
  g_assert_false (is_there (bare));
  before = hash_of (whole);

  g_assert_true (thaw_draft_set (draft (f), "epochs", "5", NULL));
  on_draft (f, "recipe.save");
  chooser_save (bare, NULL);
  refused = next_toast (f);
  g_assert_nonnull (strstr (refused, whole));
  after = hash_of (whole);
  g_assert_cmpstr (before, ==, after);

  on_draft (f, "recipe.save");
  chooser_save (whole, NULL); /* it asks */
  again = next_toast (f);
  thaw_window_discard_draft (f->window);
  drop (f, whole);
  wait_until (f->window->draft != NULL && thaw_draft_recipe (draft (f))->epochs == 5);
}

/* --- Data --- */

static void
test_data (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "set"), *pictures = put_pictures (f, "pictures"),
                  *archive = in_top (f, "small.tar.gz");
  g_autoptr (GByteArray) packed = cifar_archive (THAW_SET_CIFAR10_BINARY, 4, 2);

  put_file (f->top, "small.tar.gz", packed);
  act (f, "win.import-data");
  chooser_cancel ();
  act (f, "win.import-folder");
  chooser_cancel ();
  g_assert_null (f->window->draft);
  act (f, "win.import-data");
  chooser_open (archive);
  wait_until (has_data (f, archive));
  /* another preset that names such a set has it, too: the engine is told where it is */
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (f->window), "win.draft", "s", "day44-resnet18"));
  wait_until (has_data (f, archive));
  act (f, "win.import-folder");
  chooser_open (set);
  wait_until (has_data (f, set));
  on_draft (f, "recipe.import-file");
  chooser_cancel ();
  g_assert_true (has_data (f, set));
  on_draft (f, "recipe.import-folder");
  chooser_open (pictures);
  wait_until (has_data (f, pictures));
  on_draft (f, "recipe.import-file");
  chooser_open (archive);
  wait_until (has_data (f, archive));
  on_draft (f, "recipe.locate-data"); /* an archive was there: a file is asked for */
  chooser_open (archive);
  thaw_draft_set_data_path (draft (f), set);
  on_draft (f, "recipe.locate-data"); /* a folder was */
  chooser_open (pictures);
  wait_until (has_data (f, pictures));
}

/* Of a run that was stopped and whose data was moved: it goes on to its end. */
static void
test_locate (Fixture *f, gconstpointer data)
{
  g_autofree char *set = put_sample (f, "before"), *moved = in_top (f, "after");
  ThawRunItem *run;

  draft_small (f, set, "30");
  thaw_recipe_page_start (f->window->draft);
  wait_until (n_runs (f) == 1 && thaw_run_item_run (nth (f, 0))->epochs_done > 0);
  run = nth (f, 0);
  wait_until (thaw_window_run (f->window) == run);
  act (f, "win.stop");
  wait_until (all_in (f, 1, THAW_RUN_STOPPED));
  g_assert_cmpint (g_rename (set, moved), ==, 0);
  thaw_window_begin_draft (f->window); /* somewhere else, and back */
  thaw_window_show_run (f->window, thaw_run_item_id (run));
  wait_until (bar_can (f, THAW_CAN_LOCATE) && can (f, "win.locate-data"));
  act (f, "win.locate-data");
  chooser_cancel ();
  g_assert_cmpint (thaw_run_item_run (run)->state, ==, THAW_RUN_STOPPED);
  act (f, "win.locate-data");
  chooser_open (moved);
  wait_until (thaw_run_item_run (run)->state == THAW_RUN_FINISHED);
}

/* --- Weights --- */

static GtkWidget *
button_in (GtkWidget *widget, const char *icon)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) &&
      g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), icon) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = button_in (child, icon);
  return found;
}

static void
test_weights (Fixture *f, gconstpointer data)
{
  g_autofree char *one = put_tensor (f, "one.safetensors", "x"),
                  *two = put_tensor (f, "two.safetensors", "y");
  GtkWidget *row, *again;
  guint file;

  begin_draft (f);
  g_assert_true (thaw_draft_set_text (draft (f), "model.weights", "random", NULL));
  row = thaw_row_find (draft_page (f)->left, "model.weights");
  file =
      g_list_model_get_n_items (adw_combo_row_get_model (ADW_COMBO_ROW (row))) - 1; /* the last */
  again = button_in (row, "document-open-symbolic");
  g_assert_false (gtk_widget_get_visible (again));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), file);
  chooser_cancel ();
  g_assert_cmpint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, 0); /* as it was */
  g_assert_cmpstr (thaw_draft_recipe (draft (f))->model.weights, ==, "random");
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), file);
  chooser_open (one);
  g_assert_cmpstr (thaw_draft_recipe (draft (f))->model.weights, ==, one);
  g_assert_true (gtk_widget_get_visible (again));
  g_signal_emit_by_name (again, "clicked");
  chooser_open (two);
  g_assert_cmpstr (thaw_draft_recipe (draft (f))->model.weights, ==, two);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, file);
}

/* --- Charts --- */

static void
export_as (Fixture *f, const char *path, const char *kind, const char *csv, const char *words)
{
  g_autofree char *text = NULL;

  act (f, "win.export");
  if (csv != NULL)
    chooser_choice ("csv", csv);
  chooser_save (path, kind);
  text = next_toast (f);
  g_assert_nonnull (strstr (text, words));
}

static void
test_charts (Fixture *f, gconstpointer data)
{
  g_autofree char *run = fill_run (f->store, &plain), *second = fill_run (f->store, &other);
  g_autofree char *png = in_top (f, "a.png"), *csv = in_top (f, "a.csv"),
                  *svg = in_top (f, "b.svg"), *none = in_top (f, "b.csv"),
                  *bare = in_top (f, "lr 0.1"), *pdf = in_top (f, "lr 0.1.pdf"),
                  *both = in_top (f, "both.png"), *numbers = in_top (f, "both.csv");

  open_window (f);
  expect_readable (f, run, 4);
  act (f, "win.export");
  chooser_cancel ();
  g_assert_null (f->window->said);
  export_as (f, png, NULL, NULL, "a.png");
  g_assert_true (begins_with (png, "\x89PNG") && is_there (csv));
  export_as (f, svg, NULL, "false", "b.svg");
  g_assert_true (begins_with (svg, "<?xml") && !is_there (none));
  export_as (f, bare, "PDF document", "false", "lr 0.1.pdf"); /* .1 is no ending */
  g_assert_true (begins_with (pdf, "%PDF") && !is_there (bare));
  export_as (f, bare, "PDF document", "false", pdf); /* is there already */
  thaw_run_list_select_all (THAW_RUN_LIST (f->window->runs));
  wait_until (f->window->selected->len == 2 && g_strcmp0 (page (f), "comparison") == 0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f->window));
  export_as (f, both, NULL, "true", "both.png");
  g_assert_true (begins_with (both, "\x89PNG") && is_there (numbers));
}

/* Numbers of a chart that is replaced are replaced; numbers of something else are not. */
static void
test_numbers (Fixture *f, gconstpointer data)
{
  g_autofree char *run = fill_run (f->store, &plain), *png = in_top (f, "a.png");
  g_autofree char *mine = put (f, "a.csv", "my own numbers", -1);

  open_window (f);
  expect_readable (f, run, 4);
  export_as (f, png, NULL, "true", mine);
  g_assert_true (begins_with (mine, "my own numbers") && !is_there (png));
  export_as (f, png, NULL, "false", "a.png");
  export_as (f, png, NULL, "true", "a.png"); /* it asks */
  g_assert_false (begins_with (mine, "my own numbers"));
}

/* A sandbox is lent one file a time, and saves numbers by themselves. */
static void
test_numbers_alone (Fixture *f, gconstpointer data)
{
  g_autofree char *run = fill_run (f->store, &plain), *png = in_top (f, "a.png");
  g_autofree char *bare = in_top (f, "n"), *numbers = in_top (f, "n.csv"),
                  *large = in_top (f, "L.CSV"), *small = in_top (f, "L.csv");
  g_autofree char *beside = in_top (f, "a.csv"), *wanted = NULL;

  open_window (f);
  expect_readable (f, run, 4);
  export_as (f, png, NULL, "true", "a.png");
  g_assert_true (g_file_get_contents (beside, &wanted, NULL, NULL) && strlen (wanted) > 100);
  export_as (f, bare, "Numbers as CSV", NULL, "n.csv");
  g_assert_true (begins_with (numbers, wanted) && !is_there (bare));
  export_as (f, large, NULL, "false", "L.CSV");
  g_assert_true (begins_with (large, wanted) && !is_there (small));
}

/* --- Of a run that really learned --- */

static GtkWidget *
picture_window (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (THAW_IS_PICTURE_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
test_trained (Fixture *f, gconstpointer data)
{
  g_autofree char *bare = in_top (f, "best"), *safe = in_top (f, "best.safetensors"),
                  *pth = in_top (f, "best.pth"), *text = NULL, *again = NULL;
  g_autofree char *picture = in_top (f, "grey.png");
  g_autoptr (GByteArray) png = png_rgb (5, 28, 28);
  GtkWidget *window;

  put_file (f->top, "grey.png", png);
  train_small (f);
  act (f, "win.export-weights");
  chooser_cancel ();
  g_clear_pointer (&f->window->said, g_free);
  act (f, "win.export-weights");
  chooser_save (bare, NULL);
  text = next_toast (f);
  g_assert_true (is_there (safe) && !is_there (bare));
  act (f, "win.export-weights");
  chooser_save (bare, "PyTorch");
  again = next_toast (f);
  g_assert_true (begins_with (pth, "PK"));

  act (f, "win.try-picture");
  wait_until ((window = picture_window ()) != NULL);
  g_assert_true (gtk_widget_activate_action (window, "picture.choose", NULL));
  chooser_cancel ();
  g_assert_cmpstr (thaw_picture_window_verdict (THAW_PICTURE_WINDOW (window)), ==, "");
  g_assert_true (gtk_widget_activate_action (window, "picture.choose", NULL));
  chooser_open (picture);
  wait_until (thaw_picture_window_answered (THAW_PICTURE_WINDOW (window)));
  g_assert_cmpstr (thaw_picture_window_verdict (THAW_PICTURE_WINDOW (window)), !=, "");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (!fixture_begin (&argc, &argv))
    return 0;
  g_test_add ("/ui/choosers/recipes", Fixture, NULL, set_up_window, test_recipes, tear_down);
  g_test_add ("/ui/choosers/save-recipe", Fixture, NULL, set_up_window, test_save_recipe,
              tear_down);
  g_test_add ("/ui/choosers/data", Fixture, NULL, set_up_window, test_data, tear_down);
  g_test_add ("/ui/choosers/locate", Fixture, NULL, set_up_window, test_locate, tear_down);
  g_test_add ("/ui/choosers/weights", Fixture, NULL, set_up_window, test_weights, tear_down);
  g_test_add ("/ui/choosers/charts", Fixture, NULL, set_up_store, test_charts, tear_down);
  g_test_add ("/ui/choosers/numbers", Fixture, NULL, set_up_store, test_numbers, tear_down);
  g_test_add ("/ui/choosers/numbers-alone", Fixture, NULL, set_up_store, test_numbers_alone,
              tear_down);
  g_test_add ("/ui/choosers/trained", Fixture, NULL, set_up_window, test_trained, tear_down);
  return g_test_run ();
}
