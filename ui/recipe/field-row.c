/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "field-row.h"
#include "field-text.h"
#include "number-spin.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum { OWN_CHARS = 9 }; /* of null_text's button, at least */

struct _ThawFieldRow {
  AdwActionRow parent_instance;

  ThawDraft *draft;
  char *path, *help;
  const ThawParamSpec *spec;
  GtkWidget *control, *locked, *reset; /* locked: the value as text */
  GtkWidget *slider;                   /* (nullable) */
  GtkWidget *own;                      /* (nullable) takes JSON's null: spec->null_text */
  bool slim;                           /* no room for the slider */
  bool filling;                        /* the control follows the draft, not the hand */
};

G_DEFINE_FINAL_TYPE (ThawFieldRow, thaw_field_row, ADW_TYPE_ACTION_ROW)

static guint
choice_index (const ThawParamSpec *spec, const char *json)
{
  g_autofree char *name = thaw_field_text (spec, json);

  for (guint i = 0; spec->choices[i] != NULL; i++)
    if (strcmp (spec->choices[i], name) == 0)
      return i;
  return 0;
}

static void
show_typed (ThawFieldRow *self, const char *json, const char *text)
{
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (self->control)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->control), text);
  if (self->slider != NULL && json[0] != '[')
    thaw_number_slider_set (self->slider, g_ascii_strtod (json, NULL));
}

static void
show_value (ThawFieldRow *self, const char *json)
{
  g_autofree char *text = thaw_field_text (self->spec, json);
  double value = g_ascii_strtod (json, NULL);

  self->filling = true;
  switch (self->spec->kind) {
  case THAW_PARAM_BOOL:
    gtk_switch_set_active (GTK_SWITCH (self->control), strcmp (json, "true") == 0);
    break;
  case THAW_PARAM_CHOICE:
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->control), choice_index (self->spec, json));
    break;
  case THAW_PARAM_REALS:
  case THAW_PARAM_INTS:
  case THAW_PARAM_INT:
  case THAW_PARAM_REAL:
  default:
    if (thaw_field_is_typed (self->spec)) {
      show_typed (self, json, text);
      break;
    }
    if (self->own != NULL) {
      bool own = strcmp (json, "null") == 0;
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->own), own);
      gtk_widget_set_sensitive (self->control, !own);
    }
    thaw_number_spin_set (self->control, fmax (value, self->spec->min));
    if (self->slider != NULL)
      thaw_number_slider_set (self->slider, value);
    break;
  }
  gtk_label_set_text (GTK_LABEL (self->locked), text);
  self->filling = false;
}

static void
show_change (ThawFieldRow *self)
{
  bool locked = thaw_draft_locked (self->draft),
       changed = thaw_draft_is_changed (self->draft, self->path);
  g_autofree char *base = changed ? thaw_draft_base (self->draft, self->path) : NULL;
  g_autofree char *text = changed ? thaw_field_text (self->spec, base) : NULL;
  g_autofree char *tip = changed ? g_strdup_printf (_ ("Back to %s"), text) : NULL;

  gtk_widget_set_visible (self->reset, changed && !locked);
  gtk_widget_set_tooltip_text (self->reset, tip);
  if (tip != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->reset), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    tip, -1);
  if (changed)
    gtk_widget_add_css_class (GTK_WIDGET (self), "changed");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "changed");
}

/* A slider has one place: none for two numbers. */
static void
show_slider (ThawFieldRow *self)
{
  const ThawRecipeField *field = thaw_draft_field (self->draft, self->path);

  if (self->slider != NULL)
    gtk_widget_set_visible (self->slider, field != NULL && field->value[0] != '[' && !self->slim &&
                                              !thaw_draft_locked (self->draft));
}

static void
refresh (ThawFieldRow *self)
{
  const ThawRecipeField *field = thaw_draft_field (self->draft, self->path);
  bool locked = thaw_draft_locked (self->draft);

  if (field == NULL || field->spec != self->spec)
    return; /* about to go */
  show_value (self, field->value);
  show_change (self);
  gtk_widget_set_visible (self->control, !locked);
  gtk_widget_set_visible (self->locked, locked);
  show_slider (self);
  if (self->own != NULL)
    gtk_widget_set_visible (self->own, !locked);
  gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), self->help);
}

