/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks that several transforms share. */
#include "transforms.h"

gboolean
thaw_check_range (const ThawChoice *choice, int place, const char *param, GError **error)
{
  const double *range = thaw_choice_reals (choice, param);

  if (range[0] <= range[1])
    return TRUE;
  g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_VALUE,
               _ ("augment.%d.%s is [%g, %g], expected the smaller number first"), place, param,
               range[0], range[1]);
  return FALSE;
}
