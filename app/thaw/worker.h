/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker: one attempt at a run: the trainer's hooks wired to the store, to signals and to progress.
 */
#pragma once

#include "progress.h"

typedef struct {
  ThawStore *store;
  ThawRun *run; /* id and attempt are set */
  ThawRunLock *lock;
  Progress progress;
  bool frozen;
  GArray *pending;     /* ThawIterationRow not yet committed */
  gint64 committed_us; /* monotonic time of the last commit  */
  gint64 data_version;
  gint64 save_request; /* that is to be answered when a checkpoint is there; 0: none */
  int ended_by;        /* a signal, or 0 */
  gint64 looked_us;    /* monotonic time of the last look at the run's folder */
  bool gone;           /* the folder was taken away */
} Worker;

/* A worker for `run` (transfer none for all three; they must outlive it). */
void worker_init (Worker *worker, ThawStore *store, ThawRun *run, ThawRunLock *lock);
void worker_clear (Worker *worker);
ThawTrainHooks worker_hooks (Worker *worker);
/* From here on SIGINT, SIGTERM and SIGHUP ask for an end that saves: to be called before the store
 * learns that the attempt begins, or else a signal right after would leave it interrupted. */
void worker_catch_signals (void);
/* Trains; writes the run's end into the store; prints it. Returns the exit status. */
int worker_run (Worker *worker, ThawTrainer *trainer);
