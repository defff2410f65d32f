/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a regular file or of memory: no devices, no FIFOs, no mmap. */
#include "source-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define STEP_BYTES ((size_t) 1 << 20)

gboolean
thaw_source_open (ThawSource *source, const char *path, GCancellable *cancel, GError **error)
{
  g_autoptr (GError) why = NULL;
  uint64_t length;
  int fd = thaw_file_open (path, &length, &why);

  if (fd < 0) {
    g_set_error_literal (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO, why->message);
    return FALSE;
  }
  *source = (ThawSource){
      .name = g_filename_display_name (path), .fd = fd, .length = length, .cancel = cancel};
  return TRUE;
}

void
thaw_source_memory (ThawSource *source, const char *name, const uint8_t *bytes, size_t length)
{
  *source = (ThawSource){.name = g_strdup (name), .fd = -1, .memory = bytes, .length = length};
}

void
thaw_source_close (ThawSource *source)
{
  if (source->fd >= 0)
    close (source->fd);
  source->fd = -1;
  g_clear_pointer (&source->name, g_free);
}

/* At most a step; 0 at the end; -1 and error. */
static gssize
read_step (ThawSource *source, uint8_t *buffer, size_t want, GError **error)
{
  ssize_t n;

  if (g_cancellable_set_error_if_cancelled (source->cancel, error))
    return -1;
  if (source->fd < 0) {
    n = (ssize_t) MIN (want, source->length - source->at);
    if (n > 0)
      memcpy (buffer, source->memory + source->at, (size_t) n);
    return n;
  }
  do
    n = pread (source->fd, buffer, want, (off_t) source->at);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO, _ ("%s: cannot be read: %s"),
                 source->name, g_strerror (errno));
  return n;
}

gssize
thaw_source_read (ThawSource *source, void *buffer, size_t want, GError **error)
{
  size_t have = 0;

  while (have < want) {
    gssize n = read_step (source, (uint8_t *) buffer + have, MIN (want - have, STEP_BYTES), error);
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    have += (size_t) n;
    source->at += (uint64_t) n;
  }
  return (gssize) have;
}

uint8_t *
thaw_source_read_all (ThawSource *source, uint64_t max, size_t *length, GError **error)
{
  g_autofree uint8_t *bytes = NULL;
  gssize n;

  if (source->length > max) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                 _ ("%s: has %" PRIu64 " bytes, at most %" PRIu64 " are read"), source->name,
                 source->length, max);
    return NULL;
  }
  bytes = g_try_malloc (MAX (source->length, 1));
  if (bytes == NULL) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                 _ ("%s: no memory for %" PRIu64 " bytes"), source->name, source->length);
    return NULL;
  }
  n = thaw_source_read (source, bytes, source->length, error);
  if (n < 0)
    return NULL;
  if ((uint64_t) n != source->length) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO, _ ("%s: got shorter while being read"),
                 source->name);
    return NULL;
  }
  *length = (size_t) n;
  return g_steal_pointer (&bytes);
}

uint8_t *
thaw_data_read_file (
    const char *path, uint64_t max, size_t *length, GCancellable *cancel, GError **error)
{
  ThawSource source;
  uint8_t *bytes;

  if (!thaw_source_open (&source, path, cancel, error))
    return NULL;
  bytes = thaw_source_read_all (&source, max, length, error);
  thaw_source_close (&source);
  return bytes;
}
