/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with runs: "win.*" actions on those that are selected. Each is a request to the
 * store's writer or a command of the engine; what comes of it is seen through the watch. */
#include "engine.h"
#include "log-window.h"
#include "pages.h"
#include "seeds.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- Writes --- */

typedef struct {
  ThawWindow *window;
  char **ids;
  char *text; /* of a name or an undo */
  char **tags;
  gboolean on;
  ThawQueueMove move;
} Job;

static Job *
new_job (ThawWindow *self, const GPtrArray *items)
{
  Job *job = g_new0 (Job, 1);

  job->window = g_object_ref (self);
  job->ids = g_new0 (char *, items->len + 1);
  for (guint i = 0; i < items->len; i++)
    job->ids[i] = g_strdup (thaw_run_item_id (items->pdata[i]));
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->window);
  g_strfreev (job->ids);
  g_strfreev (job->tags);
  g_free (job->text);
  g_free (job);
}

/* Whatever was asked for and could not be done is said. */
static void
written_cb (ThawWatch *watch, gpointer user, const GError *error)
{
  if (error != NULL)
    thaw_window_toast (THAW_WINDOW (user), error->message, NULL, NULL);
}

static void
write_job (Job *job, ThawWriteFunc func)
{
  ThawWindow *self = job->window;

  thaw_watch_write (self->watch, func, job, job_free, written_cb, self);
}

static gboolean
rename_run (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  return thaw_store_rename (store, job->ids[0], job->text, error);
}

static gboolean
tag_run (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  return thaw_store_set_tags (store, job->ids[0], (const char *const *) job->tags, error);
}

static gboolean
star_runs (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  for (char **id = job->ids; *id != NULL; id++)
    if (!thaw_store_set_starred (store, *id, job->on, error))
      return FALSE;
  return TRUE;
}

static gboolean
trash_runs (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  for (char **id = job->ids; *id != NULL; id++)
    if (!thaw_store_trash (store, *id, error))
      return FALSE;
  return TRUE;
}

static gboolean
restore_runs (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  for (char **id = job->ids; *id != NULL; id++)
    if (!thaw_store_restore (store, *id, error))
      return FALSE;
  return TRUE;
}

static gboolean
delete_runs (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  for (char **id = job->ids; *id != NULL; id++)
    if (!thaw_store_delete_run (store, *id, error))
      return FALSE;
  return TRUE;
}

static gboolean
move_run (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  return thaw_store_queue_move (store, job->ids[0], job->move, error);
}

static gboolean
leave_queue (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  return thaw_store_queue_remove (store, job->ids[0], error);
}

/* A run that is to go on comes before those that have not begun. */
static gboolean
queue_run (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;

  return thaw_store_queue_run (store, job->ids[0], error) &&
         thaw_store_queue_move (store, job->ids[0], THAW_QUEUE_FIRST, error);
}

/* --- Taking back --- */

static void
undo_rename (gpointer user)
{
  write_job (user, rename_run);
}

static void
undo_tags (gpointer user)
{
  write_job (user, tag_run);
}

static void
undo_trash (gpointer user)
{
  Job *job = user;

  thaw_window_show_run (job->window, job->ids[0]);
  write_job (job, restore_runs);
}

static char **
split_tags (const char *text)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ",，", -1);
  g_autoptr (GStrvBuilder) tags = g_strv_builder_new ();

  for (char **part = parts; *part != NULL; part++)
    if (*g_strstrip (*part) != '\0')
      g_strv_builder_add (tags, *part);
  return g_strv_builder_end (tags);
}

void
thaw_window_edit_run (ThawWindow *self, ThawRunItem *item, ThawRunEdit what, const char *text)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  const ThawRun *run = thaw_run_item_run (item);
  Job *job, *back;

  g_ptr_array_add (items, item);
  job = new_job (self, items);
  back = new_job (self, items);
  if (what == THAW_EDIT_NAME) {
    job->text = g_strdup (text);
    back->text = g_strdup (run->name);
    write_job (job, rename_run);
    thaw_window_push_undo (self, G_CALLBACK (undo_rename), back, job_free);
  } else {
    job->tags = split_tags (text);
    back->tags = run->tags != NULL ? g_strdupv (run->tags) : g_new0 (char *, 1);
    write_job (job, tag_run);
    thaw_window_push_undo (self, G_CALLBACK (undo_tags), back, job_free);
  }
}

