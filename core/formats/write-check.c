/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing is written that our own readers would refuse. */
#include "write-check.h"
#include "fail.h"
#include "weight-limits.h"

#include <string.h>

gboolean
thaw_check_names (const ThawStateDict *dict, const char *path, GError **error)
{
  size_t n = thaw_state_dict_size (dict);

  if (n > THAW_MAX_TENSORS)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, path,
                      _ ("cannot hold %zu tensors, at most %d"), n, THAW_MAX_TENSORS);
  for (size_t i = 0; i < n; i++) {
    const char *name = thaw_state_dict_nth (dict, i)->name;
    if (strlen (name) > THAW_MAX_NAME_BYTES || !g_utf8_validate (name, -1, NULL)) {
      g_autofree char *shown = thaw_quote ((const uint8_t *) name, strlen (name));
      return thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, path,
                        _ ("the tensor name '%s' is not UTF-8 of at most %d bytes"), shown,
                        THAW_MAX_NAME_BYTES);
    }
  }
  return TRUE;
}
