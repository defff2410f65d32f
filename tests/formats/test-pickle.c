/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile pickles. Each payload is tried as the object of a zip, of a legacy file and as a CIFAR
 * batch, and refused with a sentence in all three; nothing it names ever happens. */
#include "bytes.h"

#include <glib/gstdio.h>
#include <string.h>

static guint payloads;

static void
is_refused (gboolean ok, GError **error, const char *what, int code)
{
  if (ok)
    g_error ("accepted: %s", what);
  g_assert_nonnull (*error);
  g_assert_true ((*error)->domain == THAW_FORMATS_ERROR);
  g_assert_true (g_str_has_prefix ((*error)->message, "bytes"));
  if (code >= 0)
    g_assert_cmpint ((*error)->code, ==, code);
  g_clear_error (error);
}

/* code: of the error in the two PyTorch containers, -1 for any. */
static void
refuse (const uint8_t *pickle, gsize length, const char *what, int code)
{
  g_autoptr (GByteArray) zip = zip_of_pickle (pickle, length);
  g_autoptr (GByteArray) legacy = legacy_of_pickle (pickle, length);
  g_autofree uint8_t *exact = g_memdup2 (pickle, MAX (length, 1));
  g_autoptr (GError) error = NULL;
  ThawCifarPickle batch;

  is_refused (thaw_pth_parse (zip->data, zip->len, "bytes", &error) != NULL, &error, what, code);
  is_refused (thaw_pth_parse (legacy->data, legacy->len, "bytes", &error) != NULL, &error, what,
              code);
  is_refused (thaw_cifar_pickle_parse (exact, length, "bytes", &batch, &error), &error, what, -1);
  payloads++;
}

static void
parses (const GByteArray *pickle, const char *what)
{
  g_autoptr (GByteArray) zip = zip_of_pickle (pickle->data, pickle->len);
  g_autoptr (GByteArray) legacy = legacy_of_pickle (pickle->data, pickle->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) one = thaw_pth_parse (zip->data, zip->len, "bytes", &error);
  g_autoptr (ThawStateDict) two = NULL;

  g_assert_no_error (error);
  two = thaw_pth_parse (legacy->data, legacy->len, "bytes", &error);
  g_assert_no_error (error);
  g_assert_nonnull (thaw_state_dict_find (one, "w"));
  g_assert_nonnull (thaw_state_dict_find (two, "w"));
}

static GByteArray *
good (void)
{
  return tensor_pickle (4, 0, (int64_t[]){2, 2}, (int64_t[]){2, 1}, 2);
}

/* The helpers themselves are right: what they make loads when nothing is wrong. */
static void
good_loads (void)
{
  g_autoptr (GByteArray) pickle = good ();

  parses (pickle, "good");
}

static const struct {
  const char *module, *name;
} forbidden[] = {
    {"os", "system"},
    {"posix", "system"},
    {"nt", "system"},
    {"os", "popen"},
    {"os", "execv"},
    {"os", "remove"},
    {"subprocess", "Popen"},
    {"subprocess", "check_output"},
    {"builtins", "eval"},
    {"builtins", "exec"},
    {"builtins", "getattr"},
    {"builtins", "open"},
    {"builtins", "compile"},
    {"builtins", "__import__"},
    {"__builtin__", "eval"},
    {"__builtin__", "apply"},
    {"importlib", "import_module"},
    {"runpy", "_run_code"},
    {"sys", "exit"},
    {"socket", "socket"},
    {"shutil", "rmtree"},
    {"pty", "spawn"},
    {"ctypes", "CDLL"},
    {"pickle", "loads"},
    {"marshal", "loads"},
    {"types", "FunctionType"},
    {"types", "CodeType"},
    {"_codecs", "encode"},
    {"operator", "attrgetter"},
    {"functools", "partial"},
    {"webbrowser", "open"},
    {"copyreg", "_reconstructor"},
    {"copy_reg", "_reconstructor"},
    {"collections", "defaultdict"},
    {"collections", "OrderedDict.fromkeys"},
    {"collections.abc", "OrderedDict"},
    {"torch", "load"},
    {"torch", "FloatTensor"},
    {"torch", "QInt8Storage"},
    {"torch.hub", "load"},
    {"torch.storage", "_load_from_bytes"},
    {"torch._utils", "_rebuild_tensor"},
    {"torch._utils", "_rebuild_sparse_tensor"},
    {"torch._utils", "_rebuild_tensor_v2.__globals__"},
    {"torch.nn.modules.container", "Sequential"},
    {"torch.nn.parameter", "Parameter"},
    {"numpy", "load"},
    {"numpy.core.multiarray", "scalar"},
    {"", ""},
    {"torch", ""},
    {"", "OrderedDict"},
    {"torch._utils ", "_rebuild_tensor_v2"},
    {"Torch", "FloatStorage"},
};

