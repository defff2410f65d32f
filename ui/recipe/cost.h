/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawCost: how long a draft would train here, asked of the program `thaw` when the draft has been
 * left alone for a moment. A question that is out of date is withdrawn. */
#pragma once

#include "draft.h"

G_BEGIN_DECLS

typedef enum {
  THAW_COST_UNKNOWN,
  THAW_COST_ASKING,
  THAW_COST_KNOWN,
  THAW_COST_FAILED
} ThawCostState;

#define THAW_TYPE_COST (thaw_cost_get_type ())
G_DECLARE_FINAL_TYPE (ThawCost, thaw_cost, THAW, COST, GObject)

/* Signal "changed" (). runs: how many seeds, an adjustment (GObject with "value"). */
ThawCost *
thaw_cost_new (ThawDraft *draft, const char *home, GObject *runs) G_GNUC_WARN_UNUSED_RESULT;
ThawCostState thaw_cost_state (ThawCost *cost);
/* "About 14 minutes on this computer"; a sentence in each state. (transfer full) */
char *thaw_cost_text (ThawCost *cost);
char *thaw_cost_short (ThawCost *cost); /* "About 14 minutes" (transfer full) */
/* What it is made of, or why it is not known; "" when there is nothing to say. (transfer full) */
char *thaw_cost_detail (ThawCost *cost);

/* "About 14 minutes", rounded as people say it. (transfer full) */
char *thaw_about_text (double seconds);

G_END_DECLS
