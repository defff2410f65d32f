/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickle machine: its limits, its stack, its loop. */
#include "pickle.h"
#include "fail.h"
#include "pickle-ops.h"

#define MAX_OPS 5000000

gboolean
thaw_pickle_fail (
    const ThawPickle *pickle, GError **error, ThawFormatsError code, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return thaw_fail_at (error, code, pickle->source, pickle->origin + pickle->op_at,
                       _ ("pickle: %s"), text);
}

gboolean
thaw_pickle_too_much (ThawPickle *pickle, GError **error)
{
  return thaw_pickle_fail (
      pickle, error, THAW_FORMATS_ERROR_LIMIT,
      _ ("nested deeper than %d levels, more than %d containers, or no memory for them"),
      THAW_PICKLE_MAX_DEPTH, THAW_PICKLE_MAX_NODES);
}

/* A node of these values; NULL and error when there are too many or they nest too deep. */
ThawPickleNode *
thaw_pickle_node (ThawPickle *pickle, const ThawPickleValue *values, uint32_t count, GError **error)
{
  ThawPickleNode *node = thaw_pickle_node_new (&pickle->arena, count);

  if (node == NULL || !thaw_pickle_node_add (node, values, count)) {
    thaw_pickle_too_much (pickle, error);
    return NULL;
  }
  return node;
}

void
thaw_pickle_free (ThawPickle *pickle)
{
  if (pickle == NULL)
    return;
  g_free (pickle->stack);
  g_array_unref (pickle->marks);
  g_array_unref (pickle->memo);
  g_ptr_array_unref (pickle->storages);
  thaw_pickle_arena_clear (&pickle->arena);
  g_free (pickle);
}

static gboolean
run (ThawPickle *pickle, GError **error)
{
  uint64_t code;

  for (;;) {
    pickle->op_at = pickle->in.at;
    if (!thaw_cursor_number (&pickle->in, 1, &code))
      return thaw_pickle_fail (pickle, error, THAW_FORMATS_ERROR_FORMAT, _ ("ends without STOP"));
    if (pickle->ops == 0 && code != THAW_OP_PROTO)
      return thaw_pickle_fail (pickle, error, THAW_FORMATS_ERROR_FORMAT,
                               _ ("starts with 0x%02x, expected PROTO (0x80)"), (unsigned) code);
    if (++pickle->ops > MAX_OPS)
      return thaw_pickle_fail (pickle, error, THAW_FORMATS_ERROR_LIMIT,
                               _ ("more than %d operations"), MAX_OPS);
    if (code == THAW_OP_STOP)
      return thaw_pickle_stop (pickle, error);
    if (!thaw_pickle_step (pickle, (uint8_t) code, error))
      return FALSE;
  }
}

ThawPickle *
thaw_pickle_run (const uint8_t *bytes,
                 size_t length,
                 size_t origin,
                 ThawPickleFlavour flavour,
                 const char *source,
                 size_t *used,
                 GError **error)
{
  g_autoptr (ThawPickle) pickle = g_new0 (ThawPickle, 1);

  pickle->source = source;
  pickle->flavour = flavour;
  pickle->origin = origin;
  pickle->in = (ThawCursor){.bytes = bytes, .length = length};
  pickle->capacity = 64;
  pickle->stack = g_new (ThawPickleValue, pickle->capacity);
  pickle->marks = g_array_new (FALSE, FALSE, sizeof (guint));
  pickle->memo = g_array_new (FALSE, TRUE, sizeof (ThawPickleMemo));
  pickle->storages = g_ptr_array_new ();
  thaw_pickle_arena_init (&pickle->arena);
  if (!run (pickle, error))
    return NULL;
  *used = pickle->in.at;
  return g_steal_pointer (&pickle);
}
