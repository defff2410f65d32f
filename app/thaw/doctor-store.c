/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: whose it is, whether it is whole, how it is written. */
#include "doctor.h"

#include <stdio.h>

enum { MOST_NAMED = 5 };

static void
say_library (Doctor *doctor)
{
  const ThawStoreReport *report = &doctor->report;

  doctor_find (doctor, DOCTOR_IN_ORDER, "store", NULL, NULL,
               g_strdup_printf (report->wal_reset_bug
                                    ? _ ("SQLite %s: can lose data when two connections reset a "
                                         "log at once; Thaw's own lock round each write keeps it "
                                         "from that")
                                    : _ ("SQLite %s: resets logs safely"),
                                report->sqlite));
}

static void
say_journal (Doctor *doctor)
{
  const ThawStoreReport *report = &doctor->report;
  const char *wanted = report->remote ? "truncate" : "wal";
  g_autofree char *log = cli_bytes ((guint64) report->log_bytes);
  DoctorFinding *finding;

  if (report->remote)
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "store", NULL, report->path,
                 g_strdup_printf (_ ("%s: lies on a network or FUSE disk: one computer at a time "
                                     "may use it, and each write takes longer"),
                                  report->path));
  if (report->journal == NULL)
    return;
  /* between two connections a TRUNCATE journal reads as SQLite's default, delete */
  if (g_strcmp0 (report->journal, wanted) == 0 ||
      (report->remote && g_strcmp0 (report->journal, "delete") == 0)) {
    doctor_find (doctor, DOCTOR_IN_ORDER, "store", NULL, NULL,
                 g_strdup_printf (_ ("journal: %s, its log has %s"), report->journal, log));
    return;
  }
  finding = doctor_find (
      doctor, DOCTOR_WORTH_KNOWING, "store", NULL, report->path,
      g_strdup_printf (_ ("%s: its journal mode is '%s', expected '%s' on this file system"),
                       report->path, report->journal, wanted));
  doctor_advise (finding, g_strdup (_ ("The next command that writes sets it.")));
}

/* --- Damage --- */

static bool
somebody_works (Doctor *doctor)
{
  g_autoptr (ThawStore) store = thaw_store_open (doctor->home, THAW_STORE_READ, NULL);
  g_autoptr (GPtrArray) live = store != NULL ? thaw_store_live_runs (store, NULL) : NULL;

  return store == NULL || live == NULL || live->len > 0 || thaw_queue_alive (store);
}

static void
mend (Doctor *doctor, DoctorFinding *finding)
{
  g_autoptr (GError) error = NULL;

  if (somebody_works (doctor))
    doctor_left (finding, g_strdup (_ ("It was left as it is: a run is being trained, or the queue "
                                       "is being worked. Try again when they have ended.")));
  else if ((doctor->mended = thaw_store_mend (doctor->home, &doctor->copy, &error)))
    doctor_done (finding,
                 g_strdup (_ ("The indices were made anew from the tables; no row was lost.")));
  else
    doctor_left (finding, g_strdup_printf (_ ("It was left as it is: %s"), error->message));
}

static void
say_indices (Doctor *doctor)
{
  const ThawStoreReport *report = &doctor->report;
  DoctorFinding *finding = doctor_find (
      doctor, DOCTOR_WRONG, "store", NULL, report->path,
      g_strdup_printf (_ ("%s: indices are damaged, the rows of all tables are there (%s)"),
                       report->path, (const char *) report->damage->pdata[0]));

  if (doctor->repair)
    mend (doctor, finding);
  else
    doctor_advise (finding, g_strdup (_ ("'thaw doctor --repair' makes the indices anew, after a "
                                         "copy.")));
}

static char *
name_torn (const GPtrArray *torn)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (torn->len, MOST_NAMED); i++)
    g_string_append_printf (text, i > 0 ? ", %s" : "%s", (const char *) torn->pdata[i]);
  if (torn->len > MOST_NAMED)
    g_string_append (text, ", …");
  return g_string_free (text, FALSE);
}

static void
say_damage (Doctor *doctor)
{
  const ThawStoreReport *report = &doctor->report;
  g_autofree char *torn = name_torn (report->torn);
  DoctorFinding *finding;

  if (report->only_indices) {
    say_indices (doctor);
    return;
  }
  finding = doctor_find (
      doctor, DOCTOR_WRONG, "store", NULL, report->path,
      report->torn->len > 0
          ? g_strdup_printf (
                _ ("%s: is damaged (%s); of these runs not all can be read: %s"), report->path,
                report->damage->len > 0 ? (const char *) report->damage->pdata[0] : "", torn)
          : g_strdup_printf (_ ("%s: is damaged (%s)"), report->path,
                             report->damage->len > 0 ? (const char *) report->damage->pdata[0]
                                                     : ""));
  doctor_left (finding, g_strdup (_ ("It is left as it is: what a table lost cannot be mended.")));
  doctor_advise (finding,
                 g_strdup (_ ("Runs can be looked at, compared and exported. 'thaw store --begin' "
                              "begins a new store beside it; or put a backup in its place.")));
}

