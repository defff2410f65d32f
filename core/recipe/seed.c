/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe without a seed gets one when a run begins. */
#include "recipe-private.h"

#include <errno.h>
#include <sys/random.h>

/* Short enough to be typed again, and enough of them. */
#define DRAWN_BELOW 1000000000

bool
thaw_recipe_draw_seed (ThawRecipe *recipe)
{
  uint64_t noise = 0;

  if (recipe->seed != THAW_SEED_NONE)
    return false;
  while (getrandom (&noise, sizeof noise, 0) != (ssize_t) sizeof noise)
    if (errno != EINTR) { /* a kernel without it: GLib has other sources */
      noise = (uint64_t) g_random_int () << 32 | g_random_int ();
      break;
    }
  recipe->seed = noise % DRAWN_BELOW;
  return true;
}
