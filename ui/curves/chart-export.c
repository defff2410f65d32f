/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chart-export.h"

#include "background.h"
#include "ending.h"
#include "pages.h"

#include <glib/gi18n-lib.h>

/* What a thread writes: copies that share nothing with the charts on screen. */
typedef struct {
  GPtrArray *charts; /* of ThawChart */
  GArray *heights;   /* of int, px   */
  int width;
  char *path;
  bool csv;
  ThawChartExportDone done;
  gpointer user;
} Job;

static void
job_free (Job *job)
{
  g_ptr_array_unref (job->charts);
  g_array_unref (job->heights);
  g_free (job->path);
  g_free (job);
}

/* The charts themselves, of which there are none in a file that numbers alone were asked for. */
static bool
wants_picture (const Job *job)
{
  const char *dot = strrchr (job->path, '.');

  return dot == NULL || g_ascii_strcasecmp (dot, ".csv") != 0;
}

static Job *
job_new (ThawChartView *const *views, size_t n, const char *path, bool csv)
{
  Job *job = g_new0 (Job, 1);

  job->charts = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_chart_free);
  job->heights = g_array_new (FALSE, FALSE, sizeof (int));
  job->path = g_strdup (path);
  job->csv = csv || !wants_picture (job);
  for (size_t i = 0; i < n; i++) {
    int height = MAX (gtk_widget_get_height (GTK_WIDGET (views[i])), 120);
    if (!gtk_widget_get_visible (GTK_WIDGET (views[i])))
      continue;
    job->width = MAX (job->width, gtk_widget_get_width (GTK_WIDGET (views[i])));
    g_array_append_val (job->heights, height);
    g_ptr_array_add (job->charts, thaw_chart_snapshot (thaw_chart_view_chart (views[i])));
  }
  job->width = CLAMP (job->width, 600, 4000);
  return job;
}

/* "curves.png" -> "curves.csv" */
static char *
beside (const char *path)
{
  const char *dot = strrchr (path, '.');

  return g_strdup_printf ("%.*s.csv", (int) (dot != NULL ? dot - path : (gssize) strlen (path)),
                          path);
}

/* Whoever replaces a picture was asked, and means its numbers as well; numbers of something else
 * stay. */
static bool
may_write (const Job *job, const char *numbers, GError **error)
{
  if (!job->csv || !g_file_test (numbers, G_FILE_TEST_EXISTS) ||
      g_file_test (job->path, G_FILE_TEST_EXISTS))
    return true;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _ ("%s: is there already; choose another name, or leave the numbers out"), numbers);
  return false;
}

static void
write_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  Job *job = data;
  ThawChart *const *charts = (ThawChart *const *) job->charts->pdata;
  g_autofree char *numbers = wants_picture (job) ? beside (job->path) : g_strdup (job->path);
  GError *error = NULL;

  if (!may_write (job, numbers, &error) ||
      (wants_picture (job) &&
       !thaw_charts_export (charts, (const int *) (const void *) job->heights->data,
                            job->charts->len, job->path, job->width, thaw_plot_style_light (),
                            &error)) ||
      (job->csv && !thaw_charts_save_csv (charts, job->charts->len, numbers, &error)))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  if (job->done != NULL)
    job->done (GTK_WIDGET (source), error, job->user);
}

void
thaw_chart_export_to (GtkWidget *from,
                      ThawChartView *const *views,
                      size_t n,
                      const char *path,
                      bool csv,
                      ThawChartExportDone done,
                      gpointer user)
{
  Job *job = job_new (views, n, path, csv);
  g_autoptr (GTask) task = g_task_new (from, NULL, written_cb, NULL);

  job->done = done;
  job->user = user;
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, write_cb);
}

/* --- Asking where to --- */

typedef struct {
  GtkWidget *from;
  GPtrArray *views; /* of ThawChartView */
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->from);
  g_ptr_array_unref (question->views);
  g_free (question);
}

static void
told_cb (GtkWidget *from, const GError *error, gpointer path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *text =
      error != NULL ? g_strdup (error->message) : g_strdup_printf (_ ("Saved as %s"), name);

  thaw_toast (from, text, NULL, NULL);
  g_free (path);
}

/* The ending of the kind that is chosen in the list of kinds. */
static const char *
chosen_ending (GtkFileChooser *chooser)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);

  return filter != NULL ? g_object_get_data (G_OBJECT (filter), "thaw-ending") : ".png";
}

static void
response_cb (GtkNativeDialog *dialog, int response, Question *question)
{
  static const char *const endings[] = {".png", ".svg", ".pdf", ".csv", NULL};
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (chooser) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  bool csv = !thaw_background_is_sandboxed () && /* which was not given the choice */
             g_strcmp0 (gtk_file_chooser_get_choice (chooser, "csv"), "true") == 0;
  g_autoptr (GError) error = NULL;
  char *whole =
      path != NULL ? thaw_ending_complete (path, endings, chosen_ending (chooser), &error) : NULL;

  if (whole != NULL) {
    thaw_chart_export_to (question->from, (ThawChartView *const *) question->views->pdata,
                          question->views->len, whole, csv, told_cb, whole);
  } else if (error != NULL) {
    thaw_toast (question->from, error->message, NULL, NULL);
  } else if (file != NULL) {
    thaw_toast (question->from, _ ("Charts can be saved on this computer's disks only."), NULL,
                NULL);
  }
  question_free (question);
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *ending)
{
  const char *const endings[] = {ending, NULL};
  GtkFileFilter *filter = thaw_ending_add_filter (chooser, name, endings);

  g_object_set_data (G_OBJECT (filter), "thaw-ending", (gpointer) ending);
}

void
thaw_chart_export (GtkWidget *from, ThawChartView *const *views, size_t n, const char *name)
{
  GtkRoot *root = gtk_widget_get_root (from);
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (n == 1 ? _ ("Export Chart") : _ ("Export Charts"),
                                   GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), NULL);
  g_autofree char *safe = g_strdup_printf ("%s.png", name);
  Question *question = g_new0 (Question, 1);

  g_strdelimit (safe, "/", '-');
  question->from = g_object_ref (from);
  question->views = g_ptr_array_new_with_free_func (g_object_unref);
  for (size_t i = 0; i < n; i++)
    g_ptr_array_add (question->views, g_object_ref (views[i]));
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("PNG picture"), ".png");
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("SVG drawing"), ".svg");
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("PDF document"), ".pdf");
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("Numbers as CSV"), ".csv");
  if (!thaw_background_is_sandboxed ()) { /* which is lent the file that is chosen, and no other */
    gtk_file_chooser_add_choice (GTK_FILE_CHOOSER (dialog), "csv", _ ("Numbers as CSV beside it"),
                                 NULL, NULL);
    gtk_file_chooser_set_choice (GTK_FILE_CHOOSER (dialog), "csv", "true");
  }
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), safe);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
