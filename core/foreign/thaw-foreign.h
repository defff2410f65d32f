/* SPDX-License-Identifier: GPL-3.0-or-later */
/* foreign: files that others made, read in a process of their own. The face of the room.
 *
 * The same answers and sentences as the readers of `formats` and `data` give, which do the work;
 * but not in this process, which only checks what comes back: counts, names, ranges, labels, sizes,
 * each against the memory that holds it. See thaw-confine.h for what the helper may do. Programs
 * have no other way to read such a file; THAW_CONFINE_ERROR says why the helper gave no answer.
 *
 * Large memory (pixels, values of tensors) is the helper's own answer, mapped: it is there once.
 * Any thread; the call waits. */
#pragma once

#include "thaw-confine.h"
#include "thaw-data.h"
#include "thaw-formats.h"

G_BEGIN_DECLS

/* As thaw_weights_read. (transfer full) */
ThawStateDict *thaw_foreign_weights (const char *path,
                                     ThawFormat *format,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As thaw_set_probe, thaw_sets_find, thaw_dataset_open and thaw_dataset_sample. (transfer full) */
ThawSetInfo *thaw_foreign_probe (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *thaw_foreign_sets (const char *const *folders, GError **error) G_GNUC_WARN_UNUSED_RESULT;
ThawDataset *thaw_foreign_dataset (const char *path, int size, GCancellable *cancel, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
ThawDataset *thaw_foreign_sample (const char *path,
                                  int size,
                                  uint32_t each,
                                  GCancellable *cancel,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As thaw_picture_read: [size][size][3]. (transfer full) */
GBytes *thaw_foreign_picture (const char *path, int size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As thaw_picture_read_whole: [*h][*w][3]. (transfer full) */
GBytes *thaw_foreign_picture_whole (const char *path,
                                    int most,
                                    int *h,
                                    int *w,
                                    GCancellable *cancel,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that the program thaw-reader does: one question, one answer. Its exit status. */
int thaw_foreign_serve (void);

G_END_DECLS
