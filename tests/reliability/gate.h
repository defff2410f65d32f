/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gate: stands between a program and the kernel, by ptrace. It sees every system call of every
 * thread, whichever library makes it, and records, refuses, bends or pretends those that touch
 * files below one folder; or kills the program before or after any call at all.
 *
 * gate-calls.c   what a call is: its kind, its file
 * gate-log.c     the record, from which disk.py rebuilds what a disk would hold after a power cut
 * gate.c         the loop, and what is done to calls */
#pragma once

#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

typedef enum {
  CALL_OTHER, /* does not concern the folder */
  CALL_OPEN,
  CALL_READ,
  CALL_CREATE, /* an open that makes the file */
  CALL_WRITE,
  CALL_SYNC,
  CALL_FOLDER_SYNC,
  CALL_TRUNCATE,
  CALL_RENAME,
  CALL_UNLINK,
  CALL_LINK,
  CALL_MKDIR,
  CALL_RMDIR,
  CALL_SAY,     /* a write to standard output or standard error */
  CALL_UNKNOWN, /* changes the folder in a way that the record has no words for */
  N_CALL_KINDS
} CallKind;

typedef struct {
  CallKind kind;
  uint64_t number, args[6];
  char *path, *to;  /* absolute; `to` of a rename or link          */
  uint64_t inode;   /* of `path`; of a new file only once it is there */
  bool empties;     /* an open with O_TRUNC of a file that is there */
  int order;        /* among calls while the mark has been said once; 0: not then */
  int64_t result;   /* after the call; negative: errno             */
  int64_t pretends; /* what the program is told when `skipped`     */
  bool skipped;     /* the kernel never sees it                    */
} Call;

/* What the call is, at its entry. `below`: the folder, absolute. */
void call_read (Call *call, pid_t thread, const char *below);
/* The inode of what has been made, at its exit. */
void call_made (Call *call);
void call_clear (Call *call);
const char *call_kind_name (CallKind kind);
/* Bits of the kinds in "write,sync". -1: a name is not known. */
int call_kinds_parse (const char *names);
bool call_memory (pid_t thread, uint64_t address, void *bytes, size_t length);

typedef struct _GateLog GateLog;

GateLog *gate_log_open (const char *path); /* and PATH.data; exits when it cannot */
/* A call that has succeeded, or one that was made to fail or pretended. */
void gate_log_call (GateLog *log, const Call *call, pid_t thread);
void gate_log_line (GateLog *log, const char *format, ...) G_GNUC_PRINTF (2, 3);
void gate_log_close (GateLog *log);
