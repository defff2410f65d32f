/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder per class: all pictures are decoded by all cores, each into its own place, so that the
 * order never depends on the threads; those that cannot be read leave gaps that are closed after.
 */
#include "folder-private.h"
#include "picture-private.h"

#define DECODING_BYTES (UINT64_C (64) << 20) /* a picture or two in each thread's hands */

typedef struct {
  ThawBuilder *builder;
  const ThawFolderScan *scan;
  GChecksum **sums; /* one a thread */
  char **failures;  /* [items]: a sentence for a picture that could not be read */
} Decoding;

static const ThawFolderItem *
nth_item (const ThawFolderScan *scan, uint32_t i)
{
  return &g_array_index (scan->items, ThawFolderItem, i);
}

static void
decode_one (void *user, int piece, int worker)
{
  Decoding *decoding = user;
  const ThawFolderItem *item = nth_item (decoding->scan, (uint32_t) piece);
  g_autofree char *shown = g_filename_display_name (item->path);
  g_autofree uint8_t *bytes = NULL;
  g_autoptr (GError) error = NULL;
  ThawPicture picture;
  size_t length;

  if (g_cancellable_is_cancelled (decoding->builder->reading->cancel))
    return;
  bytes = thaw_data_read_file (item->path, THAW_PICTURE_MAX_BYTES, &length, NULL, &error);
  if (bytes == NULL || !thaw_picture_decode (bytes, length, shown, &picture, &error)) {
    decoding->failures[piece] = g_strdup (error->message);
    return;
  }
  thaw_builder_put (decoding->builder, decoding->sums[worker], (uint32_t) piece, picture.rgb,
                    picture.h, picture.w, 3, 0, item->label);
  thaw_picture_clear (&picture);
}

/* Fills the builder and failures: [items]. FALSE when cancelled. */
static gboolean
decode_all (ThawBuilder *builder, const ThawFolderScan *scan, char **failures, GError **error)
{
  int threads = thaw_pool_threads (builder->pool);
  g_autofree GChecksum **sums = g_new (GChecksum *, threads);
  Decoding decoding = {builder, scan, sums, failures};

  for (int i = 0; i < threads; i++)
    sums[i] = g_checksum_new (G_CHECKSUM_SHA256);
  for (uint32_t i = 0; i < scan->items->len; i++)
    if (nth_item (scan, i)->part == THAW_PART_TRAIN)
      thaw_builder_offer (builder, i, nth_item (scan, i)->label);
  thaw_pool_run (builder->pool, (int) scan->items->len, decode_one, &decoding);
  for (int i = 0; i < threads; i++)
    g_checksum_free (sums[i]);
  return !g_cancellable_set_error_if_cancelled (builder->reading->cancel, error);
}

/* FALSE and error when a class folder has lost all of its pictures. Items of one folder lie
 * together. */
static gboolean
check_left (const ThawFolderScan *scan, char **failures, GError **error)
{
  uint32_t n = scan->items->len, from = 0;

  while (from < n) {
    const ThawFolderItem *first = nth_item (scan, from);
    uint32_t to = from, good = 0;

    for (; to < n && nth_item (scan, to)->part == first->part &&
           nth_item (scan, to)->label == first->label;
         to++)
      good += failures[to] == NULL;
    if (good == 0) {
      g_autofree char *folder = g_path_get_dirname (first->path);
      g_autofree char *shown = g_filename_display_name (folder);
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                   _ ("%s: no picture of this class folder can be read (%s)"), shown,
                   failures[from]);
      return FALSE;
    }
    from = to;
  }
  return TRUE;
}

/* Closes the gaps, moves failures to the set's list and counts each part. */
static void
close_gaps (ThawBuilder *builder, const ThawFolderScan *scan, char **failures, uint32_t *counts)
{
  uint32_t to = 0;

  for (uint32_t i = 0; i < scan->items->len; i++) {
    if (failures[i] != NULL) {
      g_ptr_array_add (builder->set->skipped, g_steal_pointer (&failures[i]));
      continue;
    }
    thaw_builder_move (builder, i, to++);
    counts[nth_item (scan, i)->part]++;
  }
}

static char **
shown_names (const GPtrArray *names)
{
  char **shown = g_new0 (char *, names->len + 1);

  for (guint i = 0; i < names->len; i++)
    shown[i] = g_filename_display_name (names->pdata[i]);
  return shown;
}

static ThawDataset *
build (const ThawSetInfo *info, ThawFolderScan *scan, const ThawReading *reading, GError **error)
{
  ThawBuilder builder;
  uint32_t counts[THAW_N_PARTS] = {0}, n = scan->items->len;
  g_auto (GStrv) names = shown_names (scan->classes);
  char **failures;
  gboolean good;

  if (!thaw_builder_begin (&builder, info, reading, n, DECODING_BYTES, error))
    return NULL;
  failures = g_new0 (char *, n);
  good = decode_all (&builder, scan, failures, error) && check_left (scan, failures, error);
  if (good) {
    g_ptr_array_extend_and_steal (builder.set->skipped, g_steal_pointer (&scan->skipped));
    close_gaps (&builder, scan, failures, counts);
  }
  for (uint32_t i = 0; i < n; i++)
    g_free (failures[i]);
  g_free (failures);
  if (!good) {
    thaw_builder_abandon (&builder);
    return NULL;
  }
  return thaw_builder_end (&builder, (const char *const *) names, (int) scan->classes->len,
                           counts[THAW_PART_TRAIN], counts[THAW_PART_VALIDATION],
                           counts[THAW_PART_TEST]);
}

ThawDataset *
thaw_folder_open (const ThawSetInfo *info, const ThawReading *reading, GError **error)
{
  ThawFolderScan scan;
  ThawDataset *set = NULL;

  if (thaw_folder_scan (&scan, info->path, error))
    set = build (info, &scan, reading, error);
  thaw_folder_scan_clear (&scan);
  return set;
}
