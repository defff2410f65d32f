/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe page: a draft, or the locked recipe of a run; and how a draft becomes runs. */
#include "page.h"
#include "command.h"
#include "ending.h"
#include "engine.h"
#include "field-row.h"
#include "thaw-resources.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define WIDE_PX 960 /* answers stand beside the groups from here on */
#define MAX_SEEDS 10
#define RECIPE_BYTES (1 << 20)

G_DEFINE_FINAL_TYPE (ThawRecipePage, thaw_recipe_page, GTK_TYPE_WIDGET)

static guint started_signal;

/* --- Drafts and runs --- */

static void
forget_kept (ThawRecipePage *self)
{
  g_clear_pointer (&self->kept_json, g_free);
  g_clear_pointer (&self->kept_name, g_free);
  g_clear_pointer (&self->kept_title, g_free);
  g_clear_pointer (&self->kept_path, g_free);
}

/* A draft that was worked on is there again when one comes back. */
static void
keep_draft (ThawRecipePage *self)
{
  if (thaw_draft_locked (self->draft) || thaw_draft_n_changes (self->draft) == 0)
    return;
  forget_kept (self);
  self->kept_json = thaw_recipe_write (thaw_draft_recipe (self->draft));
  self->kept_origin = thaw_draft_origin (self->draft);
  self->kept_name = g_strdup (thaw_draft_origin_name (self->draft));
  self->kept_title = g_strdup (thaw_draft_origin_title (self->draft));
  self->kept_path = g_strdup (thaw_draft_data_path (self->draft));
}

/* What comes next is about another recipe. */
static void
leave (ThawRecipePage *self)
{
  g_clear_object (&self->item);
  thaw_draft_set_locked (self->draft, false);
  thaw_recipe_page_show_error (self, NULL, NULL);
  thaw_recipe_page_show_about (self, NULL);
  gtk_adjustment_set_value (self->n_seeds, 1);
}

static bool
begin (ThawRecipePage *self, ThawOrigin kind, const char *name, const char *title, const char *json)
{
  g_autoptr (GError) error = NULL;

  leave (self);
  if (thaw_draft_begin (self->draft, kind, name, title, json, &error)) {
    thaw_recipe_page_refresh_bar (self);
    return true;
  }
  thaw_recipe_page_refresh_bar (self);
  thaw_recipe_page_show_error (self, error->message, NULL);
  return false;
}

static void
begin_preset (ThawRecipePage *self, const char *preset)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (preset);
  g_autoptr (ThawRecipe) recipe = NULL;
  g_autofree char *json = NULL;
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  json = g_strndup (data, length);
  recipe = thaw_recipe_parse (json, -1, preset, thaw_catalogues (), NULL);
  begin (self, THAW_ORIGIN_PRESET, preset,
         recipe != NULL && *recipe->name != '\0' ? recipe->name : preset, json);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawRecipePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL, *name = g_file_get_basename (G_FILE (source)),
                  *path = g_file_get_path (G_FILE (source));
  gsize length;

  if (!g_file_load_contents_finish (G_FILE (source), result, &json, &length, NULL, &error)) {
    thaw_recipe_page_show_error (self, error->message, NULL);
    return;
  }
  begin (self, THAW_ORIGIN_FILE, path != NULL ? path : name, name, json);
}

char *
thaw_recipe_file_trouble (const char *path)
{
  GStatBuf st;

  if (g_stat (path, &st) != 0 || (S_ISREG (st.st_mode) && st.st_size <= RECIPE_BYTES))
    return NULL; /* one that is not there is told of when it is read */
  return g_strdup_printf (_ ("%s is not a recipe: expected a JSON file of at most 1 MB."), path);
}

void
thaw_recipe_page_open_recipe (ThawRecipePage *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *trouble = thaw_recipe_file_trouble (path);

  if (trouble != NULL)
    thaw_recipe_page_show_error (self, trouble, NULL);
  else
    g_file_load_contents_async (file, NULL, loaded_cb, g_object_ref (self));
}

