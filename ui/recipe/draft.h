/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawDraft: a recipe on its way to a run. Edited by assignments, as `thaw train --set` takes them;
 * knows what it began from, what was changed, what the check says, and how to go back. No widgets.
 * Main thread only. */
#pragma once

#include "thaw-catalogues.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  THAW_ORIGIN_PRESET, /* name: the preset's      */
  THAW_ORIGIN_FILE,   /* name: the file's path   */
  THAW_ORIGIN_RUN,    /* name: the run's id      */
} ThawOrigin;

/* What is known of the data that the recipe will meet; from the program `thaw`. */
typedef struct {
  bool known;  /* else nothing is known yet */
  char *title; /* (nullable) */
  char *error; /* (nullable) why it cannot be read */
  int classes;
  guint64 n_train, n_validation, n_test; /* n_validation: the set's own */
  char *empty_class;                     /* (nullable) name of a class without training images */
} ThawDataFacts;

/* A finding of the recipe check, or one that only backbone, transforms or data can tell. */
typedef struct {
  ThawFinding *finding;
  bool stops; /* a run could not start */
} ThawDraftFinding;

#define THAW_TYPE_DRAFT (thaw_draft_get_type ())
G_DECLARE_FINAL_TYPE (ThawDraft, thaw_draft, THAW, DRAFT, GObject)

/* All fields at their defaults. Signals: "changed" (const char *const *paths): these fields have
 * other values or are new or gone; "data.path" and "data.facts" count as fields. "began" ():
 * another recipe altogether. Properties, each notified: "locked", "can-undo", "can-redo". */
ThawDraft *thaw_draft_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* Begins anew with a document; `title` is its name for people. Undo begins anew as well. On an
 * error all stays as it was. */
gboolean thaw_draft_begin (ThawDraft *draft,
                           ThawOrigin kind,
                           const char *name,
                           const char *title,
                           const char *json,
                           GError **error);
ThawOrigin thaw_draft_origin (ThawDraft *draft);
const char *thaw_draft_origin_name (ThawDraft *draft);
const char *thaw_draft_origin_title (ThawDraft *draft);
/* Locked: nothing changes it any more. */
void thaw_draft_set_locked (ThawDraft *draft, bool locked);
bool thaw_draft_locked (ThawDraft *draft);

const ThawRecipe *thaw_draft_recipe (ThawDraft *draft); /* (transfer none), until changed */
const GPtrArray *thaw_draft_fields (ThawDraft *draft);  /* of ThawRecipeField, until changed */
const ThawRecipeField *thaw_draft_field (ThawDraft *draft, const char *path); /* (nullable) */
/* The value that a field goes back to, as JSON: the origin's, or where the origin has no such field
 * the catalogue's default. (transfer full) (nullable: no such field) */
char *thaw_draft_base (ThawDraft *draft, const char *path);
bool thaw_draft_is_changed (ThawDraft *draft, const char *path);
int thaw_draft_n_changes (ThawDraft *draft); /* fields that differ from the origin */

/* "key.path=value", as thaw_recipe_with takes them; all or none. One step of undo; a further edit
 * of the same fields joins it until thaw_draft_settle. FALSE: refused, nothing changed; the message
 * begins with the field's path. */
gboolean thaw_draft_assign (ThawDraft *draft, const char *const *assignments, GError **error);
gboolean thaw_draft_set (ThawDraft *draft, const char *path, const char *value, GError **error);
/* The same with any text, which is quoted. */
gboolean thaw_draft_set_text (ThawDraft *draft, const char *path, const char *text, GError **error);
void thaw_draft_reset (ThawDraft *draft, const char *path); /* to its base */
void thaw_draft_settle (ThawDraft *draft);
bool thaw_draft_undo (ThawDraft *draft); /* false: nothing to undo */
bool thaw_draft_redo (ThawDraft *draft);

/* The list of transforms. params: (nullable) JSON object with the entry's values. One is added
 * behind the others of its stage: before what works on normalised pictures or on batches, if it
 * does not. */
void thaw_draft_add_transform (ThawDraft *draft, const char *name, const char *params);
void thaw_draft_remove_transform (ThawDraft *draft, int at);
void thaw_draft_move_transform (ThawDraft *draft, int from, int to);
/* An item as it stands in the document. (transfer full) */
char *thaw_draft_transform_json (ThawDraft *draft, int at);

/* freeze.steps: blocks that join in before the thaw. n_blocks: how many the backbone has beside its
 * head. A new one stands behind the others, half way to the thaw, with one block more. */
gboolean thaw_draft_add_step (ThawDraft *draft, int n_blocks, GError **error);
void thaw_draft_remove_step (ThawDraft *draft, int at);
/* Why there is no place for another, a sentence; NULL: there is. */
const char *thaw_draft_no_step (ThawDraft *draft, int n_blocks);

/* Where the data lies, beside the recipe. (nullable: where it is found) */
const char *thaw_draft_data_path (ThawDraft *draft);
void thaw_draft_set_data_path (ThawDraft *draft, const char *path);
const ThawDataFacts *thaw_draft_data_facts (ThawDraft *draft); /* never NULL */
void thaw_draft_set_data_facts (ThawDraft *draft, const ThawDataFacts *facts);

/* Why the weights that are chosen do not fit: a sentence of the program; NULL: nothing is known
 * against them. Forgotten when another recipe begins. */
void thaw_draft_set_weights_error (ThawDraft *draft, const char *sentence);

/* Of ThawDraftFinding, those that stop first; (transfer none), until changed. */
const GPtrArray *thaw_draft_findings (ThawDraft *draft);
bool thaw_draft_stopped (ThawDraft *draft); /* some finding stops */
/* The field that a sentence of the program speaks of. (transfer none) (nullable) */
const char *thaw_draft_field_in (ThawDraft *draft, const char *message);

void thaw_data_facts_clear (ThawDataFacts *facts);

G_END_DECLS
