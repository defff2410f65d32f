/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a CIFAR-10 batch pickled by Python: refused with an error, or images and labels that
 * are all there. */
#include "thaw-formats.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  ThawCifarPickle batch = {0};
  volatile uint8_t seen = 0;

  if (!thaw_cifar_pickle_parse (data, size, "input", &batch, &error)) {
    g_assert_nonnull (error);
    g_assert_null (batch.owner);
    return 0;
  }
  for (size_t i = 0; i < batch.n; i++)
    g_assert_cmpint (batch.labels[i], <=, 9);
  for (size_t i = 0; i < batch.n * 3072; i++)
    seen ^= batch.pixels[i];
  thaw_cifar_pickle_clear (&batch);
  return 0;
}