void
thaw_recipe_page_draft (GtkWidget *widget, const char *preset_or_path)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);
  g_auto (GStrv) names = thaw_presets_list ();

  if (preset_or_path == NULL && self->kept_json != NULL) {
    begin (self, self->kept_origin, self->kept_name, self->kept_title, self->kept_json);
    thaw_draft_set_data_path (self->draft, self->kept_path);
    forget_kept (self);
  } else if (preset_or_path == NULL) {
    begin_preset (self, names[0]);
  } else if (g_strv_contains ((const char *const *) names, preset_or_path)) {
    begin_preset (self, preset_or_path);
  } else {
    leave (self);
    thaw_recipe_page_open_recipe (self, preset_or_path);
  }
}

static void
begin_run (ThawRecipePage *self, ThawRunItem *item)
{
  const ThawRun *run = thaw_run_item_run (item);

  if (!begin (self, THAW_ORIGIN_RUN, run->id, run->name, run->recipe))
    return;
  thaw_draft_set_data_path (self->draft, run->data_path);
}

void
thaw_recipe_page_duplicate (GtkWidget *widget, ThawRunItem *item)
{
  g_autoptr (ThawRunItem) kept = g_object_ref (item);

  forget_kept (THAW_RECIPE_PAGE (widget));
  begin_run (THAW_RECIPE_PAGE (widget), kept);
}

void
thaw_recipe_page_set_run (GtkWidget *widget, ThawRunItem *item)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);
  g_autofree char *text = NULL;

  if (item == NULL || (self->item != NULL &&
                       g_strcmp0 (thaw_run_item_id (self->item), thaw_run_item_id (item)) == 0))
    return;
  keep_draft (self);
  begin_run (self, item);
  self->item = g_object_ref (item);
  thaw_draft_set_locked (self->draft, true);
  text = g_strdup_printf (
      _ ("This is what “%s” was started with. Duplicate it to try something else."),
      thaw_run_item_run (item)->name);
  gtk_label_set_text (GTK_LABEL (self->lock_text), text);
  thaw_recipe_page_refresh_bar (self);
}

bool
thaw_recipe_page_is_draft (GtkWidget *widget)
{
  return !thaw_draft_locked (THAW_RECIPE_PAGE (widget)->draft);
}

/* --- Data --- */

static void
imported_cb (const char *message, gpointer data)
{
  g_autoptr (ThawRecipePage) self = data;
  g_autofree char *text = NULL;

  if (message != NULL)
    /* Translators: a sentence on what was found, without its full stop. */
    text = g_strdup_printf (_ ("%s. A data set is CIFAR-10 as it is downloaded (.tar.gz), MNIST’s "
                               "files in a folder, or a folder of pictures per class."),
                            message);
  thaw_recipe_page_show_error (self, text, NULL);
}

void
thaw_recipe_page_import (GtkWidget *widget, GFile *file)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);

  if (thaw_draft_locked (self->draft))
    thaw_recipe_page_draft (widget, NULL);
  thaw_data_source_start (self->source);
  thaw_data_source_import (self->source, file, imported_cb, g_object_ref (self));
}

static bool
is_weights (const char *path)
{
  return g_str_has_suffix (path, ".safetensors") || g_str_has_suffix (path, ".pth") ||
         g_str_has_suffix (path, ".pt");
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, ThawRecipePage *self)
{
  const GSList *files = g_value_get_boxed (value);
  g_autofree char *path = files != NULL ? g_file_get_path (files->data) : NULL;

  if (files == NULL)
    return FALSE;
  if (path != NULL && thaw_draft_locked (self->draft)) /* a run stays what it is */
    return gtk_widget_activate_action (GTK_WIDGET (self), "win.open-file", "^ay", path);
  if (path != NULL && thaw_ending_among (path, thaw_recipe_endings))
    thaw_recipe_page_open_recipe (self, path);
  else if (path != NULL && is_weights (path)) /* whether they fit, the check says */
    thaw_draft_set_text (self->draft, "model.weights", path, NULL);
  else
    thaw_recipe_page_import (GTK_WIDGET (self), files->data);
  return TRUE;
}

/* --- Start --- */

