/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of a tar.gz streamed to memory by their expected names. Nothing is ever extracted: a name
 * in an archive is compared, never used as a path. Private. */
#pragma once

#include "source-private.h"

typedef struct {
  uint8_t *bytes; /* NULL: not there */
  size_t length;
} ThawBlob;
void thaw_blob_clear (ThawBlob *blob);

/* Reads the archive to its end and keeps the members called wanted[i], or FOLDER/wanted[i], in
 * out[i] (cleared on failure). Regular members only; *left_out counts links, devices and FIFOs.
 * Errors: not gzip + tar, truncated or damaged (checksum), a wanted name twice, more than 10,000
 * members or 1 GB. */
gboolean thaw_archive_read (ThawSource *source,
                            const char *const *wanted,
                            guint n_wanted,
                            ThawBlob *out,
                            guint *left_out,
                            GError **error);

/* The index in `names` of the first regular member called so, -1 if there is none among the first
 * 64 members or 64 MB (enough to tell what an archive is). FALSE and error for no gzip + tar. */
gboolean thaw_archive_find (
    ThawSource *source, const char *const *names, guint n_names, int *found, GError **error);
