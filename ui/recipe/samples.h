/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawSamples: a few pictures of each class of a data set, and how many there are: what remains of
 * a set. Immutable; any thread. */
#pragma once

#include "draft.h"

G_BEGIN_DECLS

#define THAW_SAMPLES_EACH 12    /* pictures kept of a class at most */
#define THAW_SAMPLES_CLASSES 24 /* classes of which pictures are kept */

typedef struct {
  char *name;
  guint64 n_train, n_all;
  GPtrArray *pictures; /* of GBytes: [size][size][3] */
} ThawSampleClass;

typedef struct {
  gatomicrefcount count;
  char *path, *title;
  int size;
  GPtrArray *classes; /* of ThawSampleClass */
  guint64 n_train, n_validation, n_test, n_skipped;
} ThawSamples;

/* Reads the set, of pixels what is kept; slow. (transfer full) */
ThawSamples *thaw_samples_read (const char *path, int size, GCancellable *cancel, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
ThawSamples *thaw_samples_ref (ThawSamples *samples);
void thaw_samples_unref (ThawSamples *samples);
/* The k-th picture for a mixed row: a class after the other, then again. (transfer none)
 * (nullable) */
GBytes *thaw_samples_mixed (const ThawSamples *samples, guint k);
void thaw_samples_facts (const ThawSamples *samples, ThawDataFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSamples, thaw_samples_unref)

G_END_DECLS
