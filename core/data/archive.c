/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tar.gz: our own gunzip in front, libarchive's tar reader behind it, only plain tar enabled. */
#include "archive-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define MAX_MEMBERS 10000
#define PROBE_MEMBERS 64
#define PROBE_BYTES (UINT64_C (64) << 20)
#define BLOCK_BYTES 65536
#define GROW_BYTES ((size_t) 1 << 20)

typedef struct {
  ThawGunzip gz;
  struct archive *tar;
  uint8_t *block;
  GError *failure; /* of the gunzip stage, told through libarchive */
  guint members;
  uint64_t claimed; /* sum of the members' sizes */
} Reader;

void
thaw_blob_clear (ThawBlob *blob)
{
  g_clear_pointer (&blob->bytes, g_free);
  blob->length = 0;
}

static la_ssize_t
read_block_cb (struct archive *tar, void *user, const void **block)
{
  Reader *reader = user;
  gssize n = thaw_gunzip_read (&reader->gz, reader->block, BLOCK_BYTES,
                               reader->failure == NULL ? &reader->failure : NULL);

  *block = reader->block;
  if (n < 0)
    archive_set_error (tar, EIO, "gunzip");
  return n < 0 ? ARCHIVE_FATAL : n;
}

/* Sets the error of the stage that failed first; always FALSE. */
static gboolean
fail (Reader *reader, GError **error)
{
  const char *what = archive_error_string (reader->tar);

  if (reader->failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&reader->failure));
    return FALSE;
  }
  if (reader->members == 0)
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: is not a tar archive compressed by gzip (%s)"), reader->gz.in->name,
                 what != NULL ? what : "?");
  else
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: the archive is truncated or damaged after member %u (%s)"),
                 reader->gz.in->name, reader->members, what != NULL ? what : "?");
  return FALSE;
}

static gboolean
reader_begin (Reader *reader, ThawSource *source, GError **error)
{
  memset (reader, 0, sizeof *reader);
  if (!thaw_gunzip_begin (&reader->gz, source, error))
    return FALSE;
  reader->block = g_malloc (BLOCK_BYTES);
  reader->tar = archive_read_new ();
  g_assert (reader->tar != NULL);
  archive_read_support_format_tar (reader->tar);
  return TRUE;
}

static void
reader_end (Reader *reader)
{
  archive_read_free (reader->tar);
  thaw_gunzip_end (&reader->gz);
  g_free (reader->block);
  g_clear_error (&reader->failure);
}

/* The next member's header: 1, 0 at the end, -1 and error. */
static int
next_member (Reader *reader, struct archive_entry **entry, GError **error)
{
  int status = archive_read_next_header (reader->tar, entry);

  if (status == ARCHIVE_EOF)
    return 0;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    fail (reader, error);
    return -1;
  }
  reader->members++;
  if (archive_entry_size (*entry) > 0)
    reader->claimed += MIN ((uint64_t) archive_entry_size (*entry), UINT64_C (1) << 50);
  if (reader->members > MAX_MEMBERS || reader->claimed > THAW_MAX_BYTES) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                 _ ("%s: the archive has more than %d members or 1 GB"), reader->gz.in->name,
                 MAX_MEMBERS);
    return -1;
  }
  return 1;
}

static gboolean
is_plain_file (struct archive_entry *entry)
{
  return archive_entry_filetype (entry) == AE_IFREG && archive_entry_hardlink (entry) == NULL &&
         archive_entry_symlink (entry) == NULL && archive_entry_sparse_count (entry) == 0;
}

/* The index of the name this member goes by, -1 for none: NAME, ./NAME, FOLDER/NAME. */
static int
match (struct archive_entry *entry, const char *const *names, guint n_names)
{
  const char *path = archive_entry_pathname (entry), *slash;

  if (path == NULL)
    return -1;
  if (g_str_has_prefix (path, "./"))
    path += 2;
  slash = strchr (path, '/');
  if (slash == path || g_str_has_prefix (path, "../"))
    return -1;
  if (slash != NULL)
    path = slash + 1;
  for (guint i = 0; i < n_names; i++)
    if (strcmp (path, names[i]) == 0)
      return (int) i;
  return -1;
}

/* Makes room for `want` bytes at the end of blob, growing as bytes arrive and not as a header
 * claims. */
