/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawRunItem: a run as the window's lists and pages know it: its row in the store, kept current by
 * ThawWatch. Main thread only. */
#pragma once

#include "thaw-db.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define THAW_TYPE_RUN_ITEM (thaw_run_item_get_type ())
G_DECLARE_FINAL_TYPE (ThawRunItem, thaw_run_item, THAW, RUN_ITEM, GObject)

/* Signal "changed" (): the row is another one now. Properties for expressions, each notified when
 * it changes: "id", "name", "backbone" (title for people), "state" (ThawRunState as int),
 * "state-text" (translated), "starred", "tags" (one text, joined), "accuracy" (best, NaN: none),
 * "fraction" (0..1 of the planned work), "order" (gint64 seq). */
const ThawRun *thaw_run_item_run (ThawRunItem *item); /* (transfer none), until "changed" */
const char *thaw_run_item_id (ThawRunItem *item);
bool thaw_run_item_alive (ThawRunItem *item); /* a worker holds it: starting, running or paused */
gint64 thaw_run_item_ticked_ms (ThawRunItem *item); /* when its worker last committed; 0: never */
/* Accuracy by epoch, 0..1, for the small curve. (transfer none), until "changed" */
const float *thaw_run_item_spark (ThawRunItem *item, size_t *n);
/* Its colour everywhere: 0..THAW_N_HUES-1, by order of creation. */
int thaw_run_item_hue (ThawRunItem *item);

G_END_DECLS
