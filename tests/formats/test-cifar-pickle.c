/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIFAR-10 batches as pickles: the layouts of Python 2 and 3, and what is wrong with others. */
#include "bytes.h"

#include <string.h>

typedef struct {
  const char *shape; /* pickled; NULL: (n, 3072) */
  const char *dtype, *fortran, *kind, *module;
  int n, labels, first_label;
  gsize bytes_change;
  bool text_keys, twice;
} Batch;

static void
put_key (GByteArray *to, const Batch *batch, const char *key)
{
  if (batch->text_keys) {
    put_text (to, key);
    return;
  }
  put_number (to, 'U', 1);
  put_number (to, strlen (key), 1);
  put_bytes (to, key, strlen (key));
}

static void
put_array (GByteArray *to, const Batch *batch)
{
  gsize length = (gsize) batch->n * 3072 + batch->bytes_change;

  put_number (to, 'c', 1);
  put_bytes (to, batch->module, strlen (batch->module));
  put_bytes (to, LITERAL ("\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01"
                          "btR(K\x01"));
  if (batch->shape != NULL) {
    put_bytes (to, batch->shape, strlen (batch->shape));
  } else {
    put_number (to, 'M', 1);
    put_number (to, (uint64_t) batch->n, 2);
    put_bytes (to, LITERAL ("M\x00\x0c\x86"));
  }
  put_bytes (to, LITERAL ("cnumpy\ndtype\n(U\x02"));
  put_bytes (to, batch->dtype, 2);
  put_bytes (to, LITERAL ("K\0K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"));
  put_bytes (to, batch->fortran, 1);
  put_bytes (to, batch->kind, 1);
  put_number (to, length, 4);
  for (gsize i = 0; i < length; i++)
    put_number (to, i * 11, 1);
  put_bytes (to, LITERAL ("tb"));
}

static GByteArray *
batch_of (const Batch *batch)
{
  GByteArray *to = g_byte_array_new ();

  put_bytes (to, LITERAL ("\x80\x02}("));
  put_key (to, batch, "labels");
  put_bytes (to, LITERAL ("]("));
  for (int i = 0; i < batch->labels; i++) {
    put_number (to, 'K', 1);
    put_number (to, (uint64_t) (i == 0 ? batch->first_label : i % 10), 1);
  }
  put_bytes (to, LITERAL ("e"));
  put_key (to, batch, "data");
  put_array (to, batch);
  if (batch->twice) {
    put_key (to, batch, "data");
    put_bytes (to, LITERAL ("N"));
  }
  put_bytes (to, LITERAL ("u."));
  return to;
}

static Batch
good (void)
{
  return (Batch){.dtype = "u1",
                 .fortran = "\x89",
                 .kind = "T",
                 .module = "numpy.core.multiarray",
                 .n = 3,
                 .labels = 3,
                 .first_label = 9};
}

