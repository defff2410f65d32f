/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON for machines: json-glib's builder with the few forms we need. */
#include "cli.h"

#include <math.h>
#include <stdio.h>

void
cli_json_text (JsonBuilder *builder, const char *member, const char *value)
{
  if (member != NULL)
    json_builder_set_member_name (builder, member);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
cli_json_int (JsonBuilder *builder, const char *member, gint64 value)
{
  if (member != NULL)
    json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, value);
}

void
cli_json_real (JsonBuilder *builder, const char *member, double value)
{
  if (member != NULL)
    json_builder_set_member_name (builder, member);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
cli_json_bool (JsonBuilder *builder, const char *member, bool value)
{
  if (member != NULL)
    json_builder_set_member_name (builder, member);
  json_builder_add_boolean_value (builder, value);
}

void
cli_json_embed (JsonBuilder *builder, const char *member, const char *json)
{
  g_autoptr (JsonNode) node = json != NULL && *json != '\0' ? json_from_string (json, NULL) : NULL;

  if (member != NULL)
    json_builder_set_member_name (builder, member);
  if (node != NULL)
    json_builder_add_value (builder, g_steal_pointer (&node));
  else
    json_builder_add_null_value (builder);
}

void
cli_json_print (JsonBuilder *builder, bool pretty)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, pretty);

  puts (text);
  fflush (stdout);
  g_object_unref (builder);
}
