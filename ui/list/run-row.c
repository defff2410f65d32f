/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-row.h"

#include "spark.h"
#include "thaw-analysis.h"
#include "thaw-ui.h"
#include <glib/gi18n-lib.h>
#include <math.h>

struct _ThawRunRow {
  GtkWidget parent_instance;
  GtkBox *text, *first_line, *second_line, *figures;
  GtkLabel *name, *detail, *accuracy;
  GtkImage *state_icon;
  ThawSpark *spark;
  /* made when they are needed */
  GtkCheckButton *check;
  GtkImage *star;
  GtkProgressBar *progress;
  GtkEntry *entry;
  GtkLabel *group_detail;

  GObject *item; /* ThawRunItem, ThawGroupItem or NULL */
  ThawRunEdit editing;
};

G_DEFINE_FINAL_TYPE (ThawRunRow, thaw_run_row, GTK_TYPE_WIDGET)

static guint edited_signal;

/* --- States --- */

static const struct {
  const char *icon, *class;
} states[] = {
    [THAW_RUN_STARTING] = {"content-loading-symbolic", "accent"},
    [THAW_RUN_RUNNING] = {"media-playback-start-symbolic", "accent"},
    [THAW_RUN_PAUSED] = {"media-playback-pause-symbolic", "warning"},
    [THAW_RUN_INTERRUPTED] = {"dialog-warning-symbolic", "warning"},
    [THAW_RUN_STOPPED] = {"media-playback-stop-symbolic", "dim-label"},
    [THAW_RUN_FINISHED] = {"object-select-symbolic", "success"},
    [THAW_RUN_FAILED] = {"dialog-error-symbolic", "error"},
    [THAW_RUN_DIVERGED] = {"thaw-diverged-symbolic", "error"},
    [THAW_RUN_QUEUED] = {"thaw-queued-symbolic", "dim-label"},
};

const char *
thaw_run_state_icon (ThawRunState state)
{
  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (states), NULL);
  return states[state].icon;
}

const char *
thaw_run_state_class (ThawRunState state)
{
  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (states), NULL);
  return states[state].class;
}

/* --- A run --- */

static char *
detail_text (ThawRunItem *item)
{
  g_autofree char *backbone = NULL, *tags = NULL;
  const char *state = thaw_text_state (thaw_run_item_run (item)->state);

  g_object_get (item, "backbone", &backbone, "tags", &tags, NULL);
  /* three facts in a row, as in "finished · ResNet18 · baseline" */
  if (*tags != '\0')
    return g_strjoin (" · ", state, backbone, tags, NULL);
  return g_strjoin (" · ", state, backbone, NULL);
}

static void
show_state (ThawRunRow *self, ThawRunState state)
{
  const char *classes[] = {thaw_run_state_class (state), NULL};

  gtk_image_set_from_icon_name (self->state_icon, thaw_run_state_icon (state));
  gtk_widget_set_css_classes (GTK_WIDGET (self->state_icon), classes);
}

/* The list's own widget round the row is what screen readers stop at. */
static void
say (ThawRunRow *self, const char *text)
{
  GtkWidget *cell = gtk_widget_get_parent (GTK_WIDGET (self));

  if (cell != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
say_run (ThawRunRow *self, const char *detail, const char *accuracy)
{
  const char *name = thaw_run_item_run (THAW_RUN_ITEM (self->item))->name;
  g_autofree char *text = NULL;

  if (accuracy != NULL)
    /* name of a run; its state, backbone and tags; its best accuracy */
    text = g_strdup_printf (_ ("%s, %s, best %s"), name, detail, accuracy);
  else
    text = g_strdup_printf ("%s, %s", name, detail);
  say (self, text);
}

static void
show_star (ThawRunRow *self, bool starred)
{
  if (starred && self->star == NULL) {
    self->star = GTK_IMAGE (gtk_image_new_from_icon_name ("starred-symbolic"));
    gtk_image_set_pixel_size (self->star, 12);
    gtk_widget_add_css_class (GTK_WIDGET (self->star), "run-star");
    gtk_widget_set_tooltip_text (GTK_WIDGET (self->star), _ ("Baseline"));
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->star), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    _ ("Baseline"), -1);
    gtk_box_append (self->first_line, GTK_WIDGET (self->star));
  }
  if (self->star != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->star), starred);
}

