/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch of CIFAR-10 in the binary layout: checked, then put into a set. */
#include "readers-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static char set_id[] = "cifar-10", set_name[] = "fuzz";

static void
build (const uint8_t *data, uint32_t n)
{
  const ThawSetInfo info = {THAW_SET_CIFAR10_BINARY, set_id, set_name, set_name};
  const ThawRecords records = {.pixels = data + 1,
                               .labels = data,
                               .pixel_stride = THAW_CIFAR_RECORD,
                               .label_stride = THAW_CIFAR_RECORD,
                               .n = n,
                               .h = 32,
                               .w = 32,
                               .planar = TRUE};
  const ThawReading reading = {.size = 20};
  ThawBuilder builder;
  g_autoptr (ThawDataset) set = NULL;

  g_assert_true (thaw_builder_begin (&builder, &info, &reading, n, 0, NULL));
  g_assert_true (thaw_builder_put_records (&builder, 0, &records, NULL));
  set = thaw_builder_end (&builder, NULL, 10, n, 0, 0);
  for (uint32_t i = 0; i < n; i++)
    g_assert_cmpint (thaw_dataset_label (set, i), <, 10);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  uint32_t n = 0;
  gboolean good = thaw_cifar_binary_check (data, size, "fuzz", &n, &error);

  g_assert_true (good == (error == NULL));
  if (good)
    build (data, n);
  return 0;
}
