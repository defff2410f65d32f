/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <json-glib/json-glib.h>

static guint
length (const GArray *array)
{
  return array != NULL ? array->len : 0;
}

guint
thaw_rows_n_iterations (const ThawRunRows *rows)
{
  return length (rows->iterations);
}

const ThawIterationRow *
thaw_rows_iteration (const ThawRunRows *rows, guint i)
{
  g_assert (i < length (rows->iterations));
  return &g_array_index (rows->iterations, ThawIterationRow, i);
}

guint
thaw_rows_n_epochs (const ThawRunRows *rows)
{
  return length (rows->epochs);
}

const ThawEpochRow *
thaw_rows_epoch (const ThawRunRows *rows, guint i)
{
  g_assert (i < length (rows->epochs));
  return &g_array_index (rows->epochs, ThawEpochRow, i);
}

guint
thaw_rows_n_events (const ThawRunRows *rows)
{
  return length (rows->events);
}

const ThawEventRow *
thaw_rows_event (const ThawRunRows *rows, guint i)
{
  g_assert (i < length (rows->events));
  return &g_array_index (rows->events, ThawEventRow, i);
}

guint
thaw_rows_n_attempts (const ThawRunRows *rows)
{
  return length (rows->attempts);
}

const ThawAttemptRow *
thaw_rows_attempt (const ThawRunRows *rows, guint i)
{
  g_assert (i < length (rows->attempts));
  return &g_array_index (rows->attempts, ThawAttemptRow, i);
}

gint64
thaw_rows_steps (const ThawRunRows *rows)
{
  guint iterations = thaw_rows_n_iterations (rows), epochs = thaw_rows_n_epochs (rows);
  gint64 steps = rows->run != NULL ? (gint64) rows->run->steps_done : 0;

  if (iterations > 0)
    steps = MAX (steps, thaw_rows_iteration (rows, iterations - 1)->step + 1);
  if (epochs > 0)
    steps = MAX (steps, thaw_rows_epoch (rows, epochs - 1)->step);
  return steps;
}

guint
thaw_rows_find_step (const ThawRunRows *rows, gint64 step)
{
  guint low = 0, high = thaw_rows_n_iterations (rows);

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (thaw_rows_iteration (rows, middle)->step < step)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

gint64
thaw_rows_recipe_int (const ThawRun *run, const char *object, const char *member, gint64 otherwise)
{
  g_autoptr (JsonNode) root = run->recipe != NULL ? json_from_string (run->recipe, NULL) : NULL;
  JsonObject *at = NULL;
  JsonNode *node;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    at = json_node_get_object (root);
  if (at != NULL && object != NULL) {
    node = json_object_get_member (at, object);
    at = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  }
  node = at != NULL ? json_object_get_member (at, member) : NULL;
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : otherwise;
}
