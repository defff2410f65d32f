/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of each run against its rows: there, as long as recorded, with the recorded SHA-256;
 * what is left over; and whether the run can go on from one of them. */
#include "doctor.h"
#include "thaw-train.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  Doctor *doctor;
  const ThawRun *run;
  char *folder;
  GPtrArray *artifacts; /* of ThawArtifact, newest first */
  bool *sound;          /* [artifacts] */
  bool alive;
  ThawRunLock *lock; /* taken when something is to be mended */
} RunFiles;

static void
run_files_clear (RunFiles *files)
{
  g_clear_pointer (&files->lock, thaw_run_unlock);
  g_clear_pointer (&files->artifacts, g_ptr_array_unref);
  g_free (files->sound);
  g_free (files->folder);
}

/* Totals over all runs. */
typedef struct {
  guint files, runs, findings;
  guint64 bytes;
} Totals;

/* --- Mending --- */

/* The run's lock, the copy of the store; else why not. */
static bool
may_mend (RunFiles *files, GError **error)
{
  if (files->lock == NULL)
    files->lock = thaw_run_lock (files->doctor->store, files->run->id, error);
  return files->lock != NULL && doctor_copy_store (files->doctor, error);
}

static bool
set_aside (RunFiles *files, const char *path, char **to, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return true;
  return doctor_set_aside (files->doctor, path, files->run->id, to, error);
}

/* Row first, file after: a kill in between leaves a file that nobody refers to. */
static void
drop (RunFiles *files, DoctorFinding *finding, const ThawArtifact *artifact, const char *path)
{
  Doctor *doctor = files->doctor;
  g_autoptr (GError) error = NULL;
  g_autofree char *to = NULL;

  if (may_mend (files, &error) &&
      thaw_store_drop_artifact (doctor->store, files->run->id, artifact->file, &error) &&
      set_aside (files, path, &to, &error))
    doctor_done (finding, to != NULL
                              ? g_strdup_printf (_ ("Its row was dropped, and the file was moved "
                                                    "to %s."),
                                                 to)
                              : g_strdup (_ ("Its row was dropped.")));
  else
    doctor_left (finding, g_strdup_printf (_ ("It was left as it is: %s"), error->message));
}

static void
move_away (RunFiles *files, DoctorFinding *finding, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *to = NULL;

  if (may_mend (files, &error) && set_aside (files, path, &to, &error))
    doctor_done (finding, g_strdup_printf (_ ("It was moved to %s."), to));
  else
    doctor_left (finding, g_strdup_printf (_ ("It was left as it is: %s"), error->message));
}

/* --- Rows --- */

static char *
bytes_text (gint64 found, gint64 expected)
{
  g_autofree char *found_text = cli_count (found), *expected_text = cli_count (expected);

  return g_strdup_printf (_ ("has %s bytes, expected %s"), found_text, expected_text);
}

/* NULL: as recorded; else what was found. (transfer full) */
static char *
compare (const Doctor *doctor, const ThawArtifact *artifact, const char *path)
{
  struct stat st;
  g_autofree char *sha256 = NULL;
  g_autoptr (GError) error = NULL;

  if (lstat (path, &st) != 0)
    return g_strdup_printf (errno == ENOENT ? _ ("the file is not there")
                                            : _ ("it cannot be looked at: %s"),
                            g_strerror (errno));
  if (!S_ISREG (st.st_mode))
    return g_strdup (_ ("is not a regular file"));
  if ((gint64) st.st_size != artifact->bytes)
    return bytes_text ((gint64) st.st_size, artifact->bytes);
  if (doctor->quick)
    return NULL;
  sha256 = thaw_file_sha256 (path, NULL, &error);
  if (sha256 == NULL)
    return g_strdup (error->message);
  if (strcmp (sha256, artifact->sha256) == 0)
    return NULL;
  return g_strdup_printf (_ ("its SHA-256 is %.16s…, expected %.16s…"), sha256, artifact->sha256);
}

/* A worker drops rows of files that it retires: then there is nothing to say. */
static bool
has_row_still (const RunFiles *files, const char *name)
{
  g_autoptr (GPtrArray) now = thaw_store_artifacts (files->doctor->store, files->run->id, NULL);

  for (guint i = 0; now != NULL && i < now->len; i++)
    if (strcmp (((const ThawArtifact *) now->pdata[i])->file, name) == 0)
      return true;
  return false;
}

