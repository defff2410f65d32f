/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings: kept, counted, printed. */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

static void
finding_free (gpointer data)
{
  DoctorFinding *finding = data;

  g_free (finding->run);
  g_free (finding->path);
  g_free (finding->message);
  g_free (finding->advice);
  g_free (finding->done);
  g_free (finding);
}

void
doctor_clear (Doctor *doctor)
{
  g_clear_pointer (&doctor->runs, g_ptr_array_unref);
  g_clear_pointer (&doctor->store, thaw_store_close);
  thaw_store_report_clear (&doctor->report);
  g_clear_pointer (&doctor->findings, g_ptr_array_unref);
  g_clear_pointer (&doctor->home, g_free);
  g_clear_pointer (&doctor->copy, g_free);
  g_clear_pointer (&doctor->aside, g_free);
}

DoctorFinding *
doctor_find (Doctor *doctor,
             DoctorGrade grade,
             const char *area,
             const char *run,
             const char *path,
             char *message)
{
  DoctorFinding *finding = g_new0 (DoctorFinding, 1);

  finding->grade = grade;
  finding->area = area;
  finding->run = g_strdup (run);
  finding->path = g_strdup (path);
  finding->message = message;
  if (doctor->findings == NULL)
    doctor->findings = g_ptr_array_new_with_free_func (finding_free);
  g_ptr_array_add (doctor->findings, finding);
  return finding;
}

void
doctor_advise (DoctorFinding *finding, char *advice)
{
  g_free (finding->advice);
  finding->advice = advice;
}

void
doctor_done (DoctorFinding *finding, char *done)
{
  g_free (finding->done);
  finding->done = done;
  finding->repaired = true;
}

void
doctor_left (DoctorFinding *finding, char *reason)
{
  g_free (finding->done);
  finding->done = reason;
  finding->repaired = false;
}

int
doctor_count (const Doctor *doctor, DoctorGrade grade)
{
  int n = 0;

  for (guint i = 0; i < doctor->findings->len; i++) {
    const DoctorFinding *finding = doctor->findings->pdata[i];
    n += finding->grade == grade && !finding->repaired;
  }
  return n;
}

static int
count_repaired (const Doctor *doctor)
{
  int n = 0;

  for (guint i = 0; i < doctor->findings->len; i++)
    n += ((const DoctorFinding *) doctor->findings->pdata[i])->repaired;
  return n;
}

/* --- Text --- */

static const char *
grade_text (const DoctorFinding *finding)
{
  if (finding->repaired)
    return _ ("REPAIRED");
  switch (finding->grade) {
  case DOCTOR_WRONG:
    return _ ("WRONG");
  case DOCTOR_WORTH_KNOWING:
    return _ ("worth knowing");
  case DOCTOR_IN_ORDER:
  case DOCTOR_N_GRADES:
  default:
    return _ ("in order");
  }
}

static void
print_finding (const DoctorFinding *finding)
{
  printf ("%s: %s\n", grade_text (finding), finding->message);
  if (finding->done != NULL)
    printf ("    %s\n", finding->done);
  if (finding->advice != NULL && !finding->repaired)
    printf ("    %s\n", finding->advice);
}

void
doctor_print_text (const Doctor *doctor)
{
  int wrong = doctor_count (doctor, DOCTOR_WRONG), repaired = count_repaired (doctor);
  int known = doctor_count (doctor, DOCTOR_WORTH_KNOWING);

  for (guint i = 0; i < doctor->findings->len; i++)
    print_finding (doctor->findings->pdata[i]);
  putchar ('\n');
  if (doctor->copy != NULL)
    printf (_ ("The store as it was before: %s\n"), doctor->copy);
  if (doctor->aside != NULL)
    printf (
        _ ("Files that were moved are in %s; delete the folder when nothing in it is missed.\n"),
        doctor->aside);
  if (repaired > 0)
    printf (ngettext ("%d thing was repaired.\n", "%d things were repaired.\n", (gulong) repaired),
            repaired);
  if (known > 0)
    printf (
        ngettext ("%d thing is worth knowing.\n", "%d things are worth knowing.\n", (gulong) known),
        known);
  if (wrong > 0)
    printf (ngettext ("%d thing is wrong.\n", "%d things are wrong.\n", (gulong) wrong), wrong);
  else
    puts (_ ("Nothing is wrong."));
}

/* --- JSON --- */

static void
finding_json (CliJson *json, const DoctorFinding *finding)
{
  static const char *const grades[DOCTOR_N_GRADES] = {"in-order", "worth-knowing", "wrong"};

  cli_json_begin_object (json, NULL);
  cli_json_text (json, "grade", grades[finding->grade]);
  cli_json_text (json, "area", finding->area);
  cli_json_text (json, "run", finding->run);
  cli_json_text (json, "path", finding->path);
  cli_json_text (json, "message", finding->message);
  cli_json_text (json, "advice", finding->advice);
  cli_json_text (json, "done", finding->done);
  cli_json_bool (json, "repaired", finding->repaired);
  cli_json_end_object (json);
}

void
doctor_print_json (const Doctor *doctor)
{
  CliJson *json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_text (json, "home", doctor->home);
  cli_json_int (json, "wrong", doctor_count (doctor, DOCTOR_WRONG));
  cli_json_int (json, "worth_knowing", doctor_count (doctor, DOCTOR_WORTH_KNOWING));
  cli_json_int (json, "in_order", doctor_count (doctor, DOCTOR_IN_ORDER));
  cli_json_int (json, "repaired", count_repaired (doctor));
  cli_json_text (json, "store_copy", doctor->copy);
  cli_json_text (json, "set_aside", doctor->aside);
  cli_json_begin_array (json, "findings");
  for (guint i = 0; i < doctor->findings->len; i++)
    finding_json (json, doctor->findings->pdata[i]);
  cli_json_end_array (json);
  cli_json_end_object (json);
  cli_json_print (json);
}
