/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both writers check before a byte is written. */
#pragma once

#include "thaw-formats.h"

/* Names are UTF-8 of at most 512 bytes, and no more tensors than the readers take. */
gboolean thaw_check_names (const ThawStateDict *dict, const char *path, GError **error);