void
thaw_field_row_mark (ThawFieldRow *self, const char *message)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), message);
}

static void
changed_cb (ThawFieldRow *self, const char *const *paths)
{
  if (g_strv_contains (paths, self->path))
    refresh (self);
}

/* --- The hand --- */

static void
put (ThawFieldRow *self, const char *json)
{
  g_autoptr (GError) error = NULL;

  if (thaw_draft_set (self->draft, self->path, json, &error)) {
    if (thaw_field_is_typed (self->spec) && gtk_widget_has_css_class (GTK_WIDGET (self), "error"))
      refresh (self); /* mended to what it was before */
    return;
  }
  if (!thaw_field_is_typed (self->spec)) /* what was typed stays to be mended */
    show_value (self, thaw_draft_field (self->draft, self->path)->value);
  thaw_field_row_mark (self, error->message);
}

static void
put_number (ThawFieldRow *self, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  bool whole = self->spec->kind == THAW_PARAM_INT;

  put (self, g_ascii_formatd (digits, sizeof digits, whole ? "%.0f" : "%.6g", value));
}

static void
spin_cb (ThawFieldRow *self)
{
  if (!self->filling)
    put_number (self, thaw_number_spin_value (self->control));
}

static void
slider_cb (ThawFieldRow *self)
{
  if (!self->filling)
    put_number (self, gtk_range_get_value (GTK_RANGE (self->slider)));
}

static void
switch_cb (ThawFieldRow *self)
{
  if (!self->filling)
    put (self, gtk_switch_get_active (GTK_SWITCH (self->control)) ? "true" : "false");
}

static void
drop_down_cb (ThawFieldRow *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->control));

  if (!self->filling && i != GTK_INVALID_LIST_POSITION)
    put (self, self->spec->choices[i]);
}

static void
entry_cb (ThawFieldRow *self)
{
  g_autofree char *json = NULL;

  if (self->filling)
    return;
  json = thaw_field_json (self->spec, gtk_editable_get_text (GTK_EDITABLE (self->control)));
  put (self, json);
}

static void
own_cb (ThawFieldRow *self)
{
  if (self->filling)
    return;
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->own)))
    put (self, "null");
  else
    put_number (self, thaw_number_spin_value (self->control));
}

static void
reset_cb (ThawFieldRow *self)
{
  thaw_draft_reset (self->draft, self->path);
}

/* --- Making --- */

/* What a choice's name means, where it is a word of ours and not of PyTorch. */
static const char *
choice_text (const char *name)
{
  static const struct {
    const char *name, *text;
  } words[] = {
      {"head", N_ ("Head alone")},
      {"last_block", N_ ("The head and the last block")},
      {"live", N_ ("Computed in each epoch")},
      {"once", N_ ("Computed once")},
      {"update", N_ ("Move")},
      {"hold", N_ ("Hold")},
      {"carry", N_ ("Carry over")},
      {"reset", N_ ("Begin anew")},
      {"validation", N_ ("Validation")},
      {"loss", N_ ("Loss")},
      {"accuracy", N_ ("Accuracy")},
      {"none", N_ ("None")},
      {"exponential", N_ ("Exponential")},
      {"step", N_ ("In two steps")},
      {"first_update", N_ ("The first update")},
      {"initial", N_ ("The initial weights")},
      {"warmup", N_ ("The initial weights, soon forgotten")},
      {"test", N_ ("Test set")},
      {"images", N_ ("Images")},
      {"batches", N_ ("Batches")},
  };

  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].name, name) == 0)
      return _ (words[i].text);
  return name;
}

static GtkWidget *
drop_down_new (ThawFieldRow *self)
{
  GtkStringList *list = gtk_string_list_new (NULL);
  GtkWidget *drop_down;

  for (int i = 0; self->spec->choices[i] != NULL; i++)
    gtk_string_list_append (list, choice_text (self->spec->choices[i]));
  drop_down = gtk_drop_down_new (G_LIST_MODEL (list), NULL);
  g_signal_connect_object (drop_down, "notify::selected", G_CALLBACK (drop_down_cb), self,
                           G_CONNECT_SWAPPED);
  return drop_down;
}

