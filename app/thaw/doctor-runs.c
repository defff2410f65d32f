/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs against their folders and locks: rows without a folder, folders without a row, runs that
 * read as live and have no worker. */
#include "doctor.h"

#include <string.h>

/* --- Rows --- */

static void
say_no_folder (Doctor *doctor, const ThawRun *run, const char *folder)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (doctor->store, run->id, NULL);
  guint files = artifacts != NULL ? artifacts->len : 0;
  DoctorFinding *finding;

  if (files == 0) {
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "runs", run->id, folder,
                 g_strdup_printf (_ ("run %.8s '%s': its folder %s is not there, and it had no "
                                     "files; resuming makes it anew"),
                                  run->id, run->name, folder));
    return;
  }
  finding = doctor_find (
      doctor, DOCTOR_WRONG, "runs", run->id, folder,
      g_strdup_printf (ngettext ("run %.8s '%s': its folder %s is not there, expected with %u file",
                                 "run %.8s '%s': its folder %s is not there, expected with %u "
                                 "files",
                                 files),
                       run->id, run->name, folder, files));
  doctor_left (finding, g_strdup (_ ("Its rows are left: they say which files these were.")));
  doctor_advise (finding,
                 g_strdup_printf (_ ("Put the folder back; or, if it is gone for good, resume the "
                                     "run, which begins again, or 'thaw trash %.8s'."),
                                  run->id));
}

static void
mark_interrupted (Doctor *doctor, DoctorFinding *finding, const ThawRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRunLock) lock = thaw_run_lock (doctor->store, run->id, &error);

  if (lock != NULL && doctor_copy_store (doctor, &error) &&
      thaw_store_set_state (doctor->store, run->id, THAW_RUN_INTERRUPTED, NULL, &error))
    doctor_done (finding, g_strdup (_ ("It was marked as interrupted.")));
  else
    doctor_left (finding, g_strdup_printf (_ ("It was left as it is: %s"), error->message));
}

/* ended_ms 0: the row itself still says that a worker is there. */
static void
say_interrupted (Doctor *doctor, const ThawRun *run)
{
  DoctorFinding *finding = doctor_find (
      doctor, DOCTOR_WORTH_KNOWING, "runs", run->id, NULL,
      run->ended_ms == 0
          ? g_strdup_printf (_ ("run %.8s '%s': its row says that it is being trained, but nobody "
                                "holds its lock: its worker was interrupted after %d of %d epochs"),
                             run->id, run->name, run->epochs_done, run->epochs)
          : g_strdup_printf (_ ("run %.8s '%s': was interrupted after %d of %d epochs"), run->id,
                             run->name, run->epochs_done, run->epochs));

  doctor_advise (finding, g_strdup_printf (_ ("'thaw resume %.8s' goes on with it."), run->id));
  if (doctor->may_write && run->ended_ms == 0)
    mark_interrupted (doctor, finding, run);
}

/* Returns whether somebody holds the run. */
static bool
look_at_row (Doctor *doctor, const ThawRun *run)
{
  g_autofree char *folder = thaw_store_run_folder (doctor->store, run->id);

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    say_no_folder (doctor, run, folder);
  if (run->state == THAW_RUN_INTERRUPTED)
    say_interrupted (doctor, run);
  return thaw_run_alive (doctor->store, run->id);
}

/* --- Folders --- */

static bool
has_row (const Doctor *doctor, const char *id)
{
  for (guint i = 0; i < doctor->runs->len; i++)
    if (strcmp (((const ThawRun *) doctor->runs->pdata[i])->id, id) == 0)
      return true;
  return false;
}

/* Names of other stores in the home, whose runs have their folders here as well. */
static bool
has_other_store (const Doctor *doctor)
{
  g_autofree char *used = g_path_get_basename (doctor->report.path);
  g_autoptr (GDir) dir = g_dir_open (doctor->home, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "store") && g_str_has_suffix (name, ".db") &&
        strcmp (name, used) != 0 && !g_str_has_prefix (name, "store-v") &&
        !g_str_has_prefix (name, "store-before-repair"))
      return true;
  return false;
}

static bool
looks_like_id (const char *name)
{
  return strlen (name) == 32 && strspn (name, "0123456789abcdef") == 32;
}

static bool
was_deleted (const Doctor *doctor, const char *id)
{
  g_autoptr (GPtrArray) left = thaw_store_folders_left (doctor->store, NULL);

  return left != NULL && g_ptr_array_find_with_equal_func (left, id, g_str_equal, NULL);
}

static void
say_stranger (Doctor *doctor, const char *path, const char *name, bool other_store)
{
  DoctorFinding *finding;

  if (!looks_like_id (name)) {
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "runs", NULL, path,
                 g_strdup_printf (_ ("%s: is not the folder of a run; it is left alone"), path));
    return;
  }
  /* a run that is just being made, or one of a list that was read too early */
  if (thaw_run_alive (doctor->store, name))
    return;
  if (was_deleted (doctor, name)) {
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "runs", NULL, path,
                 g_strdup_printf (_ ("%s: is left of a run that was deleted for good; the next "
                                     "deletion takes it along"),
                                  path));
    return;
  }
  finding = doctor_find (
      doctor, DOCTOR_WORTH_KNOWING, "runs", NULL, path,
      other_store ? g_strdup_printf (_ ("%s: no run of this store has this folder; another store "
                                        "of the home may have it"),
                                     path)
                  : g_strdup_printf (_ ("%s: no run of the store has this folder"), path));
  doctor_left (finding,
               g_strdup (_ ("It is left alone: its checkpoints may be all that there is of "
                            "a run whose store was lost.")));
  doctor_advise (finding, g_strdup (_ ("Delete it if you know that it is not needed.")));
}

static void
look_at_folders (Doctor *doctor)
{
  g_autofree char *runs = g_build_filename (doctor->home, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  bool other_store = has_other_store (doctor);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (runs, name, NULL);
    if (!has_row (doctor, name))
      say_stranger (doctor, path, name, other_store);
  }
}

void
doctor_look_at_runs (Doctor *doctor)
{
  guint live = 0, before;

  if (doctor->store == NULL || !doctor->report.there)
    return;
  before = doctor->findings->len;
  for (guint i = 0; i < doctor->runs->len; i++)
    live += look_at_row (doctor, doctor->runs->pdata[i]);
  look_at_folders (doctor);
  if (live > 0)
    doctor_find (
        doctor, DOCTOR_WORTH_KNOWING, "runs", NULL, NULL,
        g_strdup_printf (ngettext ("%u run is being trained: nothing of it is changed, and its "
                                   "unfinished files are its own",
                                   "%u runs are being trained: nothing of them is changed, and "
                                   "their unfinished files are their own",
                                   live),
                         live));
  if (doctor->findings->len == before)
    doctor_find (
        doctor, DOCTOR_IN_ORDER, "runs", NULL, NULL,
        g_strdup_printf (ngettext ("%u run: row, folder and lock agree",
                                   "%u runs: rows, folders and locks agree", doctor->runs->len),
                         doctor->runs->len));
  if (thaw_queue_alive (doctor->store))
    doctor_find (doctor, DOCTOR_IN_ORDER, "runs", NULL, NULL,
                 g_strdup (_ ("queue: somebody works it")));
}
