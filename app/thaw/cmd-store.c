/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw store: which file it is, how it stands, and a new one beside it. */
#include "cli.h"

#include <stdio.h>

static const char *const states[] = {
    [THAW_STORE_SOUND] = "sound",
    [THAW_STORE_LOCKED] = "locked",
    [THAW_STORE_NEWER] = "newer",
    [THAW_STORE_DAMAGED] = "damaged",
};

static void
torn_cb (const char *run_id, const char *name, gpointer user)
{
  g_ptr_array_add (user, g_strdup (run_id));
}

static void
print_json (ThawStore *store, const char *path, const char *message, const GPtrArray *torn)
{
  g_autoptr (GPtrArray) runs = store != NULL ? thaw_store_runs (store, NULL) : NULL;
  CliJson *json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_text (json, "path", path);
  cli_json_text (json, "state", store != NULL ? states[thaw_store_trouble (store)] : "unreadable");
  cli_json_text (json, "message", message);
  cli_json_int (json, "runs", runs != NULL ? runs->len : 0);
  cli_json_begin_array (json, "damaged");
  for (guint i = 0; i < torn->len; i++)
    cli_json_text (json, NULL, torn->pdata[i]);
  cli_json_end_array (json);
  cli_json_end_object (json);
  cli_json_print (json);
}

static void
print_text (ThawStore *store, const char *path, const char *message)
{
  g_autoptr (GPtrArray) runs = store != NULL ? thaw_store_runs (store, NULL) : NULL;
  guint n = runs != NULL ? runs->len : 0;

  g_print (_ ("Store: %s\n"), path);
  if (store != NULL)
    printf (ngettext ("%u run\n", "%u runs\n", n), n);
  puts (message != NULL ? message : _ ("It is sound."));
  if (store == NULL)
    puts (_ ("'thaw store --begin' begins a new store beside it, and leaves it as it is."));
}

static int
say (bool json)
{
  g_autofree char *home = thaw_store_default_home (), *path = thaw_store_file (home);
  g_autoptr (GPtrArray) torn = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = thaw_store_open (home, THAW_STORE_READ, &error);
  g_autofree char *message = NULL;

  if (store != NULL) {
    thaw_store_on_torn (store, torn_cb, torn);
    thaw_store_look_through (store);
    message = thaw_store_trouble_text (store);
  } else {
    message = g_strdup (error->message);
  }
  if (json)
    print_json (store, path, message, torn);
  else
    print_text (store, path, message);
  return message == NULL ? CLI_OK : CLI_FAILED;
}

static int
begin (bool json)
{
  g_autofree char *home = thaw_store_default_home (), *name = NULL, *path = NULL;
  g_autoptr (GError) error = NULL;

  if (!thaw_store_begin_beside (home, &name, &error))
    return cli_fail (error);
  path = g_build_filename (home, name, NULL);
  if (json)
    return say (true);
  printf (
      _ ("A new store begins in %s. The one before stays as it is; to go back to it, delete the "
         "file store.use beside it.\n"),
      path);
  return CLI_OK;
}

int
cmd_store (int argc, char **argv)
{
  gboolean new_one = FALSE, json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"begin", 0, 0, G_OPTION_ARG_NONE, &new_one,
       N_ ("Begin a new store beside one that is newer or damaged"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  return new_one ? begin (json) : say (json);
}