static GtkWidget *
entry_new (ThawFieldRow *self)
{
  GtkWidget *entry = gtk_entry_new ();
  int n = self->spec->pair ? 2 : MIN (self->spec->count, 3);

  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 6 * n);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 8 * n);
  gtk_editable_set_alignment (GTK_EDITABLE (entry), 1);
  g_signal_connect_object (entry, "activate", G_CALLBACK (entry_cb), self, G_CONNECT_SWAPPED);
  return entry;
}

static GtkWidget *
control_new (ThawFieldRow *self)
{
  GtkWidget *control;

  if (thaw_field_is_typed (self->spec))
    return entry_new (self);
  switch (self->spec->kind) {
  case THAW_PARAM_BOOL:
    control = gtk_switch_new ();
    g_signal_connect_object (control, "notify::active", G_CALLBACK (switch_cb), self,
                             G_CONNECT_SWAPPED);
    return control;
  case THAW_PARAM_CHOICE:
    return drop_down_new (self);
  case THAW_PARAM_REALS:
  case THAW_PARAM_INTS:
  case THAW_PARAM_INT:
  case THAW_PARAM_REAL:
  default:
    control = thaw_number_spin_new (self->spec);
    g_signal_connect_object (control, "value-changed", G_CALLBACK (spin_cb), self,
                             G_CONNECT_SWAPPED);
    return control;
  }
}

/* What was typed counts when one leaves the field, too. */
static void
leave_cb (ThawFieldRow *self)
{
  if (thaw_field_is_typed (self->spec) && gtk_widget_get_visible (self->control))
    entry_cb (self);
  thaw_draft_settle (self->draft);
}

static void
add_focus (ThawFieldRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect_object (focus, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->control, focus);
}

static void
add_controls (ThawFieldRow *self, bool slider)
{
  AdwActionRow *row = ADW_ACTION_ROW (self);

  self->reset = gtk_button_new_from_icon_name ("edit-undo-symbolic");
  gtk_widget_set_valign (self->reset, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->reset, "flat");
  gtk_widget_add_css_class (self->reset, "circular");
  g_signal_connect_object (self->reset, "clicked", G_CALLBACK (reset_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (row, self->reset);
  self->slider = slider ? thaw_number_slider_new (self->spec) : NULL;
  if (self->slider != NULL) {
    g_signal_connect_object (self->slider, "value-changed", G_CALLBACK (slider_cb), self,
                             G_CONNECT_SWAPPED);
    adw_action_row_add_suffix (row, self->slider);
  }
  if (self->spec->null_text != NULL) {
    GtkWidget *label = gtk_label_new (_ (self->spec->null_text));
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END); /* in a narrow window */
    gtk_label_set_width_chars (
        GTK_LABEL (label), (int) MIN (g_utf8_strlen (_ (self->spec->null_text), -1), OWN_CHARS));
    self->own = gtk_toggle_button_new ();
    gtk_button_set_child (GTK_BUTTON (self->own), label);
    gtk_widget_add_css_class (self->own, "text-button");
    gtk_widget_set_tooltip_text (self->own, _ (self->spec->null_text));
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->own), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    _ (self->spec->null_text), -1);
    gtk_widget_set_valign (self->own, GTK_ALIGN_CENTER);
    g_signal_connect_object (self->own, "toggled", G_CALLBACK (own_cb), self, G_CONNECT_SWAPPED);
    adw_action_row_add_suffix (row, self->own);
  }
  self->control = control_new (self);
  gtk_widget_set_valign (self->control, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (row, self->control);
  adw_action_row_set_activatable_widget (row, self->control);
  self->locked = gtk_label_new (NULL);
  gtk_label_set_selectable (GTK_LABEL (self->locked), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->locked), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->locked, "numeric");
  adw_action_row_add_suffix (row, self->locked);
}

