/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-bar.h"

#include "compare-menu.h"
#include "run-row.h"
#include "thaw-ui.h"
#include <glib/gi18n-lib.h>
#include <math.h>

enum {
  PULSE_MS = 120,
  LISTEN_MS = 3000,   /* between two looks for signs of life             */
  SILENT_MS = 30000,  /* without a commit: its worker does not get on    */
  ROOM_BYTES = 65536, /* a disk with less than that is full              */
  WORDS_PX = 340,     /* that words need beside buttons                  */
  LEAST_PX = 300,     /* the width that it can do with                   */
};

struct _ThawRunBar {
  GtkWidget parent_instance;
  GtkWidget *box;
  GtkBox *row;
  GtkFlowBox *buttons;
  GtkImage *icon;
  GtkLabel *name, *state, *text, *more;
  GtkProgressBar *progress;

  ThawWatch *watch;
  ThawRunItem *item;
  ThawRunData *data;
  GCancellable *looking; /* for the data set */
  bool data_missing;
  char *asked;
  ThawRunState asked_in; /* the state in which it was asked */
  guint asked_files;     /* and how many checkpoints it had */
  ThawRunStatus status;
  guint pulse;
  guint listen;
  gint64 ticked_ms; /* its worker's last commit that we know of      */
  gint64 heard_us;  /* when we learned of it, by a clock that stands still in sleep */
  bool no_room;
  guint shown_can;
  int width;
  guint placing;
  bool narrow, below; /* below: the buttons, under the words */
};

G_DEFINE_FINAL_TYPE (ThawRunBar, thaw_run_bar, GTK_TYPE_WIDGET)

static guint updated_signal;

static void show (ThawRunBar *self);
static void place_soon (ThawRunBar *self);

/* --- Buttons --- */

/* In the order in which they stand. */
static const struct {
  guint can;
  const char *label, *action, *class, *icon;
} buttons[] = {
    {THAW_CAN_CONTINUE, N_ ("_Resume"), "win.continue", "suggested-action"},
    {THAW_CAN_RESUME, N_ ("_Resume"), "win.resume", "suggested-action"},
    {THAW_CAN_START, N_ ("_Start Now"), "win.start-now", "suggested-action"},
    {THAW_CAN_RESTORE, N_ ("_Restore"), "win.restore", "suggested-action"},
    {THAW_CAN_LOCATE, N_ ("_Locate…"), "win.locate-data", "suggested-action"},
    {THAW_CAN_PAUSE, N_ ("_Pause"), "win.pause", NULL},
    {THAW_CAN_SAVE, N_ ("Save _Checkpoint"), "win.save-checkpoint", NULL},
    {THAW_CAN_STOP, N_ ("St_op"), "win.stop", NULL},
    {THAW_CAN_CANCEL, N_ ("_Cancel"), "win.stop", NULL},
    {THAW_CAN_MOVE, N_ ("Move Up in the Queue"), "win.queue-up", NULL, "go-up-symbolic"},
    {THAW_CAN_MOVE, N_ ("Move Down in the Queue"), "win.queue-down", NULL, "go-down-symbolic"},
    {THAW_CAN_LEAVE, N_ ("Re_move"), "win.queue-remove", NULL},
    {THAW_CAN_FIX, N_ ("D_uplicate and Fix"), "win.fix", "suggested-action"},
    {THAW_CAN_FIND_RATE, N_ ("_Find a Rate…"), "win.find-rate", "suggested-action"},
    {THAW_CAN_TRAIN_MORE, N_ ("Train _More"), "win.train-more", NULL},
    {THAW_CAN_DUPLICATE, N_ ("D_uplicate"), "win.duplicate", NULL},
    {THAW_CAN_COMPARE, NULL, NULL, NULL}, /* has a menu */
    {THAW_CAN_TRY, N_ ("_Try a Picture…"), "win.try-picture", NULL},
    {THAW_CAN_LOG, N_ ("Show _Log"), "win.show-log", NULL},
};

static GtkWidget *
new_button (ThawRunBar *self, gsize i)
{
  if (buttons[i].can == THAW_CAN_COMPARE)
    return thaw_compare_button_new (self->watch, self->item);
  const char *label = _ (buttons[i].label);
  GtkWidget *button = buttons[i].icon != NULL ? gtk_button_new_from_icon_name (buttons[i].icon)
                                              : gtk_button_new_with_mnemonic (label);

  if (buttons[i].icon != NULL) {
    gtk_widget_set_tooltip_text (button, label);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                    -1);
  }
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), buttons[i].action);
  if (buttons[i].class != NULL)
    gtk_widget_add_css_class (button, buttons[i].class);
  return button;
}

