/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to the room: the schema that reader, writer and assignments share, and small helpers. */
#pragma once

#include "thaw-recipe.h"
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define THAW_RECIPE_MAX_DEPTH 32
#define THAW_PAIR_MARK 2 /* among the values of a parameter that is a pair: 1 */
#define THAW_RECIPE_MAX_ITEMS 32
#define THAW_RECIPE_MAX_INTEGER 9007199254740992.0 /* 2^53 */

/* --- Schema --------------------------------------------------------------------------------------
 * One table says which fields a recipe has, in canonical order, where they live in ThawRecipe, and
 * what they may hold. */
typedef enum {
  THAW_FIELD_FORMAT, /* the text THAW_RECIPE_FORMAT, required                           */
  THAW_FIELD_TEXT,   /* char *; `rule` says which texts                                 */
  THAW_FIELD_PARAM,  /* `spec`, stored as `store` says                                  */
  THAW_FIELD_GROUP,  /* an object of `children`                                         */
  THAW_FIELD_CHOICE, /* ThawChoice: "name", its entry's parameters, then `children`     */
  THAW_FIELD_LIST,   /* ThawChoice *, and its length at `count`                         */
} ThawFieldKind;

typedef enum {
  THAW_STORE_DOUBLE,
  THAW_STORE_DOUBLES,  /* spec.count doubles in a row                                   */
  THAW_STORE_OPTIONAL, /* double, -1 for JSON's null                                   */
  THAW_STORE_INT,      /* also enums, whose values number spec.choices                  */
  THAW_STORE_U64,
  THAW_STORE_SEED, /* uint64_t, THAW_SEED_NONE for JSON's null                          */
  THAW_STORE_BOOL,
  THAW_STORE_CHOICE_TEXT, /* char *, one of spec.choices                               */
} ThawStore;

/* WEIGHTS: none, balanced, or a list of numbers, which is kept as its JSON. MATCH: part of a name.
 */
typedef enum {
  THAW_TEXT_FREE,
  THAW_TEXT_ID,
  THAW_TEXT_SOURCE,
  THAW_TEXT_WEIGHTS,
  THAW_TEXT_MATCH,
} ThawTextRule;

typedef struct _ThawField ThawField;
struct _ThawField {
  const char *name;
  ThawFieldKind kind;
  size_t offset; /* into ThawRecipe */
  ThawStore store;
  ThawTextRule rule;
  ThawParamSpec spec;
  const char *text;          /* TEXT: default; CHOICE: default entry if the catalogue has it */
  size_t catalogue;          /* CHOICE, LIST: offset of a ThawCatalogue in ThawCatalogues    */
  bool own;                  /* LIST: its catalogue is this room's, thaw_steps_catalogue ()  */
  size_t count;              /* LIST: offset of the length into ThawRecipe                   */
  const ThawField *children; /* ends with a name of NULL */
};

const ThawField *thaw_recipe_schema (void); /* the document's fields; ends with a name of NULL */
const ThawField *thaw_field_find (const ThawField *fields, const char *name); /* (nullable) */
ThawCatalogue thaw_field_catalogue (const ThawField *field, const ThawCatalogues *catalogues);
/* The entry that is taken when a document names none; NULL for an empty catalogue. */
const ThawEntry *thaw_field_default_entry (const ThawField *field,
                                           const ThawCatalogues *catalogues);

/* --- Choices ---------------------------------------------------------------------------------- */
void thaw_choice_init (ThawChoice *choice, const ThawEntry *entry); /* with its defaults */
void thaw_choice_copy (ThawChoice *to, const ThawChoice *from);     /* overwritten */
void thaw_choice_clear (ThawChoice *choice);
int thaw_entry_find_param (const ThawEntry *entry, const char *name); /* -1: none */

/* --- Values ----------------------------------------------------------------------------------- */
/* Reads what `spec` allows into values (overwritten). The message names `path`. */
gboolean thaw_param_read (const ThawParamSpec *spec,
                          JsonNode *node,
                          const char *path,
                          double values[THAW_PARAM_MAX_COUNT],
                          GError **error);
/* A text by the rule WEIGHTS. (transfer full) */
char *thaw_class_weights_read (JsonNode *node, const char *path, GError **error);
/* `path` holds `node`, but should hold something else: "freeze is a list, expected an object". */
void thaw_error_object (GError **error, const char *path, JsonNode *node);
/* "PATH is FOUND, did you mean 'NEAR'?", or a list of what there is when nothing is near. */
void
thaw_error_name (GError **error, const char *path, const char *found, const char *const *known);
char *thaw_text_shown (const char *text); /* quoted, printable, cut after 60 characters (transfer
                                             full) */
char *thaw_node_text (JsonNode *node); /* as a message shows it: short, one line (transfer full) */

/* The shortest decimal that reads back as the same double, whatever the locale; whole numbers
 * within +-2^53 without a fraction. */
void thaw_number_append (GString *text, double value);
/* As JSON: quoted, escaped where JSON demands it. */
void thaw_text_append_quoted (GString *json, const char *text);
/* A parameter of an entry, and a plain field that lies at `at`, as JSON. */
void thaw_param_append (GString *json, const ThawParamSpec *spec, const double *values);
void thaw_field_append (GString *json, const ThawField *field, const void *at);
/* Whether the canonical document leaves it out: late, and at its default. */
bool thaw_param_is_silent (const ThawParamSpec *spec, const double *values);
/* The nearest of `known` (NULL-terminated) by edit distance without regard to case; NULL when
 * none is near enough to be meant. */
const char *thaw_nearest (const char *text, const char *const *known);

/* --- Documents -------------------------------------------------------------------------------- */
/* Prescan, then json-glib. (transfer full) */
JsonNode *thaw_json_read (const char *json, gsize length, const char *source, GError **error);
/* Messages have no source in front of them. (transfer full) */
/* steps.c: whether freeze.steps can be meant so. */
gboolean thaw_steps_check (const ThawRecipe *recipe, GError **error);
ThawRecipe *
thaw_recipe_from_node (JsonNode *root, const ThawCatalogues *catalogues, GError **error);
/* `named`: with the field "name". (transfer full) */
char *thaw_recipe_write_as (const ThawRecipe *recipe, bool named);

G_END_DECLS