static void
show_progress (ThawRunRow *self, bool alive)
{
  double fraction;

  if (alive && self->progress == NULL) {
    self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
    gtk_widget_add_css_class (GTK_WIDGET (self->progress), "run-progress");
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    _ ("Progress of the run"), -1);
    gtk_box_append (self->text, GTK_WIDGET (self->progress));
  }
  if (self->progress == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->progress), alive);
  g_object_get (self->item, "fraction", &fraction, NULL);
  gtk_progress_bar_set_fraction (self->progress, fraction);
}

static void
show_run (ThawRunRow *self)
{
  ThawRunItem *item = THAW_RUN_ITEM (self->item);
  const ThawRun *run = thaw_run_item_run (item);
  g_autofree char *detail = detail_text (item), *accuracy = NULL;

  gtk_label_set_label (self->name, run->name);
  gtk_label_set_label (self->detail, detail);
  if (isfinite (run->best_accuracy))
    accuracy = g_strdup_printf ("%.1f %%", 100 * run->best_accuracy);
  gtk_label_set_label (self->accuracy, accuracy != NULL ? accuracy : "");
  show_state (self, run->state);
  show_star (self, run->starred);
  show_progress (self, thaw_run_item_alive (item));
  say_run (self, detail, accuracy);
}

/* --- The heading of a group --- */

static void
show_group (ThawRunRow *self)
{
  ThawGroupItem *group = THAW_GROUP_ITEM (self->item);

  gtk_label_set_label (self->name, thaw_group_item_title (group));
  gtk_label_set_label (self->group_detail, thaw_group_item_detail (group));
  say (self, thaw_group_item_title (group));
}

static void
show_kind (ThawRunRow *self, bool group)
{
  if (group && self->group_detail == NULL) {
    self->group_detail = GTK_LABEL (gtk_label_new (NULL));
    gtk_widget_add_css_class (GTK_WIDGET (self->group_detail), "caption");
    gtk_widget_add_css_class (GTK_WIDGET (self->group_detail), "dim-label");
    gtk_widget_add_css_class (GTK_WIDGET (self->group_detail), "numeric");
    gtk_widget_set_parent (GTK_WIDGET (self->group_detail), GTK_WIDGET (self));
  }
  if (self->group_detail != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->group_detail), group);
  gtk_widget_set_visible (GTK_WIDGET (self->second_line), !group);
  gtk_widget_set_visible (GTK_WIDGET (self->figures), !group);
  if (group) {
    show_star (self, false);
    gtk_widget_add_css_class (GTK_WIDGET (self), "group");
    if (self->progress != NULL)
      gtk_widget_set_visible (GTK_WIDGET (self->progress), FALSE);
  } else {
    gtk_widget_remove_css_class (GTK_WIDGET (self), "group");
  }
}

static void
stop_editing (ThawRunRow *self)
{
  if (self->entry == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->entry), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->first_line), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->second_line), THAW_IS_RUN_ITEM (self->item));
}

void
thaw_run_row_set_item (ThawRunRow *self, gpointer item)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  stop_editing (self);
  thaw_spark_set_item (self->spark, THAW_IS_RUN_ITEM (item) ? item : NULL);
  if (THAW_IS_RUN_ITEM (item)) {
    g_signal_connect_object (item, "changed", G_CALLBACK (show_run), self, G_CONNECT_SWAPPED);
    show_kind (self, false);
    show_run (self);
  } else if (THAW_IS_GROUP_ITEM (item)) {
    g_signal_connect_object (item, "notify", G_CALLBACK (show_group), self, G_CONNECT_SWAPPED);
    show_kind (self, true);
    show_group (self);
  }
}