static void
add_button (ThawRunBar *self, GtkWidget *button)
{
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), button);
  gtk_flow_box_append (self->buttons, child);
}

/* Whether the keys go to one of the buttons. They must go somewhere when it is taken away: a window
 * whose focus went with a widget hears no key any more. */
static bool
let_go_of_focus (ThawRunBar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->buttons)))
    return false;
  gtk_root_set_focus (root, NULL);
  return true;
}

/* Made anew only when there are others: the one under the pointer stays. */
static void
show_buttons (ThawRunBar *self, guint can)
{
  GtkWidget *child;
  bool focused;

  if (self->narrow)
    can &= ~(guint) THAW_CAN_TRY; /* it is in the menu, too */
  if (can == self->shown_can)
    return;
  self->shown_can = can;
  focused = let_go_of_focus (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->buttons))) != NULL)
    gtk_flow_box_remove (self->buttons, child);
  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    if (can & buttons[i].can)
      add_button (self, new_button (self, i));
  gtk_widget_set_visible (GTK_WIDGET (self->buttons), can != 0);
  if (focused)
    gtk_widget_child_focus (GTK_WIDGET (self->buttons), GTK_DIR_TAB_FORWARD);
  place_soon (self);
}

/* --- Progress --- */

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (THAW_RUN_BAR (data)->progress);
  return G_SOURCE_CONTINUE;
}

static void
show_progress (ThawRunBar *self, double done, bool warns)
{
  bool working = isnan (done);

  gtk_widget_set_visible (GTK_WIDGET (self->progress), working || done >= 0);
  if (working && self->pulse == 0)
    self->pulse = g_timeout_add (PULSE_MS, pulse_cb, self);
  if (!working) {
    g_clear_handle_id (&self->pulse, g_source_remove);
    if (done >= 0)
      gtk_progress_bar_set_fraction (self->progress, done);
  }
  if (warns)
    gtk_widget_add_css_class (GTK_WIDGET (self->progress), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->progress), "warning");
}

/* --- What is known beside the rows --- */

static int
queue_place (ThawRunBar *self, bool *trains)
{
  GListModel *runs = thaw_watch_runs (self->watch);
  gint64 mine = thaw_run_item_run (self->item)->queue_place;
  int place = 1;

  *trains = false;
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (runs, i);
    const ThawRun *run = thaw_run_item_run (item);
    *trains = *trains || thaw_run_item_alive (item);
    if (run->state == THAW_RUN_QUEUED && run->queue_place < mine)
      place++;
  }
  return place;
}

static void
settle_asked (ThawRunBar *self)
{
  if (self->asked != NULL && (thaw_run_item_run (self->item)->state != self->asked_in ||
                              thaw_run_data_artifacts (self->data)->len != self->asked_files))
    g_clear_pointer (&self->asked, g_free);
}

/* --- Signs of life --- */

/* When its worker was last heard of, in ms since 1970; 0: it is well. */
static gint64
silent_since (ThawRunBar *self)
{
  gint64 now_ms = g_get_real_time () / 1000;

  if (thaw_run_item_run (self->item)->state != THAW_RUN_RUNNING || self->ticked_ms == 0 ||
      now_ms - self->ticked_ms < SILENT_MS ||
      g_get_monotonic_time () - self->heard_us < LISTEN_MS * (gint64) 1000)
    return 0;
  return self->ticked_ms;
}

static void
room_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info =
      g_file_query_filesystem_info_finish (G_FILE (source), result, &error);
  ThawRunBar *self = user;
  bool full = info != NULL && g_file_info_get_attribute_uint64 (
                                  info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) < ROOM_BYTES;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the bar may be gone */
  if (full != self->no_room) {
    self->no_room = full;
    show (self);
  }
}

static void
look_for_room (ThawRunBar *self)
{
  g_autoptr (GFile) home = g_file_new_for_path (thaw_watch_home (self->watch));

  g_file_query_filesystem_info_async (home, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, G_PRIORITY_LOW,
                                      self->looking, room_cb, self);
}

static void
hear (ThawRunBar *self)
{
  gint64 ticked = thaw_run_item_ticked_ms (self->item);

  if (ticked == self->ticked_ms)
    return;
  self->ticked_ms = ticked;
  self->heard_us = g_get_monotonic_time ();
  self->no_room = false;
}

