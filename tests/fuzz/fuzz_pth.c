/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a .pth file, zip or legacy by their content: refused with an error, or tensors of no
 * more bytes than a file of that size may expand to.
 *
 * A zip whose CRCs are wrong would end there and hide what lies behind, so each zip is tried a
 * second time with the CRCs of its directory, local headers and descriptors put right. */
#include "thaw-formats.h"

#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
parse (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_pth_parse (data, size, "input", &error);
  uint64_t bytes = 0;

  g_assert_true ((dict == NULL) == (error != NULL));
  if (dict == NULL)
    return;
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    g_assert_true (g_utf8_validate (tensor->name, -1, NULL));
    bytes += tensor->bytes;
    (void) thaw_tensor_count_nonfinite (tensor);
  }
  g_assert_cmpuint (bytes, <=, 16 * (uint64_t) size + (16 << 20));
}

static uint32_t
le32 (const uint8_t *at)
{
  return (uint32_t) at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 | (uint32_t) at[3] << 24;
}

static void
put32 (uint8_t *at, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    at[i] = (uint8_t) (value >> (8 * i));
}

/* Puts the CRC right for the directory entry at `entry`, as far as its numbers make sense. */
static void
repair_entry (uint8_t *zip, size_t size, size_t entry)
{
  uint64_t local = le32 (zip + entry + 42), length = le32 (zip + entry + 24), data;
  uint32_t crc;

  if (local + 30 > size)
    return;
  data = local + 30 + (le32 (zip + local + 26) & 0xffff) + (le32 (zip + local + 26) >> 16);
  if (data + length > size)
    return;
  crc = (uint32_t) crc32_z (0, zip + data, length);
  put32 (zip + entry + 16, crc);
  if (le32 (zip + local + 14) != 0)
    put32 (zip + local + 14, crc);
  if (data + length + 8 <= size && le32 (zip + data + length) == 0x08074b50)
    put32 (zip + data + length + 4, crc);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree uint8_t *zip = NULL;

  parse (data, size);
  if (size < 4 || memcmp (data, "PK\3\4", 4) != 0)
    return 0;
  zip = g_memdup2 (data, size);
  for (size_t i = 0; i + 46 <= size; i++)
    if (le32 (zip + i) == 0x02014b50)
      repair_entry (zip, size, i);
  parse (zip, size);
  return 0;
}
