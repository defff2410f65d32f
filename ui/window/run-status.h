/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawRunStatus: how a run stands, in words, and what can be done about it. No widgets. */
#pragma once

#include "thaw-analysis.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
  THAW_CAN_CANCEL = 1 << 0, /* while it starts            */
  THAW_CAN_PAUSE = 1 << 1,
  THAW_CAN_CONTINUE = 1 << 2, /* paused                   */
  THAW_CAN_STOP = 1 << 3,
  THAW_CAN_SAVE = 1 << 4,   /* a checkpoint now           */
  THAW_CAN_RESUME = 1 << 5, /* stopped or interrupted     */
  THAW_CAN_START = 1 << 6,  /* queued                     */
  THAW_CAN_MOVE = 1 << 7,   /* in the queue               */
  THAW_CAN_LEAVE = 1 << 8,  /* the queue                  */
  THAW_CAN_DUPLICATE = 1 << 9,
  THAW_CAN_TRY = 1 << 10,        /* a picture                 */
  THAW_CAN_LOG = 1 << 11,        /* what the engine wrote     */
  THAW_CAN_LOCATE = 1 << 12,     /* its data                  */
  THAW_CAN_RESTORE = 1 << 13,    /* from the trash           */
  THAW_CAN_TRAIN_MORE = 1 << 14, /* from its weights on    */
  THAW_CAN_COMPARE = 1 << 15,    /* there are others       */
  THAW_CAN_FIX = 1 << 16,        /* a draft with what failed */
  THAW_CAN_FIND_RATE = 1 << 17,  /* a draft with a rate from the range test */
} ThawRunCan;

typedef struct {
  char *text;  /* a sentence or two                                */
  char *more;  /* (nullable) another line: a cause, a consequence  */
  double done; /* 0..1 of the work; < 0: no bar; NaN: not known, working */
  bool warns;  /* amber: somebody should look                      */
  guint can;   /* of ThawRunCan                                    */
} ThawRunStatus;

/* What is known beside the rows. */
typedef struct {
  int queue_place;   /* from 1 among those that wait                 */
  bool queue_works;  /* somebody trains what is queued               */
  bool other_trains; /* and a run is being trained now               */
  bool data_missing; /* the data set is not where it was             */
  bool others;       /* there are other runs with curves             */
  bool no_room;      /* the disk with the runs is full               */
  gint64 silent_ms;  /* since then its worker has given no sign of life; 0: it does */
  const char *asked; /* (nullable) a verb that its worker has not answered yet */
  gint64 now_ms;
} ThawRunContext;

void
thaw_run_status_set (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context);
void thaw_run_status_clear (ThawRunStatus *status);
/* "about 12 minutes left" (transfer full) (nullable: not known) */
char *thaw_time_left_text (double seconds);

G_END_DECLS
