/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preset-title.h"

#include "draft.h"
#include "thaw-resources.h"

char *
thaw_preset_title (const char *preset)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (preset);
  g_autoptr (ThawRecipe) recipe = NULL;

  g_return_val_if_fail (bytes != NULL, NULL);
  recipe = thaw_recipe_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                              preset, thaw_catalogues (), NULL);
  return g_strdup (recipe != NULL && *recipe->name != '\0' ? recipe->name : preset);
}