static GByteArray *
call_of (const char *module, const char *name, bool by_stack)
{
  GByteArray *to = g_byte_array_new ();

  put_bytes (to, LITERAL ("\x80\x04}X\x01\0\0\0w"));
  if (by_stack) {
    put_text (to, module);
    put_text (to, name);
    put_bytes (to, LITERAL ("\x93"));
  } else {
    put_bytes (to, "c", 1);
    put_bytes (to, module, strlen (module));
    put_bytes (to, "\n", 1);
    put_bytes (to, name, strlen (name));
    put_bytes (to, "\n", 1);
  }
  put_text (to, "touch PWNED");
  put_bytes (to, LITERAL ("\x85Rs."));
  return to;
}

static void
forbidden_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    for (int by_stack = 0; by_stack < 2; by_stack++) {
      g_autoptr (GByteArray) call = call_of (forbidden[i].module, forbidden[i].name, by_stack);
      g_autoptr (GByteArray) zip = zip_of_pickle (call->data, call->len);
      g_autoptr (GError) error = NULL;
      g_autofree char *quoted = g_strdup_printf ("'%s.%s'", forbidden[i].module, forbidden[i].name);
      refuse (call->data, call->len, quoted, THAW_FORMATS_ERROR_FORBIDDEN);
      g_assert_null (thaw_pth_parse (zip->data, zip->len, "bytes", &error));
      g_assert_nonnull (strstr (error->message, quoted));
    }
}

/* A name that is only mentioned, never called, is refused as well; and one flavour's names are not
 * the other's. */
static void
mentioned_names (void)
{
  refuse (LITERAL ("\x80\x02}X\x01\0\0\0wcposix\nsystem\ns."), "mentioned", -1);
  refuse (LITERAL ("\x80\x02}X\x01\0\0\0wcnumpy\ndtype\ns."), "numpy in PyTorch", -1);
  refuse (LITERAL ("\x80\x02}X\x01\0\0\0wcnumpy.core.multiarray\n_reconstruct\ns."), "numpy", -1);
}

/* Every opcode that is not on the list, after a good start and with plenty of operand bytes. */
static void
forbidden_opcodes (void)
{
  static const char allowed[] = "(NJKMGXU)]}taesuqrhjcRbQ.\x80\x88\x89\x8a\x85\x86\x87\x8c\x93\x94"
                                "\x95";
  guint refused = 0;

  for (int code = 0; code < 256; code++) {
    g_autoptr (GByteArray) pickle = g_byte_array_new ();
    g_autofree char *what = g_strdup_printf ("opcode 0x%02x", (unsigned) code);
    if (code != 0 && strchr (allowed, code) != NULL)
      continue;
    put_bytes (pickle, LITERAL ("\x80\x02}"));
    put_number (pickle, (uint64_t) code, 1);
    put_bytes (pickle, LITERAL ("posix\nsystem\n\0\0\0\0\0\0\0\0."));
    refuse (pickle->data, pickle->len, what, -1);
    refused++;
  }
  g_assert_cmpuint (refused, ==, 256 - (sizeof allowed - 1));
}

#define STORAGE                                                                                    \
  "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"                                           \
  "0X\x03\0\0\0cpuK\x04tQ"
#define ORDERED "ccollections\nOrderedDict\n)R"
#define REBUILD "ctorch._utils\n_rebuild_tensor_v2\n"
#define START "\x80\x02}X\x01\0\0\0w"
#define CASE(name, text)                                                                           \
  {                                                                                                \
    name, (const uint8_t *) (text), sizeof (text) - 1                                              \
  }

