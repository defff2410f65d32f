/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing through a temporary file in the same folder that is renamed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A THAW_PLOTS_ERROR_IO that names the file. */
gboolean thaw_file_replace (const char *path, const void *data, gsize length, GError **error);

G_END_DECLS
