/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading regular files carefully: no devices, no FIFOs, no mmap. */
#include "thaw-base.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a process that was handed what it may read. */
static const char *handed_path;
static int handed_fd;

void
thaw_file_hand (const char *path, int fd)
{
  handed_path = g_intern_string (path);
  handed_fd = fd;
}

static int
open_path (const char *path)
{
  if (handed_path != NULL && strcmp (path, handed_path) == 0)
    return dup (handed_fd);
  return open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

int
thaw_file_open (const char *path, uint64_t *bytes, GError **error)
{
  struct stat st;
  g_autofree char *shown = g_filename_display_name (path);
  int fd = open_path (path);

  if (fd < 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                 _ ("%s: cannot be opened: %s"), shown, g_strerror (errno));
    return -1;
  }
  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode)) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _ ("%s: is not a regular file"), shown);
    close (fd);
    return -1;
  }
  *bytes = (uint64_t) st.st_size;
  return fd;
}

/* Fills `buffer` from `offset`; fewer bytes only at the end of the file; -1 with errno. */
static ssize_t
read_at (int fd, char *buffer, size_t want, uint64_t offset)
{
  size_t have = 0;

  while (have < want) {
    ssize_t n = pread (fd, buffer + have, want - have, (off_t) (offset + have));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    have += (size_t) n;
  }
  return (ssize_t) have;
}

char *
thaw_file_read (const char *path, size_t max, size_t *length, GError **error)
{
  uint64_t bytes;
  ssize_t n;
  g_autofree char *text = NULL;
  int fd = thaw_file_open (path, &bytes, error);

  if (fd < 0)
    return NULL;
  if (bytes > max) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                 _ ("%s: has %" PRIu64 " bytes, at most %zu are read"), path, bytes, max);
    close (fd);
    return NULL;
  }
  text = g_try_malloc (bytes + 1);
  if (text == NULL) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOMEM, _ ("%s: no memory for %" PRIu64 " bytes"),
                 path, bytes);
    close (fd);
    return NULL;
  }
  n = read_at (fd, text, bytes, 0);
  if (n < 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _ ("%s: cannot be read: %s"),
                 path, g_strerror (errno));
    close (fd);
    return NULL;
  }
  close (fd);
  text[n] = '\0';
  if (length != NULL)
    *length = (size_t) n;
  return g_steal_pointer (&text);
}

char *
thaw_file_sha256 (const char *path, uint64_t *bytes, GError **error)
{
  uint64_t size, at = 0;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *buffer = g_malloc (1 << 20);
  int fd = thaw_file_open (path, &size, error);

  if (fd < 0)
    return NULL;
  for (;;) {
    ssize_t n = read_at (fd, buffer, 1 << 20, at);
    if (n < 0) {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   _ ("%s: cannot be read: %s"), path, g_strerror (errno));
      close (fd);
      return NULL;
    }
    if (n == 0)
      break;
    g_checksum_update (sum, (const guchar *) buffer, n);
    at += (uint64_t) n;
  }
  close (fd);
  if (bytes != NULL)
    *bytes = at;
  return g_strdup (g_checksum_get_string (sum));
}
