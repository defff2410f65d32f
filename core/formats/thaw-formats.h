/* SPDX-License-Identifier: GPL-3.0-or-later */
/* formats: weight files in and out. Bytes in, tensors out; nothing in a file is ever executed.
 *
 * Readers follow one set of rules: a regular file, opened O_NONBLOCK, read with pread; every count
 * is checked against the bytes that remain before anything is allocated; all is validated, then
 * published: on error nothing has changed. Errors name file, offset (where it helps) and what was
 * found and expected. */
#pragma once

#include "thaw-base.h"

G_BEGIN_DECLS

#define THAW_FORMATS_ERROR (thaw_formats_error_quark ())
GQuark thaw_formats_error_quark (void);
typedef enum {
  THAW_FORMATS_ERROR_IO,
  THAW_FORMATS_ERROR_FORMAT,    /* damaged or not the format            */
  THAW_FORMATS_ERROR_FORBIDDEN, /* a pickle that wants something to run */
  THAW_FORMATS_ERROR_LIMIT,     /* bigger, deeper or more than allowed  */
} ThawFormatsError;

typedef enum { THAW_FORMAT_SAFETENSORS, THAW_FORMAT_PTH_ZIP, THAW_FORMAT_PTH_LEGACY } ThawFormat;

/* Reads .safetensors, .pth (zip) or .pth (legacy), told apart by content. Nested dictionaries:
 * names joined with dots; what is not a tensor is left out. *format (nullable) gets what it was.
 * (transfer full) */
ThawStateDict *
thaw_weights_read (const char *path, ThawFormat *format, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *thaw_format_name (ThawFormat format);

/* The same from memory, for tests and fuzzing; `source` names it in messages. */
ThawStateDict *thaw_safetensors_parse (const uint8_t *bytes,
                                       gsize length,
                                       const char *source,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
ThawStateDict *thaw_pth_parse (const uint8_t *bytes,
                               gsize length,
                               const char *source,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writers: `.NAME.part` (`.NAME.1.part` ... when a stale one is in the way) in the target's folder
 * (O_EXCL, O_NOFOLLOW, 0600), every return checked, fsync, rename over the target, fsync of the
 * folder. On failure the part file is gone and the old target is as it was. *sha256 (nullable): of
 * the bytes written, (transfer full). safetensors: tensors by descending dtype size then name,
 * header padded to 8. */
gboolean thaw_safetensors_write (
    const ThawStateDict *dict, const char *path, char **sha256, uint64_t *bytes, GError **error);
/* The same where nothing is yet: what is at `path` stays, and is an error. */
gboolean thaw_safetensors_write_new (
    const ThawStateDict *dict, const char *path, char **sha256, uint64_t *bytes, GError **error);
/* torch.save's zip layout, stored, protocol 2: an OrderedDict of tensors that PyTorch loads with
 * weights_only=True. */
gboolean thaw_pth_write (
    const ThawStateDict *dict, const char *path, char **sha256, uint64_t *bytes, GError **error);
/* Any bytes by the same protocol. */
gboolean thaw_file_write_atomic (const char *path, const void *bytes, gsize length, GError **error);

/* --- Pickle as data -----------------------------------------------------------------------------
 * The machine behind .pth, also for CIFAR-10's Python batches (byte strings, numpy arrays of u1). A
 * value tree; tuples and lists alike are LIST. Depth <= 32, ops <= 5 M, memo <= 1 M, stack <=
 * 100,000. Allowed globals by `flavour` alone. */
typedef enum { THAW_PICKLE_TORCH, THAW_PICKLE_CIFAR } ThawPickleFlavour;

/* `pixels` points into the bytes that were parsed (30 MB are not copied): keep those until the
 * batch is done with. `labels` belong to the batch. */
typedef struct {
  const uint8_t *labels; /* [n] */
  const uint8_t *pixels; /* [n][3072], rows as the file has them: 1024 red, green, blue */
  size_t n;
  void *owner; /* freed by thaw_cifar_pickle_clear */
} ThawCifarPickle;

/* A CIFAR-10 batch as pickled by Python 2 or 3: `data` u1 n x 3072, `labels` n ints 0..9. */
gboolean thaw_cifar_pickle_parse (
    const uint8_t *bytes, gsize length, const char *source, ThawCifarPickle *out, GError **error);
void thaw_cifar_pickle_clear (ThawCifarPickle *batch);

G_END_DECLS
