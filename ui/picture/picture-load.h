/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures decoded in a thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* paths: NULL-terminated. Gives a GPtrArray of GdkTexture, NULL for those that cannot be shown. */
void thaw_pictures_load (const char *const *paths,
                         GCancellable *cancel,
                         GAsyncReadyCallback done,
                         gpointer user);
GPtrArray *thaw_pictures_load_finish (GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
