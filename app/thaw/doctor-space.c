/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room on the disk, against what the next checkpoint wants before it is written. */
#include "doctor.h"
#include "thaw-train.h"

#include <sys/statvfs.h>

enum { COMFORTABLE = 10 }; /* times what one checkpoint wants */

/* The largest checkpoint that a run of this home has. */
static guint64
largest (Doctor *doctor)
{
  guint64 bytes = 0;

  for (guint i = 0; doctor->store != NULL && i < doctor->runs->len; i++) {
    const ThawRun *run = doctor->runs->pdata[i];
    g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (doctor->store, run->id, NULL);
    for (guint k = 0; artifacts != NULL && k < artifacts->len; k++)
      bytes = MAX (bytes, (guint64) ((const ThawArtifact *) artifacts->pdata[k])->bytes);
  }
  return bytes;
}

void
doctor_look_at_space (Doctor *doctor)
{
  struct statvfs fs;
  guint64 wanted, found;
  g_autofree char *wanted_text = NULL, *found_text = NULL;
  DoctorFinding *finding;

  if (statvfs (doctor->home, &fs) != 0)
    return;
  found = (guint64) fs.f_bavail * fs.f_frsize;
  wanted = thaw_checkpoint_room (largest (doctor));
  wanted_text = cli_bytes (wanted);
  found_text = cli_bytes (found);
  finding = doctor_find (
      doctor,
      found < wanted                 ? DOCTOR_WRONG
      : found < COMFORTABLE * wanted ? DOCTOR_WORTH_KNOWING
                                     : DOCTOR_IN_ORDER,
      "home", NULL, doctor->home,
      found < wanted
          ? g_strdup_printf (_ ("%s: %s are free, expected %s at least for the largest checkpoint; "
                                "training waits for room"),
                             doctor->home, found_text, wanted_text)
          : g_strdup_printf (_ ("room: %s are free, the largest checkpoint wants %s"), found_text,
                             wanted_text));
  if (finding->grade != DOCTOR_IN_ORDER)
    doctor_advise (finding, g_strdup (_ ("Make room, or delete runs: 'thaw trash'.")));
}