static gboolean
listen_cb (gpointer data)
{
  ThawRunBar *self = data;

  if (silent_since (self) != 0) {
    look_for_room (self);
    show (self);
  }
  return G_SOURCE_CONTINUE;
}

/* --- Showing --- */

static void
show_status (ThawRunBar *self)
{
  const ThawRun *run = thaw_run_item_run (self->item);
  ThawRunRows rows = {run,
                      thaw_run_data_iterations (self->data),
                      thaw_run_data_epochs (self->data),
                      thaw_run_data_events (self->data),
                      thaw_run_data_attempts (self->data),
                      thaw_run_data_artifacts (self->data)};
  ThawRunContext context = {0};

  context.asked = self->asked;
  context.data_missing = self->data_missing;
  context.others = run->epochs_done > 0 && thaw_compare_has_others (self->watch, self->item);
  context.silent_ms = silent_since (self);
  context.no_room = self->no_room;
  context.now_ms = g_get_real_time () / 1000;
  if (run->state == THAW_RUN_QUEUED)
    context.queue_place = queue_place (self, &context.other_trains);
  context.queue_works = thaw_watch_queue_alive (self->watch);
  thaw_run_status_set (&self->status, &rows, &context);
  gtk_label_set_label (self->text, self->status.text);
  gtk_label_set_label (self->more, self->status.more != NULL ? self->status.more : "");
  gtk_widget_set_visible (GTK_WIDGET (self->more), self->status.more != NULL);
  show_progress (self, self->status.done, self->status.warns);
  show_buttons (self, self->status.can);
}

/* Its rows are on their way. */
static void
show_unread (ThawRunBar *self)
{
  gtk_label_set_label (self->text, "");
  gtk_widget_set_visible (GTK_WIDGET (self->more), FALSE);
  show_progress (self, -1, false);
  show_buttons (self, 0);
}

static void
show (ThawRunBar *self)
{
  const ThawRun *run;
  const char *classes[2] = {NULL, NULL};

  if (self->item == NULL)
    return;
  run = thaw_run_item_run (self->item);
  classes[0] = thaw_run_state_class (run->state);
  gtk_image_set_from_icon_name (self->icon, thaw_run_state_icon (run->state));
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), classes);
  gtk_label_set_label (self->name, run->name);
  gtk_label_set_label (self->state, thaw_text_state (run->state));
  if (!thaw_run_data_loaded (self->data)) {
    show_unread (self);
    return;
  }
  settle_asked (self);
  hear (self);
  show_status (self);
  g_signal_emit (self, updated_signal, 0);
}

/* --- The data set --- */

static void
data_found_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  ThawRunBar *self = user;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the bar may be gone */
  self->data_missing = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  show (self);
}

static void
look_for_data (ThawRunBar *self)
{
  const char *path = thaw_run_item_run (self->item)->data_path;
  g_autoptr (GFile) file = NULL;

  self->data_missing = false;
  if (path == NULL || !g_path_is_absolute (path))
    return;
  file = g_file_new_for_path (path);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_LOW, self->looking, data_found_cb, self);
}

/* --- Setters --- */

static void
let_go (ThawRunBar *self)
{
  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  if (self->data != NULL)
    g_signal_handlers_disconnect_by_data (self->data, self);
  g_clear_object (&self->item);
  g_clear_object (&self->data);
  g_clear_pointer (&self->asked, g_free);
  g_clear_handle_id (&self->pulse, g_source_remove);
  g_clear_handle_id (&self->listen, g_source_remove);
  self->ticked_ms = 0;
  self->no_room = false;
}

