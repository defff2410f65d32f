/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of the whole window share: a window over a store of its own, what is seen in it, files
 * to give to it, and small runs that really train. */
#pragma once

#include "page.h"
#include "pages.h"
#include "scratch.h"
#include "thaw-ui.h"
#include "window-private.h"

typedef struct {
  char *top;        /* a folder that goes with the test                          */
  char *home;       /* of the store, in it; not made                             */
  ThawStore *store; /* (nullable) the same, to write as others do: set_up_store  */
  ThawWatch *watch; /* (nullable) until the window is open                       */
  ThawWindow *window;
  bool mounted; /* a file system of its own on `home`                             */
} Fixture;

/* What main () begins with. FALSE: there is no display; that was said. */
bool fixture_begin (int *argc, char ***argv);
void set_up (Fixture *f, gconstpointer data);
void set_up_store (Fixture *f, gconstpointer data);
void set_up_window (Fixture *f, gconstpointer data);
void tear_down (Fixture *f, gconstpointer data);
void begin_window (Fixture *f); /* shown, its store not read yet */
void open_window (Fixture *f);  /* waits until it has read the store */
void close_window (Fixture *f); /* and its watch: nobody keeps either */

/* --- What is seen --- */
const char *page (Fixture *f);
const char *banner (Fixture *f);           /* "" when there is none */
const char *bar_more (Fixture *f);         /* (nullable) what the run's bar adds */
bool bar_can (Fixture *f, guint what);     /* all of these THAW_CAN_ */
bool can (Fixture *f, const char *action); /* as a button of it would show */
void act (Fixture *f, const char *action); /* one that has to be possible */
bool shows (Fixture *f, const char *id);   /* the page of that run */
char *next_toast (Fixture *f);             /* waits for its sentence (transfer full) */
guint n_runs (Fixture *f);                 /* without trash */
ThawRunItem *nth (Fixture *f, guint i);    /* (transfer none) */
bool all_in (Fixture *f, guint n, ThawRunState state);
void expect_readable (Fixture *f, const char *id, guint n_epochs); /* its curves come */
void expect_read_only (Fixture *f); /* what changes is off, what reads is on */

/* --- Files, in `top`; paths (transfer full) --- */
char *put (Fixture *f, const char *name, const void *bytes, gssize length);
char *put_sample (Fixture *f, const char *name);   /* the built-in data set, as a folder */
char *put_pictures (Fixture *f, const char *name); /* another sound one, of a folder a class */
/* A .safetensors file with one tensor of that name, of shape [2, 2]. */
char *put_tensor (Fixture *f, const char *name, const char *tensor);
char *hash_of (const char *path);         /* SHA-256 */
void drop (Fixture *f, const char *path); /* onto the window */

/* --- A draft, and runs of it --- */
ThawRecipePage *draft_page (Fixture *f);
void begin_draft (Fixture *f);
/* The finding of that id that stops the draft. (transfer none) (nullable) */
const ThawFinding *stopping (Fixture *f, const char *id);
/* A draft that is done in a moment; set: a path, NULL: the built-in sample. */
void draft_small (Fixture *f, const char *set, const char *epochs);
/* The same, started, and trained to its end: what the window shows then. */
ThawRunItem *train_small (Fixture *f);
