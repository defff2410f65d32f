/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pre-scan of JSON from outside: RFC 8259 to the letter, iterative, before any parser.
 * json-glib 1.6.6 recurses without a limit, reads 2^64 as -1, and takes the last of two equal keys;
 * none of this reaches it. */
#include "recipe-private.h"
#include <math.h>
#include <string.h>

#define MAX_MEMBERS                                                                                \
  1000                   /* of one object: its keys go into a hash table that an enemy may aim at  \
                          */
#define MAX_VALUES 50000 /* of a document: what a tree of a megabyte of "[]" would cost */
#define MAX_NUMBER 100   /* characters */

typedef enum {
  EXPECT_VALUE,
  EXPECT_FIRST_ITEM, /* or ] */
  EXPECT_FIRST_KEY,  /* or } */
  EXPECT_KEY,
  EXPECT_COLON,
  EXPECT_MORE, /* a comma or the closing bracket */
  EXPECT_END,
} Expect;

typedef struct {
  const char *json;
  size_t length, at;
  const char *source;
  GError **error;
  int depth, values;
  GHashTable *keys[THAW_RECIPE_MAX_DEPTH]; /* of each open object; NULL for lists */
  Expect expect;
} Scan;

/* Always FALSE. `message` is a whole translated sentence; the place goes in front of it. */
static gboolean
fail (Scan *scan, size_t at, const char *message)
{
  size_t line = 1, start = 0;

  for (size_t i = 0; i < at; i++)
    if (scan->json[i] == '\n') {
      line++;
      start = i + 1;
    }
  glong column = g_utf8_strlen (scan->json + start, (gssize) (at - start)) + 1;
  /* Translators: file, line, column, and what is wrong there. */
  g_set_error (scan->error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX,
               _ ("%s: line %zu, column %ld: %s"), scan->source, line, column, message);
  return FALSE;
}

static gboolean
fail_take (Scan *scan, size_t at, char *message)
{
  g_autofree char *owned = message;
  return fail (scan, at, owned);
}

static int
peek (const Scan *scan)
{
  return scan->at < scan->length ? (unsigned char) scan->json[scan->at] : -1;
}

static gboolean
unexpected (Scan *scan, const char *wanted)
{
  int c = peek (scan);

  if (c < 0)
    return fail_take (scan, scan->at, g_strdup_printf (_ ("the text ends, expected %s"), wanted));
  if (c < 0x20 || c == 0x7f)
    return fail_take (
        scan, scan->at,
        g_strdup_printf (_ ("found a byte 0x%02x, expected %s"), (unsigned) c, wanted));
  char letter[8] = {0};
  g_unichar_to_utf8 (g_utf8_get_char (scan->json + scan->at), letter);
  return fail_take (scan, scan->at,
                    g_strdup_printf (_ ("found '%s', expected %s"), letter, wanted));
}

