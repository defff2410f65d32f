/* SPDX-License-Identifier: GPL-3.0-or-later */
/* *Run with Other Seeds*: queues runs with the recipe of a run, each with a seed that no run of
 * that recipe has yet. */
#pragma once

#include "window.h"

G_BEGIN_DECLS

void thaw_seeds_present (ThawWindow *window, ThawWatch *watch, ThawRunItem *item);
/* `n` seeds from 0 that no run with the recipe of `run` has, as "1,2,5". runs: of ThawRunItem.
 * (transfer full) */
char *thaw_seeds_unused (GListModel *runs, const ThawRun *run, int n);

G_END_DECLS
