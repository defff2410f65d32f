/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawMailbox: messages from any thread to the main thread. Letters sent while the main loop is
 * busy arrive together. Locks are pthreads', which ThreadSanitizer sees. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ThawMailbox ThawMailbox;

/* Main thread. letters: in the order of sending, freed by the mailbox afterwards. */
typedef void (*ThawMailboxFunc) (GPtrArray *letters, gpointer user);

/* free_letter: for letters that never arrive, and for those that did. (transfer full) */
ThawMailbox *thaw_mailbox_new (ThawMailboxFunc func, gpointer user, GDestroyNotify free_letter);
ThawMailbox *thaw_mailbox_ref (ThawMailbox *mailbox);
void thaw_mailbox_unref (ThawMailbox *mailbox);
void thaw_mailbox_send (ThawMailbox *mailbox, gpointer letter); /* (transfer full) */
/* Main thread: func is not called any more. */
void thaw_mailbox_close (ThawMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawMailbox, thaw_mailbox_unref)

G_END_DECLS