/* --- Whose it is --- */

static void
say_trouble (Doctor *doctor)
{
  const ThawStoreReport *report = &doctor->report;
  DoctorFinding *finding;

  switch (report->trouble) {
  case THAW_STORE_NEWER:
    finding = doctor_find (doctor, DOCTOR_WRONG, "store", NULL, report->path,
                           g_strdup_printf (_ ("%s: was made by a newer Thaw: its version is %d, "
                                               "expected %d at most"),
                                            report->path, report->version, report->latest));
    doctor_left (finding, g_strdup (_ ("It is left untouched, and so are the files of its runs.")));
    doctor_advise (finding, g_strdup (_ ("Use the newer Thaw, or begin a new store beside it with "
                                         "'thaw store --begin'.")));
    break;
  case THAW_STORE_LOCKED:
    finding = doctor_find (
        doctor, DOCTOR_WRONG, "store", NULL, report->path,
        g_strdup_printf (_ ("%s: cannot be written to, expected that you may"), report->path));
    doctor_advise (finding, g_strdup (_ ("Mend the permissions of the folder, or name another one "
                                         "with THAW_HOME.")));
    break;
  case THAW_STORE_DAMAGED:
    say_damage (doctor);
    break;
  case THAW_STORE_SOUND:
  default:
    break;
  }
}

static void
say_sound (Doctor *doctor)
{
  const ThawStoreReport *report = &doctor->report;
  g_autofree char *bytes = cli_bytes ((guint64) report->bytes);

  doctor_find (doctor, DOCTOR_IN_ORDER, "store", NULL, report->path,
               g_strdup_printf (_ ("%s: version %d, %s, looked through and sound"), report->path,
                                report->version, bytes));
  if (report->version < report->latest)
    doctor_find (doctor, DOCTOR_WORTH_KNOWING, "store", NULL, report->path,
                 g_strdup_printf (_ ("%s: is of version %d; the next command brings it to version "
                                     "%d, after a copy"),
                                  report->path, report->version, report->latest));
  if (report->orphans > 0) {
    DoctorFinding *finding =
        doctor_find (doctor, DOCTOR_WRONG, "store", NULL, report->path,
                     g_strdup_printf (ngettext ("%s: %u row belongs to a run that is not there",
                                                "%s: %u rows belong to runs that are not there",
                                                report->orphans),
                                      report->path, report->orphans));
    doctor_left (finding, g_strdup (_ ("They are left: no run needs them, and they may tell where "
                                       "a run went.")));
  }
}

/* --- Opening it for the others --- */

static void
unreadable (Doctor *doctor, const GError *error)
{
  DoctorFinding *finding = doctor_find (doctor, DOCTOR_WRONG, "store", NULL, doctor->report.path,
                                        g_strdup (error->message));

  doctor_left (finding, g_strdup (_ ("It is left untouched.")));
  doctor_advise (finding, g_strdup (_ ("'thaw store --begin' begins a new store beside it; or put "
                                       "a backup in its place.")));
}

/* After the indices were mended it is a sound store. */
static bool
is_sound (const Doctor *doctor)
{
  return doctor->report.there && (doctor->report.trouble == THAW_STORE_SOUND || doctor->mended);
}

/* An older store is left as it is unless it is to be mended. */
static void
open_it (Doctor *doctor)
{
  g_autoptr (GError) error = NULL;

  doctor->may_write = doctor->repair && is_sound (doctor);
  if (doctor->report.version < doctor->report.latest && !doctor->may_write)
    doctor->store = thaw_store_open_as_it_is (doctor->home, &error);
  else
    doctor->store = thaw_store_open (
        doctor->home, doctor->may_write ? THAW_STORE_WRITE : THAW_STORE_READ, &error);
  if (doctor->store == NULL)
    unreadable (doctor, error);
}

static void
read_runs (Doctor *doctor)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *more = NULL;

  doctor->runs = thaw_store_runs (doctor->store, &error);
  if (doctor->runs != NULL)
    more = thaw_store_trashed_runs (doctor->store, &error);
  if (more == NULL) {
    unreadable (doctor, error);
    return;
  }
  g_ptr_array_extend_and_steal (doctor->runs, more);
}

void
doctor_look_at_store (Doctor *doctor)
{
  g_autoptr (GError) error = NULL;

  if (!thaw_store_examine (doctor->home, doctor->quick, &doctor->report, &error)) {
    unreadable (doctor, error);
  } else if (!doctor->report.there) {
    doctor_find (doctor, DOCTOR_IN_ORDER, "store", NULL, doctor->report.path,
                 g_strdup_printf (_ ("%s: there is no store yet; the first run makes it"),
                                  doctor->report.path));
  } else {
    if (doctor->report.trouble == THAW_STORE_SOUND)
      say_sound (doctor);
    else
      say_trouble (doctor);
    say_journal (doctor);
    open_it (doctor);
    if (doctor->store != NULL)
      read_runs (doctor);
  }
  say_library (doctor);
  if (doctor->runs == NULL)
    doctor->runs = g_ptr_array_new ();
}
