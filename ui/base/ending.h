/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A path that was chosen to write to, with an ending that says its format: as it is when it has one
 * of `endings` (with their dots, in small letters, NULL-terminated), else with `wanted` behind it.
 * NULL and the error: under that name there is something already, and whoever chose was not asked
 * whether it may be replaced. (transfer full) */
char *thaw_ending_complete (const char *path,
                            const char *const *endings,
                            const char *wanted,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
