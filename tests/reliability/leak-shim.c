/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded: one block in a hundred that is given back is not. The planted fault of soak.py. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

void
free (void *block)
{
  static void (*real) (void *);
  static atomic_uint count;

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "free");
  if (block != NULL && malloc_usable_size (block) < 100000 &&
      atomic_fetch_add (&count, 1) % 100 == 0)
    return;
  real (block);
}
