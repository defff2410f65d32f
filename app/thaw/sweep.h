/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep: runs that were made together over values of fields. What makes them a sweep is a tag,
 * "sweep NAME": it is in the store with the runs, so that a sweep goes on after any kill. */
#pragma once

#include "cli.h"

#define SWEEP_NAME_MAX 50 /* characters */

/* Whether `name` can name a sweep: short, one line, no comma. */
bool sweep_check_name (const char *name, GError **error);
char *sweep_tag (const char *name);        /* (transfer full) */
const char *sweep_of (const ThawRun *run); /* the name, NULL: of none (transfer none) */
/* Its runs, in the order in which they were made, without trash; of ThawRun. An error when there
 * are none. (transfer full) */
GPtrArray *sweep_runs (ThawStore *store, const char *name, GError **error);
/* "sweep 1", "sweep 2", ...: the first that is free, as a name. (transfer full) */
char *sweep_free_name (ThawStore *store, GError **error);
/* Puts runs that ended before their end back into the queue, before all others, in their order:
 * those that were interrupted, and with `all` also those that were stopped or failed. Of one sweep,
 * or (name NULL) of all of them. *n: how many. */
bool sweep_requeue (ThawStore *store, const char *name, bool all, int *n, GError **error);
/* How it stands, in a sentence or as JSON. */
void sweep_say (const char *name, GPtrArray *runs, bool json);
