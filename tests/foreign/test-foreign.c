/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Through the helper everything is as it is in process: values, names, order, sentences. And
 * answers that were damaged on the way are refused or harmless: the seed is printed. */
#include "confine-private.h"
#include "data-fixtures.h"
#include "foreign-private.h"
#include "parcel-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MUTATIONS 5000

/* Both ended alike: with the same sentence in the same domain, or with something. */
static bool
same_error (GError *here, GError *there)
{
  g_assert_true ((here == NULL) == (there == NULL));
  if (here == NULL)
    return false;
  g_assert_cmpstr (there->message, ==, here->message);
  g_assert_true (there->domain == here->domain && there->code == here->code);
  g_error_free (here);
  g_error_free (there);
  return true;
}

/* --- Weights -----------------------------------------------------------------------------------*/

static void
same_tensor (const ThawTensor *a, const ThawTensor *b)
{
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpint (a->dtype, ==, b->dtype);
  g_assert_cmpint (a->ndim, ==, b->ndim);
  g_assert_cmpuint (a->count, ==, b->count);
  g_assert_cmpmem (a->shape, sizeof *a->shape * (size_t) a->ndim, b->shape,
                   sizeof *b->shape * (size_t) b->ndim);
  g_assert_cmpmem (a->data, a->bytes, b->data, b->bytes);
  g_assert_cmpuint ((uintptr_t) b->data % 64, ==, 0);
}

static void
same_dict (const ThawStateDict *a, const ThawStateDict *b)
{
  g_autoptr (GList) keys = thaw_state_dict_meta_keys (a), others = thaw_state_dict_meta_keys (b);

  g_assert_cmpuint (thaw_state_dict_size (a), ==, thaw_state_dict_size (b));
  for (size_t i = 0; i < thaw_state_dict_size (a); i++)
    same_tensor (thaw_state_dict_nth (a, i), thaw_state_dict_nth (b, i));
  g_assert_cmpuint (g_list_length (keys), ==, g_list_length (others));
  for (GList *l = keys; l != NULL; l = l->next)
    g_assert_cmpstr (thaw_state_dict_meta (a, l->data), ==, thaw_state_dict_meta (b, l->data));
}

/* TRUE when it was read. */
static bool
same_weights (const char *path)
{
  GError *error = NULL, *other = NULL;
  ThawFormat format = 0, other_format = 0;
  g_autoptr (ThawStateDict) here = thaw_weights_read (path, &format, &error);
  g_autoptr (ThawStateDict) there = thaw_foreign_weights (path, &other_format, &other);

  if (same_error (error, other))
    return false;
  same_dict (here, there);
  g_assert_cmpint (format, ==, other_format);
  return true;
}

/* Every golden weight file, good and hostile. */
static void
golden_weights (void)
{
  const char *named = g_getenv ("THAW_GOLDEN");
  g_autofree char *folder = g_build_filename (named != NULL ? named : GOLDEN, "files", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint read = 0, refused = 0;
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (same_weights (path))
      read++;
    else
      refused++;
  }
  g_test_message ("%u files read, %u refused, in the same words", read, refused);
  g_assert_cmpuint (read, >, 0);
  g_assert_cmpuint (refused, >, 0);
}

/* Large enough that values are given up while they are written; and what can be changed here stays
 * here. */
static void
large_weights (void)
{
  g_autofree char *dir = tmp_new ();
  g_autofree char *path = g_build_filename (dir, "large.safetensors", NULL);
  const uint64_t shape[] = {3, 1000001}, empty[] = {0, 7};
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  ThawTensor *tensor = thaw_tensor_new ("large", THAW_DTYPE_F32, 2, shape);

  for (uint64_t i = 0; i < tensor->count; i++)
    ((float *) tensor->data)[i] = (float) i;
  thaw_state_dict_add (dict, tensor);
  thaw_state_dict_add (dict, thaw_tensor_new ("empty", THAW_DTYPE_I64, 2, empty));
  thaw_state_dict_add (dict, thaw_tensor_new ("scalar", THAW_DTYPE_I64, 0, NULL));
  thaw_state_dict_set_meta (dict, "unité", "mètre\nzweite Zeile");
  g_assert_true (thaw_safetensors_write (dict, path, NULL, NULL, NULL));
  g_assert_true (same_weights (path));
  g_autoptr (ThawStateDict) there = thaw_foreign_weights (path, NULL, NULL);
  g_autoptr (ThawStateDict) part = thaw_state_dict_take (there, "la");
  ((float *) thaw_state_dict_nth (part, 0)->data)[7] = 1; /* writable */
  g_clear_pointer (&there, thaw_state_dict_free);         /* and lasts by itself */
  g_assert_cmpfloat (((float *) thaw_state_dict_nth (part, 0)->data)[8], ==, 8);
  tmp_remove (g_steal_pointer (&dir));
}

