/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every state of a draft is a whole recipe, small enough to keep hundreds of: undo swaps states,
 * and what changed is told by comparing their fields. */
#include "draft.h"
#include "findings.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_STEPS 200
#define JOIN_US (2 * G_USEC_PER_SEC) /* edits of the same fields closer than this are one step */

typedef struct {
  ThawRecipe *recipe;
  GPtrArray *fields; /* of recipe */
  char *data_path;
} State;

struct _ThawDraft {
  GObject parent_instance;

  State *now, *base; /* base: as it began */
  ThawOrigin origin;
  char *origin_name, *origin_title;
  GPtrArray *undo, *redo; /* of State; the latest last */
  char *joined;           /* fields of the last step, while further edits of them join it */
  gint64 joined_at;
  bool locked;
  ThawDataFacts facts;
  char *weights_error; /* (nullable) */
  GPtrArray *findings; /* NULL: not worked out since the last change */
};

G_DEFINE_FINAL_TYPE (ThawDraft, thaw_draft, G_TYPE_OBJECT)

enum { PROP_0, PROP_LOCKED, PROP_CAN_UNDO, PROP_CAN_REDO, N_PROPS };
enum { CHANGED, BEGAN, N_SIGNALS };
static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

/* --- States --- */

/* recipe: (transfer full) */
static State *
state_new (ThawRecipe *recipe, const char *data_path)
{
  State *state = g_new (State, 1);

  *state = (State){recipe, thaw_recipe_fields (recipe), g_strdup (data_path)};
  return state;
}

static void
state_free (State *state)
{
  if (state == NULL)
    return;
  thaw_recipe_free (state->recipe);
  g_ptr_array_unref (state->fields);
  g_free (state->data_path);
  g_free (state);
}

static State *
state_copy (const State *state)
{
  return state_new (thaw_recipe_copy (state->recipe), state->data_path);
}

static const ThawRecipeField *
state_field (const State *state, const char *path)
{
  for (guint i = 0; i < state->fields->len; i++) {
    const ThawRecipeField *field = state->fields->pdata[i];
    if (strcmp (field->path, path) == 0)
      return field;
  }
  return NULL;
}

static void
add_missing (GPtrArray *paths, const State *here, const State *there)
{
  for (guint i = 0; i < here->fields->len; i++) {
    const ThawRecipeField *field = here->fields->pdata[i];
    if (state_field (there, field->path) == NULL)
      g_ptr_array_add (paths, field->path);
  }
}

/* Paths of fields that are not the same in both; NULL-terminated, the texts are the states'. */
static GPtrArray *
state_diff (const State *a, const State *b)
{
  GPtrArray *paths = g_ptr_array_new ();

  for (guint i = 0; i < a->fields->len; i++) {
    const ThawRecipeField *field = a->fields->pdata[i];
    const ThawRecipeField *other = state_field (b, field->path);
    if (other != NULL && strcmp (field->value, other->value) != 0)
      g_ptr_array_add (paths, field->path);
  }
  add_missing (paths, a, b);
  add_missing (paths, b, a);
  if (g_strcmp0 (a->data_path, b->data_path) != 0)
    g_ptr_array_add (paths, (gpointer) "data.path");
  g_ptr_array_add (paths, NULL);
  return paths;
}

/* --- The object --- */

static void
thaw_draft_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ThawDraft *self = THAW_DRAFT (object);

  switch (id) {
  case PROP_LOCKED:
    g_value_set_boolean (value, self->locked);
    break;
  case PROP_CAN_UNDO:
    g_value_set_boolean (value, self->undo->len > 0 && !self->locked);
    break;
  case PROP_CAN_REDO:
    g_value_set_boolean (value, self->redo->len > 0 && !self->locked);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
thaw_draft_finalize (GObject *object)
{
  ThawDraft *self = THAW_DRAFT (object);

  state_free (self->now);
  state_free (self->base);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_free (self->joined);
  g_free (self->origin_name);
  g_free (self->origin_title);
  g_clear_pointer (&self->weights_error, g_free);
  thaw_data_facts_clear (&self->facts);
  G_OBJECT_CLASS (thaw_draft_parent_class)->finalize (object);
}

static void
thaw_draft_class_init (ThawDraftClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object->get_property = thaw_draft_get_property;
  object->finalize = thaw_draft_finalize;
  props[PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, NULL, FALSE, flags);
  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", THAW_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRV | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[BEGAN] = g_signal_new ("began", THAW_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
thaw_draft_init (ThawDraft *self)
{
  self->now = state_new (thaw_recipe_new (thaw_catalogues ()), NULL);
  self->base = state_copy (self->now);
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) state_free);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) state_free);
  self->origin_name = g_strdup ("");
  self->origin_title = g_strdup ("");
}