/* "7,8,9": as many seeds as asked for, from the recipe's own on. */
static char *
seeds_text (ThawRecipePage *self, int n)
{
  guint64 first = thaw_draft_recipe (self->draft)->seed;
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "", first + (guint64) i);
  return g_string_free (text, FALSE);
}

static void
take (GPtrArray *args, const char *name, const char *value)
{
  g_ptr_array_add (args, g_strdup (name));
  if (value != NULL)
    g_ptr_array_add (args, g_strdup (value));
}

char **
thaw_recipe_page_arguments (ThawRecipePage *self, bool queue)
{
  const char *path = thaw_draft_data_path (self->draft);
  g_auto (GStrv) recipe =
      thaw_command_recipe (thaw_draft_recipe (self->draft), thaw_draft_origin_name (self->draft));
  GPtrArray *args = g_ptr_array_new ();
  int n = (int) gtk_adjustment_get_value (self->n_seeds);
  g_autofree char *seeds = seeds_text (self, n);

  take (args, "train", NULL);
  for (char **arg = recipe; *arg != NULL; arg++)
    take (args, *arg, NULL);
  if (path != NULL)
    take (args, "--data", path);
  if (queue || n > 1)
    take (args, "--queue", NULL);
  if (n > 1)
    take (args, "--seeds", seeds);
  if (queue)
    take (args, "--json", NULL);
  g_ptr_array_add (args, NULL);
  return (char **) g_ptr_array_free (args, FALSE);
}

void
thaw_recipe_page_copy_command (GtkWidget *widget)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);
  g_auto (GStrv) args = thaw_recipe_page_arguments (self, false);
  g_autofree char *line = thaw_engine_command_line ((const char *const *) args);

  if (gtk_adjustment_get_value (self->n_seeds) > 1) {
    const char *const work[] = {"queue", "--run", NULL};
    g_autofree char *queue = thaw_engine_command_line (work), *first = g_steal_pointer (&line);
    line = g_strconcat (first, " && ", queue, NULL);
  }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), line);
  thaw_toast (widget, _ ("Command copied"), NULL, NULL);
}

/* The id of the first run among the lines that were printed. (transfer full) (nullable) */
static char *
first_run (const char *out)
{
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

  for (char **line = lines; *line != NULL; line++) {
    g_autoptr (JsonNode) root = json_from_string (*line, NULL);
    JsonObject *object =
        root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
    if (object != NULL && json_object_has_member (object, "run"))
      return g_strdup (json_object_get_string_member (object, "run"));
  }
  return NULL;
}

static void
set_starting (ThawRecipePage *self, bool starting)
{
  self->starting = starting;
  thaw_recipe_page_refresh_bar (self);
}

static void
queued_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  static const char *const work[] = {"queue", "--run", NULL};
  g_autoptr (ThawRecipePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = thaw_engine_call_finish (result, &error);
  g_autofree char *id = out != NULL ? first_run (out) : NULL;

  if (self->draft == NULL)
    return; /* the window was closed */
  set_starting (self, false);
  if (id != NULL)
    thaw_engine_spawn (thaw_watch_home (self->watch), work, &error);
  if (error != NULL)
    thaw_recipe_page_show_error (self, error->message,
                                 thaw_draft_field_in (self->draft, error->message));
  if (id == NULL)
    return;
  forget_kept (self);
  g_signal_emit (self, started_signal, 0, id);
}

void
thaw_recipe_page_start (GtkWidget *widget)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);
  g_auto (GStrv) args = NULL;

  if (thaw_draft_locked (self->draft) || self->starting)
    return;
  if (thaw_draft_stopped (self->draft)) {
    const ThawDraftFinding *item = thaw_draft_findings (self->draft)->pdata[0];
    thaw_recipe_page_show_error (self, item->finding->message, item->finding->field);
    return;
  }
  thaw_recipe_page_show_error (self, NULL, NULL);
  set_starting (self, true);
  args = thaw_recipe_page_arguments (self, true);
  thaw_engine_call (thaw_watch_home (self->watch), (const char *const *) args, NULL, queued_cb,
                    g_object_ref (self));
}

