/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validation-view.h"
#include "engine.h"
#include "picture-load.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define N_SAMPLES "24"
#define SIDE_PX 72

/* A sample as one run answers it. */
typedef struct {
  gint64 image; /* its number in the data set */
  char *path, *label, *given;
} Sample;

struct _ThawValidationView {
  AdwBin parent_instance;

  char *home;
  ThawRunItem *items[2]; /* the second is nullable */
  GPtrArray *samples[2]; /* of Sample; NULL: not answered */
  char *folder;          /* where the pictures are written until they are read */
  GtkWidget *stack, *flow, *summary, *error_page;
  GCancellable *cancel;
  bool asked;
};

G_DEFINE_FINAL_TYPE (ThawValidationView, thaw_validation_view, ADW_TYPE_BIN)

static void
sample_free (void *data)
{
  Sample *sample = data;

  g_free (sample->path);
  g_free (sample->label);
  g_free (sample->given);
  g_free (sample);
}

/* --- Cells --- */

/* "✓ cat" or "✗ dog": by mark and word, and by colour. */
static GtkWidget *
answer_new (const Sample *sample)
{
  bool right = g_strcmp0 (sample->label, sample->given) == 0;
  g_autofree char *text = g_strdup_printf ("%s %s", right ? "✓" : "✗", sample->given);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, right ? "success" : "error");
  return label;
}

/* What is a validation picture of one run may have been learned by the other, whose split is
 * another: only pictures that both were asked about are compared. */
static const Sample *
find_image (const GPtrArray *samples, gint64 image)
{
  for (guint i = 0; samples != NULL && i < samples->len; i++)
    if (((const Sample *) samples->pdata[i])->image == image)
      return samples->pdata[i];
  return NULL;
}

static GtkWidget *
cell_new (ThawValidationView *self, guint i, GdkTexture *texture)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *picture = gtk_picture_new (), *label;
  const Sample *sample = self->samples[0]->pdata[i];
  GString *words = g_string_new (sample->label);

  gtk_picture_set_paintable (GTK_PICTURE (picture), GDK_PAINTABLE (texture));
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), sample->label);
  gtk_widget_set_size_request (picture, SIDE_PX, SIDE_PX);
  gtk_widget_set_halign (picture, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (picture, "thaw-picture");
  label = gtk_label_new (sample->label);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), label);
  for (int k = 0; k < 2; k++) {
    const Sample *own = find_image (self->samples[k], sample->image);
    if (own != NULL) {
      gtk_box_append (GTK_BOX (box), answer_new (own));
      g_string_append_printf (words, ", %s: %s", thaw_run_item_run (self->items[k])->name,
                              own->given);
    }
  }
  gtk_widget_set_tooltip_text (box, words->str);
  g_string_free (words, TRUE);
  return box;
}

/* "Day 44: ResNet18: 19 of 24 right". (transfer full) */
static char *
count_text (ThawValidationView *self, int k)
{
  guint right = 0, n = self->samples[k]->len;

  for (guint i = 0; i < n; i++) {
    const Sample *sample = self->samples[k]->pdata[i];
    right += g_strcmp0 (sample->label, sample->given) == 0;
  }
  return g_strdup_printf (_ ("%s: %u of %u right"), thaw_run_item_run (self->items[k])->name, right,
                          n);
}

static void
show_summary (ThawValidationView *self)
{
  g_autofree char *one = count_text (self, 0);
  g_autofree char *two = self->samples[1] != NULL ? count_text (self, 1) : NULL;
  g_autofree char *both = two != NULL ? g_strconcat (one, "\n", two, NULL) : NULL;

  gtk_label_set_text (GTK_LABEL (self->summary), both != NULL ? both : one);
}

/* --- Answers --- */

static void
fail (ThawValidationView *self, const char *message)
{
  adw_status_page_set_description (ADW_STATUS_PAGE (self->error_page), message);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "error");
}

/* Pictures were read: their files may go. */
static void
tidy_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  const char *folder = data;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_unlink (path);
  }
  g_rmdir (folder);
  g_task_return_boolean (task, TRUE);
}

