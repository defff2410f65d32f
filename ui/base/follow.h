/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawFollow: how far the reader thread has read the measurements of one run. Reader thread only.
 */
#pragma once

#include "news.h"

G_BEGIN_DECLS

typedef struct _ThawFollow ThawFollow;

ThawFollow *thaw_follow_new (const char *id, guint serial) G_GNUC_WARN_UNUSED_RESULT;
void thaw_follow_free (ThawFollow *follow);
guint thaw_follow_serial (const ThawFollow *follow);
/* What was not read yet, or NULL: nothing new, or the error is set. The first time there is always
 * something. (transfer full) */
ThawNews *
thaw_follow_read (ThawFollow *follow, ThawStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