/* Four hexadecimal digits at scan->at; -1 when they are not. */
static int
hex4 (Scan *scan)
{
  int value = 0;

  if (scan->length - scan->at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (scan->json[scan->at + (size_t) i]);
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  scan->at += 4;
  return value;
}

/* After "\u". Surrogates come in pairs or not at all; a NUL would cut the text short for C. */
static gboolean
scan_unicode (Scan *scan, size_t start, GString *text)
{
  int unit = hex4 (scan);
  gunichar character = (gunichar) unit;

  if (unit < 0)
    return fail (scan, start, _ ("\\u needs four hexadecimal digits"));
  if (unit == 0)
    return fail (scan, start, _ ("the character NUL is not allowed in a text"));
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return fail (scan, start, _ ("half of a surrogate pair stands alone"));
  if (unit >= 0xd800 && unit <= 0xdbff) {
    int low = -1;
    if (scan->length - scan->at >= 6 && scan->json[scan->at] == '\\' &&
        scan->json[scan->at + 1] == 'u') {
      scan->at += 2;
      low = hex4 (scan);
    }
    if (low < 0xdc00 || low > 0xdfff)
      return fail (scan, start, _ ("half of a surrogate pair stands alone"));
    character = 0x10000 + (((gunichar) unit - 0xd800) << 10) + ((gunichar) low - 0xdc00);
  }
  g_string_append_unichar (text, character);
  return TRUE;
}

static gboolean
scan_escape (Scan *scan, GString *text)
{
  static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  size_t start = scan->at++;
  int c = peek (scan);

  if (c == 'u') {
    scan->at++;
    return scan_unicode (scan, start, text);
  }
  const char *found = c > 0 ? strchr (names, c) : NULL;
  if (found == NULL)
    return fail (scan, start, _ ("unknown escape after \\ in a text"));
  g_string_append_c (text, meant[found - names]);
  scan->at++;
  return TRUE;
}

/* At the opening quote; text gets what is meant, without escapes. */
static gboolean
scan_string (Scan *scan, GString *text)
{
  size_t start = scan->at++;

  for (;;) {
    int c = peek (scan);
    if (c < 0)
      return fail (scan, start, _ ("a text has no closing quote"));
    if (c == '"') {
      scan->at++;
      return TRUE;
    }
    if (c < 0x20)
      return fail (scan, scan->at,
                   _ ("a control character in a text must be written as an escape"));
    if (c == '\\') {
      if (!scan_escape (scan, text))
        return FALSE;
    } else {
      g_string_append_c (text, (char) c);
      scan->at++;
    }
  }
}

static size_t
skip_digits (Scan *scan)
{
  size_t start = scan->at;
  while (g_ascii_isdigit (peek (scan) < 0 ? 0 : scan->json[scan->at]))
    scan->at++;
  return scan->at - start;
}

/* The shape of a number alone; *whole: without fraction and exponent. */
static gboolean
scan_number_shape (Scan *scan, bool *whole)
{
  *whole = true;
  if (peek (scan) == '-')
    scan->at++;
  size_t first = scan->at;
  size_t digits = skip_digits (scan);
  if (digits == 0)
    return unexpected (scan, _ ("a digit"));
  if (digits > 1 && scan->json[first] == '0')
    return fail (scan, first, _ ("a number starts with a needless zero"));
  if (peek (scan) == '.') {
    *whole = false;
    scan->at++;
    if (skip_digits (scan) == 0)
      return unexpected (scan, _ ("a digit"));
  }
  if (peek (scan) == 'e' || peek (scan) == 'E') {
    *whole = false;
    scan->at++;
    if (peek (scan) == '+' || peek (scan) == '-')
      scan->at++;
    if (skip_digits (scan) == 0)
      return unexpected (scan, _ ("a digit"));
  }
  return TRUE;
}

static gboolean
scan_number (Scan *scan)
{
  size_t start = scan->at;
  bool whole;
  char copy[MAX_NUMBER + 1];

  if (!scan_number_shape (scan, &whole))
    return FALSE;
  size_t length = scan->at - start;
  if (length > MAX_NUMBER)
    return fail (scan, start, _ ("a number has too many digits"));
  memcpy (copy, scan->json + start, length);
  copy[length] = 0;
  double value = g_ascii_strtod (copy, NULL);
  if (!isfinite (value))
    return fail (scan, start, _ ("a number is too large"));
  if (whole) {
    const char *digits = copy + (copy[0] == '-');
    if (fabs (value) > THAW_RECIPE_MAX_INTEGER || strcmp (digits, "9007199254740993") == 0)
      return fail (scan, start, _ ("a whole number is beyond 9007199254740992 (2^53)"));
  }
  return TRUE;
}

static gboolean
scan_word (Scan *scan, const char *word)
{
  size_t length = strlen (word);

  if (scan->length - scan->at < length || memcmp (scan->json + scan->at, word, length) != 0)
    return unexpected (scan, _ ("a value"));
  scan->at += length;
  return TRUE;
}

static gboolean
open_bracket (Scan *scan, bool object)
{
  if (scan->depth == THAW_RECIPE_MAX_DEPTH)
    return fail_take (scan, scan->at,
                      g_strdup_printf (_ ("nested deeper than %d levels"), THAW_RECIPE_MAX_DEPTH));
  scan->keys[scan->depth++] =
      object ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) : NULL;
  scan->expect = object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ITEM;
  scan->at++;
  return TRUE;
}

static void
close_bracket (Scan *scan)
{
  scan->depth--;
  g_clear_pointer (&scan->keys[scan->depth], g_hash_table_unref);
  scan->expect = scan->depth > 0 ? EXPECT_MORE : EXPECT_END;
  scan->at++;
}

