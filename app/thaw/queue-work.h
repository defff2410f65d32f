/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue-work: trains what is queued, a process a run, so that a run that crashes takes nothing
 * along. */
#pragma once

#include "cli.h"

/* Until the queue is empty, or a signal. threads 0: all cores; json: as for `thaw train`. Returns
 * an exit status; CLI_OK at once when another process works the queue already. */
int queue_work (int threads, bool json);
