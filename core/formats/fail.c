/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences about files. */
#include "fail.h"

gboolean
thaw_fail (GError **error, ThawFormatsError code, const char *source, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, THAW_FORMATS_ERROR, (int) code, "%s: %s", source, text);
  return FALSE;
}

gboolean
thaw_fail_at (GError **error,
              ThawFormatsError code,
              const char *source,
              size_t offset,
              const char *format,
              ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, THAW_FORMATS_ERROR, (int) code, _ ("%s, byte %zu: %s"), source, offset, text);
  return FALSE;
}

char *
thaw_quote (const uint8_t *bytes, size_t length)
{
  size_t shown = MIN (length, 80);
  char *text = g_utf8_make_valid ((const char *) bytes, (gssize) shown);

  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  if (shown < length) {
    char *longer = g_strconcat (text, "…", NULL);
    g_free (text);
    text = longer;
  }
  return text;
}
