/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One page of the window alone, to look at and take pictures of.
 *
 *   look HOME curves RUN [WIDTH HEIGHT]         RUN: a name or id
 *   look HOME comparison "RUN;RUN;..." [WIDTH HEIGHT]
 *   look HOME recipe "PRESET[;FIELD]" [WIDTH HEIGHT]      PRESET: a name or a file; FIELD: gone to
 *
 * THAW_LOOK_LOCALE: a folder of catalogues, for LANGUAGE.
 */
#include "page.h"
#include "thaw-ui.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GtkWidget *page;
static const char *kind, *names;

static ThawRunItem *
find (ThawWatch *watch, const char *name)
{
  GListModel *runs = thaw_watch_runs (watch);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++) {
    g_autoptr (ThawRunItem) item = g_list_model_get_item (runs, i);
    const ThawRun *run = thaw_run_item_run (item);
    if (strcmp (run->name, name) == 0 || g_str_has_prefix (run->id, name))
      return item;
  }
  return NULL;
}

static void
changed_cb (ThawWatch *watch)
{
  static bool done;
  g_auto (GStrv) list = g_strsplit (names, ";", -1);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  if (done)
    return;
  for (int i = 0; list[i] != NULL; i++) {
    ThawRunItem *item = find (watch, list[i]);
    if (item == NULL)
      return;
    g_ptr_array_add (items, item);
  }
  done = true;
  if (strcmp (kind, "curves") == 0)
    thaw_curves_page_set_run (page, items->pdata[0]);
  else
    thaw_comparison_page_set_runs (page, items);
}

static gboolean
go_to_cb (gpointer field)
{
  if (!gtk_widget_get_mapped (page) || THAW_RECIPE_PAGE (page)->building != 0)
    return G_SOURCE_CONTINUE;
  thaw_recipe_page_show_field (THAW_RECIPE_PAGE (page), field, NULL);
  g_free (field);
  return G_SOURCE_REMOVE;
}

static void
show_recipe (void)
{
  g_auto (GStrv) list = g_strsplit (names, ";", -1);

  thaw_recipe_page_draft (page, list[0]);
  if (list[1] != NULL)
    g_timeout_add (300, go_to_cb, g_strdup (list[1]));
}

static GtkWidget *
page_new (ThawWatch *watch)
{
  if (strcmp (kind, "recipe") == 0)
    return thaw_recipe_page_new (watch);
  return strcmp (kind, "curves") == 0 ? thaw_curves_page_new (watch)
                                      : thaw_comparison_page_new (watch);
}

int
main (int argc, char **argv)
{
  g_autoptr (ThawWatch) watch = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GtkWidget *window, *box;

  if (argc < 4) {
    fprintf (stderr, "usage: look HOME curves|comparison|recipe RUN[;RUN...] [WIDTH HEIGHT]\n");
    return 2;
  }
  setlocale (LC_ALL, "");
  if (g_getenv ("THAW_LOOK_LOCALE") != NULL)
    bindtextdomain (GETTEXT_PACKAGE, g_getenv ("THAW_LOOK_LOCALE"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  gtk_init ();
  adw_init ();
  thaw_ui_init ();
  kind = argv[2];
  names = argv[3];
  watch = thaw_watch_new (argv[1]);
  page = page_new (watch);
  window = adw_window_new ();
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), "Thaw");
  gtk_window_set_default_size (GTK_WINDOW (window), argc > 5 ? atoi (argv[4]) : 1000,
                               argc > 5 ? atoi (argv[5]) : 860);
  if (strcmp (kind, "recipe") == 0)
    show_recipe ();
  else
    g_signal_connect (watch, "changed", G_CALLBACK (changed_cb), NULL);
  g_signal_connect_swapped (window, "close-request", G_CALLBACK (g_main_loop_quit), loop);
  gtk_window_present (GTK_WINDOW (window));
  if (strcmp (kind, "recipe") != 0)
    changed_cb (watch);
  g_main_loop_run (loop);
  return 0;
}