ThawDraft *
thaw_draft_new (void)
{
  return g_object_new (THAW_TYPE_DRAFT, NULL);
}

static void
notify_steps (ThawDraft *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
}

gboolean
thaw_draft_begin (ThawDraft *self,
                  ThawOrigin kind,
                  const char *name,
                  const char *title,
                  const char *json,
                  GError **error)
{
  g_return_val_if_fail (THAW_IS_DRAFT (self) && name != NULL && title != NULL, FALSE);

  ThawRecipe *recipe = thaw_recipe_parse (json, -1, title, thaw_catalogues (), error);
  if (recipe == NULL)
    return FALSE;
  state_free (self->now);
  state_free (self->base);
  self->now = state_new (recipe, NULL);
  self->base = state_copy (self->now);
  self->origin = kind;
  g_free (self->origin_name);
  g_free (self->origin_title);
  self->origin_name = g_strdup (name);
  self->origin_title = g_strdup (title);
  g_ptr_array_set_size (self->undo, 0);
  g_ptr_array_set_size (self->redo, 0);
  thaw_draft_settle (self);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  thaw_data_facts_clear (&self->facts);
  g_clear_pointer (&self->weights_error, g_free);
  notify_steps (self);
  g_signal_emit (self, signals[BEGAN], 0);
  return TRUE;
}

ThawOrigin
thaw_draft_origin (ThawDraft *self)
{
  return self->origin;
}

const char *
thaw_draft_origin_name (ThawDraft *self)
{
  return self->origin_name;
}

const char *
thaw_draft_origin_title (ThawDraft *self)
{
  return self->origin_title;
}

void
thaw_draft_set_locked (ThawDraft *self, bool locked)
{
  if (self->locked == locked)
    return;
  self->locked = locked;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOCKED]);
  notify_steps (self);
}

bool
thaw_draft_locked (ThawDraft *self)
{
  return self->locked;
}

/* --- Reading --- */

const ThawRecipe *
thaw_draft_recipe (ThawDraft *self)
{
  return self->now->recipe;
}

const GPtrArray *
thaw_draft_fields (ThawDraft *self)
{
  return self->now->fields;
}

const ThawRecipeField *
thaw_draft_field (ThawDraft *self, const char *path)
{
  return state_field (self->now, path);
}

/* "augment.2.padding" is the origin's transform of the same name, the same time it occurs; NULL
 * when the origin has none. (transfer full) */
static char *
base_path (ThawDraft *self, const char *path)
{
  const ThawRecipe *now = self->now->recipe, *base = self->base->recipe;
  char *rest = NULL;
  gint64 at;
  int before = 0;

  if (!g_str_has_prefix (path, "augment."))
    return g_strdup (path);
  at = g_ascii_strtoll (path + strlen ("augment."), &rest, 10);
  if (at < 0 || at >= now->n_augment)
    return NULL;
  for (int i = 0; i < at; i++)
    before += now->augment[i].entry == now->augment[at].entry;
  for (int i = 0; i < base->n_augment; i++)
    if (base->augment[i].entry == now->augment[at].entry && before-- == 0)
      return g_strdup_printf ("augment.%d%s", i, rest);
  return NULL;
}

static char *
default_json (const ThawRecipeField *field)
{
  const ThawParamSpec *spec = field->spec;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  GString *json;

  if (spec == NULL)
    return g_strdup (field->value);
  if (spec->count <= 1 && spec->kind == THAW_PARAM_REAL && spec->def[0] < spec->min)
    return g_strdup ("null");
  switch (spec->kind) {
  case THAW_PARAM_BOOL:
    return g_strdup (spec->def[0] != 0 ? "true" : "false");
  case THAW_PARAM_CHOICE:
    return g_strdup_printf ("\"%s\"", spec->choices[(int) spec->def[0]]);
  case THAW_PARAM_INTS:
    json = g_string_new ("[");
    for (int i = 0; i < spec->count && spec->def[i] > 0; i++)
      g_string_append_printf (json, "%s%d", i > 0 ? ", " : "", (int) spec->def[i]);
    g_string_append_c (json, ']');
    return g_string_free (json, FALSE);
  case THAW_PARAM_REALS:
    json = g_string_new ("[");
    for (int i = 0; i < spec->count; i++)
      g_string_append_printf (json, "%s%s", i > 0 ? ", " : "",
                              g_ascii_formatd (digits, sizeof digits, "%.10g", spec->def[i]));
    g_string_append_c (json, ']');
    return g_string_free (json, FALSE);
  case THAW_PARAM_INT:
  case THAW_PARAM_REAL:
  default:
    return g_strdup (g_ascii_formatd (digits, sizeof digits, "%.10g", spec->def[0]));
  }
}

