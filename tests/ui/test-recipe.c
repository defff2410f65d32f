/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe page and *Try a Picture*, as widgets, with the program `thaw` behind them. */
#include "field-row.h"
#include "number-spin.h"
#include "page.h"
#include "picture-window.h"
#include "scratch.h"
#include "strip-view.h"
#include "thaw-ui.h"
#include "validation-view.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *home;
  ThawWatch *watch;
  GtkWidget *window, *page;
  char *started;
} Fixture;

static ThawRecipePage *
page_of (Fixture *f)
{
  return THAW_RECIPE_PAGE (f->page);
}

static void
started_cb (GtkWidget *page, const char *id, Fixture *f)
{
  f->started = g_strdup (id);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->home = scratch_home_new ();
  f->watch = thaw_watch_new (f->home);
  f->page = thaw_recipe_page_new (f->watch);
  f->window = adw_window_new ();
  g_signal_connect (f->page, "started", G_CALLBACK (started_cb), f);
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1200, 800);
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
  wait_until (thaw_data_source_listed (page_of (f)->source));
  wait_until (page_of (f)->building == 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&f->watch);
  g_clear_pointer (&f->started, g_free);
  g_clear_pointer (&f->home, scratch_home_free);
}

static void
set (Fixture *f, const char *path, const char *value)
{
  g_autoptr (GError) error = NULL;

  thaw_draft_set (page_of (f)->draft, path, value, &error);
  g_assert_no_error (error);
}

static const char *
value (Fixture *f, const char *path)
{
  return thaw_draft_field (page_of (f)->draft, path)->value;
}

/* The first widget of that type below. */
static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);
  return found;
}

static ThawFieldRow *
row_of (Fixture *f, const char *path)
{
  GtkWidget *row = thaw_row_find (page_of (f)->left, path);

  g_assert_true (THAW_IS_FIELD_ROW (row));
  g_assert_cmpstr (thaw_field_row_path (THAW_FIELD_ROW (row)), ==, path);
  return THAW_FIELD_ROW (row);
}

/* Every field has a row, whatever is chosen: what a catalogue gains shows up by itself. */
static void
check_rows (Fixture *f)
{
  const GPtrArray *fields = thaw_draft_fields (page_of (f)->draft);

  for (guint i = 0; i < fields->len; i++) {
    const ThawRecipeField *field = fields->pdata[i];
    if (field->spec != NULL)
      row_of (f, field->path);
    else if (strcmp (field->path, "name") != 0)
      g_assert_nonnull (thaw_row_find (page_of (f)->left, field->path));
  }
}

static void
test_forms (Fixture *f, gconstpointer data)
{
  const ThawCatalogues *all = thaw_catalogues ();

  check_rows (f);
  for (int i = 0; all->optimizers.entries[i] != NULL; i++) {
    thaw_draft_set_text (page_of (f)->draft, "optimizer.name", all->optimizers.entries[i]->name,
                         NULL);
    check_rows (f);
  }
  for (int i = 0; all->schedules.entries[i] != NULL; i++) {
    thaw_draft_set_text (page_of (f)->draft, "schedule.name", all->schedules.entries[i]->name,
                         NULL);
    check_rows (f);
  }
  set (f, "augment", "[]");
  for (int i = 0; all->transforms.entries[i] != NULL; i++)
    thaw_draft_add_transform (page_of (f)->draft, all->transforms.entries[i]->name, NULL);
  check_rows (f);
}

/* Showing a recipe changes nothing of it, whatever its numbers are. */
static void
test_faithful (Fixture *f, gconstpointer data)
{
  static const char *const presets[] = {"day44-mobilenet-v3-small-exact",
                                        "quick-mobilenet-v3-small"};

  for (size_t i = 0; i < G_N_ELEMENTS (presets); i++) {
    thaw_recipe_page_draft (f->page, presets[i]);
    gtk_test_widget_wait_for_draw (f->window);
    g_assert_cmpint (thaw_draft_n_changes (page_of (f)->draft), ==, 0);
  }
  set (f, "optimizer.eps", "3.3e-13");
  set (f, "optimizer.lr", "0.00123456789");
  gtk_test_widget_wait_for_draw (f->window);
  g_assert_cmpstr (value (f, "optimizer.eps"), ==, "3.3e-13");
  g_assert_cmpstr (value (f, "optimizer.lr"), ==, "0.00123456789");
}

