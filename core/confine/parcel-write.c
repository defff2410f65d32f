/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A parcel being written: small things through a buffer, large blocks straight from where they are.
 */
#include "parcel-private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFER_BYTES 65536
#define STEP_BYTES ((size_t) 4 << 20)

struct _ThawParcel {
  int fd;
  uint64_t at; /* where the buffer begins in the file */
  GByteArray *buffer;
  bool failed;
};

ThawParcel *
thaw_parcel_new (int fd)
{
  ThawParcel *parcel = g_new0 (ThawParcel, 1);

  parcel->fd = fd;
  parcel->at = THAW_PARCEL_HEAD;
  parcel->buffer = g_byte_array_new ();
  return parcel;
}

static void
write_at (ThawParcel *parcel, const uint8_t *bytes, size_t length, uint64_t at)
{
  while (length > 0 && !parcel->failed) {
    ssize_t n = pwrite (parcel->fd, bytes, length, (off_t) at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      parcel->failed = true;
      return;
    }
    bytes += n;
    at += (uint64_t) n;
    length -= (size_t) n;
  }
}

static void
flush (ThawParcel *parcel)
{
  write_at (parcel, parcel->buffer->data, parcel->buffer->len, parcel->at);
  parcel->at += parcel->buffer->len;
  g_byte_array_set_size (parcel->buffer, 0);
}

static void
append (ThawParcel *parcel, const void *bytes, size_t length)
{
  g_byte_array_append (parcel->buffer, bytes, (guint) length);
  if (parcel->buffer->len >= BUFFER_BYTES)
    flush (parcel);
}

static void
pad (ThawParcel *parcel, unsigned int to)
{
  static const uint8_t zeros[64];
  uint64_t rest = (parcel->at + parcel->buffer->len) % to;

  if (rest > 0)
    append (parcel, zeros, to - rest);
}

void
thaw_parcel_number (ThawParcel *parcel, uint64_t value)
{
  append (parcel, &value, sizeof value);
}

void
thaw_parcel_text (ThawParcel *parcel, const char *text)
{
  size_t length;

  if (text == NULL) {
    thaw_parcel_number (parcel, THAW_PARCEL_NULL);
    return;
  }
  length = strlen (text);
  thaw_parcel_number (parcel, length);
  append (parcel, text, length + 1);
  pad (parcel, sizeof (uint64_t));
}

/* Private memory that was written is not needed any more: whole pages of it go back at once. */
static void
give_up (uint8_t *bytes, size_t length)
{
  uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t) bytes + page - 1) / page * page;
  uintptr_t end = ((uintptr_t) bytes + length) / page * page;

  if (length >= STEP_BYTES && end > first)
    madvise ((void *) first, end - first, MADV_DONTNEED);
}

static void
begin_block (ThawParcel *parcel, size_t length)
{
  thaw_parcel_number (parcel, length);
  pad (parcel, THAW_PARCEL_ALIGN);
  flush (parcel);
}

/* The file is as long as the block even where nothing of it was written. */
static void
end_block (ThawParcel *parcel, size_t length)
{
  if (length > 0 && !parcel->failed)
    parcel->at += length;
  pad (parcel, sizeof (uint64_t));
}

void
thaw_parcel_block (ThawParcel *parcel, void *bytes, size_t length)
{
  begin_block (parcel, length);
  for (size_t done = 0; done < length && !parcel->failed; done += MIN (STEP_BYTES, length - done)) {
    size_t step = MIN (STEP_BYTES, length - done);
    write_at (parcel, (uint8_t *) bytes + done, step, parcel->at + done);
    give_up ((uint8_t *) bytes + done, step);
  }
  end_block (parcel, length);
}

void
thaw_parcel_units (ThawParcel *parcel, void *bytes, size_t unit, size_t n, const uint8_t *here)
{
  if (here == NULL) {
    thaw_parcel_block (parcel, bytes, unit * n);
    return;
  }
  begin_block (parcel, unit * n);
  for (size_t i = 0; i < n; i++)
    if (here[i])
      write_at (parcel, (uint8_t *) bytes + i * unit, unit, parcel->at + i * unit);
  end_block (parcel, unit * n);
}

bool
thaw_parcel_finish (ThawParcel *parcel)
{
  uint64_t head[2] = {THAW_PARCEL_MAGIC};
  bool good;

  thaw_parcel_number (parcel, THAW_PARCEL_END); /* so that the file has its full length */
  flush (parcel);
  head[1] = parcel->at;
  write_at (parcel, (const uint8_t *) head, sizeof head, 0);
  good = !parcel->failed;
  g_byte_array_unref (parcel->buffer);
  g_free (parcel);
  return good;
}
