/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking nested dictionaries for tensors, with a limit on depth and on steps: shared and cyclic
 * dictionaries cost no more than plain ones. */
#include "torch-state.h"
#include "fail.h"
#include "weight-limits.h"

#define MAX_VISITS 1000000

typedef struct {
  const char *source;
  GHashTable *storages;
  ThawTorchBudget budget;
  ThawStateDict *dict;
  GString *path; /* of the dictionary at work, "" or "model." */
  uint64_t visits;
} Walk;

static gboolean walk_dict (Walk *walk, const ThawPickleNode *dict, int depth, GError **error);

/* Appends a key to the path; FALSE when it is no name. */
static gboolean
push_key (Walk *walk, const ThawPickleValue *key, GError **error)
{
  if (key->kind == THAW_PICKLE_INT)
    g_string_append_printf (walk->path, "%" PRId64, key->integer);
  else if ((key->kind == THAW_PICKLE_TEXT || key->kind == THAW_PICKLE_BYTES) &&
           key->length <= THAW_MAX_NAME_BYTES &&
           g_utf8_validate_len ((const char *) key->bytes, key->length, NULL))
    g_string_append_len (walk->path, (const char *) key->bytes, key->length);
  else
    return thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, walk->source,
                      _ ("a key below '%s' is not text of at most %d bytes or a whole number"),
                      walk->path->str, THAW_MAX_NAME_BYTES);
  if (walk->path->len > THAW_MAX_NAME_BYTES)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, walk->source,
                      _ ("the name '%.64s…' is longer than %d bytes"), walk->path->str,
                      THAW_MAX_NAME_BYTES);
  return TRUE;
}

static gboolean
add_tensor (Walk *walk, const ThawPickleValue *value, GError **error)
{
  g_autoptr (ThawTensor) tensor = NULL;

  if (thaw_state_dict_size (walk->dict) >= THAW_MAX_TENSORS)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, walk->source, _ ("more than %d tensors"),
                      THAW_MAX_TENSORS);
  tensor = thaw_torch_tensor (walk->source, walk->path->str, value, walk->storages, &walk->budget,
                              error);
  if (tensor == NULL)
    return FALSE;
  if (!thaw_state_dict_add (walk->dict, tensor))
    return thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, walk->source,
                      _ ("the tensor '%s' is there twice"), walk->path->str);
  tensor = NULL;
  return TRUE;
}

static gboolean
walk_entry (
    Walk *walk, const ThawPickleValue *key, const ThawPickleValue *value, int depth, GError **error)
{
  if (++walk->visits > MAX_VISITS)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, walk->source,
                      _ ("more than %d dictionary entries"), MAX_VISITS);
  if (value->kind != THAW_PICKLE_TENSOR && !thaw_pickle_is_dict (value))
    return TRUE;
  if (!push_key (walk, key, error))
    return FALSE;
  if (value->kind == THAW_PICKLE_TENSOR)
    return add_tensor (walk, value, error);
  g_string_append_c (walk->path, '.');
  return walk_dict (walk, value->node, depth + 1, error);
}

static gboolean
walk_dict (Walk *walk, const ThawPickleNode *dict, int depth, GError **error)
{
  size_t length = walk->path->len;

  if (depth > THAW_PICKLE_MAX_DEPTH)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, walk->source,
                      _ ("nested deeper than %d levels"), THAW_PICKLE_MAX_DEPTH);
  for (uint32_t i = 0; i + 1 < dict->count; i += 2) {
    if (!walk_entry (walk, &dict->items[i], &dict->items[i + 1], depth, error))
      return FALSE;
    g_string_truncate (walk->path, length);
  }
  return TRUE;
}

ThawStateDict *
thaw_torch_state (const ThawPickle *pickle,
                  GHashTable *storages,
                  uint64_t file_bytes,
                  GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  g_autoptr (GString) path = g_string_new (NULL);
  Walk walk = {.source = pickle->source,
               .storages = storages,
               .budget = thaw_torch_budget (file_bytes),
               .dict = dict,
               .path = path};

  if (!thaw_pickle_is_dict (&pickle->result)) {
    thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, pickle->source,
               _ ("holds something other than a dictionary of tensors (a state_dict)"));
    return NULL;
  }
  if (!walk_dict (&walk, pickle->result.node, 1, error))
    return NULL;
  if (thaw_state_dict_size (dict) == 0) {
    thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, pickle->source, _ ("holds no tensor"));
    return NULL;
  }
  return g_steal_pointer (&dict);
}
