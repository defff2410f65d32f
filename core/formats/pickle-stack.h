/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack of the pickle machine and the operands of its opcodes. Each sets an error when the
 * stack or the pickle does not have what is asked for. */
#pragma once

#include "pickle.h"

gboolean thaw_pickle_push (ThawPickle *p, ThawPickleValue value, GError **error);
gboolean thaw_pickle_push_mark (ThawPickle *p, GError **error);
/* The last `count` values, taken off; they stay where they are, and valid, until the next push. */
const ThawPickleValue *thaw_pickle_pop (ThawPickle *p, guint count, GError **error);
/* The value on top, left there. */
const ThawPickleValue *thaw_pickle_top (ThawPickle *p, GError **error);
/* Ends the last mark: *values and *count are what stood above it, valid until the next push. */
gboolean
thaw_pickle_pop_mark (ThawPickle *p, const ThawPickleValue **values, guint *count, GError **error);

/* A little-endian operand of `width` bytes; `length` bytes that follow. */
gboolean thaw_pickle_number (ThawPickle *p, int width, uint64_t *value, GError **error);
gboolean thaw_pickle_span (ThawPickle *p, uint64_t length, const uint8_t **bytes, GError **error);
