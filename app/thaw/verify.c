/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An epoch again: a trainer in a temporary folder, begun from the kept checkpoint, and what is said
 * about it. */
#include "signals.h"
#include "verify.h"
#include "thaw-catalogues.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- The temporary folder --- */

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);
    g_unlink (inner); /* a link to the run's best weights goes, not what it leads to */
  }
  g_rmdir (path);
}

void
verify_clear (Verify *verify)
{
  if (verify->folder != NULL)
    remove_folder (verify->folder);
  g_free (verify->folder);
  g_free (verify->run_folder);
  g_clear_pointer (&verify->artifacts, g_ptr_array_unref);
  g_clear_pointer (&verify->epochs, g_array_unref);
  g_clear_pointer (&verify->iterations, g_array_unref);
  g_free (verify->stored_sha256);
  g_free (verify->found_sha256);
  g_free (verify->first.what);
  g_free (verify->first.stored);
  g_free (verify->first.found);
  g_free (verify->machine);
  g_free (verify->no_room);
}

/* A checkpoint names the best weights so far, in its own folder: a link to them will do. */
static bool
link_best (Verify *verify, const char *from, GError **error)
{
  g_auto (ThawCheckpointInfo) info = {0};
  g_autofree char *path = NULL, *link = NULL;

  if (!thaw_checkpoint_info (from, &info, error))
    return false;
  if (info.best_file == NULL)
    return true;
  path = g_build_filename (verify->run_folder, info.best_file, NULL);
  link = g_build_filename (verify->folder, info.best_file, NULL);
  if (symlink (path, link) == 0)
    return true;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", link,
               g_strerror (errno));
  return false;
}

/* --- What it is done with --- */

/* The value of a member of the machine's JSON; NULL: there is none. (transfer full) */
static char *
member (const char *json, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\": \"", name);
  const char *at = strstr (json, key);

  return at != NULL ? g_strndup (at + strlen (key), strcspn (at + strlen (key), "\"")) : NULL;
}

/* Other versions and other kernels may add numbers up in another order. */
static void
look_at_machine (Verify *verify)
{
  static const char *const names[] = {"thaw", "blas", "blas_core", "kernels"};
  g_autofree char *here = session_machine (verify->session->pool);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *then = member (verify->session->run->machine, names[i]);
    g_autofree char *now = member (here, names[i]);
    if (then == NULL || now == NULL || strcmp (then, now) == 0)
      continue;
    g_string_append (text, text->len > 0 ? "; " : "");
    g_string_append_printf (text, _ ("%s was '%s' and is '%s'"), names[i], then, now);
  }
  if (text->len > 0)
    verify->machine = g_strdup (text->str);
}

static bool
check_start (const Verify *verify, const char *path, GError **error)
{
  const ThawRun *run = verify->session->run;
  g_autofree char *sha256 = thaw_file_sha256 (path, NULL, error);

  if (sha256 == NULL) {
    g_prefix_error (error, _ ("epoch %d of run %.8s cannot be verified: its checkpoint is lost: "),
                    verify->epoch + 1, run->id);
    return false;
  }
  if (strcmp (sha256, verify->from->sha256) == 0)
    return true;
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT,
               _ ("epoch %d of run %.8s cannot be verified from %s: it is damaged, its SHA-256 is "
                  "%.16s…, recorded was %.16s…; 'thaw verify --epoch 1 %.8s' needs no checkpoint"),
               verify->epoch + 1, run->id, path, sha256, verify->from->sha256, run->id);
  return false;
}

static bool
prepare (Verify *verify, const char *data, int threads, GError **error)
{
  Session *session = verify->session;
  g_autofree char *from = NULL;
  ThawTrainSpec spec;

  session->recipe = thaw_recipe_parse (session->run->recipe, -1, _ ("the run's recipe"),
                                       thaw_catalogues (), error);
  if (session->recipe == NULL)
    return false;
  if (verify->from != NULL) {
    from = g_build_filename (verify->run_folder, verify->from->file, NULL);
    if (!check_start (verify, from, error))
      return false;
  } else if (!session_read_weights (session, error)) {
    return false;
  }
  session->pool = thaw_pool_new (threads);
  if (!session_read_data (session, data != NULL ? data : session->run->data_path, error) ||
      !session_check_data (session, error))
    return false;
  verify->folder = g_dir_make_tmp ("thaw-verify-XXXXXX", error);
  if (verify->folder == NULL || (from != NULL && !link_best (verify, from, error)))
    return false;
  look_at_machine (verify);
  spec = session_spec (session, verify->folder, from);
  spec.hooks = verify_hooks (verify);
  session->trainer = thaw_trainer_new (&spec, error);
  return session->trainer != NULL;
}

/* --- What is said --- */

static bool
is_equal (const Verify *verify)
{
  return verify->over && verify->first.what == NULL;
}

