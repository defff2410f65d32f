/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chooser.h"

#include "scratch.h"
#include <stdbool.h>

enum { SETTLE_MS = 200 };

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* of GTK 4.10: the floor has nothing else */

    static GtkWidget *
    find (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
    if (g_type_is_a (G_OBJECT_TYPE (window), type) && gtk_widget_get_mapped (window))
      return window;
  }
  return NULL;
}

/* It shows a folder first, and then what was chosen: in the wrong order when it is hurried. */
static GtkWidget *
wait_for (void)
{
  GtkWidget *dialog = NULL;
  gint64 end;

  wait_until ((dialog = find (GTK_TYPE_FILE_CHOOSER_DIALOG)) != NULL);
  end = g_get_monotonic_time () + SETTLE_MS * 1000;
  wait_until (g_get_monotonic_time () > end);
  return dialog;
}

static void
press (GtkWidget *dialog, int answer)
{
  GtkWidget *button = gtk_dialog_get_widget_for_response (GTK_DIALOG (dialog), answer);

  g_assert_nonnull (button);
  wait_until (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* Whether something is to be replaced is confirmed; that a folder could not be shown, taken note
 * of.
 */
static bool
is_closed (void)
{
  GtkDialog *question = (GtkDialog *) find (GTK_TYPE_MESSAGE_DIALOG);

  if (question != NULL)
    gtk_dialog_response (question,
                         gtk_dialog_get_widget_for_response (question, GTK_RESPONSE_ACCEPT) != NULL
                             ? GTK_RESPONSE_ACCEPT
                             : GTK_RESPONSE_OK);
  return find (GTK_TYPE_FILE_CHOOSER_DIALOG) == NULL;
}

static bool
has_chosen (GtkWidget *dialog, GFile *file)
{
  g_autoptr (GFile) chosen = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  return chosen != NULL && g_file_equal (chosen, file);
}

void
chooser_open (const char *path)
{
  GtkWidget *dialog = wait_for ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  gtk_file_chooser_set_file (GTK_FILE_CHOOSER (dialog), file, &error);
  g_assert_no_error (error);
  wait_until (has_chosen (dialog, file));
  press (dialog, GTK_RESPONSE_ACCEPT);
  wait_until (is_closed ());
}

static void
set_kind (GtkWidget *dialog, const char *kind)
{
  GListModel *filters = gtk_file_chooser_get_filters (GTK_FILE_CHOOSER (dialog));
  bool found = false;

  for (guint i = 0; i < g_list_model_get_n_items (filters); i++) {
    g_autoptr (GtkFileFilter) filter = g_list_model_get_item (filters, i);
    if (!g_str_equal (gtk_file_filter_get_name (filter), kind))
      continue;
    gtk_file_chooser_set_filter (GTK_FILE_CHOOSER (dialog), filter);
    found = true;
  }
  g_object_unref (filters);
  g_assert_true (found);
}

void
chooser_save (const char *path, const char *kind)
{
  GtkWidget *dialog = wait_for ();
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (kind != NULL)
    set_kind (dialog, kind);
  /* as it is typed: whole, whatever folder the chooser is still about to show */
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), path);
  wait_until (has_chosen (dialog, file));
  press (dialog, GTK_RESPONSE_ACCEPT);
  wait_until (is_closed ());
}

void
chooser_choice (const char *id, const char *option)
{
  gtk_file_chooser_set_choice (GTK_FILE_CHOOSER (wait_for ()), id, option);
}

void
chooser_cancel (void)
{
  press (wait_for (), GTK_RESPONSE_CANCEL);
  wait_until (is_closed ());
}

G_GNUC_END_IGNORE_DEPRECATIONS
