/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawReader: the thread that looks at the store: ten times a second whether anybody committed,
 * once a second which workers live and whether the file is still the same. What is new goes into
 * a mailbox as ThawNews. */
#pragma once

#include "mailbox.h"
#include "news.h"

G_BEGIN_DECLS

typedef struct _ThawReader ThawReader;

/* Starts the thread. mailbox: kept as long as it runs. */
ThawReader *thaw_reader_new (const char *home, ThawMailbox *mailbox) G_GNUC_WARN_UNUSED_RESULT;
/* From the beginning; news of it carry the number that this returns. */
guint thaw_reader_follow (ThawReader *reader, const char *id);
void thaw_reader_unfollow (ThawReader *reader, const char *id);
void thaw_reader_poke (ThawReader *reader); /* look now, not at the next tick */
void thaw_reader_free (ThawReader *reader); /* waits for the thread */

G_END_DECLS
