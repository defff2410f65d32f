/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data: data sets found by content, the stratified split, and batches prepared ahead by threads.
 * The face of the room. */
#pragma once

#include "thaw-base.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define THAW_DATA_ERROR (thaw_data_error_quark ())
GQuark thaw_data_error_quark (void);
typedef enum {
  THAW_DATA_ERROR_IO,
  THAW_DATA_ERROR_FORMAT,    /* truncated, wrong sizes, label out of range */
  THAW_DATA_ERROR_LIMIT,     /* more than memory or the rules allow        */
  THAW_DATA_ERROR_NOT_FOUND, /* nothing there that we know                 */
  THAW_DATA_ERROR_SPLIT,     /* a class too small to split, ...            */
} ThawDataError;

typedef enum {
  THAW_SET_CIFAR10_BINARY, /* cifar-10-binary.tar.gz or its folder */
  THAW_SET_CIFAR10_PYTHON, /* cifar-10-python.tar.gz or its folder */
  THAW_SET_IDX,            /* MNIST's files, plain or .gz          */
  THAW_SET_FOLDER,         /* a folder per class of PNG or JPEG    */
} ThawSetKind;

/* A folder of this name that holds IDX files is the small part of Fashion-MNIST that comes with
 * Thaw: id "sample". */
#define THAW_SAMPLE_FOLDER "fashion-mnist-sample"

/* What lies at a path, without reading all of it. */
typedef struct {
  ThawSetKind kind;
  char *id;    /* "cifar-10", "fashion-mnist", "mnist", "sample" or "folder": what recipes' data.set
                  names */
  char *title; /* "CIFAR-10 (binary)", the folder's name */
  char *path;
} ThawSetInfo;
void thaw_set_info_free (ThawSetInfo *info);
/* Whether it can be true of what lies at its path: kind and id belong together, the title is text.
 */
bool thaw_set_info_valid (const ThawSetInfo *info);

/* NULL and THAW_DATA_ERROR_NOT_FOUND with a sentence that says what was looked for. (transfer full)
 */