static void
print_json (const Verify *verify)
{
  const ThawRun *run = verify->session->run;
  CliJson *json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_text (json, "run", run->id);
  cli_json_int (json, "epoch", verify->epoch + 1);
  cli_json_text (json, "from", verify->from != NULL ? verify->from->file : NULL);
  cli_json_int (json, "from_step", verify->from_step);
  cli_json_int (json, "to_step", verify->to_step);
  cli_json_bool (json, "whole", verify->row != NULL);
  cli_json_int (json, "threads", thaw_pool_threads (verify->session->pool));
  cli_json_bool (json, "equal", is_equal (verify));
  cli_json_int (json, "iterations", verify->iterations_done);
  cli_json_int (json, "iterations_equal", verify->iterations_equal);
  cli_json_int (json, "figures", verify->figures_done);
  cli_json_int (json, "figures_equal", verify->figures_equal);
  cli_json_bool (json, "tested", verify->tested);
  cli_json_bool (json, "weights_compared", verify->weights_compared);
  cli_json_bool (json, "weights_equal", verify->weights_equal);
  cli_json_text (json, "weights_sha256", verify->found_sha256);
  cli_json_text (json, "weights_sha256_stored", verify->stored_sha256);
  cli_json_text (json, "machine_differs", verify->machine);
  if (verify->first.what != NULL) {
    cli_json_begin_object (json, "first_difference");
    cli_json_text (json, "what", verify->first.what);
    cli_json_int (json, "step", verify->first.step);
    cli_json_text (json, "stored", verify->first.stored);
    cli_json_text (json, "found", verify->first.found);
    cli_json_end_object (json);
  } else {
    cli_json_text (json, "first_difference", NULL);
  }
  cli_json_end_object (json);
  cli_json_print (json);
}

static void
say_begin (const Verify *verify)
{
  const ThawRun *run = verify->session->run;

  printf (_ ("Run %.8s '%s': epoch %d again, iterations %d to %d, from %s; %d threads\n"), run->id,
          run->name, verify->epoch + 1, (int) verify->from_step + 1, (int) verify->to_step,
          verify->from != NULL ? verify->from->file : _ ("the beginning"),
          thaw_pool_threads (verify->session->pool));
  if (verify->row == NULL)
    puts (_ ("The epoch did not end; it is verified up to the latest checkpoint."));
  fflush (stdout);
}

static void
say_weights (const Verify *verify)
{
  if (!verify->weights_compared)
    printf (_ ("Weights after it: SHA-256 %s; no checkpoint of this moment was kept to compare "
               "with\n"),
            verify->found_sha256 != NULL ? verify->found_sha256 : "–");
  else if (verify->weights_equal)
    printf (_ ("Weights after it: equal (%s, SHA-256 %.16s…)\n"), verify->to->file,
            verify->stored_sha256);
  else
    printf (_ ("Weights after it: not equal to %s\n"), verify->to->file);
}

static void
print_text (const Verify *verify)
{
  printf (_ ("Iterations: %u of %u equal\n"), verify->iterations_equal, verify->iterations_done);
  if (verify->figures_done > 0)
    printf (verify->tested ? _ ("Figures of the epoch and of the test: %u of %u equal\n")
                           : _ ("Figures of the epoch: %u of %u equal\n"),
            verify->figures_equal, verify->figures_done);
  say_weights (verify);
  if (verify->first.what != NULL)
    printf (_ ("The first difference: %s: stored %s, found %s\n"), verify->first.what,
            verify->first.stored, verify->first.found);
  if (verify->machine != NULL)
    printf (is_equal (verify)
                ? _ ("This is not what the run was trained with (%s); it made no "
                     "difference.\n")
                : _ ("This is not what the run was trained with (%s): bits may differ "
                     "for that reason alone.\n"),
            verify->machine);
  puts (is_equal (verify) ? _ ("Equal, bit for bit.") : _ ("Different."));
}

static int
interrupted (void)
{
  cli_note (_ ("Interrupted; nothing was changed."));
  return signals_asked () == SIGINT ? CLI_INTERRUPTED : CLI_STOPPED;
}

int
verify_run (Verify *verify, const char *data, int threads, bool json)
{
  g_autoptr (GError) error = NULL;
  ThawTrainEnd how = THAW_END_FINISHED;

  signals_catch ();
  if (!prepare (verify, data, threads, &error))
    return signals_asked () != 0 ? interrupted () : cli_fail (error);
  if (!json)
    say_begin (verify);
  verify->tell = !json && isatty (STDERR_FILENO);
  if (!thaw_trainer_run (verify->session->trainer, &how, &error) && !verify->over &&
      signals_asked () == 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cli_fail (error);
  if (verify->tell)
    fputs ("\r\033[K", stderr);
  if (signals_asked () != 0 && !verify->over)
    return interrupted ();
  if (verify->no_room != NULL) {
    cli_note ("thaw: %s", verify->no_room);
    cli_note (_ ("TMPDIR names another folder to work in."));
    return CLI_FAILED;
  }
  if (how == THAW_END_NOT_FINITE)
    verify_differs (verify, verify->to_step, _ ("end of the epoch"),
                    g_strdup_printf ("%d", (int) verify->to_step),
                    g_strdup (_ ("a loss that is not finite")));
  if (json)
    print_json (verify);
  else
    print_text (verify);
  return is_equal (verify) ? CLI_OK : CLI_FAILED;
}
