/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned blocks and random names. */
#include "thaw-base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#define LARGE ((size_t) 4 << 20)
#define HUGE_PAGE ((size_t) 2 << 20)

/* Large blocks are weights, gradients and activations, read from end to end or in strides of many
 * rows: with small pages a row in eight, or so, waits for an address to be translated. */
void *
thaw_aligned_new0 (size_t bytes)
{
  void *block = NULL;
  size_t rounded;

  if (__builtin_add_overflow (MAX (bytes, 1), 63, &rounded))
    return NULL;
  rounded &= ~(size_t) 63;
  if (posix_memalign (&block, rounded >= LARGE ? HUGE_PAGE : 64, rounded) != 0)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (rounded >= LARGE)
    madvise (block, rounded, MADV_HUGEPAGE); /* whether it is heard makes no other difference */
#endif
  memset (block, 0, rounded);
  return block;
}

void
thaw_aligned_free (void *block)
{
  free (block);
}

char *
thaw_random_id (void)
{
  uint8_t bytes[16];
  size_t have = 0;
  GString *text = g_string_sized_new (32);

  while (have < sizeof bytes) {
    ssize_t n = getrandom (bytes + have, sizeof bytes - have, 0);
    if (n < 0 && errno != EINTR)
      g_error ("getrandom: %s", g_strerror (errno));
    if (n > 0)
      have += (size_t) n;
  }
  for (size_t i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}
