/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDX files, MNIST's format: a big-endian magic 0x0000080D (unsigned bytes, D dimensions), D
 * big-endian sizes, the bytes. Plain or one gzip member. */
#include "readers-private.h"

#include <string.h>

#define MAGIC_LABELS 0x801u
#define MAGIC_IMAGES 0x803u
#define DEFLATE_RATIO 1100 /* nothing deflates better than 1 : 1032 */
#define MNIST_SIDE 28

static const char *const fashion_names[] = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                            "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                            "Bag",         "Ankle boot"};

void
thaw_idx_clear (ThawIdx *idx)
{
  g_clear_pointer (&idx->bytes, g_free);
  idx->n = 0;
}

static uint32_t
be32 (const uint8_t *p)
{
  return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

/* Bytes of the plain file or of what its gzip member unpacks to. */
typedef struct {
  ThawSource *source;
  ThawGunzip gz;
  gboolean packed;
} Stream;

static gboolean
stream_begin (Stream *stream, ThawSource *source, GError **error)
{
  uint8_t first[2];
  gssize n;

  stream->source = source;
  n = thaw_source_read (source, first, sizeof first, error);
  source->at = 0;
  if (n < 0)
    return FALSE;
  stream->packed = n == 2 && first[0] == 0x1f && first[1] == 0x8b;
  return !stream->packed || thaw_gunzip_begin (&stream->gz, source, error);
}

static void
stream_end (Stream *stream)
{
  if (stream->packed)
    thaw_gunzip_end (&stream->gz);
}

static gssize
stream_read (Stream *stream, void *buffer, size_t want, GError **error)
{
  return stream->packed ? thaw_gunzip_read (&stream->gz, buffer, want, error)
                        : thaw_source_read (stream->source, buffer, want, error);
}

static gboolean
read_exactly (Stream *stream, void *buffer, size_t want, GError **error)
{
  gssize n = stream_read (stream, buffer, want, error);

  if (n < 0)
    return FALSE;
  if ((size_t) n == want)
    return TRUE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: is truncated: %zu"
                  " bytes were expected where %" PRIdPTR " are left"),
               stream->source->name, want, n);
  return FALSE;
}

/* Nothing may follow, inside the gzip member or after it. */
static gboolean
expect_end (Stream *stream, GError **error)
{
  uint8_t more;
  gssize n = stream_read (stream, &more, 1, error);

  if (n < 0)
    return FALSE;
  if (n == 0 && !(stream->packed && thaw_gunzip_has_rest (&stream->gz)))
    return TRUE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: holds more bytes than its sizes say"), stream->source->name);
  return FALSE;
}

/* Magic and sizes. */
static gboolean
read_head (Stream *stream, gboolean images, ThawIdx *out, GError **error)
{
  uint8_t head[16];
  uint32_t magic = images ? MAGIC_IMAGES : MAGIC_LABELS;

  if (!read_exactly (stream, head, images ? 16 : 8, error))
    return FALSE;
  if (be32 (head) != magic) {
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: begins with 0x%08x, expected 0x%08x (IDX of %s)"), stream->source->name,
                 be32 (head), magic, images ? _ ("images") : _ ("labels"));
    return FALSE;
  }
  out->n = be32 (head + 4);
  out->h = images ? (int) MIN (be32 (head + 8), G_MAXINT) : 1;
  out->w = images ? (int) MIN (be32 (head + 12), G_MAXINT) : 1;
  if (out->n >= 1 && out->h >= 1 && out->w >= 1 && out->h <= THAW_MAX_SIDE &&
      out->w <= THAW_MAX_SIDE)
    return TRUE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: says %u images of %d x %d, expected at least one, of 1 to %d pixels a side"),
               stream->source->name, out->n, out->h, out->w, THAW_MAX_SIDE);
  return FALSE;
}

/* Room for what the head says, if a file of this size can hold it at all. */
static gboolean
make_room (const Stream *stream, size_t head_bytes, ThawIdx *out, uint64_t *bytes, GError **error)
{
  uint64_t length = stream->source->length;
  uint64_t most = stream->packed ? length * DEFLATE_RATIO : length - head_bytes;

  *bytes = (uint64_t) out->n * (uint64_t) out->h * (uint64_t) out->w; /* at most 2^56 */
  if (*bytes > THAW_MAX_BYTES || *bytes > most) {
    g_set_error (error, THAW_DATA_ERROR,
                 *bytes > THAW_MAX_BYTES ? THAW_DATA_ERROR_LIMIT : THAW_DATA_ERROR_FORMAT,
                 _ ("%s: says that it holds %" PRIu64 " bytes; a file of %" PRIu64
                    " bytes cannot, or it is more than 1 GB"),
                 stream->source->name, *bytes, length);
    return FALSE;
  }
  out->bytes = g_try_malloc (*bytes);
  if (out->bytes == NULL)
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_LIMIT,
                 _ ("%s: no memory for %" PRIu64 " bytes"), stream->source->name, *bytes);
  return out->bytes != NULL;
}