static void
name_controls (ThawFieldRow *self, const char *title)
{
  GtkWidget *widgets[] = {self->control, self->slider, self->locked};

  for (size_t i = 0; i < G_N_ELEMENTS (widgets); i++)
    if (widgets[i] != NULL)
      gtk_accessible_update_property (GTK_ACCESSIBLE (widgets[i]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->help, -1);
}

/* help: (nullable) in place of the catalogue's. (transfer full) */
static char *
help_text (const ThawParamSpec *spec, const char *help)
{
  if (help == NULL)
    help = spec->help != NULL ? _ (spec->help) : "";
  /* Translators: behind what the field is. */
  return spec->pair ? g_strdup_printf (_ ("%s. Or two numbers: low, high"), help) : g_strdup (help);
}

GtkWidget *
thaw_field_row_new (
    ThawDraft *draft, const char *path, const char *title, const char *help, bool slider)
{
  const ThawRecipeField *field = thaw_draft_field (draft, path);
  ThawFieldRow *self;
  const char *name;

  g_return_val_if_fail (field != NULL && field->spec != NULL, NULL);
  name = title != NULL ? title : thaw_field_title (field->spec->name);
  name = name != NULL ? name : field->spec->name;
  self = g_object_new (THAW_TYPE_FIELD_ROW, "title", name, "tooltip-text", path, "use-markup",
                       FALSE, NULL);
  self->draft = g_object_ref (draft);
  self->path = g_strdup (path);
  thaw_row_set_path (GTK_WIDGET (self), path);
  self->spec = field->spec;
  self->help = help_text (self->spec, help);
  add_controls (self, slider);
  add_focus (self);
  name_controls (self, name);
  refresh (self);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
thaw_row_show_sliders (GtkWidget *widget, bool shown)
{
  if (THAW_IS_FIELD_ROW (widget)) {
    ThawFieldRow *self = THAW_FIELD_ROW (widget);
    self->slim = !shown;
    show_slider (self);
    return;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    thaw_row_show_sliders (child, shown);
}

const char *
thaw_field_row_path (ThawFieldRow *self)
{
  return self->path;
}

void
thaw_row_set_path (GtkWidget *widget, const char *path)
{
  g_object_set_data_full (G_OBJECT (widget), "thaw-path", g_strdup (path), g_free);
}

/* How well a widget's path stands for the one looked for: 0 not at all. */
static int
fit (const char *has, const char *path)
{
  size_t n = strlen (has), m = strlen (path);

  if (strcmp (has, path) == 0)
    return 1000;
  if (n < m && strncmp (has, path, n) == 0 && path[n] == '.')
    return 100 + (int) n;
  return n > m && strncmp (has, path, m) == 0 && has[m] == '.' ? 1 : 0;
}

static void
search (GtkWidget *widget, const char *path, GtkWidget **best, int *best_fit)
{
  const char *has = g_object_get_data (G_OBJECT (widget), "thaw-path");
  int here = has != NULL ? fit (has, path) : 0;

  if (here > *best_fit) {
    *best = widget;
    *best_fit = here;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    search (child, path, best, best_fit);
}

GtkWidget *
thaw_row_find (GtkWidget *widget, const char *path)
{
  GtkWidget *best = NULL;
  int best_fit = 0;

  search (widget, path, &best, &best_fit);
  return best;
}

static void
thaw_field_row_dispose (GObject *object)
{
  ThawFieldRow *self = THAW_FIELD_ROW (object);

  g_clear_object (&self->draft);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->help, g_free);
  G_OBJECT_CLASS (thaw_field_row_parent_class)->dispose (object);
}

/* Made while the page was slim already. */
static void
thaw_field_row_root (GtkWidget *widget)
{
  GtkWidget *clamp = gtk_widget_get_ancestor (widget, ADW_TYPE_CLAMP);
  int width = clamp != NULL ? gtk_widget_get_width (clamp) : 0;

  GTK_WIDGET_CLASS (thaw_field_row_parent_class)->root (widget);
  if (width > 0)
    thaw_row_show_sliders (widget, width >= THAW_SLIM_PX);
}

static void
thaw_field_row_class_init (ThawFieldRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = thaw_field_row_dispose;
  GTK_WIDGET_CLASS (klass)->root = thaw_field_row_root;
}

static void
thaw_field_row_init (ThawFieldRow *self)
{
}
