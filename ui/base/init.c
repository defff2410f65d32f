/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every widget of the room relies on: templates, styles and icons from the room's bundle. */
#include "names.h"
#include "thaw-ui.h"

#include <adwaita.h>
#include <stdbool.h>
#include <thaw-ui-bundle.h> /* made by glib-compile-resources */

void
thaw_ui_init (void)
{
  static bool done = false;
  GdkDisplay *display = gdk_display_get_default ();

  if (done)
    return;
  done = true;
  g_resources_register (thaw_ui_bundle_get_resource ());
  thaw_names_mend ();
  if (display == NULL)
    return;
  g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, THAW_RESOURCE_PATH "thaw.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display),
                                    THAW_RESOURCE_PATH "icons");
}