static const struct {
  const char *what;
  const uint8_t *bytes;
  gsize length;
} broken[] = {
    CASE ("nothing", ""),
    CASE ("STOP alone", "."),
    CASE ("no PROTO", "}."),
    CASE ("PROTO cut short", "\x80"),
    CASE ("protocol 1", "\x80\x01}."),
    CASE ("protocol 5", "\x80\x05}."),
    CASE ("PROTO twice", "\x80\x02\x80\x02}."),
    CASE ("empty stack at STOP", "\x80\x02."),
    CASE ("two values at STOP", "\x80\x02}}."),
    CASE ("a MARK at STOP", "\x80\x02}(."),
    CASE ("no STOP", "\x80\x02}"),
    CASE ("bytes after STOP", "\x80\x02}.N"),
    CASE ("a list", "\x80\x02]."),
    CASE ("None", "\x80\x02N."),
    CASE ("empty dict", "\x80\x02}."),
    CASE ("number as tensor", START "K\x01s."),
    CASE ("REDUCE of nothing", START "Rs."),
    CASE ("REDUCE of text", START "X\x01\0\0\0x)Rs."),
    CASE ("REDUCE with a list", START "ccollections\nOrderedDict\n]Rs."),
    CASE ("REDUCE of a storage type", START "ctorch\nFloatStorage\n)Rs."),
    CASE ("OrderedDict with operands", START "ccollections\nOrderedDict\nK\x01\x85Rs."),
    CASE ("BUILD of a token", START "ccollections\nOrderedDict\n}bs."),
    CASE ("BUILD of a dict", START "}}bs."),
    CASE ("BUILD of nothing", "\x80\x02}b."),
    CASE ("BUILD with a number",
          START ORDERED "K\x01"
                        "bs."),
    CASE ("SETITEM in a list", "\x80\x02]K\x01K\x01s."),
    CASE ("SETITEMS without a value", "\x80\x02}(K\x01u."),
    CASE ("SETITEMS without MARK", "\x80\x02}K\x01K\x01u."),
    CASE ("APPEND to a dict",
          "\x80\x02}K\x01"
          "a."),
    CASE ("APPENDS to a tuple",
          "\x80\x02)(K\x01"
          "e."),
    CASE ("APPEND across a MARK",
          "\x80\x02](K\x01"
          "at."),
    CASE ("TUPLE without MARK", "\x80\x02K\x01t."),
    CASE ("TUPLE2 of one", "\x80\x02K\x01\x86."),
    CASE ("BINGET unset", "\x80\x02h\x00."),
    CASE ("LONG_BINGET unset", "\x80\x02j\xff\xff\xff\xff."),
    CASE ("LONG_BINPUT far away", "\x80\x02}r\xff\xff\xff\xff."),
    CASE ("BINPUT of nothing", "\x80\x02q\0}."),
    CASE ("MEMOIZE of nothing", "\x80\x04\x94}."),
    CASE ("text beyond the end",
          "\x80\x02X\xff\xff\xff\xff"
          "a."),
    CASE ("text not UTF-8", "\x80\x02}X\x02\0\0\0\xff\xfeNs."),
    CASE ("text length cut", "\x80\x02X\x01\0"),
    CASE ("LONG1 beyond the end", "\x80\x02\x8a\xff\x01."),
    CASE ("BINFLOAT cut", "\x80\x02G\0\0."),
    CASE ("BININT cut", "\x80\x02J\0\0"),
    CASE ("GLOBAL without a newline",
          "\x80\x02"
          "cposix system."),
    CASE ("GLOBAL with one line",
          "\x80\x02"
          "cposix\nsystem."),
    CASE ("STACK_GLOBAL of numbers", "\x80\x04K\x01K\x01\x93."),
    CASE ("STACK_GLOBAL of one", "\x80\x04X\x05\0\0\0torch\x93."),
    CASE ("FRAME beyond the end", "\x80\x04\x95\xff\0\0\0\0\0\0\0}."),
    CASE ("FRAME of 2^64-1", "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff}."),
    CASE ("BINPERSID of text", START "X\x01\0\0\0xQs."),
    CASE ("BINPERSID of nothing", "\x80\x02Q."),
    CASE ("BINPERSID too short", START "(X\x07\0\0\0storagetQs."),
    CASE ("BINPERSID of another kind",
          START "(X\x06\0\0\0modulectorch\nFloatStorage\n"
                "X\x01\0\0\0"
                "0X\x03\0\0\0cpuK\x04tQs."),
    CASE ("BINPERSID with a callable type",
          START "(X\x07\0\0\0storageccollections\nOrderedDict\n"
                "X\x01\0\0\0"
                "0X\x03\0\0\0cpuK\x04tQs."),
    CASE ("a storage as tensor", START STORAGE "s."),
    CASE ("tensor without operands", START REBUILD ")Rs."),
    CASE ("tensor of a number", START REBUILD "(K\x01K\0)))NtRs."),
    CASE ("tensor with a seventh operand",
          START REBUILD "(" STORAGE "K\0K\x04\x85K\x01\x85\x89" ORDERED "}tRs."),
    CASE ("tensor without hooks", START REBUILD "(" STORAGE "K\0K\x04\x85K\x01\x85\x89NtRs."),
    CASE ("tensor with float sizes",
          START REBUILD "(" STORAGE "K\0G\0\0\0\0\0\0\0\0\x85K\x01\x85\x89" ORDERED "tRs."),
    CASE ("tensor with a list of sizes",
          START REBUILD "(" STORAGE "K\0](K\x04"
                        "eK\x01\x85\x89" ORDERED "tRs."),
    CASE ("tensor with a huge offset",
          START REBUILD "(" STORAGE "\x8a\x09\0\0\0\0\0\0\0\0\x01K\x04\x85K\x01\x85\x89" ORDERED
                        "tRs."),
    CASE ("parameter of a number",
          START "ctorch._utils\n_rebuild_parameter\n(K\x01\x88" ORDERED "tRs."),
    CASE ("parameter of a storage",
          START "ctorch._utils\n_rebuild_parameter\n(" STORAGE "\x88" ORDERED "tRs."),
    CASE ("parameter without operands", START "ctorch._utils\n_rebuild_parameter\n)Rs."),
    CASE ("tuple as key",
          "\x80\x02}K\x01\x85" REBUILD "(" STORAGE "K\0K\x04\x85K\x01\x85\x89" ORDERED "tRs."),
    CASE ("None as key",
          "\x80\x02}N" REBUILD "(" STORAGE "K\0K\x04\x85K\x01\x85\x89" ORDERED "tRs."),
};