/* --- Sets --------------------------------------------------------------------------------------*/

static void
same_info (const ThawSetInfo *a, const ThawSetInfo *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpstr (a->id, ==, b->id);
  g_assert_cmpstr (a->title, ==, b->title);
  g_assert_cmpstr (a->path, ==, b->path);
}

static void
same_images (const ThawDataset *a, const ThawDataset *b)
{
  size_t bytes = (size_t) thaw_dataset_size (a) * (size_t) thaw_dataset_size (a) * 3;

  for (uint32_t i = 0; i < thaw_dataset_count (a); i++) {
    g_assert_cmpint (thaw_dataset_label (a, i), ==, thaw_dataset_label (b, i));
    g_assert_true (thaw_dataset_has_image (a, i) == thaw_dataset_has_image (b, i));
    if (thaw_dataset_has_image (a, i))
      g_assert_cmpmem (thaw_dataset_image (a, i), bytes, thaw_dataset_image (b, i), bytes);
  }
}

static void
same_set (const ThawDataset *a, const ThawDataset *b)
{
  const GPtrArray *skipped = thaw_dataset_skipped (a), *other = thaw_dataset_skipped (b);

  same_info (thaw_dataset_info (a), thaw_dataset_info (b));
  g_assert_cmpint (thaw_dataset_size (a), ==, thaw_dataset_size (b));
  g_assert_cmpint (thaw_dataset_classes (a), ==, thaw_dataset_classes (b));
  for (int c = 0; c < thaw_dataset_classes (a); c++)
    g_assert_cmpstr (thaw_dataset_class_name (a, c), ==, thaw_dataset_class_name (b, c));
  g_assert_cmpuint (thaw_dataset_n_train (a), ==, thaw_dataset_n_train (b));
  g_assert_cmpuint (thaw_dataset_n_own_validation (a), ==, thaw_dataset_n_own_validation (b));
  g_assert_cmpuint (thaw_dataset_n_test (a), ==, thaw_dataset_n_test (b));
  g_assert_cmpstr (thaw_dataset_fingerprint (a), ==, thaw_dataset_fingerprint (b));
  g_assert_cmpuint (skipped->len, ==, other->len);
  for (guint i = 0; i < skipped->len; i++)
    g_assert_cmpstr (skipped->pdata[i], ==, other->pdata[i]);
  same_images (a, b);
}

/* As a whole, as a sample, and what a look at it says. TRUE when it was read. */
static bool
same_reading (const char *path, int size)
{
  GError *error = NULL, *other = NULL;
  g_autoptr (ThawDataset) here = thaw_dataset_open (path, size, NULL, &error);
  g_autoptr (ThawDataset) there = thaw_foreign_dataset (path, size, NULL, &other);
  g_autoptr (ThawDataset) few = NULL, same_few = NULL;
  g_autoptr (ThawSetInfo) info = NULL, same = NULL;
  bool good = !same_error (g_steal_pointer (&error), g_steal_pointer (&other));

  if (good)
    same_set (here, there);
  info = thaw_set_probe (path, &error);
  same = thaw_foreign_probe (path, &other);
  if (!same_error (g_steal_pointer (&error), g_steal_pointer (&other)))
    same_info (info, same);
  few = thaw_dataset_sample (path, size, 2, NULL, &error);
  same_few = thaw_foreign_sample (path, size, 2, NULL, &other);
  if (!same_error (g_steal_pointer (&error), g_steal_pointer (&other)))
    same_set (few, same_few);
  return good;
}

static void
put_archive (const char *dir, ThawSetKind kind, const char *name)
{
  g_autoptr (GByteArray) archive = cifar_archive (kind, 30, 20);

  put_file (dir, name, archive);
}

