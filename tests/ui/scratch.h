/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of the window share: homes that come and go, and waiting for the main loop. */
#pragma once

#include <glib.h>

char *scratch_home_new (void); /* an empty folder, in memory if there is room (transfer full) */
void scratch_home_free (char *home); /* and all in it */

/* Runs the main loop until it holds; three minutes are too long. */
#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 end_ = g_get_monotonic_time () + 180 * G_TIME_SPAN_SECOND;                              \
    while (!(condition)) {                                                                         \
      g_assert_cmpint (g_get_monotonic_time (), <, end_);                                          \
      if (!g_main_context_iteration (NULL, FALSE))                                                 \
        g_usleep (1000);                                                                           \
    }                                                                                              \
  }                                                                                                \
  G_STMT_END
