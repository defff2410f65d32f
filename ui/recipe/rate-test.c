/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rate-test.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>

static void
reading_free (ThawRateReading *reading)
{
  g_free (reading->title);
  g_free (reading->reason);
  g_free (reading);
}

void
thaw_rate_test_free (ThawRateTest *test)
{
  if (test == NULL)
    return;
  thaw_chart_free (test->chart);
  g_ptr_array_unref (test->readings);
  g_free (test->none);
  g_free (test);
}

/* A number, NaN where JSON has null. */
static double
number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) != G_TYPE_STRING
             ? json_node_get_double (node)
             : NAN;
}

/* (nullable) */
static const char *
text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* (nullable) */
static JsonObject *
object_at (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static ThawChart *
chart_of (JsonArray *points)
{
  guint n = json_array_get_length (points);
  size_t kept = 0;
  g_autofree double *rates = g_new (double, n), *losses = g_new (double, n),
                    *means = g_new (double, n);

  for (guint i = 0; i < n; i++) {
    JsonObject *point = object_at (points, i);
    double rate = point != NULL ? number (point, "lr") : NAN;
    if (!(rate > (kept > 0 ? rates[kept - 1] : 0)) || !isfinite (rate))
      continue;
    rates[kept] = rate;
    losses[kept] = number (point, "loss");
    means[kept++] = number (point, "smooth");
  }
  return thaw_range_test_chart (rates, losses, means, kept);
}

static void
add_reading (ThawRateTest *test, JsonObject *object)
{
  double rate = object != NULL ? number (object, "lr") : NAN;
  const char *title = object != NULL ? text (object, "title") : NULL;
  ThawRateReading *reading;

  if (!(rate > 0) || !isfinite (rate) || title == NULL)
    return;
  reading = g_new (ThawRateReading, 1);
  reading->title = g_strdup (title);
  reading->reason = g_strdup (text (object, "reason"));
  reading->rate = rate;
  g_ptr_array_add (test->readings, reading);
  thaw_chart_mark (test->chart, rate, title);
}

ThawRateTest *
thaw_rate_test_parse (const char *json, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObject *object =
      root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonArray *points = object != NULL ? array (object, "points") : NULL,
            *suggestions = object != NULL ? array (object, "suggestions") : NULL;
  ThawRateTest *test;

  if (points == NULL || suggestions == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         _ ("The range test ended without an answer"));
    return NULL;
  }
  test = g_new0 (ThawRateTest, 1);
  test->readings = g_ptr_array_new_with_free_func ((GDestroyNotify) reading_free);
  test->chart = chart_of (points);
  test->none = g_strdup (text (object, "none"));
  for (guint i = 0; i < json_array_get_length (suggestions); i++)
    add_reading (test, object_at (suggestions, i));
  return test;
}
