/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to the room: one GET over HTTPS into a part. */
#pragma once

#include "part.h"

typedef struct {
  const ThawFetchSpec *spec;
  ThawPart *part;
  ThawFetchProgress progress; /* (nullable) */
  void *user;
  GCancellable *cancel;
} ThawTransfer;

/* Takes the rest of the file from part->size on, or all of it when the server gives that instead.
 * TRUE: the server says that this is the end; size and hash are yet to be checked.
 * THAW_FETCH_ERROR_WRONG: what comes cannot become the pinned file. */
gboolean thaw_transfer_run (const ThawTransfer *transfer, GError **error);
/* The most bytes that are taken. */
uint64_t thaw_transfer_limit (const ThawFetchSpec *spec);
