/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs as read from a store, made by hand. */
#pragma once

#include "thaw-analysis.h"

typedef struct {
  ThawRun run;
  ThawRunRows rows;
  GArray *iterations, *epochs, *events, *attempts;
  GPtrArray *artifacts;
} Made;

/* `epochs` epochs of `per_epoch` iterations, the first `frozen` of them frozen; losses fall along a
 * line, rates are 1e-3, then 1e-4; an epoch took 10 s frozen, 30 s else; accuracy of epoch e is 0.5
 * + e / 100, clean accuracy 0.05 above. */
void made_init (Made *made, int epochs, int frozen, int per_epoch);
void made_event (Made *made, const char *kind, int epoch, gint64 step, const char *detail);
void made_clear (Made *made);
