/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor: findings about a home, one after the other; with --repair also what was done about each.
 * Each part looks at one thing and adds its findings. Nothing is ever deleted: files go into a
 * folder of the home, and the store is copied before the first row changes. */
#pragma once

#include "cli.h"

typedef enum { DOCTOR_IN_ORDER, DOCTOR_WORTH_KNOWING, DOCTOR_WRONG, DOCTOR_N_GRADES } DoctorGrade;

typedef struct {
  DoctorGrade grade;
  const char *area; /* "home", "store", "runs", "checkpoints", "data", "weights", "machine" */
  char *run;        /* (nullable) id   */
  char *path;       /* (nullable)      */
  char *message;    /* a sentence      */
  char *advice;     /* (nullable) what to do */
  char *done;       /* (nullable) what --repair did, or why it did not */
  bool repaired;    /* it is no more   */
} DoctorFinding;

typedef struct {
  char *home;
  bool quick, repair;
  GPtrArray *findings; /* of DoctorFinding */
  ThawStoreReport report;
  ThawStore *store; /* NULL: there is none, or it cannot be opened */
  bool mended;      /* the store's indices were made anew */
  bool may_write;   /* --repair, and the store is sound and of this version */
  GPtrArray *runs;  /* of ThawRun, those in the trash too; never NULL */
  char *copy;       /* (nullable) of the store, before the first row changed */
  char *aside;      /* (nullable) folder of the files that were moved */
} Doctor;

void doctor_clear (Doctor *doctor);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Doctor, doctor_clear)

/* Takes the message. run, path: (nullable), copied. The finding is the doctor's. */
DoctorFinding *doctor_find (Doctor *doctor,
                            DoctorGrade grade,
                            const char *area,
                            const char *run,
                            const char *path,
                            char *message);
/* Each takes its text. */
void doctor_advise (DoctorFinding *finding, char *advice);
void doctor_done (DoctorFinding *finding, char *done);      /* it is no more    */
void doctor_left (DoctorFinding *finding, char *reason);    /* it stays as it is */
int doctor_count (const Doctor *doctor, DoctorGrade grade); /* without what was repaired */
void doctor_print_text (const Doctor *doctor);
void doctor_print_json (const Doctor *doctor);

/* --- doctor-repair.c: the careful hands --- */
/* Before a row changes: the copy of the store is there. */
bool doctor_copy_store (Doctor *doctor, GError **error);
/* Moves a file into the folder for such, below the run's id (nullable). *to: where it is now
 * (transfer full) */
bool
doctor_set_aside (Doctor *doctor, const char *path, const char *run_id, char **to, GError **error);

/* --- The parts, in the order in which they look --- */
void doctor_look_at_home (Doctor *doctor);  /* folder, file system, permissions */
void doctor_look_at_store (Doctor *doctor); /* opens it for the parts that follow */
void doctor_look_at_runs (Doctor *doctor);
void doctor_look_at_checkpoints (Doctor *doctor);
void doctor_look_at_space (Doctor *doctor);
void doctor_look_at_data (Doctor *doctor);
void doctor_look_at_weights (Doctor *doctor);
void doctor_look_at_machine (Doctor *doctor);
