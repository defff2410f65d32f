/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: symmetric beta distribution. */
#pragma once

#include "thaw-base.h"

/* Beta (alpha, alpha), 0..1; alpha > 0. */
double thaw_beta_draw (ThawRng *rng, double alpha);
