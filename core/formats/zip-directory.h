/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a zip archive's central directory lies, by its end records (zip64 or not). */
#pragma once

#include "thaw-formats.h"

typedef struct {
  uint64_t offset, size, entries;
} ThawZipDirectory;

/* Checks the end records against each other and the file's length: the directory must end exactly
 * where they start. */
gboolean thaw_zip_locate (const uint8_t *bytes,
                          uint64_t length,
                          const char *source,
                          ThawZipDirectory *directory,
                          GError **error);
