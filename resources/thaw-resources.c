/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presets: a table of names, and their documents in the GResource bundle. */
#include "thaw-resources.h"
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <thaw-resources-bundle.h> /* made by glib-compile-resources */

#define PRESETS_PATH "/thaw/presets/"

static const struct {
  const char *name, *help;
} presets[] = {
    {"day44-resnet18",
     N_ ("The lesson's ResNet18: frozen for 5 epochs, then trained whole; tuned on a validation "
         "split")},
    {"day44-mobilenet-v3-small", N_ ("The lesson's MobileNetV3-Small, by the same plan")},
    {"day44-resnet18-exact", N_ ("ResNet18 exactly as in the lesson, which tunes on the test set")},
    {"day44-mobilenet-v3-small-exact",
     N_ ("MobileNetV3-Small exactly as in the lesson, which tunes on the test set")},
    {"quick-mobilenet-v3-small",
     N_ ("MobileNetV3-Small from random weights in a few minutes, nothing frozen")},
};

static int
find_preset (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (strcmp (presets[i].name, name) == 0)
      return (int) i;
  return -1;
}

char **
thaw_presets_list (void)
{
  char **names = g_new0 (char *, G_N_ELEMENTS (presets) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    names[i] = g_strdup (presets[i].name);
  return names;
}

GBytes *
thaw_preset_read (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  if (find_preset (name) < 0)
    return NULL;
  g_autofree char *path = g_strconcat (PRESETS_PATH, name, ".json", NULL);
  GBytes *bytes = g_resource_lookup_data (thaw_resources_bundle_get_resource (), path,
                                          G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_assert (bytes != NULL); /* the table and the manifest were built together */
  return bytes;
}

const char *
thaw_preset_help (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  int i = find_preset (name);
  return i < 0 ? NULL : _ (presets[i].help);
}
