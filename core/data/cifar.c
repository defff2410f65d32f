/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIFAR-10 in its two forms, from an unpacked folder or from a tar.gz: five training batches and a
 * test batch, 32 x 32 RGB in three planes, labels 0..9.
 * Source: the data set's home page, "CIFAR-10 python version" and "binary version". */
#include "readers-private.h"
#include "thaw-formats.h"

#include <string.h>

#define SIDE 32
#define CLASSES 10
#define MAX_META_BYTES 4096

static const char *const binary_names[] = {
    "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
    "data_batch_5.bin", "test_batch.bin",   "batches.meta.txt"};
static const char *const python_names[] = {"data_batch_1", "data_batch_2", "data_batch_3",
                                           "data_batch_4", "data_batch_5", "test_batch"};
static const char *const class_names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                          "dog",      "frog",       "horse", "ship", "truck"};

/* Where the bytes of the files come from: members of an archive, or a folder read on demand. */
typedef struct {
  const ThawSetInfo *info;
  ThawBlob blobs[THAW_CIFAR_FILES + 1]; /* the last: batches.meta.txt, maybe */
  uint64_t lengths[THAW_CIFAR_FILES];
  gboolean in_folder;
  const ThawReading *reading;
  guint left_out;
} Files;

const char *const *
thaw_cifar_names (ThawSetKind kind)
{
  return kind == THAW_SET_CIFAR10_BINARY ? binary_names : python_names;
}

gboolean
thaw_cifar_binary_check (
    const uint8_t *bytes, size_t length, const char *source, uint32_t *n, GError **error)
{
  if (length == 0 || length % THAW_CIFAR_RECORD != 0) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: has %zu bytes, expected a multiple of %d (a label and "
                    "32 x 32 pixels for each image)"),
                 source, length, THAW_CIFAR_RECORD);
    return FALSE;
  }
  for (size_t at = 0; at < length; at += THAW_CIFAR_RECORD)
    if (bytes[at] >= CLASSES) {
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                   _ ("%s: image %zu has label %d, expected 0 to 9"), source,
                   at / THAW_CIFAR_RECORD, bytes[at]);
      return FALSE;
    }
  *n = (uint32_t) (length / THAW_CIFAR_RECORD);
  return TRUE;
}

static char *
shown_name (const Files *files, int i)
{
  const char *name = thaw_cifar_names (files->info->kind)[i];
  g_autofree char *path = g_build_filename (files->info->path, name, NULL);

  return g_filename_display_name (path);
}

/* The most images that file i can hold. */
static uint64_t
most_images (const Files *files, int i)
{
  return files->lengths[i] / THAW_CIFAR_PIXELS;
}

/* Reads file i of a folder; an archive's are there already. */
static gboolean
load (Files *files, int i, GError **error)
{
  g_autofree char *path = NULL;

  if (!files->in_folder)
    return TRUE;
  path = g_build_filename (files->info->path, thaw_cifar_names (files->info->kind)[i], NULL);
  files->blobs[i].bytes = thaw_data_read_file (path, THAW_MAX_BYTES, &files->blobs[i].length,
                                               files->reading->cancel, error);
  return files->blobs[i].bytes != NULL;
}

static gboolean
put_binary (ThawBuilder *builder,
            const ThawBlob *blob,
            const char *name,
            uint32_t first,
            uint32_t *n,
            GError **error)
{
  ThawRecords records = {.pixels = blob->bytes + 1,
                         .labels = blob->bytes,
                         .pixel_stride = THAW_CIFAR_RECORD,
                         .label_stride = THAW_CIFAR_RECORD,
                         .h = SIDE,
                         .w = SIDE,
                         .planar = TRUE};

  if (!thaw_cifar_binary_check (blob->bytes, blob->length, name, n, error))
    return FALSE;
  records.n = *n;
  return thaw_builder_put_records (builder, first, &records, error);
}

static gboolean
put_python (ThawBuilder *builder,
            const ThawBlob *blob,
            const char *name,
            uint32_t first,
            uint32_t *n,
            GError **error)
{
  ThawCifarPickle batch = {0};
  ThawRecords records = {
      .pixel_stride = THAW_CIFAR_PIXELS, .label_stride = 1, .h = SIDE, .w = SIDE, .planar = TRUE};
  gboolean good;

  if (!thaw_cifar_pickle_parse (blob->bytes, blob->length, name, &batch, error))
    return FALSE;
  if (batch.n == 0 || batch.n > builder->room - first) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: holds %zu images in %zu bytes"), name, batch.n, blob->length);
    good = FALSE;
  } else {
    records.n = *n = (uint32_t) batch.n;
    records.pixels = batch.pixels;
    records.labels = batch.labels;
    good = thaw_builder_put_records (builder, first, &records, error);
  }
  thaw_cifar_pickle_clear (&batch);
  return good;
}

/* The five training batches must agree: one cut off at the end of an image would go unnoticed. */
static gboolean
check_count (const Files *files, int i, uint32_t n, uint32_t n_first, GError **error)
{
  g_autofree char *name = NULL;

  if (i == THAW_CIFAR_FILES - 1 || n == n_first)
    return TRUE;
  name = shown_name (files, i);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: holds %u images, %s holds %u: the training batches must be equally large"),
               name, n, thaw_cifar_names (files->info->kind)[0], n_first);
  return FALSE;
}