static void
test_number (Fixture *f, gconstpointer data)
{
  GtkWidget *spin = find_type (GTK_WIDGET (row_of (f, "optimizer.lr")), GTK_TYPE_SPIN_BUTTON);

  gtk_spin_button_spin (GTK_SPIN_BUTTON (spin), GTK_SPIN_STEP_FORWARD, 1);
  g_assert_cmpstr (value (f, "optimizer.lr"), ==, "0.002");
  gtk_editable_set_text (GTK_EDITABLE (spin), "3e-4");
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  g_assert_cmpstr (value (f, "optimizer.lr"), ==, "0.0003");
  gtk_spin_button_spin (GTK_SPIN_BUTTON (spin), GTK_SPIN_STEP_FORWARD, 1);
  g_assert_cmpstr (value (f, "optimizer.lr"), ==, "0.0005");
  gtk_editable_set_text (GTK_EDITABLE (spin), "nonsense");
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  g_assert_cmpstr (value (f, "optimizer.lr"), ==, "0.0005");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (row_of (f, "optimizer.lr")), "changed"));
  thaw_draft_reset (page_of (f)->draft, "optimizer.lr");
  g_assert_cmpfloat (thaw_number_spin_value (spin), ==, 0.001);
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (row_of (f, "optimizer.lr")), "changed"));
}

/* A list of numbers that is none marks its row and changes nothing. */
static void
test_refused (Fixture *f, gconstpointer data)
{
  ThawFieldRow *row = row_of (f, "normalize.std");
  GtkWidget *entry = find_type (GTK_WIDGET (row), GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), "0.2, 0, 0.2");
  g_signal_emit_by_name (entry, "activate");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (row), "error"));
  g_assert_cmpint (thaw_draft_n_changes (page_of (f)->draft), ==, 0);
  gtk_editable_set_text (GTK_EDITABLE (entry), "0.2, 0.3, 0.2");
  g_signal_emit_by_name (entry, "activate");
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (row), "error"));
  g_assert_cmpstr (value (f, "normalize.std"), ==, "[0.2, 0.3, 0.2]");
}

static void
type (ThawFieldRow *row, const char *text)
{
  GtkWidget *entry = find_type (GTK_WIDGET (row), GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  g_signal_emit_by_name (entry, "activate");
}

static void
assert_shown (ThawFieldRow *row, const char *text, bool slider)
{
  GtkWidget *entry = find_type (GTK_WIDGET (row), GTK_TYPE_ENTRY),
            *scale = find_type (GTK_WIDGET (row), GTK_TYPE_SCALE);

  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, text);
  g_assert_cmpint (gtk_widget_get_visible (scale), ==, slider);
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (row), "error"));
}

/* A number that two may stand for: typed either way, and as a file holds it. */
static void
test_pair (Fixture *f, gconstpointer data)
{
  ThawFieldRow *row, *turn;

  set (f, "augment",
       "[{\"name\": \"ColorJitter\", \"brightness\": [0.65, 1.25]}, {\"name\": "
       "\"RandomRotation\", \"degrees\": 15}]");
  row = row_of (f, "augment.0.brightness");
  turn = row_of (f, "augment.1.degrees");
  assert_shown (row, "0.65, 1.25", false);
  assert_shown (turn, "15", true);
  type (turn, "-10 30");
  g_assert_cmpstr (value (f, "augment.1.degrees"), ==, "[-10, 30]");
  assert_shown (turn, "-10, 30", false);
  type (row, "0.3");
  g_assert_cmpstr (value (f, "augment.0.brightness"), ==, "0.3");
  assert_shown (row, "0.3", true);
  gtk_range_set_value (GTK_RANGE (find_type (GTK_WIDGET (row), GTK_TYPE_SCALE)), 0.5);
  g_assert_cmpstr (value (f, "augment.0.brightness"), ==, "0.5");
  assert_shown (row, "0.5", true);
  type (row, "1.2, 0.8");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (row), "error"));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==,
                   "augment.0.brightness is [1.2, 0.8], expected the lower number first");
  type (row, "bright");
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)),
                                   "augment.0.brightness is 'bright', expected a number from 0"));
  type (row, "0.5"); /* what it was: mended */
  assert_shown (row, "0.5", true);
  g_assert_true (gtk_widget_activate_action (f->page, "recipe.undo", NULL)); /* one edit of all */
  assert_shown (row, "0.65, 1.25", false);
}

