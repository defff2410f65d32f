/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session: what training stands on, for the commands that train, queue or estimate. */
#pragma once

#include "thaw-train.h"
#include "worker.h"

/* Made in this order, freed in the other. */
typedef struct {
  ThawRecipe *recipe;
  bool seed_drawn; /* the recipe had none */
  ThawDataset *set;
  ThawStateDict *weights;
  char *weights_path; /* NULL: random */
  ThawPool *pool;
  ThawTrainer *trainer;
  ThawStore *store;
  ThawRun *run;
  ThawRunLock *lock;
  Worker worker;
} Session;

void session_clear (Session *session);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* A recipe file (nullable), else a preset, with assignments (nullable). (transfer full) */
ThawRecipe *session_recipe (const char *preset,
                            const char *file,
                            const char *const *assignments,
                            GError **error);
/* With what is to be said of a seed that was drawn. Of ThawFinding (transfer full) */
GPtrArray *session_findings (const ThawRecipe *recipe, bool seed_drawn, int classes);
void session_print_findings (const ThawRecipe *recipe, bool seed_drawn);
/* Fills session->set from `given` (--data, nullable) or what the recipe names; the recipe then
 * names what is used. */
bool session_read_data (Session *session, const char *given, GError **error);
/* The very images that session->run was set up with, whether or not there is a checkpoint to
 * compare. */
bool session_check_data (const Session *session, GError **error);
bool session_read_weights (Session *session, GError **error);
ThawTrainSpec session_spec (Session *session, const char *folder, const char *resume);
/* A store that cannot be used is said at once, before minutes of reading data. */
bool session_store_usable (GError **error);
/* What the store keeps of a run of this session; name, preset: nullable. (transfer full) */
ThawRun *session_new_run (Session *session, const char *name, const char *preset);
/* What computes here, as a run keeps it: JSON (transfer full). */
char *session_machine (const ThawPool *pool);
/* Trains; returns the exit status. */
int session_go (Session *session, bool json);
