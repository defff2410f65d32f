/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of JSON. */
#include "json-cursor.h"
#include "fail.h"

#include <string.h>

gboolean
thaw_json_fail (const ThawJson *json, GError **error, const char *sentence)
{
  return thaw_fail_at (error, THAW_FORMATS_ERROR_FORMAT, json->source, json->offset + json->at,
                       "%s", sentence);
}

static void
skip_space (ThawJson *json)
{
  while (json->at < json->length && (json->text[json->at] == ' ' || json->text[json->at] == '\n' ||
                                     json->text[json->at] == '\t' || json->text[json->at] == '\r'))
    json->at++;
}

gboolean
thaw_json_take (ThawJson *json, char c)
{
  skip_space (json);
  if (json->at == json->length || json->text[json->at] != (uint8_t) c)
    return FALSE;
  json->at++;
  return TRUE;
}

gboolean
thaw_json_expect (ThawJson *json, char c, GError **error)
{
  g_autofree char *sentence = NULL;

  if (thaw_json_take (json, c))
    return TRUE;
  sentence = g_strdup_printf (_ ("the header is not as expected: '%c' should be here"), c);
  return thaw_json_fail (json, error, sentence);
}

static gboolean
hex4 (ThawJson *json, uint32_t *unit)
{
  *unit = 0;
  for (int i = 0; i < 4; i++, json->at++) {
    int digit = json->at < json->length ? g_ascii_xdigit_value ((char) json->text[json->at]) : -1;
    if (digit < 0)
      return FALSE;
    *unit = *unit << 4 | (uint32_t) digit;
  }
  return TRUE;
}

/* After "\u": one UTF-16 unit, or two that pair up. */
static gboolean
unicode_escape (ThawJson *json, GString *out)
{
  uint32_t unit, low;

  if (!hex4 (json, &unit) || unit == 0)
    return FALSE;
  if (unit >= 0xd800 && unit < 0xdc00) {
    if (json->length - json->at < 2 || json->text[json->at] != '\\' ||
        json->text[json->at + 1] != 'u')
      return FALSE;
    json->at += 2;
    if (!hex4 (json, &low) || low < 0xdc00 || low >= 0xe000)
      return FALSE;
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  } else if (unit >= 0xdc00 && unit < 0xe000) {
    return FALSE;
  }
  g_string_append_unichar (out, unit);
  return TRUE;
}

/* After a backslash. */
static gboolean
escape (ThawJson *json, GString *out)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *found;
  uint8_t c;

  if (json->at == json->length)
    return FALSE;
  c = json->text[json->at++];
  if (c == 'u')
    return unicode_escape (json, out);
  found = c != 0 ? strchr (from, c) : NULL;
  if (found == NULL)
    return FALSE;
  g_string_append_c (out, to[found - from]);
  return TRUE;
}

char *
thaw_json_string (ThawJson *json, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!thaw_json_expect (json, '"', error))
    return NULL;
  while (json->at < json->length && json->text[json->at] >= 0x20) {
    uint8_t c = json->text[json->at++];
    if (c == '"')
      return g_string_free (g_steal_pointer (&out), FALSE);
    if (c != '\\')
      g_string_append_c (out, (char) c);
    else if (!escape (json, out))
      break;
  }
  thaw_json_fail (json, error, _ ("the header has a string that does not end or a wrong escape"));
  return NULL;
}

gboolean
thaw_json_unsigned (ThawJson *json, uint64_t *value, GError **error)
{
  gsize start;

  skip_space (json);
  start = json->at;
  *value = 0;
  while (json->at < json->length && g_ascii_isdigit (json->text[json->at])) {
    if (__builtin_mul_overflow (*value, 10, value) ||
        __builtin_add_overflow (*value, (uint64_t) (json->text[json->at] - '0'), value))
      return thaw_json_fail (json, error, _ ("the header has a number beyond 64 bits"));
    json->at++;
  }
  if (json->at == start || (json->text[start] == '0' && json->at - start > 1))
    return thaw_json_fail (json, error,
                           _ ("the header should have a whole number, zero or more, here"));
  return TRUE;
}