static void
cifar (void)
{
  char *dir = tmp_new ();
  g_autofree char *binary = g_build_filename (dir, "binary", NULL);
  g_autofree char *python = g_build_filename (dir, "python", NULL);
  g_autofree char *label = g_build_filename (binary, "data_batch_3.bin", NULL);
  g_autofree char *packed = g_build_filename (dir, "cifar-10-binary.tar.gz", NULL);
  g_autofree char *pickled = g_build_filename (dir, "cifar-10-python.tar.gz", NULL);
  g_autofree char *bytes = NULL;
  gsize length;

  put_cifar (binary, THAW_SET_CIFAR10_BINARY, 400, 100); /* more than what is given up at once */
  put_cifar (python, THAW_SET_CIFAR10_PYTHON, 20, 10);
  put_archive (dir, THAW_SET_CIFAR10_BINARY, "cifar-10-binary.tar.gz");
  put_archive (dir, THAW_SET_CIFAR10_PYTHON, "cifar-10-python.tar.gz");
  g_assert_true (same_reading (binary, 32));
  g_assert_true (same_reading (binary, 17));
  g_assert_true (same_reading (python, 32));
  g_assert_true (same_reading (packed, 32));
  g_assert_true (same_reading (pickled, 24));
  g_assert_true (same_reading (dir, 32));
  g_assert_true (g_file_get_contents (label, &bytes, &length, NULL));
  bytes[3073] = 10; /* a label that no class has */
  g_assert_true (g_file_set_contents (label, bytes, (gssize) length, NULL));
  g_assert_false (same_reading (binary, 32));
  g_assert_cmpint (truncate (packed, 5000), ==, 0);
  g_assert_false (same_reading (packed, 32));
  g_assert_cmpint (g_unlink (label), ==, 0);
  g_assert_false (same_reading (binary, 32));
  g_assert_false (same_reading ("/nowhere/at-all", 32));
  tmp_remove (dir);
}

static void
idx (void)
{
  char *plain = tmp_new (), *packed = tmp_new ();

  put_idx (plain, 50, 20, FALSE);
  put_idx (packed, 50, 20, TRUE);
  g_assert_true (same_reading (plain, 32));
  g_assert_true (same_reading (packed, 28));
  put_text (packed, "train-labels-idx1-ubyte.gz", "nothing of the kind");
  g_assert_false (same_reading (packed, 32));
  tmp_remove (plain);
  tmp_remove (packed);
}

/* Pictures of every kind, some bad, links inside and out. */
static void
folder (void)
{
  char *dir = tmp_new ();
  g_autofree char *inside = g_build_filename (dir, "train/b/inside.png", NULL);
  g_autofree char *outside = g_build_filename (dir, "train/b/outside.png", NULL);
  const char *const parts[] = {"train/a", "train/b", "val/a", "val/b"};

  for (int i = 0; i < 4; i++) {
    g_autofree char *png_name = g_strconcat (parts[i], "/1.png", NULL);
    g_autofree char *jpeg_name = g_strconcat (parts[i], "/2.jpeg", NULL);
    g_autoptr (GByteArray) png = png_rgb ((uint64_t) i, 20 + i, 31);
    g_autoptr (GByteArray) jpeg = jpeg_of ((uint64_t) i, 40, 33, 3, i % 2);
    put_file (dir, png_name, png);
    put_file (dir, jpeg_name, jpeg);
  }
  put_text (dir, "train/a/3.png", "no picture");
  g_assert_cmpint (symlink ("1.png", inside), ==, 0);
  g_assert_cmpint (symlink ("/etc/passwd", outside), ==, 0);
  g_assert_true (same_reading (dir, 16));
  put_text (dir, "val/c/1.png", "a class that is not trained");
  g_assert_false (same_reading (dir, 16));
  tmp_remove (dir);
}