/* Puts all files one after another; counts: [THAW_CIFAR_FILES], overwritten. */
static gboolean
put_files (Files *files, ThawBuilder *builder, uint32_t *counts, GError **error)
{
  uint32_t first = 0;

  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    ThawBlob *blob = &files->blobs[i];
    g_autofree char *name = shown_name (files, i);
    gboolean good = load (files, i, error);

    if (good && files->info->kind == THAW_SET_CIFAR10_BINARY)
      good = put_binary (builder, blob, name, first, &counts[i], error);
    else if (good)
      good = put_python (builder, blob, name, first, &counts[i], error);
    thaw_blob_clear (blob);
    if (!good || !check_count (files, i, counts[i], counts[0], error))
      return FALSE;
    first += counts[i];
  }
  return TRUE;
}

/* Ten names, one a line, as in batches.meta.txt; NULL when it is anything else. (transfer full) */
static char **
parse_names (const ThawBlob *blob)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  int n = 0;

  if (blob->bytes == NULL || blob->length > MAX_META_BYTES)
    return NULL;
  text = g_strndup ((const char *) blob->bytes, blob->length);
  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  while (lines[n] != NULL && *g_strstrip (lines[n]) != '\0')
    n++;
  return n == CLASSES ? g_steal_pointer (&lines) : NULL;
}

static ThawDataset *
build (Files *files, GError **error)
{
  ThawBuilder builder;
  uint64_t room = 0, bytes = 0;
  uint32_t counts[THAW_CIFAR_FILES] = {0}, n_train = 0;
  g_auto (GStrv) names = parse_names (&files->blobs[THAW_CIFAR_FILES]);
  ThawDataset *set;

  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    room += most_images (files, i);
    bytes = files->in_folder ? MAX (bytes, files->lengths[i]) : bytes + files->lengths[i];
  }
  g_assert (room <= THAW_CIFAR_FILES * THAW_MAX_BYTES / THAW_CIFAR_PIXELS);
  if (!thaw_builder_begin (&builder, files->info, files->reading, (uint32_t) room, bytes, error))
    return NULL;
  if (!put_files (files, &builder, counts, error)) {
    thaw_builder_abandon (&builder);
    return NULL;
  }
  for (int i = 0; i < THAW_CIFAR_FILES - 1; i++)
    n_train += counts[i];
  set = thaw_builder_end (&builder, names != NULL ? (const char *const *) names : class_names,
                          CLASSES, n_train, 0, counts[THAW_CIFAR_FILES - 1]);
  if (files->left_out > 0)
    g_ptr_array_add (set->skipped,
                     g_strdup_printf (ngettext ("%u member of the archive is a link or a device "
                                                "and was left out",
                                                "%u members of the archive are links or devices "
                                                "and were left out",
                                                files->left_out),
                                      files->left_out));
  return set;
}

static void
files_clear (Files *files)
{
  for (guint i = 0; i < G_N_ELEMENTS (files->blobs); i++)
    thaw_blob_clear (&files->blobs[i]);
}

static gboolean
check_members (Files *files, const char *source, GError **error)
{
  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    if (files->blobs[i].bytes == NULL) {
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                   _ ("%s: the archive has no %s; five data batches and a test batch are expected"),
                   source, thaw_cifar_names (files->info->kind)[i]);
      return FALSE;
    }
    files->lengths[i] = files->blobs[i].length;
  }
  return TRUE;
}

ThawDataset *
thaw_cifar_read_archive (const ThawSetInfo *info,
                         ThawSource *source,
                         const ThawReading *reading,
                         GError **error)
{
  Files files = {.info = info, .reading = reading};
  gboolean binary = info->kind == THAW_SET_CIFAR10_BINARY;
  ThawDataset *set = NULL;

  if (!thaw_archive_read (source, thaw_cifar_names (info->kind),
                          binary ? G_N_ELEMENTS (binary_names) : G_N_ELEMENTS (python_names),
                          files.blobs, &files.left_out, error))
    return NULL;
  if (check_members (&files, source->name, error))
    set = build (&files, error);
  files_clear (&files);
  return set;
}

/* Sizes of the files of a folder, which are read later, one at a time. */
static gboolean
check_folder (Files *files, GError **error)
{
  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    ThawSource source;
    g_autofree char *path =
        g_build_filename (files->info->path, thaw_cifar_names (files->info->kind)[i], NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
      g_autofree char *shown = shown_name (files, i);
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                   _ ("%s: is missing; five data batches and a test batch are expected"), shown);
      return FALSE;
    }
    if (!thaw_source_open (&source, path, files->reading->cancel, error))
      return FALSE;
    files->lengths[i] = source.length;
    thaw_source_close (&source);
    if (files->lengths[i] > THAW_MAX_BYTES) {
      g_autofree char *shown = shown_name (files, i);
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT, _ ("%s: is larger than 1 GB"),
                   shown);
      return FALSE;
    }
  }
  return TRUE;
}

static ThawDataset *
open_folder (const ThawSetInfo *info, const ThawReading *reading, GError **error)
{
  Files files = {.info = info, .reading = reading, .in_folder = TRUE};
  ThawBlob *meta = &files.blobs[THAW_CIFAR_FILES];
  g_autofree char *path = g_build_filename (info->path, "batches.meta.txt", NULL);
  ThawDataset *set;

  if (!check_folder (&files, error))
    return NULL;
  if (info->kind == THAW_SET_CIFAR10_BINARY)
    meta->bytes = thaw_data_read_file (path, MAX_META_BYTES, &meta->length, reading->cancel, NULL);
  set = build (&files, error);
  files_clear (&files);
  return set;
}

ThawDataset *
thaw_cifar_open (const ThawSetInfo *info, const ThawReading *reading, GError **error)
{
  ThawSource source;
  ThawDataset *set;

  if (g_file_test (info->path, G_FILE_TEST_IS_DIR))
    return open_folder (info, reading, error);
  if (!thaw_source_open (&source, info->path, reading->cancel, error))
    return NULL;
  set = thaw_cifar_read_archive (info, &source, reading, error);
  thaw_source_close (&source);
  return set;
}