gboolean
thaw_idx_read (ThawSource *source, gboolean images, ThawIdx *out, GError **error)
{
  Stream stream = {0};
  uint64_t bytes;
  gboolean good;

  memset (out, 0, sizeof *out);
  if (!stream_begin (&stream, source, error))
    return FALSE;
  good = read_head (&stream, images, out, error) &&
         make_room (&stream, images ? 16 : 8, out, &bytes, error) &&
         read_exactly (&stream, out->bytes, bytes, error) && expect_end (&stream, error);
  stream_end (&stream);
  if (!good)
    thaw_idx_clear (out);
  return good;
}

char *
thaw_idx_path (const char *folder, int which)
{
  static const char *const stems[] = {"train-images", "train-labels", "t10k-images", "t10k-labels"};
  static const char *const tails[] = {"-idx%d-ubyte", "-idx%d-ubyte.gz", ".idx%d-ubyte",
                                      ".idx%d-ubyte.gz"};

  g_return_val_if_fail (which >= 0 && which < 4, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++) {
    g_auto (GStrv) parts = g_strsplit (tails[i], "%d", 2);
    g_autofree char *name =
        g_strconcat (stems[which], parts[0], which % 2 == 0 ? "3" : "1", parts[1], NULL);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return g_steal_pointer (&path);
  }
  return NULL;
}

static gboolean
read_file (const char *folder, int which, GCancellable *cancel, ThawIdx *out, GError **error)
{
  static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                      "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
  g_autofree char *path = thaw_idx_path (folder, which);
  ThawSource source;
  gboolean good;

  if (path == NULL) {
    g_autofree char *shown = g_filename_display_name (folder);
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: %s (or the same with .gz) is missing"), shown, names[which]);
    return FALSE;
  }
  if (!thaw_source_open (&source, path, cancel, error))
    return FALSE;
  good = thaw_idx_read (&source, which % 2 == 0, out, error);
  thaw_source_close (&source);
  return good;
}

/* files: training images, labels, test images, labels. */
static gboolean
check_fit (const char *folder, const ThawIdx *files, GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);

  for (int part = 0; part < 4; part += 2)
    if (files[part].n != files[part + 1].n) {
      g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                   _ ("%s: the %s files hold %u images and %u labels"), shown,
                   part == 0 ? "train" : "t10k", files[part].n, files[part + 1].n);
      return FALSE;
    }
  if (files[0].h == files[2].h && files[0].w == files[2].w)
    return TRUE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: training images are %d x %d, test images %d x %d"), shown, files[0].h,
               files[0].w, files[2].h, files[2].w);
  return FALSE;
}

static bool
is_fashion (const ThawSetInfo *info)
{
  return strcmp (info->id, "fashion-mnist") == 0 || strcmp (info->id, "sample") == 0;
}

/* Largest label of both parts and 1; 0 and error when that is no sensible number of classes. */
static int
count_classes (const ThawSetInfo *info, const ThawIdx *files, GError **error)
{
  int most = 0;
  g_autofree char *shown = NULL;

  for (int part = 1; part < 4; part += 2)
    for (uint32_t i = 0; i < files[part].n; i++)
      most = MAX (most, files[part].bytes[i]);
  if (most >= 1 && (most < 10 || !is_fashion (info)))
    return most + 1;
  shown = g_filename_display_name (info->path);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               most < 1 ? _ ("%s: the largest label is %d, at least two classes are needed")
                        : _ ("%s: the largest label is %d, Fashion-MNIST has labels 0 to 9"),
               shown, most);
  return 0;
}

static ThawDataset *
build (const ThawSetInfo *info, const ThawIdx *files, const ThawReading *reading, GError **error)
{
  ThawBuilder builder;
  int classes, pad = files[0].h == MNIST_SIDE && files[0].w == MNIST_SIDE ? 2 : 0;
  size_t plane = (size_t) files[0].h * files[0].w;
  uint32_t n_train = files[0].n, n_test = files[2].n, first = 0;
  const char *const *names = NULL;

  if (!check_fit (info->path, files, error) || (classes = count_classes (info, files, error)) == 0)
    return NULL;
  if (!thaw_builder_begin (&builder, info, reading, n_train + n_test, (n_train + n_test) * plane,
                           error))
    return NULL;
  for (int part = 0; part < 4; part += 2) {
    ThawRecords records = {.pixels = files[part].bytes,
                           .labels = files[part + 1].bytes,
                           .pixel_stride = plane,
                           .label_stride = 1,
                           .n = files[part].n,
                           .h = files[part].h,
                           .w = files[part].w,
                           .pad = pad};
    if (!thaw_builder_put_records (&builder, first, &records, error)) {
      thaw_builder_abandon (&builder);
      return NULL;
    }
    first += records.n;
  }
  if (classes == G_N_ELEMENTS (fashion_names) && is_fashion (info))
    names = fashion_names;
  return thaw_builder_end (&builder, names, classes, n_train, 0, n_test);
}

ThawDataset *
thaw_idx_open (const ThawSetInfo *info, const ThawReading *reading, GError **error)
{
  ThawIdx files[4] = {0};
  ThawDataset *set = NULL;
  gboolean good = TRUE;

  for (int i = 0; i < 4 && good; i++)
    good = read_file (info->path, i, reading->cancel, &files[i], error);
  if (good)
    set = build (info, files, reading, error);
  for (int i = 0; i < 4; i++)
    thaw_idx_clear (&files[i]);
  return set;
}