static void
check (const Batch *batch, const char *what, bool fine)
{
  g_autoptr (GByteArray) bytes = batch_of (batch);
  g_autoptr (GError) error = NULL;
  ThawCifarPickle out = {0};
  gboolean ok = thaw_cifar_pickle_parse (bytes->data, bytes->len, what, &out, &error);

  if (!fine) {
    if (ok)
      g_error ("accepted: %s", what);
    g_assert_true (error->domain == THAW_FORMATS_ERROR);
    g_assert_true (g_str_has_prefix (error->message, what));
    g_assert_null (out.owner);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (out.n, ==, (size_t) batch->n);
  for (size_t i = 0; i < out.n; i++)
    g_assert_cmpint (out.labels[i], ==, i == 0 ? batch->first_label : (int) (i % 10));
  for (size_t i = 0; i < out.n * 3072; i++)
    g_assert_cmpint (out.pixels[i], ==, (uint8_t) (i * 11));
  g_assert_true (out.pixels > bytes->data && out.pixels < bytes->data + bytes->len);
  thaw_cifar_pickle_clear (&out);
  g_assert_null (out.pixels);
}

#define CHECK(what, fine, ...)                                                                     \
  do {                                                                                             \
    Batch b = good ();                                                                             \
    __VA_ARGS__;                                                                                   \
    check (&b, what, fine);                                                                        \
  } while (0)

static void
layouts (void)
{
  CHECK ("Python 2", true, (void) 0);
  CHECK ("BINBYTES", true, b.kind = "B");
  CHECK ("NumPy 2", true, b.module = "numpy._core.multiarray");
  CHECK ("text keys", true, b.text_keys = true);
  CHECK ("no image", true, b.n = b.labels = 0);
  CHECK ("many", true, b.n = b.labels = 200);
}

static void
wrong (void)
{
  CHECK ("five labels for six", false, b.labels = 2);
  CHECK ("one label more", false, b.labels = 4);
  CHECK ("label 10", false, b.first_label = 10);
  CHECK ("label 255", false, b.first_label = 255);
  CHECK ("columns first", false, b.fortran = "\x88");
  CHECK ("fortran None", false, b.fortran = "N");
  CHECK ("signed bytes", false, b.dtype = "i1");
  CHECK ("floats", false, b.dtype = "f4");
  CHECK ("objects", false, b.dtype = "O8");
  CHECK ("one byte more", false, b.bytes_change = 1);
  CHECK ("one image more", false, b.bytes_change = 3072);
  CHECK ("text as data", false, b.kind = "X");
  CHECK ("one dimension", false, b.shape = "M\x03\x0c\x85");
  CHECK ("three dimensions", false, b.shape = "K\x03K\x03M\x03\x0c\x87");
  CHECK ("other width", false, b.shape = "K\x03M\x03\x0c\x86");
  CHECK ("negative count", false, b.shape = "J\xff\xff\xff\xffM\x03\x0c\x86");
  CHECK ("shape of text", false, b.shape = "U\x01x\x85");
  CHECK ("another module", false, b.module = "numpy.core.umath");
  CHECK ("data replaced by None", false, b.twice = true);
}

static void
missing (void)
{
  static const struct {
    const uint8_t *bytes;
    gsize length;
  } cases[] = {
      {LITERAL ("")},
      {LITERAL ("\x80\x02}.")},
      {LITERAL ("\x80\x02].")},
      {LITERAL ("\x80\x02}U\x06labels]s.")},
      {LITERAL ("\x80\x02}(U\x06labels]U\x04"
                "dataNu.")},
      {LITERAL ("\x80\x02}(U\x06labels]U\x04"
                "dataU\x01xu.")},
      {LITERAL ("\x80\x02}(U\x06labels]U\x04"
                "datacnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01"
                "btRu.")},
      {LITERAL ("\x80\x02}U\x04"
                "dataccollections\nOrderedDict\ns.")},
      {LITERAL ("\x80\x02}U\x04"
                "data(X\x07\0\0\0storagetQs.")},
      {LITERAL ("\x80\x02}U\x04"
                "datacposix\nsystem\nU\x0btouch PWNED\x85Rs.")},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    ThawCifarPickle out;
    g_assert_false (
        thaw_cifar_pickle_parse (cases[i].bytes, cases[i].length, "bytes", &out, &error));
    g_assert_true (error->domain == THAW_FORMATS_ERROR);
  }
}

static void
every_prefix (void)
{
  Batch b = good ();
  g_autoptr (GByteArray) bytes = NULL;

  b.n = b.labels = 1;
  bytes = batch_of (&b);
  for (guint length = 0; length < bytes->len; length++) {
    g_autofree uint8_t *exact = g_memdup2 (bytes->data, MAX (length, 1));
    ThawCifarPickle out;
    g_assert_false (thaw_cifar_pickle_parse (exact, length, "cut", &out, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/formats/cifar-pickle/layouts", layouts);
  g_test_add_func ("/formats/cifar-pickle/wrong", wrong);
  g_test_add_func ("/formats/cifar-pickle/missing", missing);
  g_test_add_func ("/formats/cifar-pickle/every-prefix", every_prefix);
  return g_test_run ();
}
