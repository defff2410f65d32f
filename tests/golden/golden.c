/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading golden fixtures and counting comparisons. */
#include "golden.h"

#include <math.h>
#include <string.h>

const char *
golden_dir (void)
{
  const char *given = g_getenv ("THAW_GOLDEN");

  return given != NULL && *given != '\0' ? given : GOLDEN_FIXTURES;
}

bool
golden_exists (const char *file)
{
  g_autofree char *path = g_build_filename (golden_dir (), file, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

JsonParser *
golden_load (const char *file)
{
  g_autofree char *path = g_build_filename (golden_dir (), file, NULL);
  JsonParser *parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)));
  g_assert_cmpstr (golden_text (golden_root (parser), "format"), ==, "thaw-golden/1");
  return parser;
}

JsonObject *
golden_root (JsonParser *parser)
{
  return json_node_get_object (json_parser_get_root (parser));
}

uint64_t
golden_seed (JsonObject *root)
{
  return g_ascii_strtoull (golden_text (root, "seed"), NULL, 10);
}

static JsonNode *
member_of (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL)
    g_error ("golden fixture lacks '%s'", member);
  return node;
}

double
golden_node_real (JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return NAN;
  g_assert_true (JSON_NODE_HOLDS_VALUE (node));
  switch (json_node_get_value_type (node)) {
  case G_TYPE_STRING:
    return g_ascii_strtod (json_node_get_string (node), NULL);
  case G_TYPE_BOOLEAN:
    return json_node_get_boolean (node);
  case G_TYPE_INT64:
    return (double) json_node_get_int (node);
  default:
    return json_node_get_double (node);
  }
}

double
golden_real (JsonObject *object, const char *member)
{
  return golden_node_real (member_of (object, member));
}

int
golden_int (JsonObject *object, const char *member)
{
  return (int) json_node_get_int (member_of (object, member));
}

const char *
golden_text (JsonObject *object, const char *member)
{
  return json_node_get_string (member_of (object, member));
}

JsonArray *
golden_array (JsonObject *object, const char *member)
{
  JsonNode *node = member_of (object, member);

  g_assert_true (JSON_NODE_HOLDS_ARRAY (node));
  return json_node_get_array (node);
}

JsonObject *
golden_object (JsonObject *object, const char *member)
{
  JsonNode *node = member_of (object, member);

  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_get_object (node);
}

static void
collect (JsonArray *array, GArray *out)
{
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    if (JSON_NODE_HOLDS_ARRAY (node)) {
      collect (json_node_get_array (node), out);
    } else {
      double value = golden_node_real (node);
      g_array_append_val (out, value);
    }
  }
}

GArray *
golden_reals (JsonArray *array)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (double));

  collect (array, out);
  return out;
}

void
golden_check (GoldenTally *tally, const char *name, double found, double expected, double tolerance)
{
  double share;

  tally->values++;
  if (found == expected || (isnan (found) && isnan (expected)))
    return;
  share = tolerance > 0 ? fabs (found - expected) / tolerance : INFINITY;
  if (isnan (share))
    share = INFINITY;
  if (share > tally->worst) {
    tally->worst = share;
    g_strlcpy (tally->worst_name, name, sizeof tally->worst_name);
  }
  if (share > 1 && ++tally->failures <= 10)
    g_test_message ("%s: %s is %.9g, expected %.9g within %.3g (%.2f of tolerance)", tally->what,
                    name, found, expected, tolerance, share);
}

void
golden_check_floats (GoldenTally *tally,
                     const char *name,
                     const float *found,
                     const double *expected,
                     size_t n,
                     double tolerance)
{
  for (size_t i = 0; i < n; i++) {
    char place[160];
    g_snprintf (place, sizeof place, "%s[%zu]", name, i);
    golden_check (tally, place, (double) found[i], expected[i], tolerance);
  }
}

void
golden_report (const GoldenTally *tally)
{
  g_test_message ("%s: %" G_GUINT64_FORMAT
                  " values compared, worst error %.3g of tolerance%s%s, %" G_GUINT64_FORMAT
                  " skipped (not built yet)",
                  tally->what, tally->values, tally->worst, tally->worst_name[0] ? " at " : "",
                  tally->worst_name, tally->skipped);
  g_assert_cmpuint (tally->failures, ==, 0);
  g_assert_cmpuint (tally->values, >, 0);
}
