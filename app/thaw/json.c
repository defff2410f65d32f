/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON for machines. Written by hand, because json-glib 1.6.6 writes 1e-08 as "1e-08.0", which is
 * not JSON. */
#include "cli.h"
#include "thaw-recipe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 32

struct _CliJson {
  GString *text;
  int depth;
  bool filled[MAX_DEPTH]; /* something was written at this depth */
};

CliJson *
cli_json_new (void)
{
  CliJson *json = g_new0 (CliJson, 1);

  json->text = g_string_new (NULL);
  return json;
}

void
cli_json_free (CliJson *json)
{
  if (json == NULL)
    return;
  g_string_free (json->text, TRUE);
  g_free (json);
}

static void
append_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const unsigned char *p = (const unsigned char *) text; *p; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_printf (out, "\\%c", *p);
    else if (*p < 0x20 || *p == 0x7F)
      g_string_append_printf (out, "\\u%04x", *p);
    else
      g_string_append_c (out, (char) *p);
  }
  g_string_append_c (out, '"');
}

/* Separator and name of the next value. */
static void
next (CliJson *json, const char *member)
{
  if (json->filled[json->depth])
    g_string_append (json->text, ", ");
  json->filled[json->depth] = true;
  if (member != NULL) {
    append_text (json->text, member);
    g_string_append (json->text, ": ");
  }
}

static void
begin (CliJson *json, const char *member, char bracket)
{
  next (json, member);
  g_assert (json->depth + 1 < MAX_DEPTH);
  g_string_append_c (json->text, bracket);
  json->filled[++json->depth] = false;
}

static void
end (CliJson *json, char bracket)
{
  g_assert (json->depth > 0);
  json->depth--;
  g_string_append_c (json->text, bracket);
}

void
cli_json_begin_object (CliJson *json, const char *member)
{
  begin (json, member, '{');
}

void
cli_json_end_object (CliJson *json)
{
  end (json, '}');
}

void
cli_json_begin_array (CliJson *json, const char *member)
{
  begin (json, member, '[');
}

void
cli_json_end_array (CliJson *json)
{
  end (json, ']');
}

void
cli_json_text (CliJson *json, const char *member, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  next (json, member);
  if (valid != NULL)
    append_text (json->text, valid);
  else
    g_string_append (json->text, "null");
}

void
cli_json_int (CliJson *json, const char *member, gint64 value)
{
  next (json, member);
  g_string_append_printf (json->text, "%" PRId64, value);
}

void
cli_json_real (CliJson *json, const char *member, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  next (json, member);
  if (!isfinite (value)) {
    g_string_append (json->text, "null");
    return;
  }
  for (int precision = 6; precision <= 17; precision++) { /* the shortest that reads back equal */
    char format[8];
    g_snprintf (format, sizeof format, "%%.%dg", precision);
    g_ascii_formatd (digits, sizeof digits, format, value);
    if (g_ascii_strtod (digits, NULL) == value)
      break;
  }
  g_string_append (json->text, digits);
}

void
cli_json_bool (CliJson *json, const char *member, bool value)
{
  next (json, member);
  g_string_append (json->text, value ? "true" : "false");
}

void
cli_json_embed (CliJson *json, const char *member, const char *document)
{
  next (json, member);
  if (document != NULL && thaw_json_prescan (document, strlen (document), "", NULL))
    g_string_append (json->text, document);
  else
    g_string_append (json->text, "null");
}

char *
cli_json_steal (CliJson *json)
{
  char *text = g_string_free (json->text, FALSE);

  g_assert (json->depth == 0);
  g_free (json);
  return text;
}

void
cli_json_print (CliJson *json)
{
  g_autofree char *text = cli_json_steal (json);

  puts (text);
  fflush (stdout);
}
