/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawWriter: the thread that does the window's own short transactions, in order. It opens the
 * store for the first of them. */
#pragma once

#include "mailbox.h"
#include "watch.h"

G_BEGIN_DECLS

typedef struct {
  bool to_runs; /* there are runs: where no store is, none is made for it */
  ThawWriteFunc func;
  gpointer data;
  GDestroyNotify free_data; /* main thread, with the job */
  ThawWriteDone done;
  gpointer user;
  GError *error; /* set by the writer */
} ThawWriteJob;
void thaw_write_job_free (ThawWriteJob *job);

typedef struct _ThawWriter ThawWriter;

/* done: a mailbox of ThawWriteJob: those that were tried. */
ThawWriter *thaw_writer_new (const char *home, ThawMailbox *done) G_GNUC_WARN_UNUSED_RESULT;
void thaw_writer_push (ThawWriter *writer, ThawWriteJob *job); /* (transfer full) */
void thaw_writer_free (ThawWriter *writer);                    /* does what is left, and ends */

G_END_DECLS
