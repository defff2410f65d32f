/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores with runs in them, made through db's calls as a worker makes them, for tests and pictures
 * of the window: shapes as of real runs, numbers from a seed. */
#pragma once

#include "thaw-db.h"

typedef struct {
  const char *name;
  const char *model;     /* "resnet18", "mobilenet_v3_small"                        */
  int epochs, frozen;    /* planned; of them frozen                                 */
  int done;              /* epochs done; 0: all                                     */
  int per_epoch;         /* iterations an epoch                                     */
  double lr, lr_after;   /* rates before and after the thaw                         */
  ThawRunState state;    /* how it ends; DIVERGED puts infinity at its end          */
  int seed;              /*                                                         */
  int paused_in;         /* epoch in which it was paused for a while; 0: none       */
  int resumed_after;     /* epochs done when a second attempt began; 0: none        */
  const char *tags[3];   /*                                                         */
  bool starred, on_test; /* on_test: evaluates on the test set                      */
} FillPlan;

/* Adds a run; its id, owned by the caller. Every call must work, else the program ends. */
char *fill_run (ThawStore *store, const FillPlan *plan);

/* The eleven runs of a good story: lesson presets, seeds, interrupted, diverged, failed, queued. */
void fill_story (ThawStore *store);
/* n plain runs of few epochs. */
void fill_many (ThawStore *store, int n);
/* One run of so many iterations. (transfer full) */
char *fill_long (ThawStore *store, const char *name, int seed, int points);
/* A run that goes on as if it trained, `rate` iterations a second, until *stop (nullable) or
 * `steps` are done; as a worker it holds the lock, ticks, answers pause, continue and stop. */
void fill_live (ThawStore *store, const FillPlan *plan, double rate, const volatile int *stop);