static void
tidy (ThawValidationView *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->folder == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, g_steal_pointer (&self->folder), g_free);
  g_task_run_in_thread (task, tidy_thread);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawValidationView) self = data;
  g_autoptr (GPtrArray) textures = thaw_pictures_load_finish (result, NULL);

  if (textures == NULL || self->samples[0] == NULL || self->flow == NULL)
    return;
  tidy (self);
  for (guint i = 0; i < MIN (textures->len, self->samples[0]->len); i++) {
    GtkWidget *cell = cell_new (self, i, textures->pdata[i]), *child;
    gtk_flow_box_append (GTK_FLOW_BOX (self->flow), cell);
    child = gtk_widget_get_last_child (self->flow);
    gtk_widget_set_focusable (child, FALSE);
    gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    gtk_widget_get_tooltip_text (cell), -1);
  }
  show_summary (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "samples");
}

static void
load (ThawValidationView *self)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (guint i = 0; i < self->samples[0]->len; i++)
    g_ptr_array_add (paths, ((Sample *) self->samples[0]->pdata[i])->path);
  g_ptr_array_add (paths, NULL);
  thaw_pictures_load ((const char *const *) paths->pdata, self->cancel, loaded_cb,
                      g_object_ref (self));
}

/* A text member of the object that is read; NULL where it is null. (transfer full) (nullable) */
static char *
text_member (JsonReader *reader, const char *name)
{
  char *text = NULL;

  if (json_reader_read_member (reader, name) && !json_reader_get_null_value (reader))
    text = g_strdup (json_reader_get_string_value (reader));
  json_reader_end_member (reader);
  return text;
}

/* (transfer full) (nullable) */
static GPtrArray *
samples_of (const char *json, bool pictures)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonReader) reader = NULL;
  GPtrArray *samples;

  if (!json_parser_load_from_data (parser, json, -1, NULL))
    return NULL;
  reader = json_reader_new (json_parser_get_root (parser));
  samples = g_ptr_array_new_with_free_func (sample_free);
  for (int i = 0; i < json_reader_count_elements (reader); i++) {
    Sample *sample = g_new0 (Sample, 1);
    json_reader_read_element (reader, (guint) i);
    json_reader_read_member (reader, "image");
    sample->image = json_reader_get_int_value (reader);
    json_reader_end_member (reader);
    sample->path = text_member (reader, "file");
    sample->label = text_member (reader, "true_name");
    sample->given = text_member (reader, "given_name");
    json_reader_end_element (reader);
    if ((sample->path != NULL || !pictures) && sample->label != NULL && sample->given != NULL)
      g_ptr_array_add (samples, sample);
    else
      sample_free (sample);
  }
  if (samples->len == 0)
    g_clear_pointer (&samples, g_ptr_array_unref);
  return samples;
}

static void ask (ThawValidationView *self, int k);

static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawValidationView) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);
  int k = self->samples[0] == NULL ? 0 : 1;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->flow == NULL)
    return;
  self->samples[k] = json != NULL ? samples_of (json, k == 0) : NULL;
  if (self->samples[0] == NULL) {
    tidy (self);
    fail (self, error != NULL ? error->message : _ ("The engine gave no answer."));
  } else if (k == 0 && self->items[1] != NULL) {
    ask (self, 1);
  } else {
    load (self);
  }
}

static void
ask (ThawValidationView *self, int k)
{
  const char *const args[] = {
      "predict", thaw_run_item_id (self->items[k]), "--validation", N_SAMPLES, "--top", "1",
      "--json",  k == 0 ? "--pictures" : NULL,      self->folder,   NULL};

  thaw_engine_call (self->home, args, self->cancel, told_cb, g_object_ref (self));
}

static void
folder_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  GError *error = NULL;
  char *folder = g_dir_make_tmp ("thaw-pictures-XXXXXX", &error);

  if (folder != NULL)
    g_task_return_pointer (task, folder, g_free);
  else
    g_task_return_error (task, error);
}