static void
sets (void)
{
  char *dir = tmp_new ();
  const char *const folders[] = {dir, "/nowhere", NULL};
  g_autofree char *one = g_build_filename (dir, "one", NULL);
  g_autoptr (GPtrArray) here = NULL, there = NULL;
  g_autoptr (GError) error = NULL;

  put_idx (one, 10, 10, TRUE);
  put_archive (dir, THAW_SET_CIFAR10_PYTHON, "x.tar.gz");
  here = thaw_sets_find (folders);
  there = thaw_foreign_sets (folders, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (here->len, >=, 2);
  g_assert_cmpuint (here->len, ==, there->len);
  for (guint i = 0; i < here->len; i++)
    same_info (here->pdata[i], there->pdata[i]);
  tmp_remove (dir);
}

/* --- Pictures ----------------------------------------------------------------------------------*/

static void
same_picture (const char *path, int side)
{
  GError *error = NULL, *other = NULL;
  g_autofree uint8_t *here = thaw_picture_read (path, side, &error);
  g_autoptr (GBytes) there = thaw_foreign_picture (path, side, &other);
  int h = 0, w = 0, same_h = 0, same_w = 0;
  g_autofree uint8_t *whole = NULL;
  g_autoptr (GBytes) same_whole = NULL;

  if (!same_error (g_steal_pointer (&error), g_steal_pointer (&other)))
    g_assert_cmpmem (here, (size_t) side * (size_t) side * 3, g_bytes_get_data (there, NULL),
                     g_bytes_get_size (there));
  whole = thaw_picture_read_whole (path, side, &h, &w, &error);
  same_whole = thaw_foreign_picture_whole (path, side, &same_h, &same_w, NULL, &other);
  if (same_error (error, other))
    return;
  g_assert_cmpint (h, ==, same_h);
  g_assert_cmpint (w, ==, same_w);
  g_assert_cmpint (MAX (h, w), <=, side);
  g_assert_cmpmem (whole, (size_t) h * (size_t) w * 3, g_bytes_get_data (same_whole, NULL),
                   g_bytes_get_size (same_whole));
}

static void
pictures (void)
{
  char *dir = tmp_new ();
  const char *const names[] = {"a.png", "b.jpg", "bad.png", "cmyk.jpg", "absent.png"};
  g_autoptr (GByteArray) png = png_rgb (1, 120, 77), jpeg = jpeg_of (2, 65, 200, 1, TRUE);
  g_autoptr (GByteArray) cmyk = jpeg_of (3, 20, 20, 4, FALSE);

  put_file (dir, "a.png", png);
  put_file (dir, "b.jpg", jpeg);
  put_file (dir, "cmyk.jpg", cmyk);
  g_byte_array_set_size (png, png->len / 2);
  put_file (dir, "bad.png", png);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (dir, names[i], NULL);
    same_picture (path, 32);
    same_picture (path, 500);
  }
  same_picture (dir, 32);
  tmp_remove (dir);
}

/* --- Damaged answers ---------------------------------------------------------------------------*/

/* A parcel as an array of its bytes. */
static GByteArray *
bytes_in (int fd)
{
  off_t length = lseek (fd, 0, SEEK_END);
  GByteArray *bytes = g_byte_array_sized_new ((guint) length);

  g_byte_array_set_size (bytes, (guint) length);
  g_assert_cmpint (pread (fd, bytes->data, (size_t) length, 0), ==, length);
  close (fd);
  return bytes;
}

/* A copy with a few bytes changed, or cut, of exactly its size and at a multiple of 64: so that a
 * sanitizer sees whoever reads beyond. */
static GBytes *
mutate (const GByteArray *bytes, ThawRng *rng)
{
  size_t length = bytes->len;
  uint8_t *copy;
  uint64_t head;

  if (thaw_rng_below (rng, 8) == 0)
    length = thaw_rng_below (rng, bytes->len + 1) & ~(uint64_t) 7;
  g_assert_cmpint (posix_memalign ((void **) &copy, 64, MAX (length, 1)), ==, 0);
  memcpy (copy, bytes->data, length);
  head = length;
  if (length >= THAW_PARCEL_HEAD)
    memcpy (copy + 8, &head, sizeof head);
  for (uint64_t n = 1 + thaw_rng_below (rng, 4); n > 0 && length > 16; n--) {
    uint64_t at = 16 + thaw_rng_below (rng, length - 16);
    static const uint64_t likely[] = {0, 1, 8, 255, 1 << 20, UINT64_C (1) << 32, UINT64_MAX};
    if (thaw_rng_below (rng, 2) == 0 && at + 8 <= length)
      memcpy (copy + (at & ~(uint64_t) 7), &likely[thaw_rng_below (rng, 7)], 8);
    else
      copy[at] ^= (uint8_t) (1 << thaw_rng_below (rng, 8));
  }
  return g_bytes_new_with_free_func (copy, length, free, copy);
}

/* Whatever was believed can be read from end to end. */
static uint64_t
read_dict (const ThawStateDict *dict)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    g_assert_true (g_utf8_validate (tensor->name, -1, NULL));
    for (uint64_t b = 0; b < tensor->bytes; b++)
      sum += ((const uint8_t *) tensor->data)[b];
  }
  return sum;
}

static uint64_t
read_dataset (const ThawDataset *set)
{
  int size = thaw_dataset_size (set);
  uint64_t sum = 0;

  for (uint32_t i = 0; i < thaw_dataset_count (set); i++) {
    g_assert_cmpint (thaw_dataset_label (set, i), <, thaw_dataset_classes (set));
    for (int b = 0; thaw_dataset_has_image (set, i) && b < size * size * 3; b++)
      sum += thaw_dataset_image (set, i)[b];
  }
  for (int c = 0; c < thaw_dataset_classes (set); c++)
    g_assert_true (g_utf8_validate (thaw_dataset_class_name (set, c), -1, NULL));
  return sum;
}

