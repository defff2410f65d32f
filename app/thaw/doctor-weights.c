/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of weights that Thaw knows: the starters that come with it, and what was downloaded. */
#include "doctor.h"

#include <glib/gstdio.h>
#include <string.h>

/* NULL: as published; else what was found. (transfer full) */
static char *
compare (const Doctor *doctor, const ThawWeightsFile *file, const char *path)
{
  g_autofree char *sha256 = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf st = {0};

  if (g_stat (path, &st) != 0 || (guint64) st.st_size != file->bytes) {
    g_autofree char *found = cli_count ((gint64) st.st_size);
    g_autofree char *expected = cli_count ((gint64) file->bytes);
    return g_strdup_printf (_ ("has %s bytes, expected %s"), found, expected);
  }
  if (doctor->quick)
    return NULL;
  sha256 = thaw_file_sha256 (path, NULL, &error);
  if (sha256 == NULL)
    return g_strdup (error->message);
  if (strcmp (sha256, file->sha256) == 0)
    return NULL;
  return g_strdup_printf (_ ("its SHA-256 is %.16s…, expected %.16s…"), sha256, file->sha256);
}

static void
move_away (Doctor *doctor, DoctorFinding *finding, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *to = NULL;

  if (doctor_set_aside (doctor, path, NULL, &to, &error))
    doctor_done (finding, g_strdup_printf (_ ("It was moved to %s."), to));
  else
    doctor_left (finding, g_strdup_printf (_ ("It was left as it is: %s"), error->message));
}

/* Returns whether it is there and as it should be. */
static bool
look_at_download (Doctor *doctor, const ThawWeightsFile *file)
{
  g_autofree char *folder = cli_weights_folder ();
  g_autofree char *path = g_build_filename (folder, file->name, NULL), *found = NULL;
  DoctorFinding *finding;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return false;
  found = compare (doctor, file, path);
  if (found == NULL)
    return true;
  finding = doctor_find (doctor, DOCTOR_WRONG, "weights", NULL, path,
                         g_strdup_printf (_ ("%s: downloaded weights: %s"), path, found));
  if (doctor->repair)
    move_away (doctor, finding, path);
  else
    doctor_advise (finding, g_strdup (_ ("Delete it, or let 'thaw doctor --repair' move it away, "
                                         "and download it again: 'thaw weights fetch'.")));
  return false;
}

static bool
look_at_starter (Doctor *doctor, const ThawWeightsFile *file)
{
  g_autofree char *path = cli_starter_path (file), *found = NULL;
  bool there = g_file_test (path, G_FILE_TEST_IS_REGULAR);
  DoctorFinding *finding;

  found = there ? compare (doctor, file, path) : g_strdup (_ ("is not there"));
  if (found == NULL)
    return true;
  finding = doctor_find (doctor, there ? DOCTOR_WRONG : DOCTOR_WORTH_KNOWING, "weights", NULL, path,
                         g_strdup_printf (_ ("%s: weights that come with Thaw: %s"), path, found));
  doctor_advise (finding, g_strdup (_ ("Install Thaw again.")));
  return false;
}

void
doctor_look_at_weights (Doctor *doctor)
{
  guint good = 0;

  for (const ThawModel *const *model = thaw_models (); *model != NULL; model++)
    if ((*model)->starter != NULL)
      good += look_at_starter (doctor, (*model)->starter);
  for (const ThawWeightsFile *const *file = thaw_weights_catalogue (); *file != NULL; file++)
    good += look_at_download (doctor, *file);
  doctor_find (doctor, DOCTOR_IN_ORDER, "weights", NULL, NULL,
               g_strdup_printf (
                   doctor->quick ? ngettext ("weights: %u file is as long as published",
                                             "weights: %u files are as long as published", good)
                                 : ngettext ("weights: %u file has the published SHA-256",
                                             "weights: %u files have the published SHA-256", good),
                   good));
}
