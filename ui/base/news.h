/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawNews: what the reader thread tells the main thread: the letters of its mailbox. */
#pragma once

#include "watch.h"

G_BEGIN_DECLS

typedef enum {
  THAW_NEWS_STATE, /* how the store stands           */
  THAW_NEWS_RUNS,  /* runs that are new or changed   */
  THAW_NEWS_DATA,  /* measurements of a followed run */
} ThawNewsKind;

typedef struct {
  ThawNewsKind kind;

  ThawWatchState state; /* STATE */
  char *message;        /* STATE (nullable) */
  bool queue_alive;     /* STATE */
  bool lost;            /* STATE: newer, damaged or no store of ours */

  bool whole; /* RUNS: these are all there are                         */
  GPtrArray
      *summaries;  /* RUNS: of ThawRunSummary (nullable); entries may be stolen, leaving NULL */
  GPtrArray *dead; /* RUNS: ids whose worker went away without a word (nullable) */

  char *id;           /* DATA */
  guint serial;       /* DATA: which thaw_reader_follow () it answers */
  bool reset;         /* DATA: iterations replace, and do not continue, those before */
  GArray *iterations; /* DATA: only the new ones; these and the others: NULL: unchanged */
  GArray *epochs, *events, *attempts;
  GPtrArray *artifacts;
} ThawNews;

ThawNews *thaw_news_new (ThawNewsKind kind) G_GNUC_WARN_UNUSED_RESULT;
void thaw_news_free (ThawNews *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawNews, thaw_news_free)

G_END_DECLS
