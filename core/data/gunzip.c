/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One gzip member as a stream. Done here with zlib, also for tar.gz: libarchive 3.6 does not look
 * at the checksum at the end of a gzip stream, so a flipped bit would go unnoticed. */
#include "source-private.h"

#include <string.h>

#define BUFFER_BYTES 65536
#define GZIP_WINDOW_BITS (15 + 16) /* gzip only, checksum and length verified by zlib */

gboolean
thaw_gunzip_begin (ThawGunzip *gz, ThawSource *in, GError **error)
{
  gssize n;

  memset (gz, 0, sizeof *gz);
  gz->in = in;
  gz->buffer = g_malloc (BUFFER_BYTES);
  n = thaw_source_read (in, gz->buffer, BUFFER_BYTES, error);
  if (n >= 0 && (n < 2 || gz->buffer[0] != 0x1f || gz->buffer[1] != 0x8b)) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: is not compressed by gzip"), in->name);
    n = -1;
  }
  if (n >= 0 && inflateInit2 (&gz->z, GZIP_WINDOW_BITS) != Z_OK) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT, _ ("%s: no memory to unpack it"),
                 in->name);
    n = -1;
  }
  if (n < 0) {
    g_clear_pointer (&gz->buffer, g_free);
    return FALSE;
  }
  gz->z.next_in = gz->buffer;
  gz->z.avail_in = (uInt) n;
  return TRUE;
}

void
thaw_gunzip_end (ThawGunzip *gz)
{
  inflateEnd (&gz->z);
  g_clear_pointer (&gz->buffer, g_free);
}

static gboolean
refill (ThawGunzip *gz, GError **error)
{
  gssize n = thaw_source_read (gz->in, gz->buffer, BUFFER_BYTES, error);

  if (n < 0)
    return FALSE;
  if (n == 0) {
    g_set_error (
        error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
        _ ("%s: is truncated: the compressed data stop after %" PRIu64 " bytes, before their end"),
        gz->in->name, gz->in->length);
    return FALSE;
  }
  gz->z.next_in = gz->buffer;
  gz->z.avail_in = (uInt) n;
  return TRUE;
}

gssize
thaw_gunzip_read (ThawGunzip *gz, void *buffer, size_t want, GError **error)
{
  size_t have = 0;

  while (have < want && !gz->ended) {
    size_t part = MIN (want - have, (size_t) 1 << 30);
    int status;

    if (gz->z.avail_in == 0 && !refill (gz, error))
      return -1;
    gz->z.next_out = (uint8_t *) buffer + have;
    gz->z.avail_out = (uInt) part;
    status = inflate (&gz->z, Z_NO_FLUSH);
    have += part - gz->z.avail_out;
    if (status == Z_STREAM_END) {
      gz->ended = TRUE;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                   _ ("%s: is damaged near byte %" PRIu64 " (%s)"), gz->in->name,
                   gz->in->at - gz->z.avail_in, gz->z.msg != NULL ? gz->z.msg : zError (status));
      return -1;
    }
  }
  gz->out_bytes += have;
  return (gssize) have;
}

gboolean
thaw_gunzip_has_rest (const ThawGunzip *gz)
{
  return gz->z.avail_in > 0 || gz->in->at < gz->in->length;
}
