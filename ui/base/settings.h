/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few preferences: data/io.github.thaw_workbench.Thaw.gschema.xml. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One object for all of the window. NULL where the schema is not installed (a broken installation):
 * then everything is at its default and nothing is kept. (transfer none) (nullable) */
GSettings *thaw_settings (void);

G_END_DECLS
