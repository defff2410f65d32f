/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of backbones. */
#include "thaw-models.h"