static void
press (GtkWidget *widget, guint key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
    gboolean handled;
    if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
      g_signal_emit_by_name (controller, "key-pressed", key, 0, 0, &handled);
  }
}

static void
test_strip (Fixture *f, gconstpointer data)
{
  GtkWidget *strip = find_type (f->page, THAW_TYPE_STRIP_VIEW);

  press (strip, GDK_KEY_Right);
  g_assert_cmpstr (value (f, "freeze.epochs"), ==, "6");
  press (strip, GDK_KEY_Left);
  press (strip, GDK_KEY_Left);
  g_assert_cmpstr (value (f, "freeze.epochs"), ==, "4");
  set (f, "epochs", "3"); /* what is frozen is never longer than the whole */
  g_assert_cmpstr (value (f, "freeze.epochs"), ==, "3");
  g_assert_true (gtk_widget_activate_action (f->page, "recipe.undo", NULL));
  press (strip, GDK_KEY_End);
  g_assert_cmpstr (value (f, "freeze.epochs"), ==, "40");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (strip), GTK_ACCESSIBLE_ROLE_IMG);
}

/* --- Thaws on the way --- */

static GtkWidget *
find_icon (GtkWidget *widget, const char *icon)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) &&
      g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), icon) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_icon (child, icon);
  return found;
}

static void
assert_step (Fixture *f, int i, const char *title, const char *words)
{
  g_autofree char *path = g_strdup_printf ("freeze.steps.%d", i);
  GtkWidget *row = thaw_row_find (page_of (f)->left, path);

  g_assert_true (ADW_IS_EXPANDER_ROW (row));
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, title);
  g_assert_cmpstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (row)), ==, words);
}

/* What the strip tells a screen reader. (transfer full) */
static char *
strip_words (Fixture *f)
{
  GtkWidget *strip = find_type (f->page, THAW_TYPE_STRIP_VIEW);

  gtk_test_widget_wait_for_draw (f->window);
  return gtk_test_accessible_check_property (
      GTK_ACCESSIBLE (strip), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "nothing of the kind");
}

static GtkWidget *
steps_group (Fixture *f)
{
  return gtk_widget_get_ancestor (thaw_row_find (page_of (f)->left, "freeze.steps"),
                                  ADW_TYPE_PREFERENCES_GROUP);
}

static int
n_steps (Fixture *f)
{
  return thaw_draft_recipe (page_of (f)->draft)->freeze.n_steps;
}

