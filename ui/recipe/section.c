/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the groups of the recipe page share. */
#include "field-row.h"
#include "sections.h"

#include <glib/gi18n-lib.h>

AdwPreferencesGroup *
thaw_section_group_new (const char *title, const char *description)
{
  return g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", title, "description",
                       description != NULL ? description : "", NULL);
}

void
thaw_section_add_field (AdwPreferencesGroup *group,
                        ThawDraft *draft,
                        const char *path,
                        const char *title,
                        const char *help)
{
  adw_preferences_group_add (group, thaw_field_row_new (draft, path, title, help, false));
}

void
thaw_section_fix (GtkWidget *row, bool fixed)
{
  gtk_widget_set_can_target (row, !fixed);
  gtk_widget_set_focusable (row, !fixed);
  if (fixed)
    gtk_widget_add_css_class (row, "thaw-fixed");
  else
    gtk_widget_remove_css_class (row, "thaw-fixed");
}

char *
thaw_count_text (guint64 n)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, n);
}

char *
thaw_short_count_text (guint64 n)
{
  if (n >= 1000000000)
    return g_strdup_printf (_ ("%.1f G"), (double) n / 1e9);
  if (n >= 1000000)
    return g_strdup_printf (_ ("%.1f M"), (double) n / 1e6);
  if (n >= 1000)
    return g_strdup_printf (_ ("%.1f k"), (double) n / 1e3);
  return thaw_count_text (n);
}
