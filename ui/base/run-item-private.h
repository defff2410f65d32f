/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ThawWatch does to a ThawRunItem. Main thread only. */
#pragma once

#include "run-item.h"

G_BEGIN_DECLS

/* summary: (transfer full), not `gone`. */
ThawRunItem *thaw_run_item_new (ThawRunSummary *summary) G_GNUC_WARN_UNUSED_RESULT;
/* The row is another one now; emits what changed. summary: (transfer full) */
void thaw_run_item_update (ThawRunItem *item, ThawRunSummary *summary);
/* Its worker went away without a word. */
void thaw_run_item_lose_worker (ThawRunItem *item);

G_END_DECLS
