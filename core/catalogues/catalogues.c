/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thaw-catalogues.h"
#include "thaw-augment.h"
#include "thaw-models.h"
#include "thaw-nn.h"
#include "thaw-optim.h"

const ThawCatalogues *
thaw_catalogues (void)
{
  static ThawCatalogues all;
  static gsize ready;

  if (g_once_init_enter (&ready)) {
    all.models = thaw_models_catalogue ();
    all.transforms = thaw_transforms_catalogue ();
    all.optimizers = thaw_optimizers ();
    all.schedules = thaw_schedules ();
    all.losses = thaw_losses ();
    g_once_init_leave (&ready, 1);
  }
  return &all;
}
