/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting a data set together: room, digest, fitting, fingerprint. */
#include "dataset-private.h"
#include "picture-private.h"

#include <string.h>
#include <unistd.h>

#define RECORDS_A_PIECE 128

static uint64_t memory_limit_bytes;

void
thaw_data_set_memory_limit (uint64_t bytes)
{
  memory_limit_bytes = bytes;
}

gboolean
thaw_data_memory_fits (const char *path, uint64_t bytes, GError **error)
{
  uint64_t limit = memory_limit_bytes;
  g_autofree char *need = NULL, *most = NULL;

  if (limit == 0)
    limit = (uint64_t) sysconf (_SC_PHYS_PAGES) * (uint64_t) sysconf (_SC_PAGESIZE) / 4 * 3;
  if (bytes <= limit)
    return TRUE;
  need = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  most = g_format_size_full (limit, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
               _ ("%s: needs %s of memory, at most %s of this machine's are taken"), path, need,
               most);
  return FALSE;
}

gboolean
thaw_builder_begin (ThawBuilder *builder,
                    const ThawSetInfo *info,
                    const ThawReading *reading,
                    uint32_t room,
                    uint64_t other_bytes,
                    GError **error)
{
  int size = reading->size;
  uint64_t image_bytes = (uint64_t) size * size * 3;
  uint64_t bytes = room * image_bytes; /* at most 2^32 * 2^26 */
  uint64_t beside = (uint64_t) room * (THAW_DIGEST_BYTES + sizeof (uint16_t));
  ThawDataset *set;
  g_autofree char *shown = g_filename_display_name (info->path);

  memset (builder, 0, sizeof *builder);
  if (!thaw_data_memory_fits (shown, bytes + beside + other_bytes, error))
    return FALSE;
  set = builder->set = g_new0 (ThawDataset, 1);
  set->info = thaw_set_info_copy (info);
  set->size = size;
  set->skipped = g_ptr_array_new_with_free_func (g_free);
  set->pixels = g_try_malloc (MAX (bytes, 1));
  set->labels = g_try_new (uint16_t, MAX (room, 1));
  builder->digests = g_try_malloc (MAX ((size_t) room, 1) * THAW_DIGEST_BYTES);
  builder->room = room;
  builder->reading = reading;
  if (set->pixels == NULL || set->labels == NULL || builder->digests == NULL) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                 _ ("%s: no memory for %u images of %d x %d"), shown, room, size, size);
    thaw_builder_abandon (builder);
    return FALSE;
  }
  if (reading->each > 0) {
    set->here = g_new0 (uint8_t, MAX (room, 1));
    builder->chosen = g_new0 (uint32_t, G_MAXUINT16 + 1);
  }
  builder->pool = thaw_pool_new (0);
  return TRUE;
}

void
thaw_builder_abandon (ThawBuilder *builder)
{
  g_clear_pointer (&builder->set, thaw_dataset_free);
  g_clear_pointer (&builder->digests, g_free);
  g_clear_pointer (&builder->chosen, g_free);
  g_clear_pointer (&builder->pool, thaw_pool_free);
}

static void
put_le32 (uint8_t *out, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    out[i] = (uint8_t) (value >> (8 * i));
}

/* SHA-256 over height, width, channels, label (little-endian, 32 bits each) and the pixels. */
static void
take_digest (
    GChecksum *sum, const uint8_t *pixels, int h, int w, int channels, int label, uint8_t *out)
{
  uint8_t head[16];
  gsize length = THAW_DIGEST_BYTES;

  put_le32 (head, (uint32_t) h);
  put_le32 (head + 4, (uint32_t) w);
  put_le32 (head + 8, (uint32_t) channels);
  put_le32 (head + 12, (uint32_t) label);
  g_checksum_reset (sum);
  g_checksum_update (sum, head, sizeof head);
  g_checksum_update (sum, pixels, (gssize) h * w * channels);
  g_checksum_get_digest (sum, out, &length);
}

/* [h][w][channels] to [h + 2 pad][w + 2 pad][3], black all round (transfer full). */
static uint8_t *
pad_rgb (const uint8_t *pixels, int h, int w, int channels, int pad)
{
  int wide = w + 2 * pad;
  uint8_t *rgb = g_malloc0 ((size_t) (h + 2 * pad) * wide * 3);

  for (int y = 0; y < h; y++) {
    const uint8_t *in = pixels + (size_t) y * w * channels;
    uint8_t *out = rgb + ((size_t) (y + pad) * wide + pad) * 3;
    for (int x = 0; x < w; x++)
      for (int c = 0; c < 3; c++)
        out[3 * x + c] = in[channels == 1 ? x : 3 * x + c];
  }
  return rgb;
}

void
thaw_builder_offer (ThawBuilder *builder, uint32_t i, int label)
{
  g_assert (i < builder->room && label >= 0 && label <= G_MAXUINT16);
  if (builder->chosen != NULL && builder->chosen[label] < builder->reading->each) {
    builder->chosen[label]++;
    builder->set->here[i] = 1;
  }
}

