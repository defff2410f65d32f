/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawHerald: what the desktop is told of runs: a notification when one ended while nobody looked,
 * withdrawn when it is looked at; no suspend while one trains, unless power is being saved. */
#pragma once

#include "watch.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _ThawHerald ThawHerald;

/* on_alive: called when something begins or ceases to train. */
ThawHerald *thaw_herald_new (GtkApplication *application,
                             ThawWatch *watch,
                             void (*on_alive) (bool alive, gpointer user),
                             gpointer user) G_GNUC_WARN_UNUSED_RESULT;
void thaw_herald_free (ThawHerald *herald);
bool thaw_herald_alive (ThawHerald *herald); /* something trains */
/* A run is being looked at: its notification is not needed any more. */
void thaw_herald_seen (ThawHerald *herald, const char *id);

G_END_DECLS
