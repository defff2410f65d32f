/* SPDX-License-Identifier: GPL-3.0-or-later */
/* over: what a sweep goes over: a field of the recipe and the values that it takes. */
#pragma once

#include "cli.h"

#define OVER_MOST_VALUES 200

typedef struct {
  char *key;     /* "model.name"                                     */
  char **values; /* NULL-terminated, as assignments take them        */
  guint n;       /* at least 1                                       */
} Over;

/* "KEY=A,B,C": the values, with commas inside of brackets, braces or quotes left alone; "KEY=0..4":
 * each whole number from 0 to 4; "KEY=0.1..0.5..0.1": in steps; "KEY=1e-4..1e-1*10": by a factor.
 * Lists may hold ranges. Each value once. NULL with a sentence. (transfer full) */
Over *over_parse (const char *text, GError **error);
void over_free (Over *over);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Over, over_free)
