/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: what the writers of sheets share. */
#pragma once

#include "thaw-analysis.h"

#define THAW_SHEET_MANY 5 /* more columns than that are turned into lines */

ThawSheet *thaw_sheet_turn (const ThawSheet *sheet);      /* (transfer full) */
GPtrArray *thaw_sheet_wrap (const char *text, int width); /* lines (transfer full) */
