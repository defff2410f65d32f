/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confine: a process of its own for each foreign file, which can do nothing but read what it was
 * handed and answer. The face of the room.
 *
 *   who asks                                        thaw-reader
 *     thaw_confine_begin: limits, then the question
 *     thaw_confine_run ───── starts it ───────────>  thaw_confine_enter: takes the question, then
 *                                                    gives up all that reading needs not, for good
 *                                                    thaw_confine_answer: numbers, texts, blocks
 *     kills it, seals the answer, maps it  <───────  ends
 *     takes the answer, believing nothing of it
 *
 * A helper answers one question about one file and ends. It has no threads at its start, no
 * network, no other file (with `opens`: reads others, writes none), no program to execute, no other
 * process to reach; private memory, answer and processor time are bounded by the kernel. It dies
 * with whoever asked. Without it nothing is read: there is no other way in.
 *
 * Linux on x86-64 and aarch64. Any thread may ask; the call waits. */
#pragma once

#include "thaw-base.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define THAW_CONFINE_ERROR (thaw_confine_error_quark ())
GQuark thaw_confine_error_quark (void);
typedef enum {
  THAW_CONFINE_ERROR_START,   /* the helper is missing, or this kernel cannot confine it */
  THAW_CONFINE_ERROR_STOPPED, /* it tried what it may not                                */
  THAW_CONFINE_ERROR_LIMIT,   /* memory, processor time, the size of the answer          */
  THAW_CONFINE_ERROR_CRASHED,
  THAW_CONFINE_ERROR_ANSWER, /* what it gave back cannot be right */
} ThawConfineError;

/* --- Parcels -------------------------------------------------------------------------------------
 * Numbers, texts and blocks of bytes in a file, in order; blocks at multiples of 64. The head is
 * written last: a parcel that was not finished is none. */
typedef struct _ThawParcel ThawParcel;
/* Into `fd`, an empty file that stays the caller's. (transfer full) */
ThawParcel *thaw_parcel_new (int fd) G_GNUC_WARN_UNUSED_RESULT;
void thaw_parcel_number (ThawParcel *parcel, uint64_t value);
void thaw_parcel_text (ThawParcel *parcel, const char *text); /* (nullable) */
/* Large blocks are given up piece by piece as they are written, so that they are in memory once:
 * what they hold is lost, though the block is still the caller's to free. */
void thaw_parcel_block (ThawParcel *parcel, void *bytes, size_t length);
/* A block of n units of which only those with here[i] are written; NULL: all. The others take no
 * memory, and read as zeros. */
void
thaw_parcel_units (ThawParcel *parcel, void *bytes, size_t unit, size_t n, const uint8_t *here);
/* Writes the head and frees it; false when something could not be written. */
bool thaw_parcel_finish (ThawParcel *parcel);

/* Taking one apart. What does not fit makes it `failed`; from then on takes give 0 and NULL, so
 * that it is enough to ask at the end. */
typedef struct {
  GBytes *home; /* owned; whatever is taken points into it */
  const uint8_t *bytes;
  size_t length, at;
  bool failed;
} ThawParcelTaking;
void thaw_parcel_open (ThawParcelTaking *taking, GBytes *home); /* references home */
void thaw_parcel_close (ThawParcelTaking *taking);
uint64_t thaw_parcel_take_number (ThawParcelTaking *taking, uint64_t most);
/* At most `most` bytes, none of them NUL; NULL also for a text that was NULL. (transfer none) */
const char *thaw_parcel_take_text (ThawParcelTaking *taking, size_t most);
/* The same, valid UTF-8 and there. */
const char *thaw_parcel_take_words (ThawParcelTaking *taking, size_t most);
/* Exactly so many bytes, 64-byte aligned, writable: changes stay in this process. */
void *thaw_parcel_take_block (ThawParcelTaking *taking, uint64_t length);
/* Nothing failed and nothing is left. */
bool thaw_parcel_taken (const ThawParcelTaking *taking);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ThawParcelTaking, thaw_parcel_close)

/* --- Who asks ------------------------------------------------------------------------------------
 */
typedef struct {
  uint64_t memory_bytes; /* private memory of the helper      */
  uint64_t answer_bytes; /* of what it hands back             */
  uint32_t cpu_s;        /* processor time of all its threads */
  uint32_t wall_s;       /* 0: ten times as much and a minute, other programs may be busy */
  bool opens;            /* may open files and folders for reading; else only what it is handed */
} ThawConfineLimits;

typedef struct {
  const char *subject; /* what is read, for sentences: a path as it is shown */
  ThawConfineLimits limits;
  int input;            /* what the helper is handed, open for reading; -1: nothing     */
  GQuark domains[2];    /* of the errors that it may answer; others are not believed    */
  int codes[2];         /* how many codes each has                                      */
  GCancellable *cancel; /* (nullable) not owned; kills the helper                       */
} ThawConfineJob;

/* The question, to be written on. job: has to last until thaw_confine_run. NULL and error when
 * memory is short. (transfer full) */
ThawParcel *thaw_confine_begin (const ThawConfineJob *job,
                                int *question,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Finishes and closes the question and waits for the answer. FALSE and the error: the helper's own
 * (a sentence about the file), THAW_CONFINE_ERROR when it gave none, or G_IO_ERROR_CANCELLED. */
gboolean thaw_confine_run (const ThawConfineJob *job,
                           ThawParcel *parcel,
                           int question,
                           ThawParcelTaking *answer,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Another program instead of thaw-reader. For tests. */
void thaw_confine_set_program (const char *path);

/* --- The helper ----------------------------------------------------------------------------------
 */
/* Takes the question and gives up the rest. *input: what was handed over, -1 when nothing was.
 * FALSE: it cannot be confined, which was answered, or it was started by somebody else: end. */
gboolean thaw_confine_enter (ThawParcelTaking *question, int *input) G_GNUC_WARN_UNUSED_RESULT;
/* The answer to write on, one of these two, once. (transfer full) */
ThawParcel *thaw_confine_answer (void) G_GNUC_WARN_UNUSED_RESULT;
bool thaw_confine_answer_error (const GError *error);

G_END_DECLS