static void
broken_structure (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    refuse (broken[i].bytes, broken[i].length, broken[i].what, -1);
}

/* A good pickle cut anywhere. */
static void
every_prefix (void)
{
  g_autoptr (GByteArray) pickle = good ();

  for (guint length = 0; length < pickle->len; length++)
    refuse (pickle->data, length, "prefix", -1);
}

static void
refuse_tensor (int64_t count,
               int64_t offset,
               const int64_t *sizes,
               const int64_t *strides,
               int n,
               const char *what)
{
  g_autoptr (GByteArray) pickle = tensor_pickle (count, offset, sizes, strides, n);

  refuse (pickle->data, pickle->len, what, -1);
}

#define INTS(...) ((int64_t[]){__VA_ARGS__})

static void
views (void)
{
  const int64_t big = INT64_MAX, half = (int64_t) 1 << 32;

  refuse_tensor (4, 0, INTS (5), INTS (1), 1, "one too many");
  refuse_tensor (4, 1, INTS (4), INTS (1), 1, "shifted out");
  refuse_tensor (4, 4, INTS (1), INTS (1), 1, "starts at the end");
  refuse_tensor (4, big, INTS (1), INTS (1), 1, "huge offset");
  refuse_tensor (4, -1, INTS (1), INTS (1), 1, "negative offset");
  refuse_tensor (4, 3, INTS (2), INTS (-1), 1, "negative stride");
  refuse_tensor (4, 0, INTS (-1), INTS (1), 1, "negative size");
  refuse_tensor (4, 0, INTS (2), INTS (big), 1, "huge stride");
  refuse_tensor (4, 0, INTS (3, 3), INTS (big, big), 2, "strides that wrap");
  refuse_tensor (4, 0, INTS (half, half), INTS (0, 0), 2, "2^64 elements");
  refuse_tensor (4, 0, INTS (half, half / 2, 8), INTS (0, 0, 0), 3, "wraps to zero");
  refuse_tensor (4, 0, INTS (half), INTS (0), 1, "expanded 16 GB");
  refuse_tensor (4, 0, INTS (1 << 23), INTS (0), 1, "expanded 32 MB from 16 bytes");
  refuse_tensor (4, 0, INTS (big), INTS (0), 1, "expanded 2^63");
  refuse_tensor (4, 0, INTS (1, 1, 1, 1, 1, 1, 1, 1, 4), INTS (1, 1, 1, 1, 1, 1, 1, 1, 1), 9,
                 "nine dimensions");
  refuse_tensor (3, 0, INTS (3), INTS (1), 1, "storage smaller than its record");
  refuse_tensor (5, 0, INTS (4), INTS (1), 1, "storage larger than its record");
  refuse_tensor (-1, 0, INTS (0), INTS (1), 1, "negative storage");
  refuse_tensor (big, 0, INTS (4), INTS (1), 1, "storage of 2^63");
}

