/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of another backbone are found before a run is started: a finding of the draft's check. */
#pragma once

#include "draft.h"

/* As long as the draft lives. home: of the store. */
void thaw_weights_fit_watch (ThawDraft *draft, const char *home);
