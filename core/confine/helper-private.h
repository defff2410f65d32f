/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The helper as a process: from its start to its end. Private. */
#pragma once

#include "thaw-confine.h"

typedef struct {
  bool whole; /* it ended by itself, and may have answered */
  bool late;  /* it was killed for taking too long   */
  int status; /* as waitpid has it; -1: somebody else reaped it */
} ThawHelperEnd;

/* Starts a helper and waits; afterwards there is none. FALSE and error: it cannot be started, or
 * was cancelled. */
gboolean thaw_helper_run (
    const ThawConfineJob *job, int question, int answer, ThawHelperEnd *end, GError **error);
/* Why there is no answer. */
void thaw_helper_explain (const ThawConfineJob *job, const ThawHelperEnd *end, GError **error);