/* What is odd but right: windows, transposes, expansions within bounds, empties. */
static void
good_views (void)
{
  static const struct {
    int64_t offset, sizes[3], strides[3];
    int n;
    float expected[8];
    int count;
  } cases[] = {
      {0, {2, 2}, {1, 2}, 2, {1, 3, 2, 4}, 4},
      {3, {1}, {100}, 1, {4}, 1},
      {1, {3}, {0}, 1, {2, 2, 2}, 3},
      {0, {2}, {3}, 1, {1, 4}, 2},
      {2, {0}, {1}, 1, {0}, 0},
      {0, {2, 0, 9}, {1, 1, 1}, 3, {0}, 0},
      {2, {0}, {0}, 0, {3}, 1},
      {0, {2, 1, 3}, {1, 7, 1}, 3, {1, 2, 3, 2, 3, 4}, 6},
      {1, {2, 2}, {0, 1}, 2, {2, 3, 2, 3}, 4},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) pickle =
        tensor_pickle (4, cases[i].offset, cases[i].sizes, cases[i].strides, cases[i].n);
    g_autoptr (GByteArray) zip = zip_of_pickle (pickle->data, pickle->len);
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawStateDict) dict = thaw_pth_parse (zip->data, zip->len, "bytes", &error);
    const ThawTensor *w;
    g_assert_no_error (error);
    w = thaw_state_dict_find (dict, "w");
    g_assert_cmpuint (w->count, ==, (uint64_t) cases[i].count);
    g_assert_cmpmem (w->data, w->bytes, cases[i].expected, (gsize) cases[i].count * 4);
  }
}

/* Values that go round in circles or multiply cost no more than a limit. */
static void
bombs (void)
{
  g_autoptr (GByteArray) deep = g_byte_array_new (), many = g_byte_array_new ();
  g_autoptr (GByteArray) ops = g_byte_array_new ();

  refuse (LITERAL ("\x80\x02}q\0X\x01\0\0\0wh\0s."), "a dict inside itself", -1);
  put_bytes (deep, LITERAL ("\x80\x02"));
  for (int i = 0; i < 200000; i++)
    put_bytes (deep, "]", 1);
  refuse (deep->data, deep->len, "200,000 lists on the stack", THAW_FORMATS_ERROR_LIMIT);
  put_bytes (many, LITERAL ("\x80\x02"));
  for (int i = 0; i < 200000; i++)
    put_bytes (many, "(", 1);
  refuse (many->data, many->len, "200,000 marks", THAW_FORMATS_ERROR_LIMIT);
  put_bytes (ops, LITERAL ("\x80\x02}"));
  for (int i = 0; i < 5200000; i++)
    put_bytes (ops, "q\0", 2);
  refuse (ops->data, ops->len, "5.2 M operations", THAW_FORMATS_ERROR_LIMIT);
}

