/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices and pictures for the tests of augment. */
#pragma once

#include "thaw-augment.h"

#include <string.h>

/* Values by hand, one real a parameter, in the order of the entry's parameters. */
typedef struct {
  double values[8][THAW_PARAM_MAX_COUNT];
} ChoiceValues;

/* A choice of the entry `name` with the first value of each parameter given; the rest are defaults.
 */
static inline ThawChoice
make_choice (ChoiceValues *store, const char *name, int n, const double *values)
{
  const ThawEntry *entry = thaw_catalogue_find (thaw_transforms_catalogue (), name);

  g_assert_nonnull (entry);
  g_assert_cmpint (entry->n_params, <=, (int) G_N_ELEMENTS (store->values));
  g_assert_cmpint (n, <=, entry->n_params);
  for (size_t i = 0; i < (size_t) entry->n_params; i++)
    memcpy (store->values[i], entry->params[i].def, sizeof store->values[i]);
  for (size_t i = 0; i < (size_t) n; i++)
    store->values[i][0] = values[i];
  return (ThawChoice){.entry = entry, .values = store->values};
}

/* Of a choice made by make_choice: parameter `i` becomes [low, high]. */
static inline void
make_pair (ChoiceValues *store, int i, double low, double high)
{
  store->values[i][0] = low;
  store->values[i][1] = high;
  store->values[i][2] = 1;
}

static inline const ThawTransform *
find_transform (const char *name)
{
  for (int i = 0; thaw_transforms ()[i]; i++)
    if (g_strcmp0 (thaw_transforms ()[i]->entry.name, name) == 0)
      return thaw_transforms ()[i];
  g_assert_not_reached ();
}

/* h x w pixels of noise. (transfer full) */
static inline uint8_t *
make_noise (uint64_t seed, int h, int w)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, (uint64_t) h, (uint64_t) w, 0);
  size_t bytes = (size_t) h * w * 3;
  uint8_t *px = g_malloc (bytes);

  for (size_t i = 0; i < bytes; i++)
    px[i] = (uint8_t) thaw_rng_below (&rng, 256);
  return px;
}