char *
thaw_draft_base (ThawDraft *self, const char *path)
{
  const ThawRecipeField *field = state_field (self->now, path), *base;
  g_autofree char *there = NULL;

  if (field == NULL)
    return NULL;
  there = base_path (self, path);
  base = there != NULL ? state_field (self->base, there) : NULL;
  return base != NULL ? g_strdup (base->value) : default_json (field);
}

/* Two values as JSON: numbers by what they are, the rest as text. */
static bool
same_value (const char *a, const char *b)
{
  char *end_a, *end_b;
  double x = g_ascii_strtod (a, &end_a), y = g_ascii_strtod (b, &end_b);

  if (strcmp (a, b) == 0)
    return true;
  return end_a != a && *end_a == '\0' && end_b != b && *end_b == '\0' && x == y;
}

bool
thaw_draft_is_changed (ThawDraft *self, const char *path)
{
  const ThawRecipeField *field = state_field (self->now, path);
  g_autofree char *base = field != NULL ? thaw_draft_base (self, path) : NULL;

  return base != NULL && !same_value (field->value, base);
}

int
thaw_draft_n_changes (ThawDraft *self)
{
  g_autoptr (GPtrArray) paths = state_diff (self->now, self->base);

  return (int) paths->len - 1;
}

/* --- Editing --- */

static void
emit_changed (ThawDraft *self, const State *before)
{
  g_autoptr (GPtrArray) paths = state_diff (before, self->now);
  bool data = false;

  for (guint i = 0; i + 1 < paths->len; i++)
    data = data || strcmp (paths->pdata[i], "data.set") == 0 ||
           strcmp (paths->pdata[i], "data.path") == 0;
  if (data)
    thaw_data_facts_clear (&self->facts);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  notify_steps (self);
  if (paths->len > 1)
    g_signal_emit (self, signals[CHANGED], 0, paths->pdata);
}

/* The fields that assignments name, as one text. (transfer full) */
static char *
fields_of (const char *const *assignments)
{
  GString *fields = g_string_new (NULL);

  for (int i = 0; assignments[i] != NULL; i++) {
    g_string_append_len (fields, assignments[i], (gssize) strcspn (assignments[i], "="));
    g_string_append_c (fields, '\n');
  }
  return g_string_free (fields, FALSE);
}

/* state: (transfer full). fields: (transfer full) (nullable: a step of its own) */
static void
step (ThawDraft *self, State *state, char *fields)
{
  gint64 now = g_get_monotonic_time ();
  bool joins = fields != NULL && g_strcmp0 (fields, self->joined) == 0 &&
               now - self->joined_at < JOIN_US && self->undo->len > 0;
  State *before = self->now;

  self->now = state;
  g_ptr_array_set_size (self->redo, 0);
  g_free (self->joined);
  self->joined = fields;
  self->joined_at = now;
  if (!joins) {
    if (self->undo->len >= MAX_STEPS)
      g_ptr_array_remove_index (self->undo, 0);
    g_ptr_array_add (self->undo, before);
  }
  emit_changed (self, before);
  if (joins)
    state_free (before);
}

static gboolean
refuse_locked (GError **error)
{
  g_set_error_literal (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                       _ ("The run has started: its recipe is locked."));
  return FALSE;
}

gboolean
thaw_draft_assign (ThawDraft *self, const char *const *assignments, GError **error)
{
  g_return_val_if_fail (THAW_IS_DRAFT (self) && assignments != NULL, FALSE);

  ThawRecipe *recipe;
  State *state;
  if (self->locked)
    return refuse_locked (error);
  recipe = thaw_recipe_with (self->now->recipe, assignments, thaw_catalogues (), error);
  if (recipe == NULL)
    return FALSE;
  state = state_new (recipe, self->now->data_path);
  g_autoptr (GPtrArray) paths = state_diff (self->now, state);
  if (paths->len == 1) { /* the same */
    state_free (state);
    return TRUE;
  }
  step (self, state, fields_of (assignments));
  return TRUE;
}

gboolean
thaw_draft_set (ThawDraft *self, const char *path, const char *value, GError **error)
{
  g_autofree char *assignment = g_strconcat (path, "=", value, NULL);
  g_autofree char *frozen = g_strconcat ("freeze.epochs=", value, NULL);
  const char *assignments[] = {assignment, NULL, NULL};

  /* what is frozen is never longer than the whole: the shorter whole takes it along */
  if (strcmp (path, "epochs") == 0 &&
      g_ascii_strtod (value, NULL) < self->now->recipe->freeze.epochs)
    assignments[1] = frozen;
  return thaw_draft_assign (self, assignments, error);
}