void
thaw_run_bar_set_item (ThawRunBar *self, ThawRunItem *item)
{
  if (self->item == item)
    return;
  let_go (self);
  thaw_run_status_clear (&self->status);
  if (item == NULL) {
    g_signal_emit (self, updated_signal, 0);
    return;
  }
  self->item = g_object_ref (item);
  self->data = thaw_watch_follow (self->watch, thaw_run_item_id (item));
  g_signal_connect_object (item, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->data, "grown", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->data, "reset", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  self->looking = g_cancellable_new ();
  self->listen = g_timeout_add (LISTEN_MS, listen_cb, self);
  self->shown_can = G_MAXUINT; /* a menu is about its run */
  look_for_data (self);
  show (self);
}

static void
watch_changed_cb (ThawRunBar *self)
{
  /* the place in the queue depends on other runs */
  if (self->item != NULL && thaw_run_item_run (self->item)->state == THAW_RUN_QUEUED)
    show (self);
}

void
thaw_run_bar_set_watch (ThawRunBar *self, ThawWatch *watch)
{
  g_set_object (&self->watch, watch);
  g_signal_connect_object (watch, "changed", G_CALLBACK (watch_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

/* --- Width: buttons stand beside the words where both have room, else below them --- */

static guint
n_buttons (ThawRunBar *self)
{
  guint n = 0;

  while (gtk_flow_box_get_child_at_index (self->buttons, (int) n) != NULL)
    n++;
  return MAX (n, 1);
}

static void
place_buttons (ThawRunBar *self, int width)
{
  int natural;

  gtk_flow_box_set_max_children_per_line (self->buttons, n_buttons (self));
  gtk_flow_box_set_min_children_per_line (self->buttons, n_buttons (self));
  gtk_widget_measure (GTK_WIDGET (self->buttons), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural,
                      NULL, NULL);
  self->below = self->narrow || (width > 0 && width < natural + WORDS_PX);
  if (self->below)
    gtk_flow_box_set_min_children_per_line (self->buttons, 1);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->row), self->below
                                                                  ? GTK_ORIENTATION_VERTICAL
                                                                  : GTK_ORIENTATION_HORIZONTAL);
}

static gboolean
place_cb (gpointer data)
{
  ThawRunBar *self = data;

  self->placing = 0;
  if (self->item != NULL)
    show (self);
  place_buttons (self, gtk_widget_get_width (GTK_WIDGET (self)));
  return G_SOURCE_REMOVE;
}

static void
place_soon (ThawRunBar *self)
{
  if (self->placing == 0)
    self->placing = g_idle_add_full (G_PRIORITY_HIGH, place_cb, self, NULL);
}

static void
thaw_run_bar_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  ThawRunBar *self = THAW_RUN_BAR (widget);

  gtk_widget_allocate (self->box, width, height, baseline, NULL);
  if (width != self->width)
    place_soon (self);
  self->width = width;
}

static GtkSizeRequestMode
thaw_run_bar_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* It can be as narrow as with its buttons below. */
static void
thaw_run_bar_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  ThawRunBar *self = THAW_RUN_BAR (widget);

  gtk_widget_measure (self->box, orientation, for_size, minimum, natural, minimum_baseline,
                      natural_baseline);
  if (orientation == GTK_ORIENTATION_HORIZONTAL && !self->below)
    *minimum = MIN (*minimum, LEAST_PX);
}

void
thaw_run_bar_set_narrow (ThawRunBar *self, bool narrow)
{
  self->narrow = narrow;
  place_soon (self); /* the window is giving sizes just now */
}

void
thaw_run_bar_set_asked (ThawRunBar *self, const char *verb)
{
  if (self->item == NULL)
    return;
  g_free (self->asked);
  self->asked = g_strdup (verb);
  self->asked_in = thaw_run_item_run (self->item)->state;
  self->asked_files = thaw_run_data_artifacts (self->data)->len;
  show (self);
}

guint
thaw_run_bar_can (ThawRunBar *self)
{
  return self->item != NULL ? self->status.can : 0;
}

/* --- The widget --- */

static void
thaw_run_bar_dispose (GObject *object)
{
  ThawRunBar *self = THAW_RUN_BAR (object);

  let_go (self);
  g_clear_handle_id (&self->placing, g_source_remove);
  g_clear_object (&self->watch);
  thaw_run_status_clear (&self->status);
  gtk_widget_dispose_template (GTK_WIDGET (self), THAW_TYPE_RUN_BAR);
  G_OBJECT_CLASS (thaw_run_bar_parent_class)->dispose (object);
}

static void
thaw_run_bar_class_init (ThawRunBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_run_bar_dispose;
  widget_class->size_allocate = thaw_run_bar_size_allocate;
  widget_class->measure = thaw_run_bar_measure;
  widget_class->get_request_mode = thaw_run_bar_get_request_mode;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               THAW_RESOURCE_PATH "window/run-bar.ui");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, box);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, row);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, buttons);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, icon);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, name);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, state);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, text);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, more);
  gtk_widget_class_bind_template_child (widget_class, ThawRunBar, progress);
  updated_signal = g_signal_new ("updated", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_run_bar_init (ThawRunBar *self)
{
  self->shown_can = G_MAXUINT;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("How the run stands"), -1);
}

const char *
thaw_run_bar_more (ThawRunBar *self)
{
  return self->status.more;
}