/* d1 = {1: d0, 2: d0}, d2 = {1: d1, 2: d1} ... : 2^30 entries when walked. */
static void
laughs (void)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new (), zip = NULL;
  g_autoptr (GError) error = NULL;

  put_bytes (pickle, LITERAL ("\x80\x02"));
  for (int i = 0; i < 30; i++)
    put_bytes (pickle, LITERAL ("}K\x01"));
  put_bytes (pickle, LITERAL ("}"));
  for (int i = 0; i < 30; i++) {
    put_bytes (pickle, LITERAL ("q"));
    put_number (pickle, (uint64_t) i, 1);
    put_bytes (pickle, LITERAL ("sK\x02h"));
    put_number (pickle, (uint64_t) i, 1);
    put_bytes (pickle, LITERAL ("s"));
  }
  put_bytes (pickle, LITERAL ("."));
  refuse (pickle->data, pickle->len, "a billion laughs", -1);
  zip = zip_of_pickle (pickle->data, pickle->len);
  is_refused (thaw_pth_parse (zip->data, zip->len, "bytes", &error) != NULL, &error, "laughs",
              THAW_FORMATS_ERROR_LIMIT);
}

static void
nested (int levels, bool fine)
{
  g_autoptr (GByteArray) tensor = good (), pickle = g_byte_array_new ();

  put_bytes (pickle, LITERAL ("\x80\x02"));
  for (int i = 0; i < levels; i++)
    put_bytes (pickle, LITERAL ("}K\x07"));
  put_bytes (pickle, tensor->data + 2, tensor->len - 3);
  for (int i = 0; i < levels; i++)
    put_bytes (pickle, "s", 1);
  put_bytes (pickle, ".", 1);
  if (!fine) {
    refuse (pickle->data, pickle->len, "nested too deep", THAW_FORMATS_ERROR_LIMIT);
  } else {
    g_autoptr (GByteArray) zip = zip_of_pickle (pickle->data, pickle->len);
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawStateDict) dict = thaw_pth_parse (zip->data, zip->len, "bytes", &error);
    g_assert_no_error (error);
    g_assert_true (g_str_has_prefix (thaw_state_dict_nth (dict, 0)->name, "7.7."));
  }
}

static void
depth (void)
{
  nested (2, true);
  nested (31, true);
  nested (32, false);
  nested (1000, false);
}

static void
long_names (void)
{
  for (int length = 511; length < 514; length++) {
    g_autoptr (GByteArray) tensor = good (), pickle = g_byte_array_new ();
    g_autoptr (GByteArray) zip = NULL;
    g_autofree char *name = g_strnfill ((gsize) length, 'n');
    g_autoptr (ThawStateDict) dict = NULL;
    put_bytes (pickle, LITERAL ("\x80\x02}"));
    put_text (pickle, name);
    put_bytes (pickle, tensor->data + 9, tensor->len - 9);
    zip = zip_of_pickle (pickle->data, pickle->len);
    dict = thaw_pth_parse (zip->data, zip->len, "bytes", NULL);
    g_assert_true ((dict != NULL) == (length <= 512));
  }
}

static void
no_trace (void)
{
  g_test_message ("%u hostile payloads in three containers each", payloads);
  g_assert_cmpuint (payloads, >=, 60);
  g_assert_false (g_file_test ("PWNED", G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_autofree char *scratch = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  scratch = g_dir_make_tmp ("thaw-pickle-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (scratch), ==, 0);
  g_test_add_func ("/formats/pickle/good-loads", good_loads);
  g_test_add_func ("/formats/pickle/forbidden-names", forbidden_names);
  g_test_add_func ("/formats/pickle/mentioned-names", mentioned_names);
  g_test_add_func ("/formats/pickle/forbidden-opcodes", forbidden_opcodes);
  g_test_add_func ("/formats/pickle/broken-structure", broken_structure);
  g_test_add_func ("/formats/pickle/every-prefix", every_prefix);
  g_test_add_func ("/formats/pickle/views", views);
  g_test_add_func ("/formats/pickle/good-views", good_views);
  g_test_add_func ("/formats/pickle/bombs", bombs);
  g_test_add_func ("/formats/pickle/laughs", laughs);
  g_test_add_func ("/formats/pickle/depth", depth);
  g_test_add_func ("/formats/pickle/long-names", long_names);
  g_test_add_func ("/formats/pickle/no-trace", no_trace);
  status = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_assert_cmpint (g_rmdir (scratch), ==, 0);
  return status;
}
