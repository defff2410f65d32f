/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A parcel being taken apart: nothing in it is believed before it is checked against its length. */
#include "parcel-private.h"

#include <string.h>
#include <sys/mman.h>

typedef struct {
  void *memory;
  size_t length;
} Mapping;

static void
unmap (void *data)
{
  Mapping *mapping = data;

  munmap (mapping->memory, mapping->length);
  g_free (mapping);
}

GBytes *
thaw_parcel_map (int fd, uint64_t length)
{
  Mapping *mapping;
  void *memory = mmap (NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

  if (memory == MAP_FAILED)
    return NULL;
  mapping = g_new (Mapping, 1);
  *mapping = (Mapping){memory, length};
  return g_bytes_new_with_free_func (memory, length, unmap, mapping);
}

static uint64_t
number_at (const ThawParcelTaking *taking, size_t at)
{
  uint64_t value;

  memcpy (&value, taking->bytes + at, sizeof value);
  return value;
}

void
thaw_parcel_open (ThawParcelTaking *taking, GBytes *home)
{
  *taking = (ThawParcelTaking){.home = g_bytes_ref (home), .at = THAW_PARCEL_HEAD};
  taking->bytes = g_bytes_get_data (home, &taking->length);
  taking->failed = taking->length < THAW_PARCEL_HEAD || taking->length % sizeof (uint64_t) != 0 ||
                   number_at (taking, 0) != THAW_PARCEL_MAGIC ||
                   number_at (taking, sizeof (uint64_t)) != taking->length;
}

void
thaw_parcel_close (ThawParcelTaking *taking)
{
  g_clear_pointer (&taking->home, g_bytes_unref);
}

static size_t
left (const ThawParcelTaking *taking)
{
  return taking->failed ? 0 : taking->length - taking->at;
}

uint64_t
thaw_parcel_take_number (ThawParcelTaking *taking, uint64_t most)
{
  uint64_t value;

  if (left (taking) < sizeof value) {
    taking->failed = true;
    return 0;
  }
  value = number_at (taking, taking->at);
  taking->at += sizeof value;
  if (value <= most)
    return value;
  taking->failed = true;
  return 0;
}

/* Moves on to a multiple of `to`, over zeros. */
static void
skip_to (ThawParcelTaking *taking, size_t to)
{
  size_t rest = (to - taking->at % to) % to;

  if (left (taking) < rest) {
    taking->failed = true;
    return;
  }
  for (size_t i = 0; i < rest; i++)
    taking->failed |= taking->bytes[taking->at + i] != 0;
  taking->at += rest;
}

const char *
thaw_parcel_take_text (ThawParcelTaking *taking, size_t most)
{
  uint64_t length = thaw_parcel_take_number (taking, THAW_PARCEL_NULL);
  const char *text;

  if (taking->failed || length == THAW_PARCEL_NULL)
    return NULL;
  if (length > most || length >= left (taking) ||
      memchr (taking->bytes + taking->at, '\0', length + 1) !=
          taking->bytes + taking->at + length) {
    taking->failed = true;
    return NULL;
  }
  text = (const char *) taking->bytes + taking->at;
  taking->at += length + 1;
  skip_to (taking, sizeof (uint64_t));
  return taking->failed ? NULL : text;
}

const char *
thaw_parcel_take_words (ThawParcelTaking *taking, size_t most)
{
  const char *text = thaw_parcel_take_text (taking, most);

  taking->failed |= text == NULL || !g_utf8_validate (text, -1, NULL);
  return taking->failed ? NULL : text;
}

void *
thaw_parcel_take_block (ThawParcelTaking *taking, uint64_t length)
{
  void *block;

  if (thaw_parcel_take_number (taking, UINT64_MAX) != length)
    taking->failed = true;
  skip_to (taking, THAW_PARCEL_ALIGN);
  if (length > left (taking))
    taking->failed = true;
  if (taking->failed)
    return NULL;
  block = (void *) (taking->bytes + taking->at);
  taking->at += length;
  skip_to (taking, sizeof (uint64_t));
  return taking->failed ? NULL : block;
}

bool
thaw_parcel_taken (const ThawParcelTaking *taking)
{
  return left (taking) == sizeof (uint64_t) && number_at (taking, taking->at) == THAW_PARCEL_END;
}