/* Pixels of a sample's other pictures are never touched: their memory is never taken. */
void
thaw_builder_put (ThawBuilder *builder,
                  GChecksum *sum,
                  uint32_t i,
                  const uint8_t *pixels,
                  int h,
                  int w,
                  int channels,
                  int pad,
                  int label)
{
  ThawDataset *set = builder->set;
  uint8_t *out = set->pixels + (size_t) i * set->size * set->size * 3;

  g_assert (i < builder->room && (channels == 1 || channels == 3));
  set->labels[i] = (uint16_t) label;
  if (!thaw_dataset_has_image (set, i))
    return;
  take_digest (sum, pixels, h, w, channels, label,
               builder->digests + (size_t) i * THAW_DIGEST_BYTES);
  if (channels == 1 || pad > 0) {
    g_autofree uint8_t *rgb = pad_rgb (pixels, h, w, channels, pad);
    thaw_picture_fit (rgb, h + 2 * pad, w + 2 * pad, out, set->size);
  } else {
    thaw_picture_fit (pixels, h, w, out, set->size);
  }
}

void
thaw_builder_move (ThawBuilder *builder, uint32_t from, uint32_t to)
{
  ThawDataset *set = builder->set;
  size_t bytes = (size_t) set->size * set->size * 3;

  if (from == to)
    return;
  g_assert (to < from && from < builder->room);
  set->labels[to] = set->labels[from];
  if (set->here != NULL)
    set->here[to] = set->here[from];
  if (!thaw_dataset_has_image (set, from))
    return;
  memcpy (set->pixels + to * bytes, set->pixels + from * bytes, bytes);
  memcpy (builder->digests + (size_t) to * THAW_DIGEST_BYTES,
          builder->digests + (size_t) from * THAW_DIGEST_BYTES, THAW_DIGEST_BYTES);
}

typedef struct {
  ThawBuilder *builder;
  const ThawRecords *records;
  uint32_t first;
} Putting;

static void
interleave (const uint8_t *planar, size_t plane, uint8_t *rgb)
{
  for (size_t i = 0; i < plane; i++)
    for (size_t c = 0; c < 3; c++)
      rgb[3 * i + c] = planar[c * plane + i];
}

static void
put_piece (void *user, int piece, int worker)
{
  const Putting *putting = user;
  const ThawRecords *r = putting->records;
  uint32_t from = (uint32_t) piece * RECORDS_A_PIECE, to = MIN (from + RECORDS_A_PIECE, r->n);
  size_t plane = (size_t) r->h * r->w;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree uint8_t *rgb = r->planar ? g_malloc (3 * plane) : NULL;

  if (g_cancellable_is_cancelled (putting->builder->reading->cancel))
    return;
  for (uint32_t i = from; i < to; i++) {
    const uint8_t *pixels = r->pixels + i * r->pixel_stride;
    if (r->planar && thaw_dataset_has_image (putting->builder->set, putting->first + i))
      interleave (pixels, plane, rgb);
    thaw_builder_put (putting->builder, sum, putting->first + i, r->planar ? rgb : pixels, r->h,
                      r->w, r->planar ? 3 : 1, r->pad, r->labels[i * r->label_stride]);
  }
}

gboolean
thaw_builder_put_records (ThawBuilder *builder,
                          uint32_t first,
                          const ThawRecords *records,
                          GError **error)
{
  Putting putting = {builder, records, first};

  for (uint32_t i = 0; i < records->n && builder->chosen != NULL; i++)
    thaw_builder_offer (builder, first + i, records->labels[i * records->label_stride]);
  thaw_pool_run (builder->pool, (int) ((records->n + RECORDS_A_PIECE - 1) / RECORDS_A_PIECE),
                 put_piece, &putting);
  return !g_cancellable_set_error_if_cancelled (builder->reading->cancel, error);
}

static char **
name_classes (const char *const *names, int classes)
{
  char **copy = g_new0 (char *, classes + 1);

  for (int c = 0; c < classes; c++)
    copy[c] = names != NULL ? g_strdup (names[c]) : g_strdup_printf ("%d", c);
  return copy;
}

/* SHA-256 over the counts and the digests of all images in order. */
static char *
fingerprint (const ThawBuilder *builder)
{
  const ThawDataset *set = builder->set;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("thaw-data 1: %u %u %u %d\n", set->n_train,
                                           set->n_own_validation, set->n_test, set->classes);
  size_t left = (size_t) thaw_dataset_count (set) * THAW_DIGEST_BYTES;

  g_checksum_update (sum, (const guchar *) head, -1);
  g_checksum_update (sum, builder->digests, (gssize) left);
  return g_strdup (g_checksum_get_string (sum));
}

ThawDataset *
thaw_builder_end (ThawBuilder *builder,
                  const char *const *names,
                  int classes,
                  uint32_t n_train,
                  uint32_t n_own_validation,
                  uint32_t n_test)
{
  ThawDataset *set = builder->set;

  g_assert ((uint64_t) n_train + n_own_validation + n_test <= builder->room);
  set->classes = classes;
  set->class_names = name_classes (names, classes);
  set->n_train = n_train;
  set->n_own_validation = n_own_validation;
  set->n_test = n_test;
  set->fingerprint = set->here == NULL ? fingerprint (builder) : NULL;
  builder->set = NULL;
  thaw_builder_abandon (builder);
  return set;
}
