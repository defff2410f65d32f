/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as the window uses it: the program `thaw` as a child. The window never trains and
 * never computes a network: whatever takes longer than a frame is a command. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the program is: beside our own, else THAW_PROGRAM, else by PATH. (transfer none) */
const char *thaw_engine_program (void);
/* Runs `thaw ARGS` and gives what it printed (JSON mostly). ARGS without the program,
 * NULL-terminated; THAW_HOME is `home`. Cancelling ends it. The error is the sentence that it
 * wrote. */
void thaw_engine_call (const char *home,
                       const char *const *args,
                       GCancellable *cancel,
                       GAsyncReadyCallback done,
                       gpointer user);
char *thaw_engine_call_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Starts `thaw ARGS` so that it lives on when the window is closed or killed (its own session,
 * output to HOME/engine.log), and steps back where others want the processor: the window first. */
gboolean thaw_engine_spawn (const char *home, const char *const *args, GError **error);
/* The same as a person would type it, quoted for a shell: "thaw train --recipe ...". (transfer
 * full) */
char *thaw_engine_command_line (const char *const *args);

G_END_DECLS
