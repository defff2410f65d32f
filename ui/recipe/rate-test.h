/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `thaw find-lr --json` says: a chart and the readings of it. No widgets. */
#pragma once

#include "thaw-plots.h"

G_BEGIN_DECLS

typedef struct {
  char *title, *reason;
  double rate; /* above 0 */
} ThawRateReading;

typedef struct {
  ThawChart *chart;    /* the readings are marked in it              */
  GPtrArray *readings; /* of ThawRateReading; empty when there is... */
  char *none;          /* (nullable) ...a sentence why               */
} ThawRateTest;

/* NULL: not what find-lr prints. Points whose rate is not above the one before are left out, and
 * so are readings without a rate. (transfer full) */
ThawRateTest *thaw_rate_test_parse (const char *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_rate_test_free (ThawRateTest *test);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRateTest, thaw_rate_test_free)

G_END_DECLS
