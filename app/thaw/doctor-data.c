/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data sets: those that can be found, and those that runs were trained on: there, readable, and
 * still the same pictures. */
#include "doctor.h"
#include "thaw-foreign.h"

#include <string.h>

enum { SIDE = 8 }; /* pictures are read whole, and kept as small as this */

/* What is at a path: looked at once. */
typedef struct {
  char *fingerprint; /* (nullable) */
  char *error;       /* (nullable) */
} Seen;

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_free (seen->fingerprint);
  g_free (seen->error);
  g_free (seen);
}

static void
say_read (Doctor *doctor, const char *title, const char *path, const ThawDataset *set)
{
  const GPtrArray *skipped = thaw_dataset_skipped (set);
  g_autofree char *count = cli_count (thaw_dataset_count (set));

  doctor_find (doctor, DOCTOR_IN_ORDER, "data", NULL, path,
               g_strdup_printf (_ ("%s: %s: %s images, read whole; fingerprint %.12s"), path, title,
                                count, thaw_dataset_fingerprint (set)));
  if (skipped->len > 0)
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "data", NULL, path,
                 g_strdup_printf (ngettext ("%s: %u picture cannot be read and is left out: %s",
                                            "%s: %u pictures cannot be read and are left out, the "
                                            "first of them: %s",
                                            skipped->len),
                                  path, skipped->len, (const char *) skipped->pdata[0]));
}

/* Reads a set whole, or looks whether it is there. title: (nullable) as found. */
static Seen *
look_at_set (Doctor *doctor, const char *title, const char *path, bool whole)
{
  Seen *seen = g_new0 (Seen, 1);
  g_autoptr (GError) error = NULL;

  if (!whole) {
    g_autoptr (ThawSetInfo) info = thaw_foreign_probe (path, &error);
    if (info != NULL)
      doctor_find (doctor, DOCTOR_IN_ORDER, "data", NULL, path,
                   g_strdup_printf (_ ("%s: %s: is there"), path, info->title));
  } else {
    g_autoptr (ThawDataset) set = thaw_foreign_dataset (path, SIDE, NULL, &error);
    if (set != NULL) {
      seen->fingerprint = g_strdup (thaw_dataset_fingerprint (set));
      say_read (doctor, title != NULL ? title : thaw_dataset_info (set)->title, path, set);
    }
  }
  if (error != NULL)
    seen->error = g_strdup (error->message);
  return seen;
}

/* Of runs that can still go on, what is wrong with their data is wrong. */
static DoctorGrade
grade_of (const ThawRun *run)
{
  return run->state == THAW_RUN_FINISHED || run->trashed_ms != 0 ? DOCTOR_WORTH_KNOWING
                                                                 : DOCTOR_WRONG;
}

static void
compare (Doctor *doctor, const ThawRun *run, const Seen *seen)
{
  DoctorFinding *finding = NULL;

  if (seen->error != NULL)
    finding = doctor_find (doctor, grade_of (run), "data", run->id, run->data_path,
                           g_strdup_printf (_ ("run %.8s '%s': its data cannot be read: %s"),
                                            run->id, run->name, seen->error));
  else if (seen->fingerprint != NULL && run->data_fingerprint[0] != '\0' &&
           strcmp (seen->fingerprint, run->data_fingerprint) != 0)
    finding = doctor_find (doctor, grade_of (run), "data", run->id, run->data_path,
                           g_strdup_printf (_ ("run %.8s '%s': %s are not its data any more: "
                                               "fingerprint %.12s, expected %.12s"),
                                            run->id, run->name, run->data_path, seen->fingerprint,
                                            run->data_fingerprint));
  if (finding != NULL)
    doctor_advise (finding,
                   g_strdup_printf (_ ("Put the data back, or say where they are: 'thaw resume "
                                       "%.8s --data PATH'."),
                                    run->id));
}

/* The built-in sample, which a run writes again when it needs it. */
static bool
is_made_anew (const Doctor *doctor, const char *path)
{
  g_autofree char *sample = g_build_filename (doctor->home, "datasets", THAW_SAMPLE_FOLDER, NULL);

  return strcmp (path, sample) == 0 && !g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
look_at_runs (Doctor *doctor, GHashTable *seen)
{
  for (guint i = 0; i < doctor->runs->len; i++) {
    const ThawRun *run = doctor->runs->pdata[i];
    Seen *there = g_hash_table_lookup (seen, run->data_path);
    if (run->data_path[0] == '\0' || is_made_anew (doctor, run->data_path))
      continue;
    if (there == NULL) {
      there = look_at_set (doctor, NULL, run->data_path, !doctor->quick);
      g_hash_table_insert (seen, g_strdup (run->data_path), there);
    }
    compare (doctor, run, there);
  }
}

static bool
is_used (const Doctor *doctor, const char *path)
{
  for (guint i = 0; i < doctor->runs->len; i++)
    if (strcmp (((const ThawRun *) doctor->runs->pdata[i])->data_path, path) == 0)
      return true;
  return false;
}

/* Folders of pictures that merely lie about may hold any number of them. */
static void
look_at_found (Doctor *doctor, const ThawSetInfo *info, GHashTable *seen)
{
  g_autofree char *path = g_canonicalize_filename (info->path, NULL);
  Seen *there;

  /* the built-in one is in the program until it is used */
  if (strcmp (info->id, "sample") == 0 || g_hash_table_contains (seen, path))
    return;
  there = look_at_set (doctor, info->title, path,
                       !doctor->quick && (info->kind != THAW_SET_FOLDER || is_used (doctor, path)));
  if (there->error != NULL && !is_used (doctor, path)) {
    DoctorFinding *finding =
        doctor_find (doctor, DOCTOR_WORTH_KNOWING, "data", NULL, path, g_strdup (there->error));
    doctor_advise (finding,
                   g_strdup_printf (_ ("No run uses it. 'thaw datasets %s' says more."), path));
  }
  g_hash_table_insert (seen, g_steal_pointer (&path), there);
}

void
doctor_look_at_data (Doctor *doctor)
{
  g_auto (GStrv) folders = cli_data_folders (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = cli_find_sets (folders, &error);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, seen_free);

  if (found == NULL) { /* the program that reads strange files does not work */
    doctor_find (doctor, DOCTOR_WRONG, "data", NULL, NULL, g_strdup (error->message));
    return;
  }
  for (guint i = 0; i < found->len; i++)
    look_at_found (doctor, found->pdata[i], seen);
  look_at_runs (doctor, seen);
  if (g_hash_table_size (seen) == 0)
    doctor_find (doctor, DOCTOR_IN_ORDER, "data", NULL, NULL,
                 g_strdup (_ ("data: no set was found but the built-in sample; THAW_DATA names "
                              "folders to look in")));
}
