/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to the room: the `.part` file of one download: opened without following links, locked
 * against a second download, published by rename. */
#pragma once

#include "thaw-fetch.h"
#include <stdbool.h>

typedef struct {
  char *folder, *name, *part_name; /* the last two within the folder */
  int folder_fd, fd;               /* -1: not open */
  uint64_t size;                   /* bytes in the part */
} ThawPart;

/* Opens the folder alone; part is overwritten, and cleared by the caller also on failure. */
gboolean thaw_part_init (ThawPart *part, const char *path, GError **error);
void thaw_part_clear (ThawPart *part);
/* TRUE when the final file is there and is right. FALSE without error: it is to be fetched. */
gboolean thaw_part_is_done (
    ThawPart *part, uint64_t bytes, const char *sha256, GCancellable *cancel, GError **error);
/* Opens what an earlier try left, or makes an empty one. */
gboolean thaw_part_open (ThawPart *part, GError **error);
gboolean thaw_part_truncate (ThawPart *part, GError **error);
gboolean thaw_part_append (ThawPart *part, const void *bytes, gsize n, GError **error);
/* SHA-256 of the whole part in lower-case hexadecimal. (transfer full) */
char *thaw_part_sha256 (ThawPart *part, GCancellable *cancel, GError **error);
/* fsync, rename over the final name, fsync of the folder. */
gboolean thaw_part_publish (ThawPart *part, GError **error);
void thaw_part_remove (ThawPart *part);
/* Whether `more` bytes fit on the disk; a sentence if not. */
gboolean thaw_part_check_space (const ThawPart *part, uint64_t more, GError **error);
