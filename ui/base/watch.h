/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawWatch: the window's view of the store. A reader thread looks ten times a second whether
 * anybody committed, and hands what is new to the main thread; a writer thread does the window's
 * own short transactions. Nothing of the window ever waits for the disk. Main thread only. */
#pragma once

#include "run-item.h"

G_BEGIN_DECLS

typedef enum {
  THAW_WATCH_LOADING,   /* not read yet                                          */
  THAW_WATCH_READY,     /*                                                       */
  THAW_WATCH_READ_ONLY, /* readable, not written (newer, damaged, no permission): message */
  THAW_WATCH_FAILED,    /* cannot be read at all: message says why               */
} ThawWatchState;

#define THAW_TYPE_WATCH (thaw_watch_get_type ())
G_DECLARE_FINAL_TYPE (ThawWatch, thaw_watch, THAW, WATCH, GObject)

/* Signal "changed" (): state, message, or any run. Reading begins at once. home: NULL for the
 * default. */
ThawWatch *thaw_watch_new (const char *home) G_GNUC_WARN_UNUSED_RESULT;
const char *thaw_watch_home (ThawWatch *watch);
ThawWatchState thaw_watch_state (ThawWatch *watch);
const char *thaw_watch_message (ThawWatch *watch); /* (nullable) a sentence */
bool thaw_watch_store_lost (ThawWatch *watch);   /* newer, damaged or no store: another can begin */
bool thaw_watch_queue_alive (ThawWatch *watch);  /* somebody trains what is queued */
GListModel *thaw_watch_runs (ThawWatch *watch);  /* of ThawRunItem, latest first, without trash */
GListModel *thaw_watch_trash (ThawWatch *watch); /* of ThawRunItem, latest first */
ThawRunItem *thaw_watch_find (ThawWatch *watch, const char *id); /* (transfer none) (nullable) */

/* What was measured of a run; grows while it trains. Followed as long as somebody holds a
 * reference. */
#define THAW_TYPE_RUN_DATA (thaw_run_data_get_type ())
G_DECLARE_FINAL_TYPE (ThawRunData, thaw_run_data, THAW, RUN_DATA, GObject)
/* Signal "grown" (): rows were added at the end. Signal "reset" (): rows went away (resumed from
 * further back): read everything anew. (transfer full); the same object for the same run. */
ThawRunData *thaw_watch_follow (ThawWatch *watch, const char *id) G_GNUC_WARN_UNUSED_RESULT;
bool thaw_run_data_loaded (ThawRunData *data);                /* false: nothing read yet */
const GArray *thaw_run_data_iterations (ThawRunData *data);   /* ThawIterationRow, by step */
const GArray *thaw_run_data_epochs (ThawRunData *data);       /* ThawEpochRow */
const GArray *thaw_run_data_events (ThawRunData *data);       /* ThawEventRow */
const GArray *thaw_run_data_attempts (ThawRunData *data);     /* ThawAttemptRow */
const GPtrArray *thaw_run_data_artifacts (ThawRunData *data); /* ThawArtifact, newest first */

/* A short write, off the main thread, in order. func runs in the writer thread; done (nullable) in
 * the main thread, error NULL when all went well. data is freed by free_data after done. */
typedef gboolean (*ThawWriteFunc) (ThawStore *store, gpointer data, GError **error);
typedef void (*ThawWriteDone) (ThawWatch *watch, gpointer user, const GError *error);
void thaw_watch_write (ThawWatch *watch,
                       ThawWriteFunc func,
                       gpointer data,
                       GDestroyNotify free_data,
                       ThawWriteDone done,
                       gpointer user);
/* The commonest of them: ask a run's worker ("pause", "continue", "stop", "save"). */
void thaw_watch_ask (
    ThawWatch *watch, const char *id, const char *verb, ThawWriteDone done, gpointer user);

G_END_DECLS