static gboolean
scan_value (Scan *scan)
{
  int c = peek (scan);
  gboolean ok;

  if (++scan->values > MAX_VALUES)
    return fail_take (scan, scan->at, g_strdup_printf (_ ("more than %d values"), MAX_VALUES));
  if (c == '{' || c == '[')
    return open_bracket (scan, c == '{');
  if (c == '"') {
    g_autoptr (GString) text = g_string_new (NULL);
    ok = scan_string (scan, text);
  } else if (c == '-' || (c >= '0' && c <= '9'))
    ok = scan_number (scan);
  else if (c == 't')
    ok = scan_word (scan, "true");
  else if (c == 'f')
    ok = scan_word (scan, "false");
  else if (c == 'n')
    ok = scan_word (scan, "null");
  else
    ok = unexpected (scan, _ ("a value"));
  scan->expect = scan->depth > 0 ? EXPECT_MORE : EXPECT_END;
  return ok;
}

static gboolean
scan_key (Scan *scan)
{
  g_autoptr (GString) text = g_string_new (NULL);
  size_t start = scan->at;
  GHashTable *keys = scan->keys[scan->depth - 1];

  if (peek (scan) != '"')
    return unexpected (scan, _ ("a field's name in quotes"));
  if (!scan_string (scan, text))
    return FALSE;
  if (g_hash_table_contains (keys, text->str))
    return fail_take (scan, start,
                      g_strdup_printf (_ ("the field '%.100s' is given twice"), text->str));
  if (g_hash_table_size (keys) >= MAX_MEMBERS)
    return fail_take (scan, start,
                      g_strdup_printf (_ ("an object has more than %d fields"), MAX_MEMBERS));
  g_hash_table_add (keys, g_strdup (text->str));
  scan->expect = EXPECT_COLON;
  return TRUE;
}

static gboolean
scan_more (Scan *scan)
{
  bool object = scan->keys[scan->depth - 1] != NULL;
  int c = peek (scan);

  if (c == ',') {
    scan->at++;
    scan->expect = object ? EXPECT_KEY : EXPECT_VALUE;
    return TRUE;
  }
  if (c == (object ? '}' : ']')) {
    close_bracket (scan);
    return TRUE;
  }
  return unexpected (scan, object ? _ ("a comma or }") : _ ("a comma or ]"));
}

static gboolean
scan_step (Scan *scan)
{
  switch (scan->expect) {
  case EXPECT_FIRST_ITEM:
    if (peek (scan) == ']') {
      close_bracket (scan);
      return TRUE;
    }
    return scan_value (scan);
  case EXPECT_FIRST_KEY:
    if (peek (scan) == '}') {
      close_bracket (scan);
      return TRUE;
    }
    return scan_key (scan);
  case EXPECT_KEY:
    return scan_key (scan);
  case EXPECT_COLON:
    if (peek (scan) != ':')
      return unexpected (scan, _ ("a colon"));
    scan->at++;
    scan->expect = EXPECT_VALUE;
    return TRUE;
  case EXPECT_MORE:
    return scan_more (scan);
  case EXPECT_VALUE:
  case EXPECT_END:
  default:
    return scan_value (scan);
  }
}

static gboolean
scan_document (Scan *scan)
{
  for (;;) {
    while (peek (scan) == ' ' || peek (scan) == '\t' || peek (scan) == '\n' || peek (scan) == '\r')
      scan->at++;
    if (scan->expect == EXPECT_END)
      return scan->at == scan->length ? TRUE : unexpected (scan, _ ("nothing after the document"));
    if (!scan_step (scan))
      return FALSE;
  }
}

/* Size and encoding, before the text is looked at. */
static gboolean
check_bytes (const char *json, size_t length, const char *source, GError **error)
{
  const char *end;

  if (length > THAW_RECIPE_MAX_BYTES) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX,
                 _ ("%s: %zu bytes of JSON, expected at most %d"), source, length,
                 THAW_RECIPE_MAX_BYTES);
    return FALSE;
  }
  if (length >= 3 && memcmp (json, "\xef\xbb\xbf", 3) == 0) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX,
                 _ ("%s: starts with a byte order mark, expected plain UTF-8"), source);
    return FALSE;
  }
  if (!g_utf8_validate_len (json, length, &end)) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX,
                 _ ("%s: byte %zu is not UTF-8 text"), source, (size_t) (end - json));
    return FALSE;
  }
  return TRUE;
}

gboolean
thaw_json_prescan (const char *json, gsize length, const char *source, GError **error)
{
  g_return_val_if_fail (json != NULL && source != NULL, FALSE);

  if (!check_bytes (json, length, source, error))
    return FALSE;
  Scan scan = {.json = json, .length = length, .source = source, .error = error};
  gboolean ok = scan_document (&scan);
  while (scan.depth > 0)
    g_clear_pointer (&scan.keys[--scan.depth], g_hash_table_unref);
  return ok;
}
