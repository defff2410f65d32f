/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress: what a training run says while it runs: a live line on a terminal, plain lines
 * elsewhere, JSON for machines. */
#pragma once

#include "cli.h"
#include "thaw-train.h"

typedef struct {
  bool json, live;
  int epochs;
  int frozen_epochs;
  gint64 last_us;       /* monotonic time of the last live line */
  double speed;         /* images a second, smoothed            */
  double epoch_seconds; /* of the last whole epoch, evaluation included */
  gint64 epoch_began_us;
  double loss; /* smoothed, for the live line */
  bool line_open;
} Progress;

void progress_start (Progress *progress, bool json, const ThawRecipe *recipe);
void progress_iteration (Progress *progress, const ThawIteration *iteration, bool frozen);
void progress_evaluating (Progress *progress, int epoch, double done);
void progress_epoch (Progress *progress, const ThawEpoch *epoch);
void progress_committed (Progress *progress, int epochs_done);
void progress_event (
    Progress *progress, ThawTrainEventKind kind, int epoch, uint64_t step, const char *detail);
void progress_test (Progress *progress, double loss, double accuracy, const char *weights_kind);
void progress_clear (Progress *progress); /* takes the live line away before other text */
/* What a recorded event is called for people; `name` itself for one of another version. */
const char *progress_event_text (const char *name);
