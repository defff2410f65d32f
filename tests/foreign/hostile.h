/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostile: a helper whose reader was taken over, or has gone mad. What it does is the last part of
 * the path that it is asked about. */
#pragma once

#include "foreign-private.h"

typedef enum {
  HOSTILE_GOT_THROUGH,
  HOSTILE_REFUSED, /* a system call failed */
  HOSTILE_SILENT,  /* ends without an answer */
} HostileEnd;

/* What somebody would do who runs code in the helper. */
typedef struct {
  const char *name;
  HostileEnd (*attempt) (void);
  gboolean unsure; /* whether it works without confinement is up to the system, or it never ends */
  gboolean slow;   /* it takes as long as it may */
} HostileAttack;
extern const HostileAttack hostile_attacks[]; /* ends with a NULL name */
/* For attacks that leave a trace: a file to be written, the process to be reached. */
extern const char *hostile_canary;
extern int hostile_victim;

/* Answers that are wrong in one way each: FALSE when there is no such lie. */
gboolean hostile_lie (const char *name, ThawAsk ask);
extern const char *const hostile_weight_lies[]; /* NULL-terminated */
extern const char *const hostile_set_lies[];
extern const char *const hostile_picture_lies[];