static void
test_steps (Fixture *f, gconstpointer data)
{
  g_autofree char *words = NULL, *later = NULL;
  GtkWidget *add, *row;

  thaw_recipe_page_draft (f->page, "gradual-thaw");
  g_assert_cmpint (n_steps (f), ==, 3);
  check_rows (f);
  g_assert_cmpint (thaw_draft_n_changes (page_of (f)->draft), ==, 0);
  assert_step (f, 0, "From epoch 2", "Joins in: layer4, at a rate of 0.0005");
  assert_step (f, 2, "From epoch 6", "Joins in: layer2, at a rate of 0.0002");
  words = strip_words (f);
  g_assert_nonnull (strstr (words, "Each of layer4.0 to layer4.1 is frozen from 0 to 2."));
  g_assert_nonnull (strstr (words, "Each of conv1 to layer1.1 is frozen from 0 to 8."));
  /* the engine's word on what cannot be */
  g_assert_false (thaw_draft_set (page_of (f)->draft, "freeze.steps.0.epoch", "4", NULL));
  row = GTK_WIDGET (row_of (f, "freeze.steps.0.epoch"));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_type (row, GTK_TYPE_SPIN_BUTTON)), 4);
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  g_assert_cmpstr (value (f, "freeze.steps.0.epoch"), ==, "2");
  /* change, add, remove, go back */
  set (f, "freeze.steps.0.epoch", "1");
  set (f, "freeze.epochs", "10");
  assert_step (f, 0, "From epoch 1", "Joins in: layer4, at a rate of 0.0005");
  later = strip_words (f);
  g_assert_nonnull (strstr (later, "Each of layer4.0 to layer4.1 is frozen from 0 to 1."));
  add = adw_preferences_group_get_header_suffix (ADW_PREFERENCES_GROUP (steps_group (f)));
  g_signal_emit_by_name (add, "clicked");
  g_assert_cmpint (n_steps (f), ==, 4);
  assert_step (f, 3, "From epoch 8", "Joins in: layer1, at a rate of 0.0001");
  g_signal_emit_by_name (
      find_icon (thaw_row_find (page_of (f)->left, "freeze.steps.1"), "user-trash-symbolic"),
      "clicked");
  wait_until (n_steps (f) == 3);
  assert_step (f, 1, "From epoch 6", "Joins in: layer3 and layer2, at a rate of 0.0002");
  g_assert_true (gtk_widget_activate_action (f->page, "recipe.undo", NULL));
  g_assert_cmpint (n_steps (f), ==, 4);
  check_rows (f);
}

/* Its handles: the thaw, then the steps from the input to the head. */
static void
test_step_handles (Fixture *f, gconstpointer data)
{
  GtkWidget *strip = find_type (f->page, THAW_TYPE_STRIP_VIEW);

  thaw_recipe_page_draft (f->page, "gradual-thaw");
  press (strip, GDK_KEY_Left);
  g_assert_cmpstr (value (f, "freeze.epochs"), ==, "7");
  press (strip, GDK_KEY_Home); /* behind the last step */
  g_assert_cmpstr (value (f, "freeze.epochs"), ==, "7");
  press (strip, GDK_KEY_Down);
  press (strip, GDK_KEY_Left);
  g_assert_cmpstr (value (f, "freeze.steps.2.epoch"), ==, "5");
  press (strip, GDK_KEY_Down);
  press (strip, GDK_KEY_Down);
  press (strip, GDK_KEY_Home);
  g_assert_cmpstr (value (f, "freeze.steps.0.epoch"), ==, "1");
  press (strip, GDK_KEY_Up);
  press (strip, GDK_KEY_End);
  g_assert_cmpstr (value (f, "freeze.steps.1.epoch"), ==, "4");
}

/* (nullable) */
static const ThawDraftFinding *
find_finding (Fixture *f, const char *id)
{
  const GPtrArray *findings = thaw_draft_findings (page_of (f)->draft);

  for (guint i = 0; i < findings->len; i++)
    if (strcmp (((ThawDraftFinding *) findings->pdata[i])->finding->id, id) == 0)
      return findings->pdata[i];
  return NULL;
}

/* No place for a step is said, not tried; and a plan that the backbone has no blocks for stops. */
static void
test_no_step (Fixture *f, gconstpointer data)
{
  GtkWidget *add =
      adw_preferences_group_get_header_suffix (ADW_PREFERENCES_GROUP (steps_group (f)));
  const ThawDraftFinding *found;

  g_assert_true (gtk_widget_get_sensitive (add));
  set (f, "freeze.epochs", "1");
  g_assert_false (gtk_widget_get_sensitive (add));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (add), ==,
                   "No frozen epoch is left for another step.");
  set (f, "freeze.epochs", "0");
  g_assert_false (gtk_widget_get_sensitive (add));
  set (f, "freeze.epochs", "4");
  set (f, "freeze.steps", "[{\"name\": \"ThawBlocks\", \"epoch\": 2, \"blocks\": 40}]");
  found = find_finding (f, "too-many-blocks");
  g_assert_nonnull (found);
  g_assert_true (found->stops);
  g_assert_cmpstr (found->finding->field, ==, "freeze.steps.0.blocks");
  g_assert_true (
      thaw_draft_assign (page_of (f)->draft, (const char *const *) found->finding->changes, NULL));
  g_assert_null (find_finding (f, "too-many-blocks"));
  g_assert_false (gtk_widget_get_sensitive (add));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (add), ==, "Every block trains by then.");
}

