/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of pictures in class folders. Private. */
#pragma once

#include "readers-private.h"

enum { THAW_PART_TRAIN, THAW_PART_VALIDATION, THAW_PART_TEST, THAW_N_PARTS };

typedef struct {
  char *path;
  uint16_t label;
  uint8_t part;
} ThawFolderItem;

typedef struct {
  char *root;         /* real path */
  GArray *items;      /* of ThawFolderItem: by part, class, name */
  GPtrArray *classes; /* of char *: folder names, sorted bytewise */
  GPtrArray *skipped; /* of char *: sentences */
} ThawFolderScan;

/* FALSE and error: a class folder without a picture, parts with other classes, too few or many.
 * Clear it either way. */
gboolean thaw_folder_scan (ThawFolderScan *scan, const char *path, GError **error);
void thaw_folder_scan_clear (ThawFolderScan *scan);
