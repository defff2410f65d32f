/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pre-scan of JSON: what must pass, what must not, and where it says the fault is. */
#include "thaw-recipe.h"
#include <string.h>

static void
check_good (const char *json, gsize length)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = thaw_json_prescan (json, length, "t", &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

/* message: a part of the sentence. The bytes are copied to a block of exactly their size, so that a
 * sanitizer sees a read beyond. */
static void
check_bad (const char *json, gsize length, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *exact = g_memdup2 (json, MAX (length, 1));

  g_assert_false (thaw_json_prescan (exact, length, "t", &error));
  g_assert_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX);
  if (strstr (error->message, message) == NULL)
    g_error ("'%.60s': expected '%s', got '%s'", json, message, error->message);
}

static void
test_good (void)
{
  static const char *const texts[] = {
      "{}",
      "[]",
      " \t\r\n{ } ",
      "null",
      "\"\"",
      "true",
      "[true,false,null]",
      "{\"a\":1,\"b\":{\"a\":1}}",
      "[0,-0,0.5,-1.25e-3,1E5,9007199254740992,-9007199254740992]",
      "\"\\u00e9\\ud83d\\ude00 \\\"\\\\\\/\\b\\f\\n\\r\\t\"",
      "[1e308,1e-400]",
      "\"\xe4\xb8\xad\xe6\x96\x87\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    check_good (texts[i], strlen (texts[i]));
}

static void
test_syntax (void)
{
  static const struct {
    const char *json, *message;
  } cases[] = {
      {"", "the text ends"},
      {"{", "the text ends"},
      {"[1", "expected a comma or ]"},
      {"{\"a\":1", "expected a comma or }"},
      {"{\"a\" 1}", "found '1', expected a colon"},
      {"{a:1}", "expected a field's name in quotes"},
      {"{'a':1}", "expected a field's name in quotes"},
      {"{\"a\":1,}", "expected a field's name in quotes"},
      {"[1,]", "expected a value"},
      {"[1]]", "expected nothing after the document"},
      {"{} {}", "expected nothing after the document"},
      {"[1}", "expected a comma or ]"},
      {"// x\n{}", "expected a value"},
      {"/* x */{}", "expected a value"},
      {"[NaN]", "expected a value"},
      {"[Infinity]", "expected a value"},
      {"[-Infinity]", "expected a digit"},
      {"[tru]", "expected a value"},
      {"[+1]", "expected a value"},
      {"[.5]", "expected a value"},
      {"[1.]", "expected a digit"},
      {"[1e]", "expected a digit"},
      {"[1e+]", "expected a digit"},
      {"[-]", "expected a digit"},
      {"[01]", "needless zero"},
      {"[0x10]", "expected a comma or ]"},
      {"\"a", "no closing quote"},
      {"\"a\nb\"", "control character"},
      {"\"\\x41\"", "unknown escape"},
      {"\"\\", "unknown escape"},
      {"\"\\u12\"", "four hexadecimal digits"},
      {"\"\\u12", "four hexadecimal digits"},
      {"\"\\uzzzz\"", "four hexadecimal digits"},
      {"[\x01]", "found a byte 0x01"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check_bad (cases[i].json, strlen (cases[i].json), cases[i].message);
}

static void
test_numbers (void)
{
  g_autofree char *digits = g_strnfill (101, '1'), *fraction = g_strconcat ("0.", digits, NULL);

  check_bad ("9007199254740993", 16, "beyond 9007199254740992");
  check_bad ("-9007199254740993", 17, "beyond 9007199254740992");
  check_bad ("18446744073709551616", 20, "beyond 9007199254740992");
  check_bad ("18446744073709551615", 20, "beyond 9007199254740992");
  check_bad ("1e309", 5, "too large");
  check_bad ("-1e999999999", 12, "too large");
  check_bad (digits, 101, "too many digits");
  check_bad (fraction, 103, "too many digits");
}

static void
test_text (void)
{
  check_bad ("\"\\u0000\"", 8, "NUL");
  check_bad ("\"\\ud800\"", 8, "surrogate");
  check_bad ("\"\\udc00\"", 8, "surrogate");
  check_bad ("\"\\ud800\\u0041\"", 14, "surrogate");
  check_bad ("\"\\ud800\\ud800\"", 14, "surrogate");
  check_bad ("\"\\ud800", 7, "surrogate");
  check_bad ("\"\\ud800\\u", 9, "surrogate");
  check_bad ("\xef\xbb\xbf{}", 5, "byte order mark");
  check_bad ("{\0}", 3, "byte 1 is not UTF-8");
  check_bad ("\"\xff\"", 3, "byte 1 is not UTF-8");
  check_bad ("\"\xed\xa0\x80\"", 5, "byte 1 is not UTF-8");
  check_bad ("\"\xc0\xaf\"", 4, "byte 1 is not UTF-8");
}

static void
test_duplicates (void)
{
  check_bad ("{\"a\":1,\"a\":2}", 13, "column 8: the field 'a' is given twice");
  check_bad ("{\"a\":1,\"\\u0061\":2}", 18, "given twice");
  check_bad ("[{\"x\":{\"b\":1,\"b\":2}}]", 21, "given twice");
  check_good ("[{\"a\":1},{\"a\":1}]", 17);
}

static char *
repeat (const char *open, const char *middle, const char *close, int n)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, middle);
  for (int i = 0; i < n; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *deep = repeat ("[", "", "]", 32), *deeper = repeat ("[", "", "]", 33);
  g_autofree char *objects = repeat ("{\"a\":", "1", "}", 32);
  g_autofree char *far = repeat ("{\"a\":[", "", "", 100000);

  check_good (deep, strlen (deep));
  check_good (objects, strlen (objects));
  check_bad (deeper, strlen (deeper), "column 33: nested deeper than 32 levels");
  check_bad (far, strlen (far), "nested deeper");
}

static void
test_size (void)
{
  g_autofree char *spaces = g_strnfill (THAW_RECIPE_MAX_BYTES + 1, ' ');
  g_autoptr (GString) values = g_string_new ("[0"), fields = g_string_new ("{");

  spaces[0] = '1';
  check_good (spaces, THAW_RECIPE_MAX_BYTES);
  check_bad (spaces, THAW_RECIPE_MAX_BYTES + 1, "expected at most 1048576");
  for (int i = 0; i < 50000; i++)
    g_string_append (values, ",0");
  g_string_append_c (values, ']');
  check_bad (values->str, values->len, "more than 50000 values");
  for (int i = 0; i <= 1000; i++)
    g_string_append_printf (fields, "%s\"%d\":0", i > 0 ? "," : "", i);
  g_string_append_c (fields, '}');
  check_bad (fields->str, fields->len, "more than 1000 fields");
}

static void
test_place (void)
{
  static const char lines[] = "{\n  \"\xe4\xb8\xad\": 1,\n  \"b\" 2\n}";
  static const char wide[] = "\"\xe4\xb8\xad\" x";

  check_bad (lines, strlen (lines), "t: line 3, column 7: found '2'");
  check_bad (wide, strlen (wide), "t: line 1, column 5: found 'x'");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/prescan/good", test_good);
  g_test_add_func ("/recipe/prescan/syntax", test_syntax);
  g_test_add_func ("/recipe/prescan/numbers", test_numbers);
  g_test_add_func ("/recipe/prescan/text", test_text);
  g_test_add_func ("/recipe/prescan/duplicates", test_duplicates);
  g_test_add_func ("/recipe/prescan/depth", test_depth);
  g_test_add_func ("/recipe/prescan/size", test_size);
  g_test_add_func ("/recipe/prescan/place", test_place);
  return g_test_run ();
}
