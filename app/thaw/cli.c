/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, messages and the store for all commands. */
#include "cli.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

enum { LOOK_BYTES = 32 << 20 }; /* a tenth of a second */

static const CliCommand commands[] = {
    {"train", "[--preset NAME | --recipe FILE | --like RUN]", N_ ("Train a run, or queue it"),
     cmd_train},
    {"sweep", "[--over KEY=VALUES…]", N_ ("Train a recipe with several values of some fields"),
     cmd_sweep},
    {"queue", "[RUN]", N_ ("List the queue, change its order, or work it"), cmd_queue},
    {"estimate", "[--preset NAME | --recipe FILE]",
     N_ ("Say what a run would cost on this computer"), cmd_estimate},
    {"augment", "[--preset NAME | --recipe FILE] -o FILE",
     N_ ("Draw what augmentation makes of a few pictures"), cmd_augment},
    {"find-lr", "[RUN] [-o FILE]", N_ ("Look for a learning rate by a range test"), cmd_find_lr},
    {"resume", "RUN", N_ ("Go on with a run that was stopped or interrupted"), cmd_resume},
    {"pause", "RUN", N_ ("Ask a running run to pause"), cmd_pause},
    {"continue", "RUN", N_ ("Let a paused run go on"), cmd_continue},
    {"stop", "RUN", N_ ("Ask a run to save and stop"), cmd_stop},
    {"save", "RUN", N_ ("Ask a running run to keep a checkpoint"), cmd_save},
    {"runs", "", N_ ("List the runs"), cmd_runs},
    {"show", "RUN", N_ ("Show one run: recipe, epochs, events, files"), cmd_show},
    {"rename", "RUN NAME", N_ ("Give a run another name"), cmd_rename},
    {"tag", "RUN [+TAG | -TAG]…", N_ ("Show or change the tags of a run"), cmd_tag},
    {"star", "RUN", N_ ("Mark a run with a star"), cmd_star},
    {"trash", "[RUN…]", N_ ("Put runs in the trash, list or empty it"), cmd_trash},
    {"restore", "RUN…", N_ ("Take runs back from the trash"), cmd_restore},
    {"compare", "RUN RUN…", N_ ("Compare runs: accuracy, stability, overfitting, cost"),
     cmd_compare},
    {"plot", "RUN… -o FILE", N_ ("Draw the curves as PNG, SVG or PDF"), cmd_plot},
    {"plot-schedule", "[--preset NAME | --recipe FILE] [-o FILE]",
     N_ ("Show what a schedule will do"), cmd_plot_schedule},
    {"predict", "RUN [IMAGE…]", N_ ("Name what pictures show"), cmd_predict},
    {"export", "RUN -o FILE", N_ ("Write the weights of a run as .safetensors or .pth"),
     cmd_export},
    {"models", "[NAME]", N_ ("List the backbones, or the layers of one"), cmd_models},
    {"datasets", "[PATH…]", N_ ("List the data sets that can be found, or check one"),
     cmd_datasets},
    {"weights", "list | inspect FILE… | fetch NAME | check",
     N_ ("Pretrained weights: list, look into, download"), cmd_weights},
    {"presets", "[NAME]", N_ ("List the presets, or print one"), cmd_presets},
    {"store", "", N_ ("Say how the store stands, begin a new one beside it"), cmd_store},
    {"doctor", "", N_ ("Look for what is wrong with store, files and computer"), cmd_doctor},
    {"verify", "RUN", N_ ("Do one epoch of a run again and compare all bits"), cmd_verify},
    {"bench", "", N_ ("Measure speed against what this machine can do"), cmd_bench},
    {NULL},
};

const CliCommand *
cli_commands (void)
{
  return commands;
}

static const CliCommand *
command_of (const char *name)
{
  for (const CliCommand *c = commands; c->name != NULL; c++)
    if (strcmp (c->name, name) == 0)
      return c;
  g_assert_not_reached ();
}

bool
cli_parse (const char *summary,
           const GOptionEntry *entries,
           int *argc,
           char ***argv,
           int least,
           int most,
           int *status)
{
  const CliCommand *command = command_of ((*argv)[0]);
  g_autoptr (GOptionContext) context = g_option_context_new (command->arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strconcat ("thaw ", command->name, NULL);

  g_option_context_set_summary (context, summary != NULL ? summary : _ (command->help));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_set_prgname (
      name); /* GLib prints it in the usage line; --help ends the program with status 0 */
  if (!g_option_context_parse (context, argc, argv, &error)) {
    *status = cli_fail_usage ("%s", error->message);
    return false;
  }
  if (*argc > 1 && strcmp ((*argv)[1], "--") == 0) {
    memmove (*argv + 1, *argv + 2, sizeof (char *) * (size_t) (*argc - 1));
    (*argc)--;
  }
  if (*argc - 1 < least || (most >= 0 && *argc - 1 > most)) {
    *status = cli_fail_usage (*argc - 1 < least ? _ ("an argument is missing")
                                                : _ ("too many arguments: '%s'"),
                              *argc - 1 < least ? "" : (*argv)[most + 1]);
    return false;
  }
  return true;
}

int
cli_fail (const GError *error)
{
  fprintf (stderr, "thaw: %s\n",
           error != NULL ? error->message : _ ("failed for an unknown reason"));
  return CLI_FAILED;
}

int
cli_fail_usage (const char *format, ...)
{
  va_list arguments;

  fputs ("thaw: ", stderr);
  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fprintf (stderr, _ ("\nTry '%s --help'.\n"), g_get_prgname ());
  return CLI_USAGE;
}

void
cli_note (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fputc ('\n', stderr);
}

static void
torn_cb (const char *run_id, const char *name, gpointer user)
{
  cli_note (_ ("thaw: parts of “%s” (%.8s) cannot be read any more: the store is damaged"), name,
            run_id);
}

void
cli_look_for_damage (ThawStore *store)
{
  g_autofree char *path = thaw_store_file (thaw_store_home (store));
  GStatBuf st;

  if (g_stat (path, &st) == 0 && st.st_size <= LOOK_BYTES)
    thaw_store_look_through (store);
}

/* Damage is said before anything is printed. */
static void
note_trouble (ThawStore *store)
{
  g_autofree char *text = NULL;

  cli_look_for_damage (store);
  text = thaw_store_trouble_text (store);
  if (text != NULL)
    cli_note ("thaw: %s", text);
  thaw_store_on_torn (store, torn_cb, NULL);
}

ThawStore *
cli_store (ThawStoreMode mode, GError **error)
{
  g_autofree char *home = thaw_store_default_home ();
  ThawStore *store = thaw_store_open (home, mode, error);

  if (store != NULL && mode == THAW_STORE_READ)
    note_trouble (store);
  return store;
}
