/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any weight file, told apart by its first bytes; what is known not to be one is named. */
#include "cursor.h"
#include "fail.h"
#include "weight-limits.h"
#include "pth.h"
#include "safetensors.h"

#include <string.h>

#define FORMAT THAW_FORMATS_ERROR_FORMAT

const char *
thaw_format_name (ThawFormat format)
{
  switch (format) {
  case THAW_FORMAT_SAFETENSORS:
    return "safetensors";
  case THAW_FORMAT_PTH_ZIP:
    return "PyTorch (zip)";
  case THAW_FORMAT_PTH_LEGACY:
    return "PyTorch (legacy)";
  default:
    g_return_val_if_reached ("?");
  }
}

/* Things that people take for weights. */
static const struct {
  size_t offset, length;
  const char *bytes, *what;
} strangers[] = {
    {257, 5, "ustar", N_ ("a tar archive (PyTorch before 0.1.10, or a download to unpack)")},
    {0, 6, "7z\xbc\xaf\x27\x1c", N_ ("a 7z archive")},
    {0, 2, "\x1f\x8b", N_ ("compressed with gzip")},
    {0, 6,
     "\xfd"
     "7zXZ",
     N_ ("compressed with xz")},
    {0, 3, "BZh", N_ ("compressed with bzip2")},
    {0, 4, "\x28\xb5\x2f\xfd", N_ ("compressed with zstd")},
    {0, 4, "\x89HDF", N_ ("an HDF5 file (Keras)")},
    {0, 6, "\x93NUMPY", N_ ("a NumPy array")},
    {0, 8, "version ", N_ ("a Git LFS pointer, not the file itself")},
};

/* An error page instead of the file: "<!DOCTYPE", "<html" after blanks. */
static bool
is_html (const uint8_t *bytes, gsize length)
{
  gsize i = 0;

  while (i < length && g_ascii_isspace (bytes[i]))
    i++;
  return i + 5 <= length && (g_ascii_strncasecmp ((const char *) bytes + i, "<!doc", 5) == 0 ||
                             g_ascii_strncasecmp ((const char *) bytes + i, "<html", 5) == 0 ||
                             g_ascii_strncasecmp ((const char *) bytes + i, "<?xml", 5) == 0);
}

/* What the bytes are, when it is known and of no use; NULL otherwise. */
static const char *
name_stranger (const uint8_t *bytes, gsize length)
{
  for (size_t i = 0; i < G_N_ELEMENTS (strangers); i++)
    if (length >= strangers[i].offset + strangers[i].length &&
        memcmp (bytes + strangers[i].offset, strangers[i].bytes, strangers[i].length) == 0)
      return _ (strangers[i].what);
  return is_html (bytes, length) ? _ ("a web page") : NULL;
}

static gboolean
refuse (const uint8_t *bytes, gsize length, const char *source, GError **error)
{
  const char *what = name_stranger (bytes, length);

  if (length == 0)
    return thaw_fail (error, FORMAT, source, _ ("is empty"));
  if (what != NULL)
    return thaw_fail (error, FORMAT, source, _ ("is %s, expected weights (.safetensors or .pth)"),
                      what);
  return thaw_fail (error, FORMAT, source,
                    _ ("is neither a .safetensors nor a PyTorch (.pth) file"));
}

gboolean
thaw_pth_sniff (const uint8_t *bytes, gsize length, ThawFormat *format)
{
  if (length >= 4 && bytes[0] == 'P' && bytes[1] == 'K' &&
      ((bytes[2] == 3 && bytes[3] == 4) || (bytes[2] == 5 && bytes[3] == 6))) {
    *format = THAW_FORMAT_PTH_ZIP;
    return TRUE;
  }
  if (length >= 2 && bytes[0] == 0x80) {
    *format = THAW_FORMAT_PTH_LEGACY;
    return TRUE;
  }
  return FALSE;
}

ThawStateDict *
thaw_pth_parse (const uint8_t *bytes, gsize length, const char *source, GError **error)
{
  ThawFormat format;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);
  if (!thaw_pth_sniff (bytes, length, &format)) {
    refuse (bytes, length, source, error);
    return NULL;
  }
  if (format == THAW_FORMAT_PTH_ZIP)
    return thaw_pth_zip_parse (bytes, length, source, error);
  return thaw_pth_legacy_parse (bytes, length, source, error);
}

static ThawStateDict *
parse (const uint8_t *bytes, gsize length, const char *path, ThawFormat *format, GError **error)
{
  if (thaw_safetensors_sniff (bytes, length) ||
      (g_str_has_suffix (path, ".safetensors") && name_stranger (bytes, length) == NULL)) {
    *format = THAW_FORMAT_SAFETENSORS;
    return thaw_safetensors_parse (bytes, length, path, error);
  }
  if (!thaw_pth_sniff (bytes, length, format)) {
    refuse (bytes, length, path, error);
    return NULL;
  }
  return thaw_pth_parse (bytes, length, path, error);
}

ThawStateDict *
thaw_weights_read (const char *path, ThawFormat *format, GError **error)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) read_error = NULL;
  ThawFormat found;
  ThawStateDict *dict;
  size_t length;

  bytes = thaw_file_read (path, THAW_MAX_FILE_BYTES, &length, &read_error);
  if (bytes == NULL) {
    g_set_error_literal (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_IO, read_error->message);
    return NULL;
  }
  dict = parse ((const uint8_t *) bytes, length, path, &found, error);
  if (dict != NULL && format != NULL)
    *format = found;
  return dict;
}
