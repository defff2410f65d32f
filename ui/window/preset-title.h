/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a preset is called: the name that its recipe has. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *thaw_preset_title (const char *preset) G_GNUC_WARN_UNUSED_RESULT; /* (transfer full) */

G_END_DECLS
