/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawListRows: what the run list shows, row by row: runs that fit the search, in groups with
 * headings. A GListModel of ThawRunItem and ThawGroupItem. No widgets. Main thread only. */
#pragma once

#include "run-item.h"
#include <stdbool.h>

G_BEGIN_DECLS

/* Numbers as in the settings schema. */
typedef enum {
  THAW_GROUP_NONE,
  THAW_GROUP_BACKBONE,
  THAW_GROUP_TAG,   /* a run with several tags stands under each */
  THAW_GROUP_SEEDS, /* same recipe, other seed                   */
} ThawGrouping;

#define THAW_TYPE_LIST_ROWS (thaw_list_rows_get_type ())
G_DECLARE_FINAL_TYPE (ThawListRows, thaw_list_rows, THAW, LIST_ROWS, GObject)

/* runs: of ThawRunItem, latest first; its changes are followed. A run that becomes another one
 * (renamed, say) is only looked at anew by thaw_list_rows_refresh (). */
ThawListRows *thaw_list_rows_new (GListModel *runs) G_GNUC_WARN_UNUSED_RESULT;
/* Words that must all be in name, backbone, tags or state, whatever their case. */
void thaw_list_rows_set_search (ThawListRows *rows, const char *text);
void thaw_list_rows_set_grouping (ThawListRows *rows, ThawGrouping grouping);
ThawGrouping thaw_list_rows_grouping (ThawListRows *rows);
/* Rows that stay are not touched: items-changed covers the part that differs. */
void thaw_list_rows_refresh (ThawListRows *rows);
guint thaw_list_rows_n_runs (ThawListRows *rows); /* that fit the search, each once */
/* Row of a run, its first; false: it does not fit the search. */
bool thaw_list_rows_find (ThawListRows *rows, ThawRunItem *item, guint *position);

G_END_DECLS
