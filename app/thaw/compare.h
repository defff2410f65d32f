/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What thaw compare has read, and how it is written for programs. */
#pragma once

#include "cli.h"
#include "thaw-analysis.h"

typedef struct {
  ThawRun *run;
  ThawFigures figures;
  GArray *epochs; /* of ThawEpochRow */
} CompareColumn;

/* columns: of CompareColumn. A run each, or the runs that differ by their seed alone. (transfer
 * full) */
ThawSides *compare_sides (GPtrArray *columns, bool seeds);
/* Those of each run, side after side. (transfer container) */
const GArray **compare_epochs (GPtrArray *columns, const ThawSides *all);

/* An object for each run; with reach > 0, how soon it passes what the first had after so many
 * epochs. */
void compare_columns_json (GPtrArray *columns, int reach);
/* {"groups": [...], "pairs": [...]}: each group after the first against it. */
void compare_groups_json (GPtrArray *columns, int reach);
