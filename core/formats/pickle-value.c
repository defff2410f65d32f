/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a pickle and the nodes that hold them. */
#include "pickle-value.h"

#include <string.h>

static void
node_free (gpointer data)
{
  ThawPickleNode *node = data;

  g_free (node->items);
  g_free (node);
}

void
thaw_pickle_arena_init (ThawPickleArena *arena)
{
  arena->nodes = g_ptr_array_new_with_free_func (node_free);
}

void
thaw_pickle_arena_clear (ThawPickleArena *arena)
{
  g_clear_pointer (&arena->nodes, g_ptr_array_unref);
}

static gboolean
node_reserve (ThawPickleNode *node, uint32_t capacity)
{
  ThawPickleValue *items;

  if (capacity <= node->capacity)
    return TRUE;
  items = g_try_renew (ThawPickleValue, node->items, capacity);
  if (items == NULL)
    return FALSE;
  node->items = items;
  node->capacity = capacity;
  return TRUE;
}

ThawPickleNode *
thaw_pickle_node_new (ThawPickleArena *arena, uint32_t capacity)
{
  ThawPickleNode *node;

  if (arena->nodes->len >= THAW_PICKLE_MAX_NODES)
    return NULL;
  node = g_new0 (ThawPickleNode, 1);
  node->depth = 1;
  g_ptr_array_add (arena->nodes, node);
  return node_reserve (node, capacity) ? node : NULL;
}

static uint32_t
value_depth (const ThawPickleValue *value)
{
  switch (value->kind) {
  case THAW_PICKLE_TUPLE:
  case THAW_PICKLE_LIST:
  case THAW_PICKLE_DICT:
  case THAW_PICKLE_ORDERED:
    return value->node->depth;
  case THAW_PICKLE_NONE:
  case THAW_PICKLE_BOOL:
  case THAW_PICKLE_INT:
  case THAW_PICKLE_BIG:
  case THAW_PICKLE_FLOAT:
  case THAW_PICKLE_TEXT:
  case THAW_PICKLE_BYTES:
  case THAW_PICKLE_TOKEN:
  case THAW_PICKLE_STORAGE:
  case THAW_PICKLE_TENSOR:
  case THAW_PICKLE_NDARRAY:
  case THAW_PICKLE_DTYPE:
  default:
    return 0;
  }
}

gboolean
thaw_pickle_node_add (ThawPickleNode *node, const ThawPickleValue *values, uint32_t count)
{
  uint32_t wanted, depth = node->depth;

  for (uint32_t i = 0; i < count; i++)
    depth = MAX (depth, value_depth (&values[i]) + 1);
  if (depth > THAW_PICKLE_MAX_DEPTH || __builtin_add_overflow (node->count, count, &wanted))
    return FALSE;
  if (wanted > node->capacity &&
      !node_reserve (node, MAX (wanted, node->capacity + node->capacity / 2)))
    return FALSE;
  if (count > 0)
    memcpy (node->items + node->count, values, count * sizeof *values);
  node->count = wanted;
  node->depth = depth;
  return TRUE;
}

gboolean
thaw_pickle_is_dict (const ThawPickleValue *value)
{
  return value->kind == THAW_PICKLE_DICT || value->kind == THAW_PICKLE_ORDERED;
}

gboolean
thaw_pickle_says (const ThawPickleValue *value, const char *text)
{
  return (value->kind == THAW_PICKLE_TEXT || value->kind == THAW_PICKLE_BYTES) &&
         value->length == strlen (text) && memcmp (value->bytes, text, value->length) == 0;
}

gboolean
thaw_pickle_items (const ThawPickleValue *tuple, uint32_t count, const ThawPickleValue **items)
{
  if ((tuple->kind != THAW_PICKLE_TUPLE && tuple->kind != THAW_PICKLE_LIST) ||
      tuple->node->count != count)
    return FALSE;
  *items = tuple->node->items;
  return TRUE;
}

const ThawPickleValue *
thaw_pickle_dict_get (const ThawPickleValue *dict, const char *key)
{
  const ThawPickleValue *items = dict->node->items;

  for (uint32_t i = dict->node->count; i >= 2; i -= 2)
    if (thaw_pickle_says (&items[i - 2], key))
      return &items[i - 1];
  return NULL;
}
