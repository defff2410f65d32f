/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples that a run was measured on and never learned from: each with its true name, and what one
 * run or two say. Asked for when it is first seen. */
#pragma once

#include "run-item.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define THAW_TYPE_VALIDATION_VIEW (thaw_validation_view_get_type ())
G_DECLARE_FINAL_TYPE (ThawValidationView, thaw_validation_view, THAW, VALIDATION_VIEW, AdwBin)

/* two: (nullable) */
GtkWidget *thaw_validation_view_new (const char *home, ThawRunItem *one, ThawRunItem *two);
int thaw_validation_view_n_samples (ThawValidationView *view);       /* shown */
const char *thaw_validation_view_summary (ThawValidationView *view); /* a line a run */

G_END_DECLS
