/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log-window.h"

#include "escape.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

enum { SHOWN_BYTES = 200000 };

static void
show_text (GtkTextView *view, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter end;

  gtk_text_buffer_set_text (buffer, text, -1);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_view_scroll_to_mark (view, gtk_text_buffer_get_insert (buffer), 0, FALSE, 0, 0);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GtkTextView) view = GTK_TEXT_VIEW (user);
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL, *text = NULL;
  gsize length = 0, skipped;

  if (!g_file_load_contents_finish (G_FILE (source), result, &contents, &length, NULL, &error)) {
    show_text (view, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                         ? _ ("The engine has written nothing.")
                         : error->message);
    return;
  }
  skipped = length > SHOWN_BYTES ? length - SHOWN_BYTES : 0;
  text = g_utf8_make_valid (contents + skipped, (gssize) (length - skipped));
  show_text (view, text);
}

static GtkWidget *
new_view (void)
{
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  g_object_set (view, "left-margin", 12, "right-margin", 12, "top-margin", 12, "bottom-margin", 12,
                NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What the engine wrote"), -1);
  return view;
}

void
thaw_log_present (GtkWindow *parent, const char *home)
{
  g_autoptr (GFile) file = g_file_new_build_filename (home, "engine.log", NULL);
  GtkWidget *window = adw_window_new (), *view = new_view ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_window_set_title (GTK_WINDOW (window), _ ("Log of the Engine"));
  gtk_window_set_default_size (GTK_WINDOW (window), 640, 440);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  thaw_close_on_escape (window);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (window), box);
  g_file_load_contents_async (file, NULL, loaded_cb, g_object_ref (view));
  gtk_window_present (GTK_WINDOW (window));
}
