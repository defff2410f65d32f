/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Going on without a window, where the desktop has a say in it. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* Whether this process runs in a Flatpak's sandbox, all of which a desktop may end once its last
 * window is closed: with it what trains. */
bool thaw_background_is_sandboxed (void);

/* Asks the desktop's portal that the application may go on without a window, and says why. Who may
 * not learns it from the desktop; no answer is waited for. */
void thaw_background_ask (GDBusConnection *connection);
