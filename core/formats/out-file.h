/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file so that it is there whole or not at all.
 *
 * A part file in the target's folder (O_EXCL, O_NOFOLLOW, 0600), every return checked, fsync,
 * rename over the target, fsync of the folder. A failed fsync means the written pages are lost: the
 * whole body is written once more under another name. On any failure the part file is gone, and
 * until the rename the old target is as it was. A target that must be new is never replaced: the
 * rename fails where something is there (renameat2, RENAME_NOREPLACE). */
#pragma once

#include "thaw-formats.h"

typedef struct _ThawOutFile ThawOutFile;

/* Writes the whole content with thaw_out_write; may be called twice. */
typedef gboolean (*ThawOutBody) (ThawOutFile *out, gconstpointer user, GError **error);

gboolean thaw_out_write (ThawOutFile *out, gconstpointer bytes, uint64_t length, GError **error);
uint64_t thaw_out_tell (const ThawOutFile *out); /* bytes so far */

typedef enum { THAW_OUT_REPLACE, THAW_OUT_NEW } ThawOutTarget;

/* sha256 (nullable): lower-case hexadecimal, (transfer full); length (nullable). */
gboolean thaw_out_run (const char *path,
                       ThawOutTarget target,
                       ThawOutBody body,
                       gconstpointer user,
                       char **sha256,
                       uint64_t *length,
                       GError **error);
