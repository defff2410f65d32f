/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored-only zip archive as torch.save lays it out: every record's data starts at a multiple of
 * 64 bytes, padded by an 'FB' extra field in its local header. CRC and sizes stand in both headers;
 * no data descriptors, no zip64, so at most 4 GB and 65,535 records. */
#pragma once

#include "out-file.h"

typedef struct {
  ThawOutFile *out;
  const char *path; /* for messages */
  GByteArray *directory;
  uint64_t records;
} ThawZipWriter;

/* directory: an empty array that the caller owns. */
void thaw_zip_writer_init (ThawZipWriter *zip,
                           ThawOutFile *out,
                           const char *path,
                           GByteArray *directory);
gboolean thaw_zip_writer_add (
    ThawZipWriter *zip, const char *name, gconstpointer bytes, uint64_t length, GError **error);
gboolean thaw_zip_writer_finish (ThawZipWriter *zip, GError **error);
