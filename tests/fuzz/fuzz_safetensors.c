/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a .safetensors file: refused with an error, or tensors that account for every byte
 * of data. */
#include "thaw-formats.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_safetensors_parse (data, size, "input", &error);
  uint64_t header = 0, bytes = 0;

  g_assert_true ((dict == NULL) == (error != NULL));
  if (dict == NULL)
    return 0;
  for (int i = 0; i < 8; i++)
    header |= (uint64_t) data[i] << (8 * i);
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    bytes += thaw_state_dict_nth (dict, i)->bytes;
    (void) thaw_tensor_count_nonfinite (thaw_state_dict_nth (dict, i));
  }
  g_assert_cmpuint (8 + header + bytes, ==, size);
  return 0;
}
