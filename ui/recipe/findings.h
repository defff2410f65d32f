/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the check says of a draft: the recipe's own check, and what only backbone, transforms,
 * optimiser or data can tell. */
#pragma once

#include "draft.h"

G_BEGIN_DECLS

/* Of ThawDraftFinding, those that stop first. (transfer full) */
GPtrArray *thaw_findings_new (const ThawRecipe *recipe,
                              const ThawDataFacts *facts,
                              const char *weights_error /* (nullable) */) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