static GByteArray *
weights_parcel (void)
{
  int fd = memfd_create ("weights", MFD_CLOEXEC);
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  const uint64_t shape[] = {2, 3, 1, 4};
  ThawParcel *parcel = thaw_parcel_new (fd);

  for (int i = 0; i < THAW_N_DTYPES; i++) {
    g_autofree char *name = g_strdup_printf ("layer.%d.weight", i);
    thaw_state_dict_add (dict, thaw_tensor_new (name, (ThawDtype) i, i % 5, shape));
  }
  thaw_state_dict_set_meta (dict, "format", "pt");
  thaw_pack_weights (parcel, dict, THAW_FORMAT_PTH_ZIP);
  g_assert_true (thaw_parcel_finish (parcel));
  return bytes_in (fd);
}

static GByteArray *
set_parcel (const char *dir, uint32_t each)
{
  int fd = memfd_create ("set", MFD_CLOEXEC);
  g_autoptr (ThawDataset) set = each > 0 ? thaw_dataset_sample (dir, 4, each, NULL, NULL)
                                         : thaw_dataset_open (dir, 4, NULL, NULL);
  ThawParcel *parcel = thaw_parcel_new (fd);

  thaw_pack_dataset (parcel, set);
  g_assert_true (thaw_parcel_finish (parcel));
  return bytes_in (fd);
}

static bool
take_damaged (GBytes *bytes, int kind, const char *dir)
{
  g_auto (ThawParcelTaking) answer = {0};
  g_autoptr (ThawStateDict) dict = NULL;
  g_autoptr (ThawDataset) set = NULL;

  thaw_parcel_open (&answer, bytes);
  if (kind == 0)
    dict = thaw_take_weights (&answer, NULL);
  else
    set = thaw_take_dataset (&answer, dir, 4, kind == 1 ? 0 : 2);
  if (dict != NULL)
    read_dict (dict);
  if (set != NULL)
    read_dataset (set);
  return dict != NULL || set != NULL;
}

static void
damaged (void)
{
  char *dir = tmp_new ();
  uint64_t seed = 20261122;
  GByteArray *parcels[3];
  guint refused = 0;

  if (g_getenv ("TEST_SEED") != NULL)
    seed = g_ascii_strtoull (g_getenv ("TEST_SEED"), NULL, 10);
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  put_cifar (dir, THAW_SET_CIFAR10_BINARY, 3, 2);
  parcels[0] = weights_parcel ();
  parcels[1] = set_parcel (dir, 0);
  parcels[2] = set_parcel (dir, 2);
  for (int kind = 0; kind < 3; kind++) {
    ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, (uint64_t) kind, 0, 0);
    for (int i = 0; i < MUTATIONS; i++) {
      g_autoptr (GBytes) bytes = mutate (parcels[kind], &rng);
      refused += !take_damaged (bytes, kind, dir);
    }
  }
  g_test_message ("%u of %d damaged answers refused, the others are read", refused, 3 * MUTATIONS);
  g_assert_cmpuint (refused, >, MUTATIONS);
  for (int kind = 0; kind < 3; kind++)
    g_byte_array_unref (parcels[kind]);
  tmp_remove (dir);
}

/* A path that an answer names lies where it was asked for. */
static void
paths_within (void)
{
  static const struct {
    const char *path, *asked;
    bool within;
  } cases[] = {
      {"/a/b", "/a/b", true},     {"/a/b", "/a/b/", true},      {"/a/b", "/a/b//", true},
      {"/a/b/c", "/a/b", true},   {"/a/b/c", "/", true},        {"/a/bc", "/a/b", false},
      {"/a", "/a/b", false},      {"/a/b/../c", "/a/b", false}, {"/a/b/c/..", "/a/b", false},
      {"/a/b/..", "/a/b", false}, {"/a/b", "", false},          {"", "/a", false},
      {"/a/b/..c", "/a/b", true},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_true (thaw_path_within (cases[i].path, cases[i].asked) == cases[i].within);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  thaw_confine_set_program (argv[1]);
  g_test_add_func ("/foreign/paths-within", paths_within);
  g_test_add_func ("/foreign/golden-weights", golden_weights);
  g_test_add_func ("/foreign/large-weights", large_weights);
  g_test_add_func ("/foreign/cifar", cifar);
  g_test_add_func ("/foreign/idx", idx);
  g_test_add_func ("/foreign/folder", folder);
  g_test_add_func ("/foreign/sets", sets);
  g_test_add_func ("/foreign/pictures", pictures);
  g_test_add_func ("/foreign/damaged-answers", damaged);
  return g_test_run ();
}
