/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer-panel.h"
#include "engine.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#define TOP "5"

struct _ThawAnswerPanel {
  AdwBin parent_instance;

  char *home;
  ThawRunItem *item;
  GtkWidget *stack, *grid, *error_label, *spinner;
  GCancellable *cancel;
  char *best, *error;
};

G_DEFINE_FINAL_TYPE (ThawAnswerPanel, thaw_answer_panel, ADW_TYPE_BIN)

static guint answered_signal;

/* --- Bars --- */

static void
add_bar (ThawAnswerPanel *self, int row, const char *name, double share)
{
  GtkGrid *grid = GTK_GRID (self->grid);
  g_autofree char *percent = g_strdup_printf (_ ("%.1f %%"), 100 * share);
  g_autofree char *words = g_strdup_printf (_ ("%s: %s"), name, percent);
  GtkWidget *label = gtk_label_new (name), *value = gtk_label_new (percent),
            *bar = gtk_progress_bar_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_widget_add_css_class (value, "numeric");
  if (row == 0) {
    gtk_widget_add_css_class (label, "heading");
    gtk_widget_add_css_class (value, "heading");
  } else {
    gtk_widget_add_css_class (value, "dim-label");
  }
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), CLAMP (share, 0, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_set_margin_bottom (bar, 6);
  gtk_grid_attach (grid, label, 0, 2 * row, 1, 1);
  gtk_grid_attach (grid, value, 1, 2 * row, 1, 1);
  gtk_grid_attach (grid, bar, 0, 2 * row + 1, 2, 1);
}

static void
clear_bars (ThawAnswerPanel *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->grid)) != NULL)
    gtk_grid_remove (GTK_GRID (self->grid), child);
  g_clear_pointer (&self->best, g_free);
  g_clear_pointer (&self->error, g_free);
}

/* --- Asking --- */

/* The classes of the first picture of `json`; FALSE: there are none. */
static gboolean
take (ThawAnswerPanel *self, const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonReader) reader = NULL;

  if (!json_parser_load_from_data (parser, json, -1, NULL))
    return FALSE;
  reader = json_reader_new (json_parser_get_root (parser));
  if (!json_reader_read_element (reader, 0) || !json_reader_read_member (reader, "classes"))
    return FALSE;
  for (int i = 0; i < json_reader_count_elements (reader); i++) {
    const char *name;
    double share;
    json_reader_read_element (reader, (guint) i);
    json_reader_read_member (reader, "name");
    name = json_reader_get_string_value (reader);
    json_reader_end_member (reader);
    json_reader_read_member (reader, "probability");
    share = json_reader_get_double_value (reader);
    json_reader_end_member (reader);
    json_reader_end_element (reader);
    if (name == NULL)
      continue;
    add_bar (self, i, name, share);
    if (self->best == NULL)
      self->best = g_strdup (name);
  }
  return self->best != NULL;
}

static void
show_error (ThawAnswerPanel *self, const char *message)
{
  self->error = g_strdup (message);
  gtk_label_set_text (GTK_LABEL (self->error_label), message);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "error");
}

static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawAnswerPanel) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_task_get_cancellable (G_TASK (result)) != self->cancel)
    return;
  g_clear_object (&self->cancel);
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
  if (json != NULL && take (self, json))
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "bars");
  else
    show_error (self, error != NULL ? error->message : _ ("The engine gave no answer."));
  g_signal_emit (self, answered_signal, 0);
}

static void
withdraw (ThawAnswerPanel *self)
{
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
  clear_bars (self);
}

void
thaw_answer_panel_refuse (ThawAnswerPanel *self, const char *sentence)
{
  withdraw (self);
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
  show_error (self, sentence);
  g_signal_emit (self, answered_signal, 0);
}

void
thaw_answer_panel_ask (ThawAnswerPanel *self, const char *path)
{
  const char *const args[] = {
      "predict", thaw_run_item_id (self->item), path, "--top", TOP, "--json", NULL};

  withdraw (self);
  self->cancel = g_cancellable_new ();
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "asking");
  thaw_engine_call (self->home, args, self->cancel, told_cb, g_object_ref (self));
}

const char *
thaw_answer_panel_best (ThawAnswerPanel *self)
{
  return self->best;
}

const char *
thaw_answer_panel_error (ThawAnswerPanel *self)
{
  return self->error;
}

/* --- The widget --- */

static void
thaw_answer_panel_dispose (GObject *object)
{
  ThawAnswerPanel *self = THAW_ANSWER_PANEL (object);

  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
  g_clear_object (&self->item);
  g_clear_pointer (&self->home, g_free);
  g_clear_pointer (&self->best, g_free);
  g_clear_pointer (&self->error, g_free);
  G_OBJECT_CLASS (thaw_answer_panel_parent_class)->dispose (object);
}

static void
thaw_answer_panel_class_init (ThawAnswerPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = thaw_answer_panel_dispose;
  answered_signal = g_signal_new ("answered", THAW_TYPE_ANSWER_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_answer_panel_init (ThawAnswerPanel *self)
{
  GtkStack *stack = GTK_STACK (self->stack = gtk_stack_new ());

  self->grid = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 3);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  self->error_label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->error_label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->error_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->error_label), 0);
  gtk_label_set_yalign (GTK_LABEL (self->error_label), 0);
  gtk_label_set_selectable (GTK_LABEL (self->error_label), TRUE);
  gtk_widget_add_css_class (self->error_label, "error");
  self->spinner = gtk_spinner_new ();
  gtk_widget_set_size_request (self->spinner, 24, 24);
  gtk_widget_set_halign (self->spinner, GTK_ALIGN_CENTER);
  gtk_stack_add_named (stack, gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), "nothing");
  gtk_stack_add_named (stack, self->spinner, "asking");
  gtk_stack_add_named (stack, self->grid, "bars");
  gtk_stack_add_named (stack, self->error_label, "error");
}

GtkWidget *
thaw_answer_panel_new (const char *home, ThawRunItem *item)
{
  ThawAnswerPanel *self = g_object_new (THAW_TYPE_ANSWER_PANEL, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12),
            *name = gtk_label_new (thaw_run_item_run (item)->name);

  self->home = g_strdup (home);
  self->item = g_object_ref (item);
  gtk_widget_add_css_class (name, "title-4");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (name, thaw_run_item_run (item)->name);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), self->stack);
  gtk_widget_set_size_request (box, 220, -1);
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "thaw-answer");
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}
