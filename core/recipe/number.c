/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and texts as the canonical document writes them. */
#include "recipe-private.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

void
thaw_number_append (GString *text, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  if (value == floor (value) && fabs (value) <= THAW_RECIPE_MAX_INTEGER) {
    g_string_append_printf (text, "%" PRId64, (int64_t) value);
    return;
  }
  for (int precision = 1; precision <= 17; precision++) {
    g_snprintf (format, sizeof format, "%%.%dg", precision);
    g_ascii_formatd (digits, sizeof digits, format, value);
    if (g_ascii_strtod (digits, NULL) == value)
      break;
  }
  g_string_append (text, digits);
  if (strpbrk (digits, ".e") == NULL)
    g_string_append (text, ".0"); /* whole, but beyond what readers take as a whole number */
}

void
thaw_text_append_quoted (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *p = text; *p != 0; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_printf (json, "\\%c", *p);
    else if ((unsigned char) *p < 0x20)
      g_string_append_printf (json, "\\u%04x", (unsigned) *p);
    else
      g_string_append_c (json, *p);
  }
  g_string_append_c (json, '"');
}
