/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ThawWatch does to a ThawRunData. Main thread only. */
#pragma once

#include "news.h"
#include "watch.h"

G_BEGIN_DECLS

/* forget: called with the id when the last reference goes; watch is held weakly. */
typedef void (*ThawRunDataForget) (ThawWatch *watch, const char *id);
ThawRunData *thaw_run_data_new (ThawWatch *watch,
                                const char *id,
                                ThawRunDataForget forget) G_GNUC_WARN_UNUSED_RESULT;
/* Takes the arrays out of the news, and emits. */
void thaw_run_data_take (ThawRunData *data, ThawNews *news);
/* News of another number are not for it. */
void thaw_run_data_set_serial (ThawRunData *data, guint serial);

G_END_DECLS
