/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading little-endian numbers from bounded memory. A take that would go beyond the end returns
 * false and moves nothing. Unaligned addresses are fine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t *bytes;
  size_t length;
  size_t at; /* <= length */
} ThawCursor;

static inline uint64_t
thaw_le (const uint8_t *bytes, int width)
{
  uint64_t value = 0;

  for (int i = 0; i < width; i++)
    value |= (uint64_t) bytes[i] << (8 * i);
  return value;
}

static inline size_t
thaw_cursor_left (const ThawCursor *cursor)
{
  return cursor->length - cursor->at;
}

/* *span: `count` bytes inside the cursor's memory. */
static inline bool
thaw_cursor_take (ThawCursor *cursor, uint64_t count, const uint8_t **span)
{
  if (count > thaw_cursor_left (cursor))
    return false;
  *span = cursor->bytes + cursor->at;
  cursor->at += (size_t) count;
  return true;
}

/* A number of 1..8 bytes. */
static inline bool
thaw_cursor_number (ThawCursor *cursor, int width, uint64_t *value)
{
  const uint8_t *span;

  if (!thaw_cursor_take (cursor, (uint64_t) width, &span))
    return false;
  *value = thaw_le (span, width);
  return true;
}
