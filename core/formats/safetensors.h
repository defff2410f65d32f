/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reader, writer and header scanner of .safetensors share. */
#pragma once

#include "weight-limits.h"
#include "thaw-formats.h"

#define THAW_SAFETENSORS_META "__metadata__"
#define THAW_SAFETENSORS_MAX_HEADER ((uint64_t) 16 << 20)

/* Whether the bytes look like one: a believable header length, then '{'. */
gboolean thaw_safetensors_sniff (const uint8_t *bytes, gsize length);
/* FALSE for a type that is not known here. */
gboolean thaw_safetensors_dtype (const char *name, ThawDtype *dtype);

/* An entry of the header, as it stands there; begin and end count from the buffer's start. */
typedef struct {
  char *name;
  ThawDtype dtype;
  int ndim;
  uint64_t shape[THAW_MAX_DIMS];
  uint64_t begin, end;
} ThawSafetensorsEntry;

typedef struct {
  GPtrArray *entries; /* of ThawSafetensorsEntry, in header order */
  GHashTable *meta;   /* char * -> char *                         */
} ThawSafetensorsHeader;

/* A scanner for exactly this JSON: one object of entries, known fields only, no duplicate keys at
 * any level, integers without sign, point or exponent, nothing but spaces after it. It nests no
 * deeper than the format does, so depth needs no limit. offset: of the header in the file. */
ThawSafetensorsHeader *thaw_safetensors_header_parse (const uint8_t *text,
                                                      gsize length,
                                                      gsize offset,
                                                      const char *source,
                                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_safetensors_header_free (ThawSafetensorsHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSafetensorsHeader, thaw_safetensors_header_free)
