/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opcodes of a pickle, one step at a time. */
#pragma once

#include "pickle.h"

enum { THAW_OP_PROTO = 0x80, THAW_OP_STOP = '.' };

typedef struct {
  ThawPickleValue value;
  gboolean set;
} ThawPickleMemo;

/* Runs the opcode `code`, whose operands are next in pickle->in. */
gboolean thaw_pickle_step (ThawPickle *pickle, uint8_t code, GError **error);
/* Takes the one value that must be left as the result. */
gboolean thaw_pickle_stop (ThawPickle *pickle, GError **error);