ThawSetInfo *thaw_set_probe (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Looks at each folder and one level below, in order; then at the places of Debian's packages. Of
 * ThawSetInfo (transfer full). */
GPtrArray *thaw_sets_find (const char *const *folders);

/* Images in memory: uint8 RGB, [n][size][size][3], rows top to bottom. Grey images have three equal
 * channels. */
typedef struct _ThawDataset ThawDataset;

/* Reads a set whole, by all cores, resized to size x size (1 to 4096): 28x28 IDX images are padded
 * to 32 by two black pixels on each side, then any set whose side differs is resized (bilinear,
 * antialiased, as Pillow does; non-square pictures: shorter side to `size`, centre crop). An
 * unreadable picture among good ones is skipped, counted and named. A folder has train/ and val/
 * and maybe test/, or one level of class folders. (transfer full) */
ThawDataset *thaw_dataset_open (const char *path, int size, GCancellable *cancel, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* The same with the pixels of the first `each` training pictures of each class alone, to look at:
 * labels and counts are those of the whole set; it has no fingerprint, and takes no memory for the
 * other pictures. (transfer full) */
ThawDataset *thaw_dataset_sample (const char *path,
                                  int size,
                                  uint32_t each,
                                  GCancellable *cancel,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_dataset_free (ThawDataset *set);
const ThawSetInfo *thaw_dataset_info (const ThawDataset *set);
int thaw_dataset_size (const ThawDataset *set); /* side, px */
int thaw_dataset_classes (const ThawDataset *set);
const char *thaw_dataset_class_name (const ThawDataset *set, int c);
/* Images are numbered train first, then the set's own validation images (folders with val/ and
 * test/), then test. */
uint32_t thaw_dataset_count (const ThawDataset *set);
uint32_t thaw_dataset_n_train (const ThawDataset *set);
uint32_t thaw_dataset_n_own_validation (const ThawDataset *set); /* 0 for most */
uint32_t thaw_dataset_n_test (const ThawDataset *set);
const uint8_t *thaw_dataset_image (const ThawDataset *set, uint32_t i); /* [size][size][3] */
bool thaw_dataset_has_image (const ThawDataset *set, uint32_t i);       /* of a sample, not all */
int thaw_dataset_label (const ThawDataset *set, uint32_t i);
/* SHA-256 over counts, classes, sizes, labels and pixels as read, before they were resized: the
 * same for the binary and the Python form of the same images in the same order; NULL for a sample.
 * (transfer none) */
const char *thaw_dataset_fingerprint (const ThawDataset *set);
/* What was left out: pictures that could not be read, links that lead out of the set, members of an
 * archive that are links or devices. Sentences, of char * (transfer none). */
const GPtrArray *thaw_dataset_skipped (const ThawDataset *set);

/* A set in its parts, so that one that was read in another process can be put together again. What
 * it points to belongs to whoever filled it. */
typedef struct {
  ThawSetInfo info;
  int size, classes;
  const char *const *class_names; /* [classes], UTF-8 */
  uint32_t n_train, n_own_validation, n_test;
  uint8_t *pixels;         /* [n][size][size][3] */
  const uint16_t *labels;  /* [n] */
  const uint8_t *here;     /* [n] (nullable) of a sample: 1 where it has its pixels, else 0 */
  const char *fingerprint; /* NULL exactly for a sample */
  GPtrArray *skipped;      /* of char * */
} ThawDatasetParts;
void thaw_dataset_parts (const ThawDataset *set, ThawDatasetParts *parts);
/* The set of those parts, which are copied, all but the pixels: they lie in `home`, which is
 * referenced. THAW_DATA_ERROR_FORMAT when they do not fit together: a label beyond the classes,
 * more images than `home` has room for. (transfer full) */
ThawDataset *thaw_dataset_from_parts (const ThawDatasetParts *parts,
                                      GBytes *home,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One picture from a PNG or JPEG, as thaw_dataset_open would resize it: [size][size][3] (transfer
 * full). */
uint8_t *thaw_picture_read (const char *path, int size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same picture whole, its longer side at most `most` px: [*h][*w][3] (transfer full). */
uint8_t *thaw_picture_read_whole (const char *path, int most, int *h, int *w, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
#define THAW_MAX_SIDE 4096 /* px, of a picture and of what it is fitted to */
/* Pillow's Image.resize (BILINEAR), byte exact: support grows with the scale; horizontal pass, then
 * vertical. in [h][w][3], out [oh][ow][3] overwritten. */
void thaw_resize_bilinear (const uint8_t *in, int h, int w, uint8_t *out, int oh, int ow);

/* --- Split ---------------------------------------------------------------------------------------
 */
typedef struct {
  uint32_t *train, *validation, *test; /* image numbers, ascending */
  uint32_t n_train, n_validation, n_test;
} ThawSplit;
/* Takes `share` of the training images for validation, the same share of each class when stratified
 * (largest remainders), by streams (seed, THAW_RNG_SPLIT). A set with its own validation images
 * keeps them, and share is not used. share 0: no validation. */
ThawSplit *thaw_split_new (const ThawDataset *set,
                           double share,
                           bool stratified,
                           uint64_t seed,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Leaves out training images for practice, so that the first class has `ratio` times as many as the
 * last: class c keeps the share ratio^(-c / (classes - 1)) of its own, or in two steps, the first
 * half of the classes all of them and the others 1 / ratio. At least one stays of each. The same
 * images for the same seed; validation and test images stay.
 * Source: Cao et al. 2019 (LDAM), with each class's own number in place of the largest. */
void thaw_split_thin (
    ThawSplit *split, const ThawDataset *set, bool in_two_steps, double ratio, uint64_t seed);
void thaw_split_free (ThawSplit *split);
/* Order of an epoch: `items` shuffled by (seed, THAW_RNG_ORDER, epoch). out: n, overwritten. */
void
thaw_epoch_order (const uint32_t *items, uint32_t n, uint64_t seed, uint64_t epoch, uint32_t *out);

/* --- Loader: batches prepared ahead -------------------------------------------------------------
 */
#define THAW_FILL_MOST 32

/* Writes `count` images, 1..THAW_FILL_MOST, as samples sample..sample + count - 1 of a batch of n:
 * x is [h][w][n][c]. Called from the loader's threads, any order. */
typedef void (*ThawFillFunc) (
    void *user, const uint32_t *images, int count, float *x, int sample, int n);

typedef struct {
  const ThawDataset *set;
  const uint32_t *order; /* image numbers; must outlive the loader */
  uint32_t n;
  int batch_size;       /* the last batch may be short */
  uint32_t first_batch; /* where to begin, for resuming in the middle of an epoch */
  int channels;         /* of x: 3 */
  ThawFillFunc fill;
  void *user;
  int threads; /* >= 1 */
  int ahead;   /* batches kept ready, >= 1 */
} ThawLoaderSpec;

typedef struct {
  int n;
  uint32_t number;        /* of the batch within the epoch, from 0 */
  float *x;               /* [size][size][n][channels], 64-byte aligned */
  int *labels;            /* [n] */
  const uint32_t *images; /* [n] image numbers */
} ThawBatch;

typedef struct _ThawLoader ThawLoader;
/* Looks ahead less far when memory is short; NULL when there is none for a single batch. spec is
 * copied. (transfer full) */
ThawLoader *thaw_loader_new (const ThawLoaderSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
/* The next batch in order, waiting for it if need be; NULL after the last. Valid until the next
 * call. Contents do not depend on the number of threads. */
const ThawBatch *thaw_loader_next (ThawLoader *loader);
void thaw_loader_free (ThawLoader *loader); /* at any time; stops the threads */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSetInfo, thaw_set_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawDataset, thaw_dataset_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSplit, thaw_split_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawLoader, thaw_loader_free)

G_END_DECLS
