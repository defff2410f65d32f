/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify: one epoch of a run again, from a checkpoint that was kept, and every bit that came out of
 * it compared. Nothing of the run is written: the work is done in a temporary folder. */
#pragma once

#include "session.h"

/* The first thing that differs. */
typedef struct {
  char *what; /* NULL: nothing differs */
  gint64 step;
  char *stored, *found;
} VerifyDifference;

typedef struct {
  Session *session; /* with store and run */
  GPtrArray *artifacts;
  GArray *epochs, *iterations;
  char *run_folder, *folder; /* folder: the temporary one */

  int epoch;                 /* from 0 */
  const ThawArtifact *from;  /* NULL: from the beginning */
  const ThawArtifact *to;    /* (nullable) kept file of the end */
  const ThawEpochRow *row;   /* NULL: the epoch did not end, up to `to` */
  gint64 from_step, to_step; /* iterations completed */

  guint iterations_done, iterations_equal, figures_done, figures_equal;
  bool tested, weights_compared, weights_equal;
  char *stored_sha256, *found_sha256; /* of the file of the end */
  VerifyDifference first;
  char *machine; /* (nullable) how this machine differs from the run's */
  char *no_room; /* (nullable) why a checkpoint could not be written */
  bool over;     /* all that was to be compared has been */
  bool tell;     /* progress to the terminal */
  gint64 told_us;
} Verify;

void verify_clear (Verify *verify);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Verify, verify_clear)

/* verify-choose.c: what to do again. epoch: from 1; 0: the newest that can be. */
bool verify_choose (Verify *verify, int epoch, GError **error);

/* verify-compare.c: the trainer's hooks. */
ThawTrainHooks verify_hooks (Verify *verify);
/* Takes stored and found. */
void verify_differs (Verify *verify, gint64 step, const char *what, char *stored, char *found);

/* verify-files.c: the checkpoint of the end against the one that was kept. */
void verify_files (Verify *verify, const ThawCheckpointFile *found);

/* verify.c. Returns the exit status. */
int verify_run (Verify *verify, const char *data, int threads, bool json);
