/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawDataSource: which data sets there are, which one a draft means, and samples of it. Follows
 * the draft and tells it the facts. Nothing waits: lists come from the program `thaw`, pictures
 * from a thread. */
#pragma once

#include "samples.h"

G_BEGIN_DECLS

#define THAW_SAMPLE_PATH "sample" /* of the set that is built in */

typedef struct {
  char *id, *title, *path;
} ThawFoundSet;

#define THAW_TYPE_DATA_SOURCE (thaw_data_source_get_type ())
G_DECLARE_FINAL_TYPE (ThawDataSource, thaw_data_source, THAW, DATA_SOURCE, GObject)

/* Begins with thaw_data_source_start. Signals: "sets" (): another list; "samples" (): another set,
 * being read, read or refused. */
ThawDataSource *thaw_data_source_new (ThawDraft *draft, const char *home) G_GNUC_WARN_UNUSED_RESULT;
/* Lists and reads from now on: when its page is first seen. More than once does no harm. */
void thaw_data_source_start (ThawDataSource *source);
const GPtrArray *thaw_data_source_sets (ThawDataSource *source); /* of ThawFoundSet */
bool thaw_data_source_listed (ThawDataSource *source);           /* the list has come */
/* The set that the draft means; -1: none. */
int thaw_data_source_chosen (ThawDataSource *source);
bool thaw_data_source_reading (ThawDataSource *source);
ThawSamples *thaw_data_source_samples (ThawDataSource *source); /* (transfer none) (nullable) */
const char *thaw_data_source_error (ThawDataSource *source);    /* (nullable) a sentence */

/* Looks what `file` holds, and takes it for the draft. done: the sentence when it is no data set,
 * NULL when all went well; nullable. */
typedef void (*ThawImportDone) (const char *message, gpointer user);
void
thaw_data_source_import (ThawDataSource *source, GFile *file, ThawImportDone done, gpointer user);
void thaw_data_source_choose (ThawDataSource *source, int at);
void thaw_data_source_refresh (ThawDataSource *source); /* lists anew */

G_END_DECLS
