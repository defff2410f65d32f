/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program's window, as a file manager's: what is dragged out of it is the file that it was
 * given.
 *
 *   drag-source FILE */
#include <gtk/gtk.h>

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, GFile *file)
{
  GdkFileList *list = gdk_file_list_new_from_array (&file, 1);
  GdkContentProvider *content = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return content;
}

int
main (int argc, char **argv)
{
  g_autoptr (GFile) file = NULL;
  GtkDragSource *source;
  GtkWidget *window;

  if (argc != 2 || !gtk_init_check ())
    return 77;
  file = g_file_new_for_commandline_arg (argv[1]);
  window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (window), "Drag source");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 120, 90);
  source = gtk_drag_source_new ();
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_cb), file);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (source));
  gtk_window_present (GTK_WINDOW (window));
  while (TRUE)
    g_main_context_iteration (NULL, TRUE);
}
