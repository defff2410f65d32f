/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a regular file or of memory, read in order, and the same through gunzip. Private. */
#pragma once

#include "thaw-data.h"
#include <zlib.h>

/* Most bytes of one foreign file, or of what comes out of one. */
#define THAW_MAX_BYTES (UINT64_C (1) << 30)

typedef struct {
  char *name; /* for messages, UTF-8 */
  int fd;     /* -1: memory */
  const uint8_t *memory;
  uint64_t length, at;
  GCancellable *cancel; /* (nullable), not owned; looked at once a MB at least */
} ThawSource;

/* Opens with O_NONBLOCK and insists on a regular file. On failure nothing is to be closed. */
gboolean
thaw_source_open (ThawSource *source, const char *path, GCancellable *cancel, GError **error);
/* Reads `bytes`, which must outlive the source. */
void thaw_source_memory (ThawSource *source, const char *name, const uint8_t *bytes, size_t length);
void thaw_source_close (ThawSource *source);
/* Up to `want` bytes; fewer only at the end; -1 and error. */
gssize thaw_source_read (ThawSource *source, void *buffer, size_t want, GError **error);
/* All of it, at most `max` bytes (transfer full). */
uint8_t *thaw_source_read_all (ThawSource *source, uint64_t max, size_t *length, GError **error);
/* open + read_all + close. (transfer full) */
uint8_t *thaw_data_read_file (
    const char *path, uint64_t max, size_t *length, GCancellable *cancel, GError **error);

/* One gzip member; its checksum and length are verified at the end. */
typedef struct {
  ThawSource *in; /* not owned */
  z_stream z;
  uint8_t *buffer;
  gboolean ended;
  uint64_t out_bytes;
} ThawGunzip;

/* FALSE when the bytes are no gzip stream. Reads from the source's start. */
gboolean thaw_gunzip_begin (ThawGunzip *gz, ThawSource *in, GError **error);
void thaw_gunzip_end (ThawGunzip *gz);
/* Up to `want` bytes; fewer only at the verified end; -1 and error for a truncated or damaged
 * stream. */
gssize thaw_gunzip_read (ThawGunzip *gz, void *buffer, size_t want, GError **error);
/* After the end: are there further bytes in the source? */
gboolean thaw_gunzip_has_rest (const ThawGunzip *gz);
