/* SPDX-License-Identifier: GPL-3.0-or-later */
/* best: the weights of a run and what is needed to use them. */
#pragma once

#include "cli.h"
#include "thaw-train.h"

/* The newest file of `kind` ("best", "last") whose SHA-256 matches its row. NULL with a sentence
 * when there is none. (transfer full) */
char *best_file (ThawStore *store, const ThawRun *run, const char *kind, GError **error);
/* The newest "last" checkpoint whose size and hash match its row, and whose best weights so far are
 * there; older ones are tried in turn, and it is said. When none has its best weights: the newest
 * that is sound. NULL: none, with error only when the store could not be read. (transfer full) */
ThawArtifact *last_sound (ThawStore *store, const ThawRun *run, GError **error);
