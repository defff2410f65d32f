/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An archive of CIFAR-10, as gzip and as the tar that a gzip member holds, asked what it is and
 * read in both forms. */
#include "fuzz-gzip.h"
#include "readers-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static char set_id[] = "cifar-10", set_name[] = "fuzz";

static void
try_find (const uint8_t *bytes, size_t length)
{
  const char *const *names = thaw_cifar_names (THAW_SET_CIFAR10_BINARY);
  g_autoptr (GError) error = NULL;
  ThawSource source;
  int found;

  thaw_source_memory (&source, "fuzz", bytes, length);
  if (!thaw_archive_find (&source, names, THAW_CIFAR_FILES, &found, &error))
    g_assert_nonnull (error);
  thaw_source_close (&source);
}

static void
try_read (const uint8_t *bytes, size_t length, ThawSetKind kind)
{
  const ThawSetInfo info = {kind, set_id, set_name, set_name};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawDataset) set = NULL;
  ThawSource source;

  thaw_source_memory (&source, "fuzz", bytes, length);
  set = thaw_cifar_read_archive (&info, &source, &(ThawReading){.size = 16}, &error);
  thaw_source_close (&source);
  g_assert_true ((set == NULL) == (error != NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  size_t length;
  g_autofree uint8_t *packed = fuzz_gzip (data, size, &length);

  if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
    try_find (data, size);
    try_read (data, size, THAW_SET_CIFAR10_BINARY);
  } else {
    try_find (packed, length);
    try_read (packed, length, THAW_SET_CIFAR10_BINARY);
    try_read (packed, length, THAW_SET_CIFAR10_PYTHON);
  }
  return 0;
}