/* --- The widget --- */

static gboolean
place_cb (gpointer data)
{
  ThawRecipePage *self = data;

  int width = gtk_widget_get_width (GTK_WIDGET (self));

  self->placing = 0;
  thaw_recipe_page_place (self, width >= WIDE_PX);
  self->slim = width < THAW_SLIM_PX;
  thaw_row_show_sliders (self->left, !self->slim);
  return G_SOURCE_REMOVE;
}

static void
thaw_recipe_page_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);

  gtk_widget_allocate (self->root, width, height, baseline, NULL);
  if (((width >= WIDE_PX) != self->wide || (width < THAW_SLIM_PX) != self->slim) &&
      self->placing == 0)
    self->placing = g_idle_add_full (G_PRIORITY_HIGH, place_cb, self, NULL);
}

/* Data is looked for when somebody looks. */
static void
thaw_recipe_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (thaw_recipe_page_parent_class)->map (widget);
  thaw_data_source_start (THAW_RECIPE_PAGE (widget)->source);
  thaw_recipe_page_go_on (THAW_RECIPE_PAGE (widget));
}

/* Wide or narrow, it can be made narrow. */
static void
thaw_recipe_page_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);

  gtk_widget_measure (self->root, orientation, for_size, minimum, natural, minimum_baseline,
                      natural_baseline);
  if (orientation == GTK_ORIENTATION_HORIZONTAL && self->wide)
    *minimum = MIN (*minimum, 340);
}

static void
thaw_recipe_page_dispose (GObject *object)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (object);

  g_clear_handle_id (&self->placing, g_source_remove);
  g_clear_handle_id (&self->building, g_source_remove);
  g_clear_handle_id (&self->settling, g_source_remove);
  g_clear_pointer (&self->root, gtk_widget_unparent);
  for (size_t i = 0; i < G_N_ELEMENTS (self->answers); i++) {
    g_clear_object (&self->answers[i]);
    g_clear_object (&self->slots[i]);
  }
  g_clear_object (&self->dialog);
  g_clear_object (&self->item);
  g_clear_object (&self->cost);
  g_clear_object (&self->source);
  g_clear_object (&self->draft);
  g_clear_object (&self->n_seeds);
  g_clear_object (&self->watch);
  forget_kept (self);
  G_OBJECT_CLASS (thaw_recipe_page_parent_class)->dispose (object);
}

static void
thaw_recipe_page_class_init (ThawRecipePageClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = thaw_recipe_page_dispose;
  widget->size_allocate = thaw_recipe_page_size_allocate;
  widget->measure = thaw_recipe_page_measure;
  widget->map = thaw_recipe_page_map;
  gtk_widget_class_set_css_name (widget, "thaw-recipe");
  thaw_recipe_page_install_actions (widget);
  started_signal = g_signal_new ("started", THAW_TYPE_RECIPE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
thaw_recipe_page_init (ThawRecipePage *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->draft = thaw_draft_new ();
  self->n_seeds = g_object_ref_sink (gtk_adjustment_new (1, 1, MAX_SEEDS, 1, 1, 0));
  g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

GtkWidget *
thaw_recipe_page_new (ThawWatch *watch)
{
  ThawRecipePage *self = g_object_new (THAW_TYPE_RECIPE_PAGE, NULL);

  self->watch = g_object_ref (watch);
  self->source = thaw_data_source_new (self->draft, thaw_watch_home (watch));
  self->cost = thaw_cost_new (self->draft, thaw_watch_home (watch), G_OBJECT (self->n_seeds));
  thaw_recipe_page_build (self);
  g_signal_connect_object (self->draft, "changed", G_CALLBACK (thaw_recipe_page_refresh_bar), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->cost, "changed", G_CALLBACK (thaw_recipe_page_refresh_bar), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->n_seeds, "notify::value",
                           G_CALLBACK (thaw_recipe_page_refresh_bar), self, G_CONNECT_SWAPPED);
  thaw_recipe_page_draft (GTK_WIDGET (self), NULL);
  return GTK_WIDGET (self);
}