/* --- Actions on the list --- */

static ThawRunList *
visible_list (ThawWindow *self)
{
  return THAW_RUN_LIST (self->in_trash ? self->trash : self->runs);
}

static void
rename_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_run_list_edit (visible_list (THAW_WINDOW (widget)), THAW_EDIT_NAME);
}

static void
edit_tags_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_run_list_edit (visible_list (THAW_WINDOW (widget)), THAW_EDIT_TAGS);
}

static void
star_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  Job *job = new_job (self, self->selected);

  for (guint i = 0; i < self->selected->len; i++)
    if (!thaw_run_item_run (self->selected->pdata[i])->starred)
      job->on = TRUE;
  write_job (job, star_runs);
}

static void
trash_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  g_autofree char *text = NULL;

  if (self->in_trash || self->selected->len == 0)
    return;
  if (self->selected->len == 1)
    text = g_strdup_printf (_ ("“%s” moved to the trash"),
                            thaw_run_item_run (self->selected->pdata[0])->name);
  else
    text = g_strdup_printf (
        ngettext ("%u run moved to the trash", "%u runs moved to the trash", self->selected->len),
        self->selected->len);
  thaw_window_toast_undo (self, text, G_CALLBACK (undo_trash), new_job (self, self->selected),
                          job_free);
  write_job (new_job (self, self->selected), trash_runs);
}

static void
restore_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  write_job (new_job (self, self->selected), restore_runs);
}

/* --- Deleting: the one thing that cannot be taken back, so it is asked --- */

static void
answered_cb (AdwMessageDialog *dialog, const char *answer, Job *job)
{
  if (strcmp (answer, "delete") == 0)
    write_job (job, delete_runs);
  else
    job_free (job);
}

static void
ask_to_delete (ThawWindow *self, const GPtrArray *items)
{
  g_autofree char *body = g_strdup_printf (
      ngettext ("%u run, with its measurements and checkpoints, cannot be had back.",
                "%u runs, with their measurements and checkpoints, cannot be had back.",
                items->len),
      items->len);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Delete for Good?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete",
                                    _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (answered_cb), new_job (self, items));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
delete_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (self->in_trash && self->selected->len > 0)
    ask_to_delete (self, self->selected);
}

static void
empty_trash_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  GListModel *trash = thaw_watch_trash (self->watch);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (trash); i++)
    g_ptr_array_add (items, g_list_model_get_item (trash, i));
  if (items->len > 0)
    ask_to_delete (self, items);
}

/* --- Actions on a worker --- */

static gboolean
ask_worker (ThawStore *store, gpointer data, GError **error)
{
  Job *job = data;
  gint64 request;

  return thaw_store_ask (store, job->ids[0], job->text, &request, error);
}

static void
asked_cb (ThawWatch *watch, gpointer user, const GError *error)
{
  ThawWindow *self = user;

  if (error == NULL || self->bar == NULL)
    return;
  thaw_run_bar_set_asked (self->bar, NULL);
  thaw_window_toast (self, error->message, NULL, NULL);
}

/* Said at once; the worker answers after its batch. */
static void
ask (ThawWindow *self, const char *verb)
{
  Job *job;

  if (thaw_window_run (self) == NULL)
    return;
  thaw_run_bar_set_asked (self->bar, verb);
  job = new_job (self, self->selected);
  job->text = g_strdup (verb);
  thaw_watch_write (self->watch, ask_worker, job, job_free, asked_cb, self);
}

static void
pause_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (THAW_WINDOW (widget), "pause");
}

static void
continue_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (THAW_WINDOW (widget), "continue");
}

static void
stop_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (THAW_WINDOW (widget), "stop");
}

static void
save_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (THAW_WINDOW (widget), "save");
}

/* --- Actions on the queue and the engine --- */

