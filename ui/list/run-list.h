/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawRunList: the list of runs at the window's side: search, groups, choosing one or several,
 * editing in place. It shows and asks; what is done with runs are actions of the window ("win.*").
 */
#pragma once

#include "list-rows.h"
#include "run-row.h"
#include "watch.h"

G_BEGIN_DECLS

#define THAW_TYPE_RUN_LIST (thaw_run_list_get_type ())
G_DECLARE_FINAL_TYPE (ThawRunList, thaw_run_list, THAW, RUN_LIST, GtkWidget)

/* Signals: "chosen" (): other runs are selected, or none. "opened" (): one was activated (Enter,
 * double click). "edited" (ThawRunItem *item, ThawRunEdit as int, const char *text).
 * trash: the runs in the trash, with another menu. */
GtkWidget *thaw_run_list_new (ThawWatch *watch, bool trash);
/* Those selected, from the top, each once. (transfer full) */
GPtrArray *thaw_run_list_selected (ThawRunList *list) G_GNUC_WARN_UNUSED_RESULT;
/* Alone, and scrolls to it; NULL: nothing. Waits for a run that is not there yet. */
void thaw_run_list_select (ThawRunList *list, const char *id);
void thaw_run_list_select_too (ThawRunList *list, const char *id); /* beside those selected */
void thaw_run_list_edit (ThawRunList *list, ThawRunEdit what);     /* the one that is selected */
void thaw_run_list_set_grouping (ThawRunList *list, ThawGrouping grouping);
/* Selecting: rows have boxes to tick. Property "selecting". */
void thaw_run_list_set_selecting (ThawRunList *list, bool selecting);
bool thaw_run_list_selecting (ThawRunList *list);
void thaw_run_list_set_text (ThawRunList *list, const char *text); /* of the search */
void thaw_run_list_select_all (ThawRunList *list);
void thaw_run_list_search (ThawRunList *list); /* puts the cursor there. Property "searching" */

G_END_DECLS
