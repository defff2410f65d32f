/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gzip member around bytes, so that mutations reach what lies behind the unpacking. */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <zlib.h>

/* Stored, not deflated: cheap. (transfer full) */
static inline uint8_t *
fuzz_gzip (const uint8_t *bytes, size_t size, size_t *length)
{
  z_stream z = {0};
  uint8_t *out;

  g_assert_cmpint (deflateInit2 (&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  *length = deflateBound (&z, size);
  out = g_malloc (*length);
  z.next_in = (uint8_t *) bytes;
  z.avail_in = (uInt) size;
  z.next_out = out;
  z.avail_out = (uInt) *length;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  *length = z.total_out;
  deflateEnd (&z);
  return out;
}
