/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two containers of torch.save. (transfer full) */
#pragma once

#include "thaw-formats.h"

ThawStateDict *thaw_pth_zip_parse (const uint8_t *bytes,
                                   gsize length,
                                   const char *source,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
ThawStateDict *thaw_pth_legacy_parse (const uint8_t *bytes,
                                      gsize length,
                                      const char *source,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the bytes look like one of them. */
gboolean thaw_pth_sniff (const uint8_t *bytes, gsize length, ThawFormat *format);