ThawRunItem *
thaw_run_row_run (ThawRunRow *self)
{
  return THAW_IS_RUN_ITEM (self->item) ? THAW_RUN_ITEM (self->item) : NULL;
}

/* --- Editing in place --- */

static void
entry_activate_cb (ThawRunRow *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));

  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (self)));
  stop_editing (self);
  g_signal_emit (self, edited_signal, 0, (int) self->editing, text);
}

static gboolean
key_pressed_cb (
    GtkEventControllerKey *keys, guint key, guint code, GdkModifierType modifiers, ThawRunRow *self)
{
  if (key != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (self)));
  stop_editing (self);
  return GDK_EVENT_STOP;
}

/* Clicking elsewhere leaves things as they were, as in a file manager. */
static void
focus_left_cb (ThawRunRow *self)
{
  stop_editing (self);
}

static void
need_entry (ThawRunRow *self)
{
  GtkEventController *keys, *focus;

  if (self->entry != NULL)
    return;
  self->entry = GTK_ENTRY (gtk_entry_new ());
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 8);
  gtk_widget_set_hexpand (GTK_WIDGET (self->entry), TRUE);
  keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->entry), keys);
  focus = gtk_event_controller_focus_new ();
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_left_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->entry), focus);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (entry_activate_cb), self);
  gtk_box_prepend (self->text, GTK_WIDGET (self->entry));
}

void
thaw_run_row_edit (ThawRunRow *self, ThawRunEdit what)
{
  g_autofree char *text = NULL;
  const char *label = what == THAW_EDIT_NAME ? _ ("Name") : _ ("Tags, separated by commas");

  if (thaw_run_row_run (self) == NULL)
    return;
  need_entry (self);
  self->editing = what;
  g_object_get (self->item, what == THAW_EDIT_NAME ? "name" : "tags", &text, NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_entry_set_placeholder_text (self->entry, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->entry), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->first_line), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->second_line), FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

/* --- Choosing several --- */

static void
need_check (ThawRunRow *self)
{
  if (self->check != NULL)
    return;
  self->check = GTK_CHECK_BUTTON (gtk_check_button_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->check), GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Compare this run"), -1);
  /* it only shows: a click anywhere in the row, or Space, ticks it */
  gtk_widget_set_can_target (GTK_WIDGET (self->check), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self->check), FALSE);
  gtk_widget_insert_after (GTK_WIDGET (self->check), GTK_WIDGET (self), NULL);
}

void
thaw_run_row_set_selecting (ThawRunRow *self, bool selecting)
{
  bool shown = selecting && THAW_IS_RUN_ITEM (self->item);

  if (shown)
    need_check (self);
  if (self->check != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->check), shown);
}

void
thaw_run_row_set_selected (ThawRunRow *self, bool selected)
{
  if (self->check == NULL)
    return;
  gtk_check_button_set_active (self->check, selected);
}

/* --- The widget --- */

static void
thaw_run_row_dispose (GObject *object)
{
  ThawRunRow *self = THAW_RUN_ROW (object);

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  if (self->check != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->check)));
  if (self->group_detail != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->group_detail)));
  gtk_widget_dispose_template (GTK_WIDGET (self), THAW_TYPE_RUN_ROW);
  G_OBJECT_CLASS (thaw_run_row_parent_class)->dispose (object);
}

static void
thaw_run_row_class_init (ThawRunRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_run_row_dispose;
  g_type_ensure (THAW_TYPE_SPARK);
  gtk_widget_class_set_template_from_resource (widget_class, THAW_RESOURCE_PATH "list/run-row.ui");
  gtk_widget_class_set_css_name (widget_class, "runrow");
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, text);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, first_line);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, second_line);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, figures);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, name);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, detail);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, accuracy);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, state_icon);
  gtk_widget_class_bind_template_child (widget_class, ThawRunRow, spark);
  edited_signal = g_signal_new ("edited", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
}

static void
thaw_run_row_init (ThawRunRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
thaw_run_row_new (void)
{
  return g_object_new (THAW_TYPE_RUN_ROW, NULL);
}
