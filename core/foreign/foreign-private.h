/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both ends agree on: which questions there are, and how answers are packed. Private. */
#pragma once

#include "thaw-foreign.h"

/* A question is one of these, then its numbers, then paths. */
typedef enum {
  THAW_ASK_WEIGHTS, /* path                  */
  THAW_ASK_PROBE,   /* path                  */
  THAW_ASK_SETS,    /* count, paths          */
  THAW_ASK_SET,     /* size, each, path      */
  THAW_ASK_PICTURE, /* size, path            */
  THAW_ASK_WHOLE,   /* most, path            */
  THAW_N_ASKS
} ThawAsk;

#define THAW_PATH_MOST 8192
#define THAW_TEXT_MOST 16384
#define THAW_SETS_MOST 10000
#define THAW_FOLDERS_MOST 1000

/* --- Asking --- */
typedef struct {
  ThawConfineJob job;
  char *subject;
  ThawParcel *parcel;
  int question;
} ThawQuestion;

/* A question about `path`: a regular file is opened and handed over, so that its reader opens
 * nothing; of a folder it reads what is in it. Fills limits by `ask`. FALSE and error; nothing then
 * has to be cleared. */
gboolean thaw_question_begin (
    ThawQuestion *question, ThawAsk ask, const char *path, GCancellable *cancel, GError **error);
/* Asks it and clears it. */
gboolean thaw_question_ask (ThawQuestion *question, ThawParcelTaking *answer, GError **error);
/* THAW_CONFINE_ERROR_ANSWER: it was an answer, but cannot be right. Always FALSE. */
gboolean thaw_answer_odd (const char *path, GError **error);

/* --- Packing and taking --- */
void thaw_pack_info (ThawParcel *parcel, const ThawSetInfo *info);
/* *info points into the answer. */
void thaw_take_info (ThawParcelTaking *answer, ThawSetInfo *info);
/* Is `path` the one that was asked about, or below it? */
bool thaw_path_within (const char *path, const char *asked);

/* NULL: the answer cannot be right. (transfer full) */
ThawStateDict *thaw_take_weights (ThawParcelTaking *answer, ThawFormat *format);
ThawDataset *
thaw_take_dataset (ThawParcelTaking *answer, const char *path, int size, uint32_t each);
/* These give up the values and pixels of what they pack. */
void thaw_pack_weights (ThawParcel *parcel, const ThawStateDict *dict, ThawFormat format);
void thaw_pack_dataset (ThawParcel *parcel, const ThawDataset *set);