/* A field in a row that was closed is opened and scrolled to. */
static void
test_show_field (Fixture *f, gconstpointer data)
{
  GtkWidget *row, *scroller = page_of (f)->left_scroller;
  graphene_rect_t bounds;

  thaw_recipe_page_draft (f->page, "gradual-thaw");
  row = GTK_WIDGET (row_of (f, "freeze.steps.2.lr"));
  thaw_recipe_page_show_field (page_of (f), "freeze.steps.2.lr", "too bold");
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  wait_until (gtk_widget_get_mapped (row) && gtk_widget_compute_bounds (row, scroller, &bounds) &&
              bounds.origin.y >= 0 &&
              bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (scroller));
}

/* How uneven classes are made is asked only where they are. */
static void
test_imbalance (Fixture *f, gconstpointer data)
{
  GtkWidget *ratio = GTK_WIDGET (row_of (f, "data.imbalance.ratio"));

  g_assert_false (gtk_widget_get_visible (ratio));
  set (f, "data.imbalance.kind", "\"exponential\"");
  g_assert_true (gtk_widget_get_visible (ratio));
  g_assert_true (gtk_widget_activate_action (f->page, "recipe.undo", NULL));
  g_assert_false (gtk_widget_get_visible (ratio));
}

/* Undo by its action; a recipe comes back as it was. */
static void
test_undo (Fixture *f, gconstpointer data)
{
  set (f, "epochs", "11");
  g_assert_true (gtk_widget_activate_action (f->page, "recipe.undo", NULL));
  g_assert_cmpstr (value (f, "epochs"), ==, "40");
  g_assert_true (gtk_widget_activate_action (f->page, "recipe.redo", NULL));
  g_assert_cmpstr (value (f, "epochs"), ==, "11");
}

/* A recipe that cannot start says so at once, with its field; nothing is asked of the program. */
static void
test_stopped (Fixture *f, gconstpointer data)
{
  set (f, "data.size", "64");
  thaw_recipe_page_start (f->page);
  g_assert_false (page_of (f)->starting);
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (page_of (f)->error_bar)));
}

static void
test_wrong_data (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->home, "notes.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "nothing", -1, NULL));
  thaw_recipe_page_import (f->page, file);
  wait_until (gtk_revealer_get_reveal_child (GTK_REVEALER (page_of (f)->error_bar)));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (page_of (f)->error_text)), "notes.txt"));
  g_assert_null (thaw_draft_data_path (page_of (f)->draft));
}

static void
narrow (Fixture *f, int width)
{
  gtk_window_set_default_size (GTK_WINDOW (f->window), width, 700);
  wait_until (gtk_widget_get_width (f->page) <= width);
}

