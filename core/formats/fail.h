/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One way of saying what is wrong with a file: "NAME: sentence" or "NAME, byte N: sentence".
 * Both set *error and return FALSE, so that a check is one line. */
#pragma once

#include "thaw-formats.h"

gboolean
thaw_fail (GError **error, ThawFormatsError code, const char *source, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
gboolean thaw_fail_at (GError **error,
                       ThawFormatsError code,
                       const char *source,
                       size_t offset,
                       const char *format,
                       ...) G_GNUC_PRINTF (5, 6);

/* Foreign bytes made fit for a message: valid UTF-8, no control characters, at most about 80 bytes.
 * (transfer full) */
char *thaw_quote (const uint8_t *bytes, size_t length) G_GNUC_WARN_UNUSED_RESULT;
