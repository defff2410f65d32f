/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings.h"

#include "thaw-ui.h"

/* The schema is looked for first, since GSettings ends a program that asks for an unknown one. */
GSettings *
thaw_settings (void)
{
  static GSettings *settings = NULL;
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
    g_autoptr (GSettingsSchema) schema =
        source != NULL ? g_settings_schema_source_lookup (source, THAW_APPLICATION_ID, TRUE) : NULL;
    if (schema != NULL)
      settings = g_settings_new_full (schema, NULL, NULL);
    else
      g_message ("the settings schema %s is not installed", THAW_APPLICATION_ID);
    g_once_init_leave (&once, 1);
  }
  return settings;
}
