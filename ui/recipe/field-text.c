/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "field-text.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

bool
thaw_field_is_typed (const ThawParamSpec *spec)
{
  return spec->kind == THAW_PARAM_REALS || spec->kind == THAW_PARAM_INTS || spec->pair;
}

char *
thaw_field_text (const ThawParamSpec *spec, const char *json)
{
  size_t n = strlen (json);

  if (spec->kind == THAW_PARAM_BOOL)
    return g_strdup (strcmp (json, "true") == 0 ? _ ("Yes") : _ ("No"));
  if (strcmp (json, "null") == 0)
    return g_strdup (spec->null_text != NULL ? _ (spec->null_text) : "");
  if (n >= 2 && (json[0] == '[' || json[0] == '"'))
    return g_strndup (json + 1, n - 2);
  return g_strdup (json);
}

/* What JSON does not take for a number, though people do: ".5", "5.", "+5". */
static bool
is_short_form (const char *word)
{
  size_t n = strlen (word);

  return word[0] == '.' || word[0] == '+' || word[n - 1] == '.' || g_str_has_prefix (word, "-.");
}

static void
append_word (GString *json, const char *word)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE], *end = NULL;
  double value = g_ascii_strtod (word, &end);

  if (*end == '\0' && isfinite (value) && is_short_form (word))
    word = g_ascii_dtostr (digits, sizeof digits, value);
  g_string_append_printf (json, "%s%s", json->len > 0 ? ", " : "", word);
}

/* Whether a character only divides numbers: commas, Chinese ones too, and white space. */
static bool
divides (gunichar c)
{
  return g_unichar_isspace (c) || c == ',' || c == ';' || c == 0xff0c || c == 0x3001 || c == 0xff1b;
}

char *
thaw_field_json (const ThawParamSpec *spec, const char *text)
{
  g_autofree char *typed = g_strstrip (g_strdup (text));
  g_autoptr (GString) json = g_string_new (NULL), word = g_string_new (NULL);
  size_t n = strlen (typed);
  bool list = n >= 2 && typed[0] == '[' && typed[n - 1] == ']';
  int words = 0;

  if (list) {
    typed[n - 1] = ' ';
    typed[0] = ' ';
  }
  for (const char *p = typed;; p = g_utf8_next_char (p)) {
    if (*p != '\0' && !divides (g_utf8_get_char (p))) {
      g_string_append_unichar (word, g_utf8_get_char (p));
      continue;
    }
    if (word->len > 0) {
      append_word (json, word->str);
      words++;
    }
    g_string_truncate (word, 0);
    if (*p == '\0')
      break;
  }
  if (spec->pair && !list && words <= 1)
    return g_string_free (g_steal_pointer (&json), FALSE);
  return g_strdup_printf ("[%s]", json->str);
}