static void
spawn (ThawWindow *self, const char *const *args)
{
  g_autoptr (GError) error = NULL;

  if (!thaw_engine_spawn (thaw_watch_home (self->watch), args, &error))
    thaw_window_toast (self, error->message, NULL, NULL);
}

void
thaw_window_work_queue (ThawWindow *self)
{
  static const char *const args[] = {"queue", "--run", NULL};

  spawn (self, args);
}

static void
started_cb (ThawWatch *watch, gpointer user, const GError *error)
{
  if (error == NULL)
    thaw_window_work_queue (THAW_WINDOW (user));
  else
    thaw_window_toast (THAW_WINDOW (user), error->message, NULL, NULL);
}

static void
start_now_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  Job *job = new_job (self, self->selected);

  job->move = THAW_QUEUE_FIRST;
  thaw_watch_write (self->watch, move_run, job, job_free, started_cb, self);
}

static void
resume_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  thaw_watch_write (self->watch, queue_run, new_job (self, self->selected), job_free, started_cb,
                    self);
}

static void
queue_up_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  Job *job = new_job (THAW_WINDOW (widget), THAW_WINDOW (widget)->selected);

  job->move = THAW_QUEUE_UP;
  write_job (job, move_run);
}

static void
queue_down_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  Job *job = new_job (THAW_WINDOW (widget), THAW_WINDOW (widget)->selected);

  job->move = THAW_QUEUE_DOWN;
  write_job (job, move_run);
}

static void
queue_remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  write_job (new_job (self, self->selected), leave_queue);
}

static void
show_log_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  thaw_log_present (GTK_WINDOW (self), thaw_watch_home (self->watch));
}

/* --- Actions on one run --- */

static void
duplicate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  g_autoptr (ThawRunItem) item = NULL;

  if (thaw_window_run (self) == NULL)
    return;
  item = g_object_ref (thaw_window_run (self));
  thaw_window_begin_draft (self);
  thaw_recipe_page_duplicate (self->draft, item);
}

static void
other_seeds_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);

  if (thaw_window_run (self) != NULL)
    thaw_seeds_present (self, self->watch, thaw_window_run (self));
}

static void
try_picture_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  ThawRunItem *one = self->selected->len > 0 ? self->selected->pdata[0] : NULL;
  ThawRunItem *other = self->selected->len > 1 ? self->selected->pdata[1] : NULL;

  if (one != NULL)
    thaw_picture_present (GTK_WINDOW (self), self->watch, one, other, NULL);
}

void
thaw_window_install_run_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.rename", NULL, rename_cb);
  gtk_widget_class_install_action (class, "win.edit-tags", NULL, edit_tags_cb);
  gtk_widget_class_install_action (class, "win.star", NULL, star_cb);
  gtk_widget_class_install_action (class, "win.trash", NULL, trash_cb);
  gtk_widget_class_install_action (class, "win.restore", NULL, restore_cb);
  gtk_widget_class_install_action (class, "win.delete", NULL, delete_cb);
  gtk_widget_class_install_action (class, "win.empty-trash", NULL, empty_trash_cb);
  gtk_widget_class_install_action (class, "win.pause", NULL, pause_cb);
  gtk_widget_class_install_action (class, "win.continue", NULL, continue_cb);
  gtk_widget_class_install_action (class, "win.stop", NULL, stop_cb);
  gtk_widget_class_install_action (class, "win.save-checkpoint", NULL, save_cb);
  gtk_widget_class_install_action (class, "win.start-now", NULL, start_now_cb);
  gtk_widget_class_install_action (class, "win.resume", NULL, resume_cb);
  gtk_widget_class_install_action (class, "win.queue-up", NULL, queue_up_cb);
  gtk_widget_class_install_action (class, "win.queue-down", NULL, queue_down_cb);
  gtk_widget_class_install_action (class, "win.queue-remove", NULL, queue_remove_cb);
  gtk_widget_class_install_action (class, "win.show-log", NULL, show_log_cb);
  gtk_widget_class_install_action (class, "win.duplicate", NULL, duplicate_cb);
  gtk_widget_class_install_action (class, "win.other-seeds", NULL, other_seeds_cb);
  gtk_widget_class_install_action (class, "win.try-picture", NULL, try_picture_cb);
}