static void
test_narrow (Fixture *f, gconstpointer data)
{
  wait_until (page_of (f)->wide);
  narrow (f, 360);
  wait_until (!page_of (f)->wide);
  g_assert_cmpint (gtk_widget_get_width (f->page), <=, 360);
  thaw_recipe_page_complete (page_of (f)); /* with the groups that are not made yet */
  set (f, "augment",
       "[{\"name\": \"ColorJitter\", \"brightness\": [0.65, 1.25]}, {\"name\": "
       "\"RandomRotation\", \"degrees\": 15}]");
  thaw_draft_add_step (page_of (f)->draft, 5, NULL);
  g_assert_cmpint (n_steps (f), ==, 1);
  for (GtkWidget *group = gtk_widget_get_first_child (page_of (f)->left); group != NULL;
       group = gtk_widget_get_next_sibling (group)) {
    int least;
    gtk_widget_measure (group, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
    g_assert_cmpint (least, <=, 360 - 2 * 12);
  }
  gtk_test_widget_wait_for_draw (f->window);
}

static void
write_pixels (const char *path)
{
  guchar pixels[32 * 32 * 3];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  for (size_t i = 0; i < sizeof pixels; i++)
    pixels[i] = (guchar) (i * 7);
  bytes = g_bytes_new (pixels, sizeof pixels);
  texture = gdk_memory_texture_new (32, 32, GDK_MEMORY_R8G8B8, bytes, 32 * 3);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

static void
try_pictures (Fixture *f, ThawRunItem *item)
{
  g_autofree char *good = g_build_filename (f->home, "picture.png", NULL),
                  *bad = g_build_filename (f->home, "notes.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (good);
  g_autoptr (GFile) wrong = g_file_new_for_path (bad);
  GtkWidget *window = thaw_picture_window_new (f->home, item, item), *samples;
  ThawPictureWindow *self = THAW_PICTURE_WINDOW (window);

  write_pixels (good);
  g_assert_true (g_file_set_contents (bad, "nothing", -1, NULL));
  gtk_window_present (GTK_WINDOW (window));
  thaw_picture_window_try (self, file);
  wait_until (thaw_picture_window_answered (self));
  g_assert_true (g_str_has_prefix (thaw_picture_window_verdict (self), "Both say: "));
  thaw_picture_window_try (self, wrong);
  wait_until (thaw_picture_window_answered (self));
  g_assert_cmpstr (thaw_picture_window_verdict (self), ==, "");
  samples = find_type (window, THAW_TYPE_VALIDATION_VIEW);
  adw_view_stack_set_visible_child_name (
      ADW_VIEW_STACK (gtk_widget_get_ancestor (samples, ADW_TYPE_VIEW_STACK)), "validation");
  wait_until (thaw_validation_view_n_samples (THAW_VALIDATION_VIEW (samples)) == 24);
  /* both runs answered */
  g_assert_nonnull (strchr (thaw_validation_view_summary (THAW_VALIDATION_VIEW (samples)), '\n'));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A small run from click to end, its locked recipe, its duplicate; then pictures are tried on it.
 */
static void
test_run (Fixture *f, gconstpointer data)
{
  ThawRunItem *item = NULL;

  thaw_recipe_page_draft (f->page, "quick-mobilenet-v3-small");
  set (f, "data.set", "sample");
  set (f, "epochs", "1");
  set (f, "data.split.validation", "0.9");
  set (f, "evaluate.clean_train", "false");
  set (f, "evaluate.test_at_end", "false");
  wait_until (thaw_data_source_samples (page_of (f)->source) != NULL);
  g_assert_cmpint (thaw_draft_data_facts (page_of (f)->draft)->classes, ==, 10);
  thaw_recipe_page_start (f->page);
  g_assert_true (page_of (f)->starting);
  wait_until (f->started != NULL);
  wait_until ((item = thaw_watch_find (f->watch, f->started)) != NULL &&
              thaw_run_item_run (item)->state == THAW_RUN_FINISHED);
  thaw_recipe_page_set_run (f->page, item);
  g_assert_false (thaw_recipe_page_is_draft (f->page));
  g_assert_cmpstr (value (f, "epochs"), ==, "1");
  thaw_recipe_page_duplicate (f->page, item);
  g_assert_true (thaw_recipe_page_is_draft (f->page));
  g_assert_cmpint (thaw_draft_n_changes (page_of (f)->draft), <=, 1); /* the data's place */
  try_pictures (f, item);
}

#define ADD(name, func) g_test_add ("/ui/recipe/" name, Fixture, NULL, set_up, func, tear_down)

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
  ADD ("forms", test_forms);
  ADD ("faithful", test_faithful);
  ADD ("number", test_number);
  ADD ("refused", test_refused);
  ADD ("pair", test_pair);
  ADD ("strip", test_strip);
  ADD ("steps", test_steps);
  ADD ("step-handles", test_step_handles);
  ADD ("no-step", test_no_step);
  ADD ("show-field", test_show_field);
  ADD ("imbalance", test_imbalance);
  ADD ("undo", test_undo);
  ADD ("stopped", test_stopped);
  ADD ("wrong-data", test_wrong_data);
  ADD ("narrow", test_narrow);
  ADD ("run", test_run);
  return g_test_run ();
}