gboolean
thaw_draft_set_text (ThawDraft *self, const char *path, const char *text, GError **error)
{
  GString *json = g_string_new ("\"");
  gboolean done;

  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_c (json, '\\');
    if ((guchar) *p >= 0x20)
      g_string_append_c (json, *p);
  }
  g_string_append_c (json, '"');
  done = thaw_draft_set (self, path, json->str, error);
  g_string_free (json, TRUE);
  return done;
}

void
thaw_draft_reset (ThawDraft *self, const char *path)
{
  g_autofree char *base = thaw_draft_base (self, path);

  thaw_draft_settle (self);
  if (base != NULL)
    thaw_draft_set (self, path, base, NULL);
}

void
thaw_draft_settle (ThawDraft *self)
{
  g_clear_pointer (&self->joined, g_free);
}

static bool
travel (ThawDraft *self, GPtrArray *from, GPtrArray *to)
{
  State *before = self->now;

  if (from->len == 0 || self->locked)
    return false;
  thaw_draft_settle (self);
  self->now = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (to, before);
  emit_changed (self, before);
  return true;
}

bool
thaw_draft_undo (ThawDraft *self)
{
  return travel (self, self->undo, self->redo);
}

bool
thaw_draft_redo (ThawDraft *self)
{
  return travel (self, self->redo, self->undo);
}

/* --- Data --- */

const char *
thaw_draft_data_path (ThawDraft *self)
{
  return self->now->data_path;
}

void
thaw_draft_set_data_path (ThawDraft *self, const char *path)
{
  if (self->locked || g_strcmp0 (path, self->now->data_path) == 0)
    return;
  step (self, state_new (thaw_recipe_copy (self->now->recipe), path), NULL);
}

void
thaw_data_facts_clear (ThawDataFacts *facts)
{
  g_free (facts->title);
  g_free (facts->error);
  g_free (facts->empty_class);
  *facts = (ThawDataFacts){0};
}

const ThawDataFacts *
thaw_draft_data_facts (ThawDraft *self)
{
  return &self->facts;
}

void
thaw_draft_set_data_facts (ThawDraft *self, const ThawDataFacts *facts)
{
  const char *paths[] = {"data.facts", NULL};

  thaw_data_facts_clear (&self->facts);
  self->facts = *facts;
  self->facts.title = g_strdup (facts->title);
  self->facts.error = g_strdup (facts->error);
  self->facts.empty_class = g_strdup (facts->empty_class);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_signal_emit (self, signals[CHANGED], 0, paths);
}

void
thaw_draft_set_weights_error (ThawDraft *self, const char *sentence)
{
  const char *paths[] = {"weights.fit", NULL};

  if (g_strcmp0 (sentence, self->weights_error) == 0)
    return;
  g_free (self->weights_error);
  self->weights_error = g_strdup (sentence);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_signal_emit (self, signals[CHANGED], 0, paths);
}

/* --- The check --- */

const GPtrArray *
thaw_draft_findings (ThawDraft *self)
{
  if (self->findings == NULL)
    self->findings = thaw_findings_new (self->now->recipe, &self->facts, self->weights_error);
  return self->findings;
}

bool
thaw_draft_stopped (ThawDraft *self)
{
  const GPtrArray *findings = thaw_draft_findings (self);

  return findings->len > 0 && ((const ThawDraftFinding *) findings->pdata[0])->stops;
}

/* Whether `path` stands in `message` as a word of its own. */
static bool
names_path (const char *message, const char *path)
{
  size_t n = strlen (path);

  for (const char *at = strstr (message, path); at != NULL; at = strstr (at + 1, path)) {
    char before = at > message ? at[-1] : ' ', after = at[n];
    bool starts = !g_ascii_isalnum (before) && before != '_' && before != '.';
    bool ends =
        !g_ascii_isalnum (after) && after != '_' && (after != '.' || !g_ascii_isalnum (at[n + 1]));
    if (starts && ends)
      return true;
  }
  return false;
}

const char *
thaw_draft_field_in (ThawDraft *self, const char *message)
{
  const char *found = NULL;

  for (guint i = 0; i < self->now->fields->len; i++) {
    const ThawRecipeField *field = self->now->fields->pdata[i];
    if (strchr (field->path, '.') == NULL && strstr (message, field->path) != message)
      continue; /* "name", "seed": words of any sentence, unless it begins with them */
    if (names_path (message, field->path) &&
        (found == NULL || strlen (field->path) > strlen (found)))
      found = field->path;
  }
  return found;
}
