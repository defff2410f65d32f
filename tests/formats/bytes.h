/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files made by hand for the tests of formats: pickles, zip archives with any field wrong, legacy
 * containers. */
#pragma once

#include "thaw-formats.h"

/* A literal and its length, inner NULs included. */
#define LITERAL(text) (const uint8_t *) (text), (sizeof (text) - 1)

void put_bytes (GByteArray *to, const void *bytes, gsize length);
void put_number (GByteArray *to, uint64_t value, int width); /* little-endian */
void put_text (GByteArray *to, const char *text);            /* BINUNICODE */

/* One record of an archive. Zero means "as it should be"; the others break one thing. */
typedef struct {
  const char *name;
  const uint8_t *bytes;
  gsize length;
  const char *local_name;           /* another name in the local header     */
  int method, flags;                /* in both headers                      */
  int local_method, local_flags;    /* added in the local header alone      */
  uint32_t crc_change, size_change; /* xor in both headers                  */
  uint32_t local_crc_change;        /* xor in the local header alone        */
  bool descriptor;                  /* bit 3: zeros in the local header     */
  int descriptor_form;              /* 0: signature, 32 bits; 1: signature, 64; 2, 3: without */
  uint32_t descriptor_change;       /* xor on the descriptor's CRC          */
  bool zip64;                       /* sizes in zip64 extra fields          */
  int64_t offset_change;            /* added to the directory's offset      */
} ZipRecord;

typedef struct {
  bool zip64;          /* with zip64 end record and locator   */
  const char *comment; /* of the archive                      */
  int entries_change;  /* added to the count of entries       */
  int size_change;     /* added to the directory's size       */
  int disk;            /* the number of this disk             */
} ZipEnd;

GByteArray *zip_of (const ZipRecord *records, guint n, const ZipEnd *end);
/* An archive with this data.pkl and data/0 of 16 bytes: four floats 1 2 3 4. */
GByteArray *zip_of_pickle (const uint8_t *pickle, gsize length);
/* A legacy file whose object is this pickle, with storage "0" of the same four floats. */
GByteArray *legacy_of_pickle (const uint8_t *pickle, gsize length);

/* PROTO 2, a dict with one tensor "w" of storage "0", four floats: sizes and strides as given, as
 * pickled integers. */
GByteArray *
tensor_pickle (int64_t count, int64_t offset, const int64_t *sizes, const int64_t *strides, int n);
