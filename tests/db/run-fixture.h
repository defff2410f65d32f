/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store with one run, for g_test_add; reads and writes that must work. */
#pragma once

#include "home.h"

typedef struct {
  Home *home;
  ThawStore *store;
  char *id;
} RunFixture;

void run_fixture_set_up (RunFixture *fixture, gconstpointer data);
void run_fixture_tear_down (RunFixture *fixture, gconstpointer data);
GArray *run_fixture_iterations (RunFixture *fixture, gint64 after);
GArray *run_fixture_epochs (RunFixture *fixture);
ThawRun *run_fixture_run (RunFixture *fixture);
/* An epoch and the "last" file of its end. */
void run_fixture_commit (RunFixture *fixture, int attempt, ThawEpochRow epoch, const char *file);
void run_fixture_add (const char *path, void (*test) (RunFixture *, gconstpointer));
