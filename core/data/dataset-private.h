/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set while it is being put together: pixels arrive in any order, a digest is taken of each
 * image as it was read, then it is fitted to the set's size. Private. */
#pragma once

#include "thaw-data.h"

#define THAW_DIGEST_BYTES 32
#define THAW_MAX_CLASSES 1000

struct _ThawDataset {
  ThawSetInfo *info;
  int size, classes;
  char **class_names; /* [classes] */
  uint32_t n_train, n_own_validation, n_test;
  uint8_t *pixels;  /* [n][size][size][3] */
  GBytes *home;     /* (nullable) holds the pixels, which then are not freed by themselves */
  uint16_t *labels; /* [n] */
  uint8_t *here;    /* [n] (nullable) whether it has its pixels; NULL: all do */
  char *fingerprint;
  GPtrArray *skipped; /* of char * */
};

/* How a set is to be read. */
typedef struct {
  int size;             /* side of its pictures, px */
  uint32_t each;        /* training pictures of a class to read; 0: all there is */
  GCancellable *cancel; /* (nullable), not owned */
} ThawReading;

/* What a reader fills. `room` images were planned for; what is finally there is said at the end. */
typedef struct {
  ThawDataset *set;
  uint8_t *digests; /* [room][THAW_DIGEST_BYTES] */
  uint32_t room;
  uint32_t *chosen; /* (nullable) [labels] of a sample: how many so far */
  ThawPool *pool;
  const ThawReading *reading; /* not owned */
} ThawBuilder;

/* Room for `room` images. reading: has to last as long as the builder. other_bytes: memory the
 * reader holds beside it. FALSE and THAW_DATA_ERROR_LIMIT when all of it is more than three
 * quarters of the machine's memory. */
gboolean thaw_builder_begin (ThawBuilder *builder,
                             const ThawSetInfo *info,
                             const ThawReading *reading,
                             uint32_t room,
                             uint64_t other_bytes,
                             GError **error);
/* Frees what has been built. For every way out but thaw_builder_end. */
void thaw_builder_abandon (ThawBuilder *builder);
/* names: [classes], copied; NULL gives "0", "1", ... The counts must add up to at most `room`.
 * (transfer full) */
ThawDataset *thaw_builder_end (ThawBuilder *builder,
                               const char *const *names,
                               int classes,
                               uint32_t n_train,
                               uint32_t n_own_validation,
                               uint32_t n_test);

/* Image i is a training picture of that label, and comes in its turn: a sample may have it. Before
 * it is put, one thread. */
void thaw_builder_offer (ThawBuilder *builder, uint32_t i, int label);
/* Image i: pixels [h][w][channels], channels 1 or 3, hashed with its label as it is; then `pad`
 * black pixels are added on each side and it is fitted. `sum` is scratch, one a thread. Any thread,
 * each image once. */
void thaw_builder_put (ThawBuilder *builder,
                       GChecksum *sum,
                       uint32_t i,
                       const uint8_t *pixels,
                       int h,
                       int w,
                       int channels,
                       int pad,
                       int label);
/* Moves image `from` to place `to` <= from, to close gaps. */
void thaw_builder_move (ThawBuilder *builder, uint32_t from, uint32_t to);

/* Equal-sized images in one block, put by all of the pool's threads. */
typedef struct {
  const uint8_t *pixels; /* image i begins at i * pixel_stride */
  const uint8_t *labels; /* label i is at i * label_stride */
  size_t pixel_stride, label_stride;
  uint32_t n;
  int h, w, pad;
  gboolean planar; /* [3][h][w], else grey [h][w] */
} ThawRecords;
/* Puts all at first, first + 1, ... FALSE and error only when cancelled. */
gboolean thaw_builder_put_records (ThawBuilder *builder,
                                   uint32_t first,
                                   const ThawRecords *records,
                                   GError **error);

/* Bytes of memory that reading a set may take; 0: three quarters of the machine's. For tests. */
void thaw_data_set_memory_limit (uint64_t bytes);
/* FALSE and THAW_DATA_ERROR_LIMIT when `bytes` for `path` are more. */
gboolean thaw_data_memory_fits (const char *path, uint64_t bytes, GError **error);

/* NULL safe; for fields. */
ThawSetInfo *thaw_set_info_copy (const ThawSetInfo *info);
