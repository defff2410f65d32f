/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawWelcome: what one sees before there is a run: three ways to begin. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_WELCOME (thaw_welcome_get_type ())
G_DECLARE_FINAL_TYPE (ThawWelcome, thaw_welcome, THAW, WELCOME, GtkWidget)

/* A run is being made: its button waits. */
void thaw_welcome_set_busy (ThawWelcome *welcome, gboolean busy);
/* What did not work, below the buttons; NULL: nothing. */
void thaw_welcome_set_problem (ThawWelcome *welcome, const char *sentence);

G_END_DECLS