static gboolean
grow (Reader *reader, ThawBlob *blob, size_t *room, size_t want, GError **error)
{
  uint8_t *bigger;
  size_t need = blob->length + want;

  if (need <= *room)
    return TRUE;
  *room = MAX (need, *room + MAX (*room / 2, GROW_BYTES));
  bigger = need <= THAW_MAX_BYTES ? g_try_realloc (blob->bytes, *room) : NULL;
  if (bigger == NULL) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                 _ ("%s: no memory for %zu bytes of member %u"), reader->gz.in->name, need,
                 reader->members);
    return FALSE;
  }
  blob->bytes = bigger;
  return TRUE;
}

static gboolean
read_member (Reader *reader, ThawBlob *blob, GError **error)
{
  size_t room = 0;

  if (!grow (reader, blob, &room, 1, error))
    return FALSE;
  for (;;) {
    const void *bytes;
    size_t length;
    la_int64_t offset;
    int status = archive_read_data_block (reader->tar, &bytes, &length, &offset);

    if (status == ARCHIVE_EOF)
      return TRUE;
    if (status != ARCHIVE_OK || (uint64_t) offset != blob->length)
      return fail (reader, error);
    if (length == 0)
      continue;
    if (!grow (reader, blob, &room, length, error))
      return FALSE;
    g_assert (blob->bytes != NULL);
    memcpy (blob->bytes + blob->length, bytes, length);
    blob->length += length;
  }
}

/* Reads what follows the tar's end, so that the checksum of all has been verified. */
static gboolean
drain (Reader *reader, GError **error)
{
  gssize n;

  do {
    n = thaw_gunzip_read (&reader->gz, reader->block, BLOCK_BYTES, error);
    if (n < 0)
      return FALSE;
    if (reader->gz.out_bytes > 2 * THAW_MAX_BYTES) {
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                   _ ("%s: unpacks to more than 2 GB"), reader->gz.in->name);
      return FALSE;
    }
  } while (n > 0);
  return TRUE;
}

static gboolean
take (Reader *reader,
      struct archive_entry *entry,
      const char *const *wanted,
      guint n_wanted,
      ThawBlob *out,
      guint *left_out,
      GError **error)
{
  int i;

  if (archive_entry_filetype (entry) == AE_IFDIR)
    return TRUE;
  if (!is_plain_file (entry)) {
    (*left_out)++;
    return TRUE;
  }
  i = match (entry, wanted, n_wanted);
  if (i < 0)
    return TRUE;
  if (out[i].bytes != NULL) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: the archive holds %s twice"), reader->gz.in->name, wanted[i]);
    return FALSE;
  }
  return read_member (reader, &out[i], error);
}

gboolean
thaw_archive_read (ThawSource *source,
                   const char *const *wanted,
                   guint n_wanted,
                   ThawBlob *out,
                   guint *left_out,
                   GError **error)
{
  Reader reader;
  struct archive_entry *entry;
  int more = -1;

  *left_out = 0;
  memset (out, 0, n_wanted * sizeof *out);
  if (!reader_begin (&reader, source, error))
    return FALSE;
  if (archive_read_open (reader.tar, &reader, NULL, read_block_cb, NULL) != ARCHIVE_OK) {
    fail (&reader, error);
  } else {
    while ((more = next_member (&reader, &entry, error)) > 0) {
      if (!take (&reader, entry, wanted, n_wanted, out, left_out, error)) {
        more = -1;
        break;
      }
    }
    if (more == 0 && !drain (&reader, error))
      more = -1;
  }
  reader_end (&reader);
  for (guint i = 0; more < 0 && i < n_wanted; i++)
    thaw_blob_clear (&out[i]);
  return more == 0;
}

gboolean
thaw_archive_find (
    ThawSource *source, const char *const *names, guint n_names, int *found, GError **error)
{
  Reader reader;
  struct archive_entry *entry;
  int more = -1;

  *found = -1;
  if (!reader_begin (&reader, source, error))
    return FALSE;
  if (archive_read_open (reader.tar, &reader, NULL, read_block_cb, NULL) != ARCHIVE_OK) {
    fail (&reader, error);
  } else {
    while (*found < 0 && reader.members < PROBE_MEMBERS && reader.claimed < PROBE_BYTES &&
           (more = next_member (&reader, &entry, error)) > 0)
      if (is_plain_file (entry))
        *found = match (entry, names, n_names);
  }
  reader_end (&reader);
  return more >= 0;
}
