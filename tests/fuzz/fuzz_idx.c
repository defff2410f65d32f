/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDX, as it is and as what a gzip member holds: mutated compressed bytes alone would hardly ever
 * unpack. */
#include "fuzz-gzip.h"
#include "readers-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
try (const uint8_t *bytes, size_t length, gboolean images)
{
  g_autoptr (GError) error = NULL;
  ThawSource source;
  ThawIdx idx;
  gboolean good;

  thaw_source_memory (&source, "fuzz", bytes, length);
  good = thaw_idx_read (&source, images, &idx, &error);
  thaw_source_close (&source);
  g_assert_true (good == (error == NULL));
  g_assert_true (good == (idx.bytes != NULL));
  thaw_idx_clear (&idx);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  size_t length;
  g_autofree uint8_t *packed = fuzz_gzip (data, size, &length);

  for (int images = 0; images < 2; images++) {
    try (data, size, images);
    try (packed, length, images);
  }
  return 0;
}
