/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files written whole or not at all. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "thaw-plots.h"

/* false with errno */
static bool
write_all (int fd, const guint8 *data, gsize length)
{
  while (length > 0) {
    gssize n = write (fd, data, length);
    if (n < 0 && errno != EINTR)
      return false;
    data += MAX (n, 0);
    length -= (gsize) MAX (n, 0);
  }
  return fsync (fd) == 0;
}

/* Through a temporary file in the same folder, which is renamed or removed. false with errno. */
static bool
write_file (const char *path, const guint8 *data, gsize length)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666), reason;
  bool ok;

  if (fd < 0)
    return false;
  ok = write_all (fd, data, length);
  reason = errno;
  if (close (fd) != 0 && ok) {
    ok = false;
    reason = errno;
  }
  if (ok && g_rename (temporary, path) != 0) {
    ok = false;
    reason = errno;
  }
  if (!ok)
    g_unlink (temporary);
  errno = reason;
  return ok;
}

gboolean
thaw_file_replace (const char *path, const void *data, gsize length, GError **error)
{
  if (write_file (path, data, length))
    return TRUE;
  g_set_error (error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_IO,
               _ ("%s: the chart cannot be written: %s"), path, g_strerror (errno));
  return FALSE;
}