static const char *
advice_for (const RunFiles *files, const ThawArtifact *artifact)
{
  if (files->doctor->repair)
    return NULL;
  if (strcmp (artifact->kind, "last") == 0 && files->run->state != THAW_RUN_FINISHED)
    return _ ("'thaw doctor --repair' drops its row and moves it away; resuming goes on from the "
              "checkpoint before it.");
  return _ ("Put the file back from a backup, or let 'thaw doctor --repair' drop its row and move "
            "it away.");
}

static void
look_at_artifact (RunFiles *files, guint i, Totals *totals)
{
  const ThawArtifact *artifact = files->artifacts->pdata[i];
  g_autofree char *path = g_build_filename (files->folder, artifact->file, NULL);
  g_autofree char *found = compare (files->doctor, artifact, path);
  DoctorFinding *finding;

  files->sound[i] = found == NULL;
  if (found == NULL) {
    totals->files++;
    totals->bytes += (guint64) artifact->bytes;
    return;
  }
  if (files->alive && !has_row_still (files, artifact->file))
    return;
  finding = doctor_find (files->doctor, DOCTOR_WRONG, "checkpoints", files->run->id, path,
                         g_strdup_printf (_ ("%s: checkpoint '%s' of run %.8s '%s', epoch %d: %s"),
                                          path, artifact->kind, files->run->id, files->run->name,
                                          artifact->epoch, found));
  totals->findings++;
  if (files->doctor->may_write)
    drop (files, finding, artifact, path);
  doctor_advise (finding, g_strdup (advice_for (files, artifact)));
}

/* --- Going on --- */

static bool
is_sound (const RunFiles *files, const char *name)
{
  for (guint i = 0; i < files->artifacts->len; i++)
    if (files->sound[i] &&
        strcmp (((const ThawArtifact *) files->artifacts->pdata[i])->file, name) == 0)
      return true;
  return false;
}

/* NULL: it can be gone on from; else why not. (transfer full) */
static char *
hindrance (const RunFiles *files, const ThawArtifact *artifact)
{
  g_autofree char *path = g_build_filename (files->folder, artifact->file, NULL);
  g_auto (ThawCheckpointInfo) info = {0};
  g_autoptr (GError) error = NULL;

  if (!thaw_checkpoint_info (path, &info, &error))
    return g_strdup (error->message);
  if (info.best_file == NULL || is_sound (files, info.best_file))
    return NULL;
  return g_strdup_printf (
      _ ("%s: it refers to the best weights in %s, which are not there or damaged"), path,
      info.best_file);
}

static void
say_stuck (RunFiles *files, guint i, char *why, bool another)
{
  const ThawArtifact *artifact = files->artifacts->pdata[i];
  g_autofree char *path = g_build_filename (files->folder, artifact->file, NULL);
  DoctorFinding *finding =
      doctor_find (files->doctor, DOCTOR_WRONG, "checkpoints", files->run->id, path,
                   g_strdup_printf (_ ("run %.8s '%s' cannot go on from its checkpoint of epoch "
                                       "%d: %s"),
                                    files->run->id, files->run->name, artifact->epoch, why));

  if (another && files->doctor->may_write)
    drop (files, finding, artifact, path);
  else if (another)
    doctor_advise (finding, g_strdup (_ ("'thaw doctor --repair' moves it away; resuming goes on "
                                         "from the one before.")));
  else {
    doctor_left (finding, g_strdup (_ ("It is left as it is: the weights in it are sound.")));
    doctor_advise (finding, g_strdup_printf (_ ("'thaw export %.8s --which last' writes them. Put "
                                                "the missing file back from a backup to go on."),
                                             files->run->id));
  }
}

static bool
wants_to_go_on (const RunFiles *files)
{
  ThawRunState state = files->run->state;

  return !files->alive && state != THAW_RUN_FINISHED && state != THAW_RUN_DIVERGED &&
         files->run->trashed_ms == 0;
}

/* Resuming takes the newest sound "last"; if the best weights that it names are lost, that fails.
 */
static void
look_at_resume (RunFiles *files, Totals *totals)
{
  guint n = files->artifacts->len, good = n;
  g_autoptr (GPtrArray) why = g_ptr_array_new_with_free_func (g_free);

  if (files->doctor->quick || !wants_to_go_on (files))
    return;
  g_ptr_array_set_size (why, (int) n);
  for (guint i = 0; i < n && good == n; i++) {
    const ThawArtifact *artifact = files->artifacts->pdata[i];
    if (!files->sound[i] || strcmp (artifact->kind, "last") != 0)
      continue;
    why->pdata[i] = hindrance (files, artifact);
    if (why->pdata[i] == NULL)
      good = i;
  }
  for (guint i = 0; i < n; i++)
    if (why->pdata[i] != NULL) {
      say_stuck (files, i, why->pdata[i], good < n);
      totals->findings++;
    }
}

