/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The directory of a zip archive as torch.save writes it, checked as a whole.
 *
 * Accepted: entries stored (never compressed), at most 20,000, none overlapping another or the
 * directory, local header and data descriptor agreeing with the central directory, every CRC-32
 * right, unique names of one top folder, zip64 records. Nothing is ever extracted.
 * Source: PKWARE's APPNOTE 6.3. */
#pragma once

#include "thaw-formats.h"

typedef struct {
  char *name;           /* below the top folder: "data.pkl", "data/0" */
  const uint8_t *bytes; /* inside the archive's memory                */
  uint64_t size;
  uint64_t local, end; /* the file range of header, data and descriptor */
  uint64_t data;       /* file offset of bytes                          */
  uint32_t crc;
} ThawZipEntry;

typedef struct {
  const char *source;
  const uint8_t *bytes;
  uint64_t length;
  uint64_t directory; /* file offset */
  char *root;         /* the top folder */
  GPtrArray *entries; /* of ThawZipEntry, in directory order */
  GHashTable *by_name;
} ThawZip;

/* Views into `bytes`, which must outlive the result. (transfer full) */
ThawZip *thaw_zip_open (const uint8_t *bytes, uint64_t length, const char *source, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void thaw_zip_free (ThawZip *zip);
/* (transfer none) (nullable) */
const ThawZipEntry *thaw_zip_find (const ThawZip *zip, const char *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawZip, thaw_zip_free)
