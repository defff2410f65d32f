/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pickle machine that executes nothing.
 *
 * It runs the opcodes that torch.save and CIFAR-10's batches need (protocol 2, and what protocol 4
 * adds) over memory that outlives it, and yields inert values. Iterative; operations <= 5 M, memo
 * <= 1 M, stack <= 100,000, nesting <= 32. Anything else - another opcode, another name, a call
 * with other operands - is an error that quotes it. */
#pragma once

#include "cursor.h"
#include "pickle-globals.h"
#include "pickle-value.h"

#define THAW_PICKLE_MAX_BYTES                                                                      \
  ((size_t) 16 << 20) /* of data.pkl and each pickle of a legacy file                              \
                       */

typedef struct {
  const char *source;
  ThawPickleFlavour flavour;
  size_t origin; /* the file offset of in.bytes[0], for messages */
  ThawCursor in;
  size_t op_at; /* offset of the opcode at work */
  uint64_t ops;
  ThawPickleValue *stack;
  guint height, capacity; /* of the stack                        */
  GArray *marks;          /* of guint: heights                   */
  GArray *memo;           /* of ThawPickleMemo                   */
  uint64_t memo_count;    /* slots in use                        */
  ThawPickleArena arena;
  GPtrArray *storages; /* nodes of every STORAGE made, in order */
  ThawPickleValue result;
} ThawPickle;

/* Runs one pickle from bytes[0]. *used: the bytes up to and including STOP. NULL and error when it
 * is refused. (transfer full) */
ThawPickle *thaw_pickle_run (const uint8_t *bytes,
                             size_t length,
                             size_t origin,
                             ThawPickleFlavour flavour,
                             const char *source,
                             size_t *used,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_pickle_free (ThawPickle *pickle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawPickle, thaw_pickle_free)

/* Inside the machine: sets an error at the opcode at work. */
gboolean thaw_pickle_too_much (ThawPickle *pickle,
                               GError **error); /* FALSE: depth, number, memory */
gboolean thaw_pickle_fail (const ThawPickle *pickle,
                           GError **error,
                           ThawFormatsError code,
                           const char *format,
                           ...) G_GNUC_PRINTF (4, 5);
ThawPickleNode *thaw_pickle_node (ThawPickle *pickle,
                                  const ThawPickleValue *values,
                                  uint32_t count,
                                  GError **error);
/* pickle-calls.c: what calling, filling and naming mean for the few things that know it. *result is
 * overwritten; BUILD changes `target` itself. */
gboolean thaw_pickle_reduce (ThawPickle *pickle,
                             const ThawPickleValue *callee,
                             const ThawPickleValue *args,
                             ThawPickleValue *result,
                             GError **error);
gboolean thaw_pickle_build (ThawPickle *pickle,
                            const ThawPickleValue *target,
                            const ThawPickleValue *state,
                            GError **error);
gboolean thaw_pickle_persistent (ThawPickle *pickle,
                                 const ThawPickleValue *id,
                                 ThawPickleValue *result,
                                 GError **error);
