/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokens of JSON (RFC 8259) over memory that was checked to be UTF-8. Nothing recursive,
 * nothing built: the caller knows what may come next. Errors are sentences with the file offset. */
#pragma once

#include "thaw-formats.h"

typedef struct {
  const char *source;
  const uint8_t *text;
  gsize length, at;
  gsize offset; /* of text[0] in the file */
} ThawJson;

gboolean thaw_json_fail (const ThawJson *json, GError **error, const char *sentence);
/* Takes `c` after white space if it is next. */
gboolean thaw_json_take (ThawJson *json, char c);
/* The same, an error otherwise. */
gboolean thaw_json_expect (ThawJson *json, char c, GError **error);
/* A string with its escapes resolved; lone surrogates and U+0000 are errors. (transfer full) */
char *thaw_json_string (ThawJson *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A whole number 0..2^64-1: digits only, no leading zero. */
gboolean thaw_json_unsigned (ThawJson *json, uint64_t *value, GError **error);
