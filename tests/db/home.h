/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the store share: homes that come and go, sample rows, looking at files. */
#pragma once

#include "store-private.h"

char *home_new (void); /* an empty folder (transfer full) */
void home_free (char *home);
typedef char Home; /* g_autoptr (Home) home = home_new (); */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Home, home_free)

ThawStore *open_store (const char *home, ThawStoreMode mode); /* must work */
/* A run in the store with every field set; its id, owned by the caller. */
char *add_run (ThawStore *store, const char *name);
ThawRun *sample_run (const char *name);
ThawEpochRow sample_epoch (int epoch, gint64 step); /* `set` is a constant: do not clear */
ThawArtifact sample_artifact (const char *file, const char *kind, int epoch, gint64 step);
void
add_steps (ThawStore *store, const char *run_id, int attempt, int epoch, gint64 first, size_t n);

/* Name, mode, size, change time and SHA-256 of everything in a folder, as one text. */
char *snapshot (const char *folder);
/* Runs SQL on a file of a home with a connection of its own; the first value of the first row. */
char *sql (const char *home, const char *file, const char *text);
gint64 sql_int (const char *home, const char *text); /* on store.db */
/* This program once more, for parts that need a process of their own. */
GPid spawn_self (const char *const *arguments, int *output);
void wait_for (GPid pid); /* must end with 0 */
/* Homes on the real disk, or in memory where only the logic counts and syncing is slow. */
typedef enum { HOMES_ON_DISK, HOMES_IN_MEMORY } HomesPlace;
void home_init (const char *argv0, HomesPlace place);
