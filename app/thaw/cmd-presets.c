/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw presets: the recipes that come with Thaw. */
#include "cli.h"
#include "thaw-resources.h"

#include <stdio.h>

static int
print_preset (const char *name)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (name);
  gsize length;
  const char *json;

  if (bytes == NULL) {
    cli_note (_ ("thaw: there is no preset '%s'; 'thaw presets' lists them"), name);
    return CLI_FAILED;
  }
  json = g_bytes_get_data (bytes, &length);
  fwrite (json, 1, length, stdout);
  return CLI_OK;
}

int
cmd_presets (int argc, char **argv)
{
  g_auto (GStrv) names = thaw_presets_list ();
  gboolean json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 1, &status))
    return status;
  if (argc > 1)
    return print_preset (argv[1]);
  if (json) {
    CliJson *builder = cli_json_new ();
    cli_json_begin_array (builder, NULL);
    for (char **name = names; *name != NULL; name++) {
      g_autoptr (GBytes) bytes = thaw_preset_read (*name);
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      cli_json_begin_object (builder, NULL);
      cli_json_text (builder, "name", *name);
      cli_json_text (builder, "help", thaw_preset_help (*name));
      cli_json_embed (builder, "recipe", text);
      cli_json_end_object (builder);
    }
    cli_json_end_array (builder);
    cli_json_print (builder);
  } else {
    CliTable *table = cli_table_new (2, "ll");
    for (char **name = names; *name != NULL; name++)
      cli_table_add (table, *name, thaw_preset_help (*name), NULL);
    cli_table_print (table);
  }
  return CLI_OK;
}
