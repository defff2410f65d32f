/* SPDX-License-Identifier: GPL-3.0-or-later */
/* together: runs that are made in one go and trained by the queue. They are in the store all or
 * none. */
#pragma once

#include "session.h"

GPtrArray *together_new (void); /* of ThawRun, empty (transfer full) */
/* Queues them with a tag (nullable) and says so, a line each. seed_drawn: the recipe they were made
 * of had no seed, which is written into each as a finding. */
bool together_queue (
    GPtrArray *runs, ThawStore *store, const char *tag, bool seed_drawn, bool json, GError **error);