/* --- What lies in the folder --- */

static bool
is_checkpoint_name (const char *name)
{
  return (g_str_has_prefix (name, "last-") || g_str_has_prefix (name, "best-") ||
          g_str_has_prefix (name, "saved-")) &&
         g_str_has_suffix (name, ".safetensors");
}

static bool
is_part (const char *name)
{
  return (g_str_has_prefix (name, ".last-") || g_str_has_prefix (name, ".best-")) &&
         g_str_has_suffix (name, ".part");
}

static bool
has_artifact (const RunFiles *files, const char *name)
{
  for (guint i = 0; i < files->artifacts->len; i++)
    if (strcmp (((const ThawArtifact *) files->artifacts->pdata[i])->file, name) == 0)
      return true;
  return false;
}

static void
look_at_name (RunFiles *files, const char *name, Totals *totals)
{
  g_autofree char *path = g_build_filename (files->folder, name, NULL);
  const ThawRun *run = files->run;
  DoctorFinding *finding;
  bool part = is_part (name);

  if (strcmp (name, "lock") == 0 || has_artifact (files, name))
    return;
  totals->findings++;
  if (!part && !is_checkpoint_name (name)) {
    doctor_find (files->doctor, DOCTOR_WORTH_KNOWING, "checkpoints", run->id, path,
                 g_strdup_printf (_ ("%s: is no file of run %.8s '%s'; it is left alone"), path,
                                  run->id, run->name));
    return;
  }
  finding = doctor_find (
      files->doctor, DOCTOR_WORTH_KNOWING, "checkpoints", run->id, path,
      part ? g_strdup_printf (_ ("%s: a file of run %.8s '%s' that was never finished"), path,
                              run->id, run->name)
           : g_strdup_printf (_ ("%s: a checkpoint that no row of run %.8s '%s' refers to"), path,
                              run->id, run->name));
  if (files->doctor->may_write)
    move_away (files, finding, path);
  else
    doctor_advise (finding, g_strdup (_ ("It only takes room. Resuming removes it, 'thaw doctor "
                                         "--repair' moves it away.")));
}

/* A worker's own unfinished files are none of our business. */
static void
look_at_folder (RunFiles *files, Totals *totals)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (files->alive)
    return;
  dir = g_dir_open (files->folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    look_at_name (files, name, totals);
}

static void
look_at_run (Doctor *doctor, const ThawRun *run, Totals *totals)
{
  RunFiles files = {.doctor = doctor, .run = run};

  files.folder = thaw_store_run_folder (doctor->store, run->id);
  files.alive = thaw_run_alive (doctor->store, run->id);
  files.artifacts = thaw_store_artifacts (doctor->store, run->id, NULL);
  if (files.artifacts != NULL && g_file_test (files.folder, G_FILE_TEST_IS_DIR)) {
    files.sound = g_new0 (bool, files.artifacts->len + 1);
    for (guint i = 0; i < files.artifacts->len; i++)
      look_at_artifact (&files, i, totals);
    look_at_resume (&files, totals);
    look_at_folder (&files, totals);
    totals->runs++;
  }
  run_files_clear (&files);
}

void
doctor_look_at_checkpoints (Doctor *doctor)
{
  Totals totals = {0};
  g_autofree char *bytes = NULL;

  if (doctor->store == NULL || !doctor->report.there)
    return;
  for (guint i = 0; i < doctor->runs->len; i++)
    look_at_run (doctor, doctor->runs->pdata[i], &totals);
  bytes = cli_bytes (totals.bytes);
  doctor_find (
      doctor, DOCTOR_IN_ORDER, "checkpoints", NULL, NULL,
      g_strdup_printf (
          doctor->quick
              ? ngettext ("checkpoints: %u file, %s, is as long as recorded",
                          "checkpoints: %u files, %s, are as long as recorded", totals.files)
              : ngettext ("checkpoints: %u file, %s, has the recorded SHA-256",
                          "checkpoints: %u files, %s, have the recorded SHA-256", totals.files),
          totals.files, bytes));
}