static void
folder_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ThawValidationView *self = THAW_VALIDATION_VIEW (source);
  g_autoptr (GError) error = NULL;

  self->folder = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->flow == NULL)
    tidy (self);
  else if (self->folder != NULL)
    ask (self, 0);
  else
    fail (self, error->message);
}

/* --- The widget --- */

static void
thaw_validation_view_map (GtkWidget *widget)
{
  ThawValidationView *self = THAW_VALIDATION_VIEW (widget);

  GTK_WIDGET_CLASS (thaw_validation_view_parent_class)->map (widget);
  if (self->asked)
    return;
  self->asked = true;
  g_autoptr (GTask) task = g_task_new (self, NULL, folder_cb, NULL);
  g_task_run_in_thread (task, folder_thread);
}

int
thaw_validation_view_n_samples (ThawValidationView *self)
{
  int n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (self->flow); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

const char *
thaw_validation_view_summary (ThawValidationView *self)
{
  return gtk_label_get_text (GTK_LABEL (self->summary));
}

static void
thaw_validation_view_dispose (GObject *object)
{
  ThawValidationView *self = THAW_VALIDATION_VIEW (object);

  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
  tidy (self);
  for (int k = 0; k < 2; k++) {
    g_clear_object (&self->items[k]);
    g_clear_pointer (&self->samples[k], g_ptr_array_unref);
  }
  g_clear_pointer (&self->home, g_free);
  self->flow = NULL;
  G_OBJECT_CLASS (thaw_validation_view_parent_class)->dispose (object);
}

static void
thaw_validation_view_class_init (ThawValidationViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = thaw_validation_view_dispose;
  GTK_WIDGET_CLASS (klass)->map = thaw_validation_view_map;
}

static GtkWidget *
samples_page_new (ThawValidationView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *note;

  self->summary = gtk_label_new (NULL);
  gtk_label_set_justify (GTK_LABEL (self->summary), GTK_JUSTIFY_CENTER);
  gtk_label_set_wrap (GTK_LABEL (self->summary), TRUE);
  gtk_widget_add_css_class (self->summary, "heading");
  note = gtk_label_new (
      _ ("Pictures kept for validation. So few say little about accuracy: look at what "
         "is confused with what."));
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_label_set_justify (GTK_LABEL (note), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (note, "dim-label");
  self->flow = gtk_flow_box_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->flow), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Validation Samples"), -1);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->flow), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->flow), 8);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->flow), 12);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->flow), 6);
  gtk_box_append (GTK_BOX (box), self->summary);
  gtk_box_append (GTK_BOX (box), note);
  gtk_box_append (GTK_BOX (box), self->flow);
  gtk_widget_add_css_class (box, "thaw-picture-page");
  return g_object_new (ADW_TYPE_CLAMP, "maximum-size", 800, "child", box, NULL);
}

static void
thaw_validation_view_init (ThawValidationView *self)
{
  GtkWidget *spinner = gtk_spinner_new ();

  self->cancel = g_cancellable_new ();
  self->stack = gtk_stack_new ();
  gtk_spinner_start (GTK_SPINNER (spinner));
  gtk_widget_set_size_request (spinner, 32, 32);
  gtk_widget_set_halign (spinner, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (spinner, GTK_ALIGN_CENTER);
  self->error_page = g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "dialog-warning-symbolic",
                                   "title", _ ("No Samples to Show"), NULL);
  gtk_stack_add_named (GTK_STACK (self->stack), spinner, "asking");
  gtk_stack_add_named (GTK_STACK (self->stack), samples_page_new (self), "samples");
  gtk_stack_add_named (GTK_STACK (self->stack), self->error_page, "error");
  adw_bin_set_child (ADW_BIN (self), self->stack);
}

GtkWidget *
thaw_validation_view_new (const char *home, ThawRunItem *one, ThawRunItem *two)
{
  ThawValidationView *self = g_object_new (THAW_TYPE_VALIDATION_VIEW, NULL);

  self->home = g_strdup (home);
  self->items[0] = g_object_ref (one);
  self->items[1] = two != NULL ? g_object_ref (two) : NULL;
  return GTK_WIDGET (self);
}
