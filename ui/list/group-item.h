/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawGroupItem: the heading of a group in the run list. Main thread only. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define THAW_TYPE_GROUP_ITEM (thaw_group_item_get_type ())
G_DECLARE_FINAL_TYPE (ThawGroupItem, thaw_group_item, THAW, GROUP_ITEM, GObject)

/* Properties, notified: "title", "detail". */
ThawGroupItem *thaw_group_item_new (void) G_GNUC_WARN_UNUSED_RESULT;
void thaw_group_item_set (ThawGroupItem *item, const char *title, const char *detail);
const char *thaw_group_item_title (ThawGroupItem *item);
const char *thaw_group_item_detail (ThawGroupItem *item);

G_END_DECLS
