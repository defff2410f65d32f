/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers of the room, one file each; from memory too, for tests and fuzzing. Private. */
#pragma once

#include "archive-private.h"
#include "dataset-private.h"

/* Each (transfer full); NULL and error. */
ThawDataset *thaw_cifar_open (const ThawSetInfo *info, const ThawReading *reading, GError **error);
ThawDataset *thaw_idx_open (const ThawSetInfo *info, const ThawReading *reading, GError **error);
ThawDataset *thaw_folder_open (const ThawSetInfo *info, const ThawReading *reading, GError **error);

/* --- CIFAR-10 ----------------------------------------------------------------------------------*/
#define THAW_CIFAR_FILES 6
#define THAW_CIFAR_PIXELS 3072
#define THAW_CIFAR_RECORD 3073
/* Names of the files of the form `kind`: five batches, the test batch. [THAW_CIFAR_FILES] */
const char *const *thaw_cifar_names (ThawSetKind kind);

/* The images of one batch in the binary layout: n records of a label byte and 3 planes of 32 x 32.
 * `source` names it in messages. *n overwritten. */
gboolean thaw_cifar_binary_check (
    const uint8_t *bytes, size_t length, const char *source, uint32_t *n, GError **error);
/* The whole set out of a tar.gz. (transfer full) */
ThawDataset *thaw_cifar_read_archive (const ThawSetInfo *info,
                                      ThawSource *source,
                                      const ThawReading *reading,
                                      GError **error);

/* --- IDX
 * -----------------------------------------------------------------------------------------*/
typedef struct {
  uint8_t *bytes; /* [n][h][w], or [n] for labels; owned */
  uint32_t n;
  int h, w; /* 1 x 1 for labels */
} ThawIdx;
void thaw_idx_clear (ThawIdx *idx);
/* images: magic 0x803, else labels 0x801. Plain or one gzip member, told apart by content. The file
 * must hold exactly what its sizes say, at most 1 GB. */
gboolean thaw_idx_read (ThawSource *source, gboolean images, ThawIdx *out, GError **error);
/* The path of file `which` (0 training images, 1 their labels, 2 test images, 3 their labels) in
 * `folder`, NULL when it is not there. (transfer full) */
char *thaw_idx_path (const char *folder, int which);

/* --- Class folders
 * ---------------------------------------------------------------------------------*/
/* Is there a train/ with folders in it? With `strict`, one of them must hold a picture. */
gboolean thaw_folder_has_parts (const char *path, gboolean strict);
/* Does one of the folders in it hold a picture? */
gboolean thaw_folder_has_classes (const char *path);
/* Names in a folder, hidden ones left out, sorted bytewise; at most `most`, 0 for all. NULL and
 * error. Of char * (transfer full). */
GPtrArray *thaw_folder_names (const char *path, guint most, GError **error);
