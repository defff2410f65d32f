/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw weights check: whether a recipe's weights fit its backbone, before a run is started. */
#pragma once

#include "cli.h"

typedef struct {
  char *preset, *recipe;
  char **set;
  int classes;
} WeightsCheck;

void weights_check_clear (WeightsCheck *check);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeightsCheck, weights_check_clear)

int weights_check (const WeightsCheck *check, bool json); /* exit status */
