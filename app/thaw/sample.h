/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample: the built-in data set as files, since that is how sets are read. */
#pragma once

#include "cli.h"

/* HOME/datasets/fashion-mnist-sample, made of the resource if it is not there; whole or not at all.
 * (transfer full) */
char *sample_write (GError **error);
